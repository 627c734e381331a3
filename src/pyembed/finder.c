/* OxidizedFinder's finding half: from a name to a ModuleSpec. It stands first in sys.meta_path, so that it is asked for every import: a name
 * that is not ours costs one probe of the hash index. */
#include "importer.h"

#include <stdlib.h>
#include <string.h>

/* What CPython freezes into itself keeps CPython's own loader and its static code objects: as in the plain interpreter, and faster than
 * ours. Sorted. The sources are in the blob all the same, for `get_source`. */
static const char *const frozen_by_cpython[] = {
    "__hello__", "__phello__", "_collections_abc", "_sitebuiltins", "abc", "codecs", "genericpath", "importlib._bootstrap",
    "importlib._bootstrap_external", "importlib.machinery", "importlib.util", "io", "ntpath", "os", "posixpath", "runpy", "site", "stat",
    "zipimport",
};

PyObject *
pyembed_raise_damaged(const char *what, const char *name, pyembed_status status)
{
    PyErr_Format(PyExc_ImportError, "the packed resources are damaged at %s '%s': %s", what, name, pyembed_status_text(status));
    return NULL;
}

int
pyembed_finder_lookup(OxidizedFinder *self, PyObject *name, pyembed_module *module)
{
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(name, &size);
    if (text == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeError)) {
            return -1;
        }
        PyErr_Clear(); /* a name with a lone surrogate is not ours */
        return 0;
    }
    pyembed_status status = pyembed_module_find(&self->resources, text, (size_t)size, module);
    if (status == PYEMBED_OK) {
        return 1;
    }
    if (status == PYEMBED_NOT_FOUND) {
        return 0;
    }
    pyembed_raise_damaged("module", text, status);
    return -1;
}

static int
compare_names(const void *key, const void *element)
{
    return strcmp(key, *(const char *const *)element);
}

/* 1: CPython has it frozen, and is asked to use that; -1 on an error. */
static int
is_frozen(importer_state *state, PyObject *name, const pyembed_module *module)
{
    if (bsearch(module->name.data, frozen_by_cpython, sizeof frozen_by_cpython / sizeof frozen_by_cpython[0], sizeof frozen_by_cpython[0],
                compare_names)
        == NULL) {
        return 0;
    }
    PyObject *answer = PyObject_CallOneArg(state->is_frozen, name);
    if (answer == NULL) {
        return -1;
    }
    int frozen = PyObject_IsTrue(answer);
    Py_DECREF(answer);
    return frozen;
}

/* A submodule is looked for along its parent's `__path__`. Ours is found there as long as one item lies below the executable: a package
 * that something else brought, or whose path was changed, does not get our submodules. */
static int
path_is_ours(OxidizedFinder *self, PyObject *path)
{
    if (path == NULL || path == Py_None || !PyList_Check(path)) {
        return 1;
    }
    PyObject *root = self->root;
    Py_ssize_t length = PyUnicode_GET_LENGTH(root) - 1; /* without the slash: a path may be the executable itself */
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(path); at++) {
        PyObject *item = PyList_GET_ITEM(path, at);
        if (PyUnicode_Check(item) && PyUnicode_GET_LENGTH(item) >= length) {
            PyObject *start = PyUnicode_Substring(item, 0, length);
            if (start == NULL) {
                return -1;
            }
            Py_ssize_t same = PyUnicode_Tailmatch(root, start, 0, length, -1);
            Py_DECREF(start);
            if (same != 0) {
                return same < 0 ? -1 : 1;
            }
        }
    }
    return 0;
}

/* ---- specs ---- */

static PyObject *
new_spec(importer_state *state, PyObject *name, PyObject *loader, PyObject *origin, int is_package)
{
    PyObject *arguments[] = {name, loader, origin, is_package ? Py_True : Py_False};
    return PyObject_Vectorcall(state->module_spec, arguments, 2, state->spec_keywords);
}

/* `spec.has_location = True; spec.cached = ...`, without the properties: importlib would compute `cached` by itself in Python. */
static int
set_location(OxidizedFinder *self, PyObject *spec, const pyembed_module *module)
{
    importer_state *state = self->state;
    PyObject *cached = pyembed_cached_of(self, module);
    int result = cached == NULL ? -1 : PyObject_SetAttr(spec, state->str_cached, cached);
    Py_XDECREF(cached);
    return result < 0 ? -1 : PyObject_SetAttr(spec, state->str_set_fileattr, Py_True);
}

static int
add_package_path(OxidizedFinder *self, PyObject *spec, const pyembed_module *module)
{
    PyObject *locations = PyObject_GetAttr(spec, self->state->str_locations);
    PyObject *path = locations == NULL ? NULL : pyembed_package_path_of(self, module);
    int result = path == NULL ? -1 : PyList_Append(locations, path);
    Py_XDECREF(locations);
    Py_XDECREF(path);
    return result;
}

/* A module that lies beside the product: importlib's own loaders, by the file's suffix. */
static PyObject *
filesystem_spec(OxidizedFinder *self, PyObject *name, const pyembed_module *module)
{
    PyObject *file = pyembed_file_of(self, module);
    PyObject *folder = file == NULL ? NULL : pyembed_package_path_of(self, module);
    PyObject *make = folder == NULL ? NULL : PyObject_GetAttrString(self->state->bootstrap_external, "spec_from_file_location");
    PyObject *positional = make == NULL ? NULL : PyTuple_Pack(2, name, file);
    PyObject *keywords = positional == NULL                              ? NULL
                         : (module->flags & PYEMBED_MODULE_PACKAGE) != 0 ? Py_BuildValue("{s:[O]}", "submodule_search_locations", folder)
                                                                         : PyDict_New();
    PyObject *spec = keywords == NULL ? NULL : PyObject_Call(make, positional, keywords);
    Py_XDECREF(keywords);
    Py_XDECREF(positional);
    Py_XDECREF(make);
    Py_XDECREF(folder);
    Py_XDECREF(file);
    return spec;
}

PyObject *
pyembed_finder_spec_of(OxidizedFinder *self, PyObject *name, const pyembed_module *module)
{
    importer_state *state = self->state;
    if (module->flags & PYEMBED_MODULE_BUILTIN) {
        return new_spec(state, name, state->builtin_importer, state->str_builtin_origin, 0);
    }
    if ((module->flags & PYEMBED_IN_FILESYSTEM) && !(module->flags & PYEMBED_MODULE_NAMESPACE)) {
        return filesystem_spec(self, name, module);
    }
    int has_file = self->module_file != PYEMBED_FILE_NONE && !(module->flags & PYEMBED_MODULE_NAMESPACE);
    int is_package = (module->flags & (PYEMBED_MODULE_PACKAGE | PYEMBED_MODULE_NAMESPACE)) != 0;
    PyObject *origin = has_file ? pyembed_file_of(self, module) : Py_NewRef(Py_None);
    PyObject *spec = origin == NULL ? NULL : new_spec(state, name, (PyObject *)self, origin, is_package);
    Py_XDECREF(origin);
    if (spec != NULL && ((has_file && set_location(self, spec, module) < 0) || (is_package && add_package_path(self, spec, module) < 0))) {
        Py_CLEAR(spec);
    }
    return spec;
}

/* `__path__` of a namespace package may have portions on disk, and a regular package there wins over all portions: importlib's PathFinder
 * knows both. */
static PyObject *
merge_namespace(OxidizedFinder *self, PyObject *spec, PyObject *name, PyObject *path)
{
    PyObject *finder = PyObject_GetAttrString(self->state->bootstrap_external, "PathFinder");
    PyObject *other = finder == NULL ? NULL : PyObject_CallMethod(finder, "find_spec", "OO", name, path == NULL ? Py_None : path);
    Py_XDECREF(finder);
    if (other == NULL || other == Py_None) {
        Py_XDECREF(other);
        return other == NULL ? (Py_DECREF(spec), NULL) : spec;
    }
    PyObject *loader = PyObject_GetAttr(other, self->state->str_loader);
    if (loader != NULL && loader != Py_None) {
        Py_DECREF(loader);
        Py_DECREF(spec);
        return other;
    }
    PyObject *ours = loader == NULL ? NULL : PyObject_GetAttr(spec, self->state->str_locations);
    PyObject *theirs = ours == NULL ? NULL : PyObject_GetAttr(other, self->state->str_locations);
    PyObject *extended = theirs == NULL ? NULL : PyObject_CallMethod(ours, "extend", "O", theirs);
    Py_XDECREF(loader);
    Py_XDECREF(ours);
    Py_XDECREF(theirs);
    Py_DECREF(other);
    if (extended == NULL) {
        Py_CLEAR(spec);
    }
    Py_XDECREF(extended);
    return spec;
}

/* By the entry's flag, or by the setting `lazy_modules`. */
static int
is_lazy(const pyembed_module *module)
{
    const pyembed_process *process = &pyembed_this_process;
    if (module->flags & PYEMBED_MODULE_LAZY) {
        return 1;
    }
    for (uint32_t at = 0; at < process->settings.lazy_modules.count; at++) {
        pyembed_setting setting;
        if (pyembed_setting_at(&process->resources, process->settings.lazy_modules.first + at, &setting) == PYEMBED_OK
            && (strcmp(setting.value.data, "*") == 0 || strcmp(setting.value.data, module->name.data) == 0)) {
            return 1;
        }
    }
    return 0;
}

/* importlib's own LazyLoader around us. Not for packages, whose `__path__` is needed at once, nor for the parts of this importer. */
static PyObject *
make_lazy(OxidizedFinder *self, PyObject *spec, const pyembed_module *module)
{
    if (module->code.data == NULL || (module->flags & PYEMBED_MODULE_PACKAGE) || strncmp(module->name.data, "_oxidized_", 10) == 0
        || strcmp(module->name.data, "importlib.util") == 0 || strncmp(module->name.data, "encodings.", 10) == 0) {
        return spec;
    }
    PyObject *type = pyembed_part("importlib.util", "LazyLoader");
    PyObject *loader = type == NULL ? NULL : PyObject_CallOneArg(type, (PyObject *)self);
    if (loader == NULL || PyObject_SetAttr(spec, self->state->str_loader, loader) < 0) {
        Py_CLEAR(spec);
    }
    Py_XDECREF(type);
    Py_XDECREF(loader);
    return spec;
}

static PyObject *
find_spec(OxidizedFinder *self, PyObject *name, PyObject *path)
{
    if (self->state == NULL || !PyUnicode_Check(name)) {
        return PyErr_Format(PyExc_TypeError, "find_spec() needs a module name, not %.100s", Py_TYPE(name)->tp_name);
    }
    if (self->added != NULL && PyDict_GET_SIZE(self->added) > 0) {
        PyObject *added = PyDict_GetItemWithError(self->added, name);
        if (added != NULL) {
            return pyembed_index_added_spec(self, name, added);
        }
        if (PyErr_Occurred()) {
            return NULL;
        }
    }
    pyembed_module module;
    int found = pyembed_finder_lookup(self, name, &module);
    /* A script is no module that can be found: `runpy.run_path` of another script looks for a `__main__` of that one. */
    if (found > 0 && strcmp(module.name.data, "__main__") == 0) {
        found = 0;
    }
    if (found > 0) {
        if (module.flags & (PYEMBED_MODULE_BUILTIN | PYEMBED_MODULE_SHARED)) {
            pyembed_fixup_before(&module);
        }
        /* BuiltinImporter, which stands next, does the plain names; it never looks at those with dots below a path. */
        if ((module.flags & PYEMBED_MODULE_BUILTIN) && memchr(module.name.data, '.', module.name.size) == NULL) {
            found = 0;
        }
        else if (!(module.flags & PYEMBED_IN_FILESYSTEM)) {
            int frozen = is_frozen(self->state, name, &module);
            int ours = frozen == 0 ? path_is_ours(self, path) : 0;
            found = frozen < 0 || ours < 0 ? -1 : ours;
        }
    }
    if (found <= 0) {
        return found < 0 ? NULL : Py_NewRef(Py_None);
    }
    PyObject *spec = pyembed_finder_spec_of(self, name, &module);
    if (spec != NULL && (module.flags & PYEMBED_MODULE_NAMESPACE) && self->filesystem_importer) {
        return merge_namespace(self, spec, name, path);
    }
    return spec != NULL && !pyembed_this_process.booting && is_lazy(&module) ? make_lazy(self, spec, &module) : spec;
}

static PyObject *
finder_find_spec(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *keywords)
{
    PyObject *values[3] = {NULL, NULL, NULL};
    static const char *const names[] = {"fullname", "path", "target"};
    if (count > 3) {
        PyErr_SetString(PyExc_TypeError, "find_spec() takes at most 3 arguments");
        return NULL;
    }
    for (Py_ssize_t at = 0; at < count; at++) {
        values[at] = args[at];
    }
    for (Py_ssize_t at = 0; keywords != NULL && at < PyTuple_GET_SIZE(keywords); at++) {
        size_t place = 0;
        while (place < 3 && PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(keywords, at), names[place]) != 0) {
            place++;
        }
        if (place == 3 || values[place] != NULL) {
            return PyErr_Format(PyExc_TypeError, "find_spec() got an unexpected argument '%U'", PyTuple_GET_ITEM(keywords, at));
        }
        values[place] = args[count + at];
    }
    if (values[0] == NULL) {
        PyErr_SetString(PyExc_TypeError, "find_spec() missing required argument: 'fullname'");
        return NULL;
    }
    return find_spec((OxidizedFinder *)self, values[0], values[1]);
}

static PyObject *
finder_invalidate_caches(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    Py_RETURN_NONE; /* the blob does not change */
}

/* ---- the type ---- */

static int
set_up(OxidizedFinder *self, PyObject *module)
{
    self->module = Py_NewRef(module);
    self->state = pyembed_state_of(module);
    self->module_file = pyembed_this_process.settings.module_file;
    self->filesystem_importer = pyembed_this_process.settings.filesystem_importer;
    self->register_pkg_resources = 1;
    /* sys.executable is what Python programs know; both are made from the same bytes. */
    PyObject *executable = PyUnicode_DecodeFSDefault(pyembed_this_process.executable);
    self->root = executable == NULL ? NULL : PyUnicode_FromFormat("%U/", executable);
    Py_XDECREF(executable);
    return self->root == NULL ? -1 : 0;
}

PyObject *
pyembed_finder_create(PyObject *module)
{
    PyTypeObject *type = pyembed_state_of(module)->finder_type;
    OxidizedFinder *self = (OxidizedFinder *)type->tp_alloc(type, 0);
    if (self != NULL && set_up(self, module) < 0) {
        Py_CLEAR(self);
    }
    if (self != NULL) {
        self->resources = pyembed_this_process.resources;
    }
    return (PyObject *)self;
}

/* OxidizedFinder(): an empty one, of a program's own. `relative_path_origin` is taken for PyOxidizer's sake: paths beside the product are
 * always relative to it. */
static PyObject *
finder_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"relative_path_origin", NULL};
    PyObject *origin = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O:OxidizedFinder", names, &origin)) {
        return NULL;
    }
    PyObject *module = PyType_GetModuleByDef(type, &pyembed_importer_module);
    OxidizedFinder *self = module == NULL ? NULL : (OxidizedFinder *)type->tp_alloc(type, 0);
    if (self != NULL && set_up(self, module) < 0) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static int
finder_traverse(PyObject *object, visitproc visit, void *arg)
{
    OxidizedFinder *self = (OxidizedFinder *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->module);
    Py_VISIT(self->added);
    return 0;
}

static int
finder_clear(PyObject *object)
{
    OxidizedFinder *self = (OxidizedFinder *)object;
    Py_CLEAR(self->added);
    return 0;
}

static void
finder_dealloc(PyObject *object)
{
    OxidizedFinder *self = (OxidizedFinder *)object;
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    finder_clear(object);
    Py_CLEAR(self->blob);
    Py_CLEAR(self->root);
    Py_CLEAR(self->set_start_method);
    Py_CLEAR(self->module);
    type->tp_free(object);
    Py_DECREF(type);
}

#define METHOD_O(name) ((PyCFunction)(void (*)(void))(name))

static PyMethodDef finder_methods[] = {
    {"find_spec", (PyCFunction)(void (*)(void))finder_find_spec, METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR("find_spec($self, fullname, path=None, target=None)\n--\n\nThe spec of a module of the packed resources, or None.")},
    {"invalidate_caches", finder_invalidate_caches, METH_NOARGS, PyDoc_STR("There are none.")},
    {"create_module", METHOD_O(pyembed_loader_create_module), METH_O, NULL},
    {"exec_module", METHOD_O(pyembed_loader_exec_module), METH_O, NULL},
    {"get_code", METHOD_O(pyembed_loader_get_code), METH_O, NULL},
    {"get_source", METHOD_O(pyembed_loader_get_source), METH_O, NULL},
    {"get_data", METHOD_O(pyembed_loader_get_data), METH_O, NULL},
    {"get_filename", METHOD_O(pyembed_loader_get_filename), METH_O, NULL},
    {"is_package", METHOD_O(pyembed_loader_is_package), METH_O, NULL},
    {"get_resource_reader", METHOD_O(pyembed_loader_get_resource_reader), METH_O, NULL},
    {"index_bytes", METHOD_O(pyembed_index_bytes), METH_O, PyDoc_STR("Reads packed resources in place from a bytes-like object, which the finder keeps.")},
    {"index_file_memory_mapped", METHOD_O(pyembed_index_file), METH_O, PyDoc_STR("Reads packed resources in place from a file.")},
    {"index_interpreter_builtins", METHOD_O(pyembed_index_interpreter), METH_NOARGS, PyDoc_STR("Adds CPython's linked-in and frozen modules.")},
    {"index_interpreter_builtin_extension_modules", METHOD_O(pyembed_index_builtins), METH_NOARGS, PyDoc_STR("Adds CPython's linked-in modules.")},
    {"index_interpreter_frozen_modules", METHOD_O(pyembed_index_frozen), METH_NOARGS, PyDoc_STR("Adds CPython's frozen modules.")},
    {"indexed_resources", METHOD_O(pyembed_index_resources), METH_NOARGS, PyDoc_STR("All that the finder knows, as a list of OxidizedResource.")},
    {"add_resource", METHOD_O(pyembed_index_add), METH_O, PyDoc_STR("Adds an OxidizedResource; one of that name is replaced.")},
    {"add_resources", METHOD_O(pyembed_index_add_all), METH_O, PyDoc_STR("Adds several.")},
    {"serialize_indexed_resources", METHOD_O(pyembed_index_serialize), METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("Packed resources of all that the finder knows, as bytes.")},
    {"_added", METHOD_O(pyembed_index_added), METH_NOARGS, NULL},
    {"path_hook", METHOD_O(pyembed_hook_path_hook), METH_O, PyDoc_STR("For sys.path_hooks: a finder for a path below the executable.")},
    {"iter_modules", METHOD_O(pyembed_hook_iter_modules), METH_VARARGS | METH_KEYWORDS, NULL},
    {"find_distributions", METHOD_O(pyembed_hook_find_distributions), METH_VARARGS | METH_KEYWORDS, NULL},
    {"_modules", METHOD_O(pyembed_inventory_modules), METH_O, NULL},
    {"_module", METHOD_O(pyembed_inventory_module), METH_O, NULL},
    {"_flags", METHOD_O(pyembed_inventory_flags), METH_O, NULL},
    {"_file_name", METHOD_O(pyembed_inventory_file_name), METH_O, NULL},
    {"_main_file", METHOD_O(pyembed_inventory_main_file), METH_NOARGS, NULL},
    {"_resources", METHOD_O(pyembed_inventory_resources), METH_O, NULL},
    {"_resource", METHOD_O(pyembed_inventory_resource), METH_VARARGS, NULL},
    {"_distributions", METHOD_O(pyembed_inventory_distributions), METH_NOARGS, NULL},
    {"_distribution_files", METHOD_O(pyembed_inventory_distribution_files), METH_O, NULL},
    {"_distribution_file", METHOD_O(pyembed_inventory_distribution_file), METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

/* ---- attributes ---- */

static PyObject *
finder_origin(PyObject *self, void *Py_UNUSED(closure))
{
    (void)self;
    return PyUnicode_DecodeFSDefault(pyembed_this_process.folder);
}

static PyObject *
finder_base(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *root = ((OxidizedFinder *)self)->root;
    return PyUnicode_Substring(root, 0, PyUnicode_GET_LENGTH(root) - 1);
}

static PyObject *
finder_start_method(PyObject *self, void *Py_UNUSED(closure))
{
    static const char *const names[] = {"auto", "fork", "forkserver", "spawn", "none"};
    PyObject *own = ((OxidizedFinder *)self)->set_start_method;
    return own != NULL ? Py_NewRef(own) : PyUnicode_FromString(names[pyembed_this_process.settings.multiprocessing_start_method]);
}

static int
finder_set_start_method(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    Py_XSETREF(((OxidizedFinder *)self)->set_start_method, Py_XNewRef(value));
    return 0;
}

static PyObject *
finder_auto_register(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((OxidizedFinder *)self)->register_pkg_resources);
}

static int
finder_set_auto_register(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    int flag = value == NULL ? 0 : PyObject_IsTrue(value);
    if (flag >= 0) {
        ((OxidizedFinder *)self)->register_pkg_resources = flag;
    }
    return flag < 0 ? -1 : 0;
}

static PyGetSetDef finder_attributes[] = {
    {"origin", finder_origin, NULL, PyDoc_STR("The folder of the executable."), NULL},
    {"path_hook_base_str", finder_base, NULL, PyDoc_STR("What paths of packed modules begin with: the executable's."), NULL},
    {"multiprocessing_set_start_method", finder_start_method, finder_set_start_method, PyDoc_STR("Start method that `multiprocessing` gets when it is imported."), NULL},
    {"pkg_resources_import_auto_register", finder_auto_register, finder_set_auto_register, PyDoc_STR("Whether `pkg_resources` learns of this finder when it is imported."),
     NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot finder_slots[] = {
    {Py_tp_doc, (void *)(uintptr_t) "Imports modules from packed resources: a meta path finder and their loader."},
    {Py_tp_new, (void *)finder_new},
    {Py_tp_dealloc, (void *)finder_dealloc},
    {Py_tp_traverse, (void *)finder_traverse},
    {Py_tp_clear, (void *)finder_clear},
    {Py_tp_methods, finder_methods},
    {Py_tp_getset, finder_attributes},
    {0, NULL},
};

PyType_Spec pyembed_finder_spec = {
    .name = "oxidized_importer.OxidizedFinder",
    .basicsize = sizeof(OxidizedFinder),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = finder_slots,
};
