/* OxidizedFinder as a Python type: how one is made, its methods and attributes. */
#include "finder/finder_type.h"

#include "reader/settings.h"
#include "process/process.h"
#include "values/errors.h"
#include "values/state.h"
#include "loader/app_relative.h"
#include "loader/namespaces.h"
#include "finder/added.h"
#include "finder/finder.h"
#include "finder/hooks.h"
#include "finder/index_interpreter.h"
#include "finder/indexing.h"
#include "finder/inventory.h"
#include "finder/legacy.h"

static PyObject *
finder_invalidate_caches(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    Py_RETURN_NONE; /* the blob does not change */
}

static int
set_up(OxidizedFinder *self, PyObject *module)
{
    self->module = Py_NewRef(module);
    self->state = pyembed_state_of(module);
    self->module_file = pyembed_this_process.settings.module_file;
    self->filesystem_importer = pyembed_this_process.settings.filesystem_importer;
    self->register_pkg_resources = 1;
    /* sys.executable is what Python programs know; both are made from the same bytes. */
    PyObject *files = PyUnicode_DecodeFSDefault(pyembed_this_process.files);
    self->root = files == NULL ? NULL : PyUnicode_FromFormat("%U/", files);
    Py_XDECREF(files);
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

static int
set_origin(OxidizedFinder *self, PyObject *origin)
{
    PyObject *path = PyOS_FSPath(origin);
    int result = path == NULL || PyUnicode_FSDecoder(path, &self->origin) == 0 ? -1 : 0;
    Py_XDECREF(path);
    return result;
}

/* OxidizedFinder(): an empty finder that a program makes and fills. */
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
    if (self == NULL) {
        return NULL;
    }
    if (set_up(self, module) < 0 || (origin != Py_None && set_origin(self, origin) < 0)) {
        Py_DECREF(self);
        return NULL;
    }
    self->set_start_method = Py_NewRef(Py_None);
    self->register_pkg_resources = 0;
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
    Py_CLEAR(self->origin);
    Py_CLEAR(self->set_start_method);
    Py_CLEAR(self->module);
    type->tp_free(object);
    Py_DECREF(type);
}

/* Leaves out the names that only the Python parts use. */
static PyObject *
finder_dir(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *all = PyObject_CallMethod((PyObject *)&PyBaseObject_Type, "__dir__", "O", self),
             *names = all == NULL ? NULL : PyList_New(0);
    for (Py_ssize_t at = 0; names != NULL && at < PyList_GET_SIZE(all); at++) {
        const char *name = PyUnicode_AsUTF8(PyList_GET_ITEM(all, at));
        int is_private = name != NULL && name[0] == '_' && name[1] != '_';
        if (name == NULL || (!is_private && PyList_Append(names, PyList_GET_ITEM(all, at)) < 0)) {
            Py_CLEAR(names);
        }
    }
    Py_XDECREF(all);
    return names;
}

/* Specs hold the finder, as they hold importlib's loaders, and are pickled into other processes of
 * the product: there it is their own. */
static PyObject *
finder_reduce(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    OxidizedFinder *finder = (OxidizedFinder *)self;
    if (finder->state->finder != self) {
        return pyembed_raise(
            PyExc_TypeError,
            "cannot pickle 'oxidized_importer.OxidizedFinder' object that the program made");
    }
    PyObject *own = PyObject_GetAttrString(finder->module, "_finder");
    return own == NULL ? NULL : Py_BuildValue("(N())", own);
}

#define METHOD_O(name) ((PyCFunction)(void (*)(void))(name))

static PyMethodDef finder_methods[] = {
    {"find_spec", (PyCFunction)(void (*)(void))pyembed_finder_find_spec,
     METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR(
         "find_spec($self, fullname, path=None, target=None)\n--\n\nThe spec of a module of the packed resources, or None.")},
#if PYEMBED_HAS_FIND_MODULE
    {"find_module", METHOD_O(pyembed_finder_find_module), METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("The loader of a module, or None. Deprecated: find_spec().")},
#endif
#if PYEMBED_HAS_LOAD_MODULE
    {"load_module", METHOD_O(pyembed_loader_load_module), METH_O,
     PyDoc_STR("Imports a module. Deprecated: exec_module().")},
#endif
    {"invalidate_caches", finder_invalidate_caches, METH_NOARGS, PyDoc_STR("There are none.")},
    {"create_module", METHOD_O(pyembed_added_create_module), METH_O, NULL},
    {"exec_module", METHOD_O(pyembed_added_exec_module), METH_O, NULL},
    {"get_code", METHOD_O(pyembed_added_get_code), METH_O, NULL},
    {"get_source", METHOD_O(pyembed_added_get_source), METH_O, NULL},
    {"get_data", METHOD_O(pyembed_added_get_data), METH_O, NULL},
    {"get_filename", METHOD_O(pyembed_added_get_filename), METH_O, NULL},
    {"is_package", METHOD_O(pyembed_added_is_package), METH_O, NULL},
    {"get_resource_reader", METHOD_O(pyembed_added_get_resource_reader), METH_O, NULL},
    {"index_bytes", METHOD_O(pyembed_index_bytes), METH_O,
     PyDoc_STR(
         "Reads packed resources in place from a bytes-like object, which the finder keeps.")},
    {"index_file_memory_mapped", METHOD_O(pyembed_index_file), METH_O,
     PyDoc_STR("Reads packed resources in place from a file.")},
    {"index_interpreter_builtins", METHOD_O(pyembed_index_interpreter), METH_NOARGS,
     PyDoc_STR("Adds CPython's linked-in and frozen modules.")},
    {"index_interpreter_builtin_extension_modules", METHOD_O(pyembed_index_builtins), METH_NOARGS,
     PyDoc_STR("Adds CPython's linked-in modules.")},
    {"index_interpreter_frozen_modules", METHOD_O(pyembed_index_frozen), METH_NOARGS,
     PyDoc_STR("Adds CPython's frozen modules.")},
    {"indexed_resources", METHOD_O(pyembed_index_resources), METH_NOARGS,
     PyDoc_STR("All that the finder knows, as a list of OxidizedResource.")},
    {"add_resource", METHOD_O(pyembed_index_add), METH_O,
     PyDoc_STR("Adds an OxidizedResource; one of that name is replaced.")},
    {"add_resources", METHOD_O(pyembed_index_add_all), METH_O, PyDoc_STR("Adds several.")},
    {"serialize_indexed_resources", METHOD_O(pyembed_index_serialize), METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("Packed resources of all that the finder knows, as bytes.")},
    {"_find_portions", METHOD_O(pyembed_namespace_find_portions), METH_VARARGS, NULL},
    {"_create_app_relative", METHOD_O(pyembed_app_relative_create), METH_O, NULL},
    {"_exec_app_relative", METHOD_O(pyembed_app_relative_exec), METH_O, NULL},
    {"_added", METHOD_O(pyembed_index_added), METH_NOARGS, NULL},
    {"path_hook", METHOD_O(pyembed_hook_path_hook), METH_O,
     PyDoc_STR("For sys.path_hooks: a finder for a path below the executable.")},
    {"iter_modules", METHOD_O(pyembed_hook_iter_modules), METH_VARARGS | METH_KEYWORDS, NULL},
    {"find_distributions", METHOD_O(pyembed_hook_find_distributions), METH_VARARGS | METH_KEYWORDS,
     NULL},
    {"__dir__", METHOD_O(finder_dir), METH_NOARGS, PyDoc_STR("The names that are documented.")},
    {"__reduce__", finder_reduce, METH_NOARGS, PyDoc_STR("For pickle and copy.")},
    {"_modules", METHOD_O(pyembed_added_modules), METH_O, NULL},
    {"_module", METHOD_O(pyembed_inventory_module), METH_O, NULL},
    {"_flags", METHOD_O(pyembed_added_flags), METH_O, NULL},
    {"_file_name", METHOD_O(pyembed_added_file_name), METH_O, NULL},
    {"_main_file", METHOD_O(pyembed_inventory_main_file), METH_NOARGS, NULL},
    {"_resources", METHOD_O(pyembed_added_resources), METH_O, NULL},
    {"_resource", METHOD_O(pyembed_added_resource), METH_VARARGS, NULL},
    {"_libraries", METHOD_O(pyembed_inventory_libraries), METH_NOARGS, NULL},
    {"_distributions", METHOD_O(pyembed_added_distributions), METH_NOARGS, NULL},
    {"_distribution_files", METHOD_O(pyembed_added_distribution_files), METH_O, NULL},
    {"_distribution_file", METHOD_O(pyembed_added_distribution_file), METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

/* ---- attributes ---- */

static PyObject *
finder_origin(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *own = ((OxidizedFinder *)self)->origin;
    return own != NULL ? Py_NewRef(own) : PyUnicode_DecodeFSDefault(pyembed_this_process.folder);
}

static PyObject *
finder_base(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *root = ((OxidizedFinder *)self)->root;
    return PyUnicode_Substring(root, 0, PyUnicode_GET_LENGTH(root) - 1);
}

/* The words of each choice, as the table of settings declares them: each is followed by a blank. */
#define NO_CHOICE(...)
static const struct {
#define CHOICE(name, words, otherwise) const char *name;
    PYEMBED_EACH_SETTING(NO_CHOICE, NO_CHOICE, CHOICE, NO_CHOICE, NO_CHOICE)
#undef CHOICE
} words_of = {
#define CHOICE(name, words, otherwise) .name = words,
    PYEMBED_EACH_SETTING(NO_CHOICE, NO_CHOICE, CHOICE, NO_CHOICE, NO_CHOICE)
#undef CHOICE
};
#undef NO_CHOICE

static PyObject *
finder_start_method(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *own = ((OxidizedFinder *)self)->set_start_method;
    if (own != NULL) {
        return Py_NewRef(own);
    }
    int method = pyembed_this_process.settings.multiprocessing_start_method;
    if (method == PYEMBED_METHOD_NONE) {
        Py_RETURN_NONE;
    }
    const char *word = words_of.multiprocessing_start_method;
    for (int before = 0; before < method; before++) {
        word = strchr(word, ' ') + 1;
    }
    return PyUnicode_FromStringAndSize(word, strchr(word, ' ') - word);
}

static int
finder_set_start_method(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value != NULL && value != Py_None && !PyUnicode_Check(value)) {
        pyembed_raise(PyExc_TypeError,
                      "multiprocessing_set_start_method must be a str or None, not %.100s",
                      Py_TYPE(value)->tp_name);
        return -1;
    }
    Py_XSETREF(((OxidizedFinder *)self)->set_start_method,
               Py_NewRef(value == NULL ? Py_None : value));
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

static PyObject *
finder_has_file(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((OxidizedFinder *)self)->module_file != PYEMBED_FILE_NONE);
}

static PyGetSetDef finder_attributes[] = {
    {"_has_file", finder_has_file, NULL, NULL, NULL},
    {"origin", finder_origin, NULL,
     PyDoc_STR(
         "What relative paths begin at: the folder of the executable, or `relative_path_origin`."),
     NULL},
    {"path_hook_base_str", finder_base, NULL,
     PyDoc_STR("What paths of packed modules begin with: the executable's."), NULL},
    {"multiprocessing_set_start_method", finder_start_method, finder_set_start_method,
     PyDoc_STR("Start method that `multiprocessing` gets when it is imported."), NULL},
    {"pkg_resources_import_auto_register", finder_auto_register, finder_set_auto_register,
     PyDoc_STR("Whether `pkg_resources` learns of this finder when it is imported."), NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot finder_slots[] = {
    {Py_tp_doc,
     (void
          *)(uintptr_t) "Imports modules from packed resources: a meta path finder and their loader."},
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
