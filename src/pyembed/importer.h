/* The module `oxidized_importer`: what its C files share. All functions here need the GIL and follow CPython's habit: NULL or -1
 * with an exception set on failure; a returned PyObject is a new reference. */
#ifndef PYEMBED_IMPORTER_H
#define PYEMBED_IMPORTER_H

#include "compat.h"
#include "process.h"

/* An interpreter's own: each has its module object, types and finder. */
typedef struct {
    PyTypeObject *finder_type;
    PyObject *finder;          /* the one over the product's resources, or NULL */
    PyObject *excepthook, *unraisablehook; /* sys's own */
    PyObject *thread_excepthook; /* _thread's own */
    PyObject *io_open;         /* io's own, while `displaying` hooks print */
    int displaying;
    PyObject *module_spec;     /* importlib's ModuleSpec */
    PyObject *builtin_importer, *frozen_importer;
    PyObject *bootstrap;       /* _frozen_importlib */
    PyObject *bootstrap_external;
    PyObject *frames_removed;  /* importlib's _call_with_frames_removed: tracebacks end at it */
    PyObject *exec;
    PyObject *fix_co_filename;
    PyObject *is_frozen;
    PyObject *find_frozen;
    PyObject *frozen_module_names;
    PyObject *create_dynamic;
    PyObject *exec_dynamic;
    PyObject *spec_keywords;   /* ("origin", "is_package") */
    PyObject *str_name, *str_spec, *str_loader, *str_cached, *str_set_fileattr, *str_locations, *str_builtins, *str_builtin_origin, *str_path,
        *str_file, *str_open, *str_loader_state;
} importer_state;

typedef struct {
    PyObject_HEAD
    importer_state *state;       /* of `module` */
    PyObject *module;
    pyembed_resources resources; /* a view: its blob is static, or owned by `blob` */
    PyObject *blob;              /* the buffer's object, or NULL */
    PyObject *root;              /* `<executable>/`, or that of extracted files: what virtual paths begin with */
    PyObject *added;             /* dict: name -> OxidizedResource, or NULL while nothing was added */
    PyObject *origin;            /* str: what relative paths begin at, or NULL: the executable's folder */
    PyObject *set_start_method;  /* str or None; NULL: what the product was packaged with */
    int module_file;             /* a pyembed_module_file */
    int filesystem_importer;
    int register_pkg_resources;
} OxidizedFinder;

extern struct PyModuleDef pyembed_importer_module;
extern PyType_Spec pyembed_finder_spec;

static inline importer_state *
pyembed_state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

/* ---- finder_type.c ---- */

/* A finder over the product's resources. */
PyObject *pyembed_finder_create(PyObject *module);

/* ---- finder.c ---- */

/* Looks a module up: 1 found, 0 not there, -1 with an ImportError (a damaged blob). */
int pyembed_finder_lookup(OxidizedFinder *self, PyObject *name, pyembed_module *module);

PyObject *pyembed_finder_find_spec(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *keywords);

/* Raises ImportError for a status. Returns NULL. */
PyObject *pyembed_raise_damaged(const char *what, const char *name, pyembed_status status);

/* ---- legacy.c ---- */

PyObject *pyembed_finder_find_module(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *pyembed_loader_load_module(PyObject *self, PyObject *name);

/* ---- specs.c ---- */

PyObject *pyembed_new_spec(importer_state *state, PyObject *name, PyObject *loader, PyObject *origin, int is_package);
/* The ModuleSpec of an extension module that is linked in. */
PyObject *pyembed_finder_builtin_spec(importer_state *state, PyObject *name);

/* The ModuleSpec of an entry that is looked for along `path`, the one of its parent (NULL or None: sys.path). */
PyObject *pyembed_finder_spec_of(OxidizedFinder *self, PyObject *name, const pyembed_module *module, PyObject *path);

/* ---- namespaces.c ---- */

/* The ModuleSpec of a namespace package, or of a regular one of the file system that stands before it; None when there is no portion. */
PyObject *pyembed_namespace_spec(OxidizedFinder *self, PyObject *name, const pyembed_module *module, PyObject *path);
PyObject *pyembed_namespace_find_portions(OxidizedFinder *self, PyObject *args);

/* ---- beside.c ---- */

/* Whether the module is a file beside the product, which importlib's own loaders load. */
int pyembed_is_beside(const pyembed_module *module);
/* Its ModuleSpec; None if there is no such file. */
PyObject *pyembed_beside_spec(OxidizedFinder *self, PyObject *name, const pyembed_module *module);
/* What importlib's loader of the file answers to a method with one argument. */
PyObject *pyembed_beside_ask(OxidizedFinder *self, const pyembed_module *module, const char *method, PyObject *argument);
/* Adds the portions of a namespace package that are there to its path. Returns how many, or -1. */
int pyembed_beside_portions(const pyembed_module *module, PyObject *locations);
PyObject *pyembed_beside_create(OxidizedFinder *self, PyObject *spec);
PyObject *pyembed_beside_exec(OxidizedFinder *self, PyObject *module);

/* ---- names.c ---- */

PyObject *pyembed_text(pyembed_string string);
/* `<executable>/<path>`, or below the product's folder for what lives in the file system. */
PyObject *pyembed_virtual_path(OxidizedFinder *self, pyembed_string path);
PyObject *pyembed_real_path(pyembed_string root, pyembed_string path);
PyObject *pyembed_file_of(OxidizedFinder *self, const pyembed_module *module);
/* Of a package: its path below the executable; and the n-th of its folders beside the product, or None. */
PyObject *pyembed_package_path_of(OxidizedFinder *self, const pyembed_module *module);
PyObject *pyembed_package_folder_of(const pyembed_module *module, unsigned number);
int pyembed_root_at(pyembed_string root, unsigned number, pyembed_string *found);
PyObject *pyembed_cached_of(OxidizedFinder *self, const pyembed_module *module);
/* Whether a path is the folder that the first `length` characters of `folder` name, without a slash at the end, or lies below it, behind one of the
 * separators. Cannot fail. */
int pyembed_path_is_below(PyObject *path, PyObject *folder, Py_ssize_t length, const char *separators);
/* What a path names: 1 with `bytes` set, 0 if nothing, -1 on an error. */
int pyembed_path_lookup(OxidizedFinder *self, const char *path, size_t size, pyembed_bytes *bytes);

/* ---- loader.c ---- */

/* Stored bytes as a bytes object, decompressed. */
PyObject *pyembed_bytes_object(const pyembed_bytes *bytes);
/* The module's code object, its file name fixed to `file` (or left, if that is None). */
PyObject *pyembed_code_object(OxidizedFinder *self, const pyembed_module *module, PyObject *file);
/* Runs a module's code in its namespace. Returns 0 or -1. */
int pyembed_run_code(OxidizedFinder *self, const pyembed_module *module, PyObject *file, PyObject *namespace);

PyObject *pyembed_loader_create_module(OxidizedFinder *self, PyObject *spec);
PyObject *pyembed_loader_exec_module(OxidizedFinder *self, PyObject *module);
PyObject *pyembed_loader_get_code(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_loader_get_source(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_loader_get_data(OxidizedFinder *self, PyObject *path);
PyObject *pyembed_loader_get_filename(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_loader_is_package(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_loader_get_resource_reader(OxidizedFinder *self, PyObject *name);

/* ---- memory_linux.c ---- */

/* Loads a shared extension module, and the libraries that it needs, from the mapped pages. */
PyObject *pyembed_memory_create(OxidizedFinder *self, const pyembed_module *module, PyObject *name);
/* What has to be there before an extension module is loaded from wherever: CPython's symbols, and the libraries that it needs. */
int pyembed_memory_prepare(OxidizedFinder *self, const pyembed_module *module);

/* ---- inventory.c ---- */

/* What the parts of the module that are written in Python ask the blob. */
PyObject *pyembed_inventory_modules(OxidizedFinder *self, PyObject *prefix);
PyObject *pyembed_inventory_module(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_inventory_flags(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_inventory_file_name(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_inventory_main_file(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_inventory_resources(OxidizedFinder *self, PyObject *package);
PyObject *pyembed_inventory_resource(OxidizedFinder *self, PyObject *args);
PyObject *pyembed_inventory_libraries(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_inventory_distributions(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_inventory_distribution_files(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_inventory_distribution_file(OxidizedFinder *self, PyObject *args);

/* ---- fixups.c ---- */

/* To be called for a module after it ran. */
int pyembed_has_fixup(const pyembed_module *entry);
int pyembed_fixup_after(OxidizedFinder *self, const pyembed_module *entry, PyObject *module);

/* ---- indexing.c ---- */

PyObject *pyembed_index_bytes(OxidizedFinder *self, PyObject *bytes);
PyObject *pyembed_index_file(OxidizedFinder *self, PyObject *path);
PyObject *pyembed_index_added(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_index_add(OxidizedFinder *self, PyObject *resource);
PyObject *pyembed_index_add_all(OxidizedFinder *self, PyObject *resources);
PyObject *pyembed_index_resources(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_index_serialize(OxidizedFinder *self, PyObject *args, PyObject *keywords);

/* ---- interpreter.c ---- */

/* Whether CPython has a built-in module of the name. */
int pyembed_is_linked_in(const char *name);
/* FrozenImporter's ModuleSpec. */
PyObject *pyembed_frozen_spec(importer_state *state, PyObject *name);
/* The ModuleSpec of a module that the interpreter holds, or None. */
PyObject *pyembed_interpreter_spec(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_index_builtins(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_index_frozen(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_index_interpreter(OxidizedFinder *self, PyObject *ignored);

/* ---- added.c ---- */

/* What the finder's methods do for resources that were added when the program ran; without such, they are those of the blob. */
int pyembed_added_spec(OxidizedFinder *self, PyObject *name, PyObject **spec);
PyObject *pyembed_added_create_module(OxidizedFinder *self, PyObject *spec);
PyObject *pyembed_added_exec_module(OxidizedFinder *self, PyObject *module);
PyObject *pyembed_added_get_code(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_get_source(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_get_filename(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_is_package(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_get_resource_reader(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_get_data(OxidizedFinder *self, PyObject *path);
PyObject *pyembed_added_modules(OxidizedFinder *self, PyObject *prefix);
PyObject *pyembed_added_flags(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_file_name(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_resources(OxidizedFinder *self, PyObject *package);
PyObject *pyembed_added_resource(OxidizedFinder *self, PyObject *args);
PyObject *pyembed_added_distributions(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_added_distribution_files(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_distribution_file(OxidizedFinder *self, PyObject *args);

/* ---- hooks.c ---- */

PyObject *pyembed_hook_path_hook(OxidizedFinder *self, PyObject *path);
PyObject *pyembed_hook_iter_modules(OxidizedFinder *self, PyObject *args, PyObject *keywords);
PyObject *pyembed_hook_find_distributions(OxidizedFinder *self, PyObject *args, PyObject *keywords);

/* ---- quiet.c ---- */

/* For a hosted start, before CPython starts. */
void pyembed_quiet_prepare(void);

/* ---- terminfo.c ---- */

/* To be called before CPython starts, when the table of modules that are linked in is ours to change. */
void pyembed_terminfo_prepare(void);
/* Around the creation of a module that is a shared object: the second gets what the first returned, and the module or its definition (NULL: it failed). */
int pyembed_terminfo_begin(const pyembed_module *module);
void pyembed_terminfo_end(const pyembed_module *module, int begun, PyObject *created);

/* ---- zip_hook.c ---- */

/* Before CPython starts, after the last PyImport_AppendInittab. */
void pyembed_hide_zipimport(void);
/* Puts the hook that stands in for zipimport's into a list (or nowhere: NULL), if zipimport was hidden. */
int pyembed_add_zip_hook(PyObject *module, PyObject *path_hooks, Py_ssize_t place);
PyObject *pyembed_zip_hook(PyObject *module, PyObject *path);

/* ---- display.c ---- */

/* What stands in for CPython's hooks, and for io.open while these run. */
PyObject *pyembed_display_exception(PyObject *module, PyObject *args);
PyObject *pyembed_display_thread(PyObject *module, PyObject *args);
PyObject *pyembed_display_unraisable(PyObject *module, PyObject *args);
PyObject *pyembed_display_open(PyObject *module, PyObject *const *args, Py_ssize_t count, PyObject *keywords);

/* ---- frozen.c ---- */

/* Makes `_imp` deny that `encodings` is frozen. */
int pyembed_hide_stand_in(PyObject *module);

/* ---- parts.c ---- */

/* A name of one of the module's parts that are written in Python. */
PyObject *pyembed_part(const char *module, const char *name);
/* Calls it with a tuple of arguments, which is stolen; NULL: an error is set already. */
PyObject *pyembed_part_call(const char *module, const char *name, PyObject *args);

/* ---- aliases.c ---- */

/* 1 with the spec, or NULL for an error, of what lies along a path that is not the parent's; 0 if there is nothing. */
int pyembed_alias_spec(OxidizedFinder *self, PyObject *name, PyObject *path, PyObject **spec);

/* ---- lazy.c ---- */

/* Whether a module's code runs when it is first used (`lazy_modules`). */
int pyembed_is_lazy(const pyembed_module *module);
/* A package that runs when importlib asks for its `__path__` may import the very submodule that is being looked for, which is then there already. The spec is marked with
 * it, so that it is not made and run a second time. */
int pyembed_lazy_mark(OxidizedFinder *self, PyObject *name, PyObject *spec);
/* The module that a spec is marked with: new; or NULL, without an exception if there is none. */
PyObject *pyembed_lazy_marked(OxidizedFinder *self, PyObject *spec);
/* Leaves the module's code to its first use: 1; 0 if it is to run now; -1 on an error. */
int pyembed_lazy_defer(const pyembed_module *entry, PyObject *module);

/* ---- module.c ---- */

PyObject *pyembed_importer_init(void);

/* An item of a dict, or NULL: without an exception if there is none, with one if looking failed. PyDict_GetItemString cannot tell the two. */
PyObject *pyembed_dict_item(PyObject *dict, const char *key);
/* An attribute of `sys`; AttributeError if there is none. PySys_GetObject says nothing when memory is out. */
PyObject *pyembed_sys_item(const char *name);

/* ---- install.c ---- */

/* Runs in place of `encodings`: puts the finder into the interpreter, then runs the true `encodings` through it. */
PyObject *pyembed_install(PyObject *module, PyObject *namespace);

#endif
