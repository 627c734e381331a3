/* Puts the finder into an interpreter, at the first import that CPython cannot answer from itself.
 *
 * CPython imports `encodings` before anything can be run, in each interpreter that starts. Usually
 * an embedder gives CPython a table of frozen modules and installs its finder afterwards. Then some
 * modules have the wrong loader, the packager must know which codecs are needed, and a
 * sub-interpreter has no finder at all. Here the table has one entry: `encodings` is a piece of
 * code (_pyembed_boot.py) that calls `pyembed_install`, which installs the finder, and then runs
 * the true `encodings` through it, in the module that was being made. */
#include "importer/bootstrap.h"

#include "reader/resources.h"
#include "reader/settings.h"
#include "process/process.h"
#include "values/errors.h"
#include "values/items.h"
#include "values/lookup.h"
#include "values/paths.h"
#include "values/state.h"
#include "loader/app_relative.h"
#include "loader/code.h"
#include "loader/specs.h"
#include "finder/finder_type.h"
#include "importer/frozen.h"
#include "importer/late_builtins.h"
#include "importer/zip_hook.h"

#include <string.h>

static int
set_item(PyObject *namespace, const char *key, PyObject *value)
{
    int result = value == NULL ? -1 : PyDict_SetItemString(namespace, key, value);
    Py_XDECREF(value);
    return result;
}

/* Gives the module in `namespace` the attributes that our finder would give it, and runs it. */
static int
adopt(OxidizedFinder *finder, PyObject *name, PyObject *namespace)
{
    pyembed_module entry;
    int found = pyembed_finder_lookup(finder, name, &entry);
    if (found <= 0) {
        if (found == 0) {
            pyembed_raise(
                PyExc_ImportError,
                "the packed resources hold no module '%U': the standard library was not packaged",
                name);
        }
        return -1;
    }
    PyObject *spec = pyembed_finder_spec_of(finder, name, &entry, NULL);
    PyObject *file = spec == NULL                               ? NULL
                     : finder->module_file == PYEMBED_FILE_NONE ? Py_NewRef(Py_None)
                                                                : pyembed_file_of(finder, &entry);
    int result = file == NULL ? -1 : 0;
    if (result == 0 && file != Py_None) {
        result = PyDict_SetItemString(namespace, "__file__", file);
        if (result == 0) {
            result = set_item(namespace, "__cached__", pyembed_cached_of(finder, &entry));
        }
    }
    if (result == 0) {
        result =
            set_item(namespace, "__path__", PyObject_GetAttr(spec, finder->state->str_locations));
    }
    if (result == 0) {
        result = PyDict_SetItemString(namespace, "__spec__", spec);
    }
    if (result == 0) {
        result = PyDict_SetItemString(namespace, "__loader__", (PyObject *)finder);
    }
    if (result == 0) {
        result = pyembed_run_code(finder, &entry, file, namespace);
    }
    Py_XDECREF(file);
    Py_XDECREF(spec);
    return result;
}

/* Ours stands before importlib's finders; these find what the program puts on sys.path. Without the
 * filesystem importer ours is alone, and finds built-in and frozen modules too. */
static int
change_meta_path(OxidizedFinder *finder)
{
    PyObject *meta_path = pyembed_sys_item("meta_path");
    int result = meta_path == NULL ? -1 : PyList_Insert(meta_path, 0, (PyObject *)finder);
    if (result == 0 && !finder->filesystem_importer) {
        result = PyList_SetSlice(meta_path, 1, PyList_GET_SIZE(meta_path), NULL);
    }
    Py_XDECREF(meta_path);
    return result;
}

/* With real files, importlib's hook for folders stays: programs walk the folders of their packages.
 */
static int
add_path_hook(OxidizedFinder *finder)
{
    PyObject *hooks = pyembed_sys_item("path_hooks");
    PyObject *hook = hooks == NULL ? NULL : PyObject_GetAttrString((PyObject *)finder, "path_hook");
    int result = hook == NULL ? -1 : PyList_Insert(hooks, 0, hook);
    int alone = !finder->filesystem_importer && finder->module_file != PYEMBED_FILE_FILESYSTEM;
    if (result == 0 && alone) {
        result = PyList_SetSlice(hooks, 1, PyList_GET_SIZE(hooks), NULL);
    }
    if (result == 0) {
        result = pyembed_add_zip_hook(finder->module, alone ? NULL : hooks, 1);
    }
    Py_XDECREF(hook);
    Py_XDECREF(hooks);
    return result;
}

/* PathFinder would ask our hook for the product's own entry of sys.path at the first name that
 * nobody has (`import msvcrt` of subprocess), which imports a part: 0.6 million instructions. It
 * would find nothing that the finder in sys.meta_path does not. So its cache says that nobody
 * serves this entry. `pkgutil`, which asks for the finder of an entry, takes that out again
 * (_oxidized_fixups.py). */
static int
seed_importer_cache(OxidizedFinder *finder)
{
    if (!finder->filesystem_importer || finder->module_file == PYEMBED_FILE_FILESYSTEM) {
        return 0;
    }
    PyObject *cache = pyembed_sys_item("path_importer_cache");
    PyObject *entry = cache == NULL ? NULL
                                    : PyUnicode_Substring(finder->root, 0,
                                                          PyUnicode_GET_LENGTH(finder->root) - 1);
    int result = entry == NULL ? -1 : PyObject_SetItem(cache, entry, Py_None);
    Py_XDECREF(entry);
    Py_XDECREF(cache);
    return result;
}

static int
set_sys(const char *name, PyObject *value)
{
    int result = value == NULL ? -1 : PySys_SetObject(name, value);
    Py_XDECREF(value);
    return result;
}

/* One of our functions; `__module__` names the module whose function it replaces. */
static PyObject *
hook_named(PyObject *module, const char *name, const char *owner)
{
    PyObject *hook = PyObject_GetAttrString(module, name);
    PyObject *text = hook == NULL ? NULL : PyUnicode_InternFromString(owner);
    if (text == NULL || PyObject_SetAttrString(hook, "__module__", text) < 0) {
        Py_CLEAR(hook);
    }
    Py_XDECREF(text);
    return hook;
}

/* Set both names of a hook in sys: programs compare them to see whether the hook was changed. */
static int
replace_hook(PyObject *module, const char *name, const char *original_name)
{
    PyObject *hook = hook_named(module, name, "sys");
    int result = hook == NULL ? -1 : PySys_SetObject(original_name, hook);
    return result < 0 ? -1 : set_sys(name, hook);
}

static int
replace_unraisablehook(importer_state *state, PyObject *module)
{
    state->unraisablehook = pyembed_sys_item("unraisablehook");
    return state->unraisablehook == NULL
               ? -1
               : replace_hook(module, "unraisablehook", "__unraisablehook__");
}

#if PYEMBED_NEEDS_EXCEPTHOOK
/* `threading` takes its hook from `_thread` when it is imported. */
static int
replace_hooks(importer_state *state, PyObject *module)
{
    PyObject *thread = pyembed_dict_item(PyImport_GetModuleDict(), "_thread");
    state->thread_excepthook =
        thread == NULL ? NULL : PyObject_GetAttrString(thread, "_excepthook");
    PyObject *hook =
        state->thread_excepthook == NULL ? NULL : hook_named(module, "_excepthook", "_thread");
    int result = hook == NULL ? -1 : PyObject_SetAttrString(thread, "_excepthook", hook);
    Py_XDECREF(hook);
    Py_XDECREF(thread);
    state->excepthook = result < 0 ? NULL : pyembed_sys_item("excepthook");
    return state->excepthook == NULL ? -1 : replace_hook(module, "excepthook", "__excepthook__");
}
#endif

/* zipimport was imported before `_stdlib_dir` was set (unless zip_hook.c hid it): set its file's
 * name here. */
static int
correct_zipimport(OxidizedFinder *finder)
{
    PyObject *module = pyembed_dict_item(PyImport_GetModuleDict(), "zipimport");
    if (module == NULL || module == Py_None) {
        Py_XDECREF(module);
        return module == NULL && PyErr_Occurred() ? -1 : 0;
    }
    pyembed_string path = {"zipimport.py", 12};
    PyObject *file = pyembed_virtual_path(finder, path);
    PyObject *spec = file == NULL ? NULL : PyObject_GetAttr(module, finder->state->str_spec);
    PyObject *state = spec == NULL ? NULL : PyObject_GetAttrString(spec, "loader_state");
    int result =
        state == NULL || PyObject_SetAttr(module, finder->state->str_file, file) < 0 ? -1 : 0;
    if (result == 0 && state != Py_None) {
        result = PyObject_SetAttrString(state, "filename", file);
    }
    Py_XDECREF(state);
    Py_XDECREF(spec);
    Py_XDECREF(file);
    Py_DECREF(module);
    return result;
}

/* Where the standard library is, without a slash at the end. */
static PyObject *
stdlib_folder(OxidizedFinder *finder)
{
    pyembed_module os;
    if (pyembed_module_find(&finder->resources, "os", 2, &os) == PYEMBED_OK &&
        pyembed_is_app_relative(&os)) {
        pyembed_string none = {"", 0};
        PyObject *folder = pyembed_real_path(os.root, none);
        PyObject *bare = folder == NULL
                             ? NULL
                             : PyUnicode_Substring(folder, 0, PyUnicode_GET_LENGTH(folder) - 1);
        Py_XDECREF(folder);
        return bare;
    }
    return PyUnicode_Substring(finder->root, 0, PyUnicode_GET_LENGTH(finder->root) - 1);
}

/* CPython's frozen modules have sources too: `inspect`, `linecache` and `pyclbr` ask their loader
 * for them. */
static int
teach_frozen_importer(OxidizedFinder *finder)
{
    static const char *const names[] = {"get_source", "get_filename"};
    PyObject *frozen_importer = PyObject_GetAttrString(finder->state->bootstrap, "FrozenImporter");
    int result = frozen_importer == NULL ? -1 : 0;
    for (size_t at = 0; result == 0 && at < sizeof names / sizeof names[0]; at++) {
        PyObject *method = PyObject_GetAttrString((PyObject *)finder, names[at]);
        result = method == NULL ? -1 : PyObject_SetAttrString(frozen_importer, names[at], method);
        Py_XDECREF(method);
    }
    Py_XDECREF(frozen_importer);
    return result;
}

static int
set_path(const char *name, const char *value)
{
    PyObject *path = PyUnicode_DecodeFSDefault(value);
    int result = path == NULL ? -1 : PySys_SetObject(name, path);
    Py_XDECREF(path);
    return result;
}

/* CPython splits a folder with a colon in its name, takes the executable from PYTHONEXECUTABLE and
 * __PYVENV_LAUNCHER__, isolated or not, and from 3.14 on prefixes from a `pyvenv.cfg` beside or
 * above the executable. After it: sys.prefix and its kin are right for every folder, and
 * sys.executable in every environment but that of a start as `python` from outside. */
static int
correct_paths(void)
{
    static const char *const names[] = {"prefix", "exec_prefix", "base_prefix", "base_exec_prefix"};
    const pyembed_process *process = &pyembed_this_process;
    if ((process->arguments.role != PYEMBED_AS_PYTHON || process->arguments.is_own) &&
        set_path("executable", process->executable) < 0) {
        return -1;
    }
    int may_differ = PY_VERSION_HEX >= 0x030E0000 || strchr(process->prefix, ':') != NULL,
        result = 0;
    for (size_t at = 0; may_differ && result == 0 && at < sizeof names / sizeof names[0]; at++) {
        result = set_path(names[at], process->prefix);
    }
    return result;
}

static int
set_sys_attributes(OxidizedFinder *finder, PyObject *module)
{
    const pyembed_settings *settings = &pyembed_this_process.settings;
    /* FrozenImporter makes `__file__` of CPython's frozen modules from it; 3.11 leaves it empty
     * when `home` is set. */
    if (settings->module_file != PYEMBED_FILE_NONE &&
        set_sys("_stdlib_dir", stdlib_folder(finder)) < 0) {
        return -1;
    }
    if (settings->module_file != PYEMBED_FILE_NONE && correct_zipimport(finder) < 0) {
        return -1;
    }
    if (settings->sys_frozen && PySys_SetObject("frozen", Py_True) < 0) {
        return -1;
    }
    if (settings->sys_meipass &&
        set_sys("_MEIPASS", PyUnicode_DecodeFSDefault(pyembed_this_process.folder)) < 0) {
        return -1;
    }
    if (replace_unraisablehook(finder->state, module) < 0) {
        return -1;
    }
#if PYEMBED_NEEDS_EXCEPTHOOK
    if (replace_hooks(finder->state, module) < 0) {
        return -1;
    }
#endif
    return teach_frozen_importer(finder) < 0
               ? -1
               : PyDict_SetItemString(PyImport_GetModuleDict(), "_pymodules", module);
}

PyObject *
pyembed_install(PyObject *module, PyObject *namespace)
{
    importer_state *state = pyembed_state_of(module);
    if (state->finder != NULL || !PyDict_Check(namespace)) {
        pyembed_raise(PyExc_RuntimeError, "the importer is installed already");
        return NULL;
    }
    if (pyembed_this_process.booting) {
        PyGC_Disable(); /* until the end of the boot: a start makes no garbage */
    }
    PyObject *name = pyembed_dict_item(namespace, "__name__");
    state->finder = name == NULL ? NULL : pyembed_finder_create(module);
    OxidizedFinder *finder = (OxidizedFinder *)state->finder;
    int failed = finder == NULL || change_meta_path(finder) < 0 || add_path_hook(finder) < 0 ||
                 seed_importer_cache(finder) < 0 || correct_paths() < 0 ||
                 set_sys_attributes(finder, module) < 0 || pyembed_add_late_builtins() < 0 ||
                 pyembed_hide_stand_in(module) < 0 || adopt(finder, name, namespace) < 0;
    Py_XDECREF(name);
    if (failed) {
        if (!PyErr_Occurred()) {
            pyembed_raise(PyExc_RuntimeError, "the importer could not be installed");
        }
        return NULL;
    }
    Py_RETURN_NONE;
}
