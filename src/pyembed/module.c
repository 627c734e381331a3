/* The module object `oxidized_importer`, one for each interpreter. */
#include "importer.h"

#include <stddef.h>
#include <string.h>

/* Parts that no start needs are Python modules: they are imported when one of their names is asked for. */
static const struct {
    const char *name;
    const char *module;
} parts[] = {
    {"OxidizedDistribution", "_oxidized_metadata"},
    {"OxidizedPathEntryFinder", "_oxidized_paths"},
    {"OxidizedPkgResourcesProvider", "_oxidized_pkg_resources"},
    {"OxidizedResource", "_oxidized_resource"},
    {"OxidizedResourceCollector", "_oxidized_collector"},
    {"OxidizedResourceReader", "_oxidized_resources"},
    {"OxidizedZipFinder", "_oxidized_zip"},
    {"PythonExtensionModule", "_oxidized_collector"},
    {"PythonModuleBytecode", "_oxidized_collector"},
    {"PythonModuleSource", "_oxidized_collector"},
    {"PythonPackageDistributionResource", "_oxidized_collector"},
    {"PythonPackageResource", "_oxidized_collector"},
    {"find_resources_in_path", "_oxidized_collector"},
    {"pkg_resources_find_distributions", "_oxidized_pkg_resources"},
    {"register_pkg_resources", "_oxidized_pkg_resources"},
};

static const char *const own_names[] = {"OxidizedFinder", "decode_source"};

PyObject *
pyembed_dict_item(PyObject *dict, const char *key)
{
    PyObject *name = PyUnicode_FromString(key);
    PyObject *item = name == NULL ? NULL : Py_XNewRef(PyDict_GetItemWithError(dict, name));
    Py_XDECREF(name);
    return item;
}

PyObject *
pyembed_sys_item(const char *name)
{
    PyObject *sys = pyembed_dict_item(PyImport_GetModuleDict(), "sys");
    PyObject *value = sys == NULL ? NULL : PyObject_GetAttrString(sys, name);
    if (sys == NULL && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_ImportError, "CPython has no module 'sys'");
    }
    Py_XDECREF(sys);
    return value;
}

static PyObject *
module_getattr(PyObject *module, PyObject *name)
{
    for (size_t at = 0; at < sizeof parts / sizeof parts[0]; at++) {
        if (PyUnicode_CompareWithASCIIString(name, parts[at].name) == 0) {
            PyObject *value = pyembed_part(parts[at].module, parts[at].name);
            if (value != NULL && PyObject_SetAttr(module, name, value) < 0) {
                Py_CLEAR(value);
            }
            return value;
        }
    }
    return PyErr_Format(PyExc_AttributeError, "module 'oxidized_importer' has no attribute '%U'", name);
}

static int
append_text(PyObject *names, const char *text)
{
    PyObject *name = PyUnicode_FromString(text);
    int result = name == NULL ? -1 : PyList_Append(names, name);
    Py_XDECREF(name);
    return result;
}

/* What is documented, and what each module has; hooks and the parts' own functions are nobody else's. */
static PyObject *
module_dir(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    PyObject *all = PyDict_Keys(PyModule_GetDict(module)), *names = all == NULL ? NULL : PyList_New(0);
    for (Py_ssize_t at = 0; names != NULL && at < PyList_GET_SIZE(all); at++) {
        const char *text = PyUnicode_AsUTF8(PyList_GET_ITEM(all, at));
        if (text == NULL || (strncmp(text, "__", 2) == 0 && append_text(names, text) < 0)) {
            Py_CLEAR(names);
        }
    }
    for (size_t at = 0; names != NULL && at < sizeof own_names / sizeof own_names[0]; at++) {
        if (append_text(names, own_names[at]) < 0) {
            Py_CLEAR(names);
        }
    }
    for (size_t at = 0; names != NULL && at < sizeof parts / sizeof parts[0]; at++) {
        if (append_text(names, parts[at].name) < 0) {
            Py_CLEAR(names);
        }
    }
    Py_XDECREF(all);
    return names;
}

static PyObject *
module_decode_source(PyObject *module, PyObject *args)
{
    PyObject *io, *source;
    if (PyArg_UnpackTuple(args, "decode_source", 2, 2, &io, &source) == 0) {
        return NULL;
    }
    (void)io; /* PyOxidizer's importer took the module from its caller; importlib has its own */
    return PyObject_CallMethod(pyembed_state_of(module)->bootstrap_external, "decode_source", "O", source);
}

static PyObject *
module_finder(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    PyObject *finder = pyembed_state_of(module)->finder;
    return Py_NewRef(finder == NULL ? Py_None : finder);
}

static PyMethodDef module_methods[] = {
    {"__getattr__", module_getattr, METH_O, NULL},
    {"__dir__", module_dir, METH_NOARGS, NULL},
    {"_excepthook", pyembed_display_thread, METH_VARARGS, PyDoc_STR("_excepthook($module, exc_type, /)\n--\n\nHandle uncaught Thread.run() exception.")},
    {"unraisablehook", pyembed_display_unraisable, METH_VARARGS, PyDoc_STR("unraisablehook($module, unraisable, /)\n--\n\nHandle an unraisable exception.")},
    {"_open", (PyCFunction)(void (*)(void))pyembed_display_open, METH_FASTCALL | METH_KEYWORDS, NULL},
    {"_finder", module_finder, METH_NOARGS, NULL},
    {"_zip_hook", pyembed_zip_hook, METH_O, NULL},
    {"_install", pyembed_install, METH_O, PyDoc_STR("Puts the finder into an interpreter that starts; called once, by the boot.")},
    {"decode_source", module_decode_source, METH_VARARGS, PyDoc_STR("decode_source($module, io_module, source_bytes)\n--\n\nPython source as text.")},
    {"excepthook", pyembed_display_exception, METH_VARARGS, PyDoc_STR("excepthook($module, exctype, value, traceback, /)\n--\n\nPrints an exception.")},
    {NULL, NULL, 0, NULL},
};

/* ---- state ---- */

/* The objects of importlib that a finder uses at each import. */
static const struct {
    const char *module;
    const char *name; /* NULL: the module itself */
    size_t offset;
} borrowed[] = {
    {"_frozen_importlib", "ModuleSpec", offsetof(importer_state, module_spec)},
    {"_frozen_importlib", "BuiltinImporter", offsetof(importer_state, builtin_importer)},
    {"_frozen_importlib", "FrozenImporter", offsetof(importer_state, frozen_importer)},
    {"_frozen_importlib", "_call_with_frames_removed", offsetof(importer_state, frames_removed)},
    {"_frozen_importlib", NULL, offsetof(importer_state, bootstrap)},
    {"_frozen_importlib_external", NULL, offsetof(importer_state, bootstrap_external)},
    {"_imp", "_fix_co_filename", offsetof(importer_state, fix_co_filename)},
    {"_imp", "is_frozen", offsetof(importer_state, is_frozen)},
    {"_imp", "find_frozen", offsetof(importer_state, find_frozen)},
    {"_imp", "_frozen_module_names", offsetof(importer_state, frozen_module_names)},
    {"_imp", "create_dynamic", offsetof(importer_state, create_dynamic)},
    {"_imp", "exec_dynamic", offsetof(importer_state, exec_dynamic)},
    {"builtins", "exec", offsetof(importer_state, exec)},
};

static const struct {
    const char *text;
    size_t offset;
} strings[] = {
    {"name", offsetof(importer_state, str_name)},
    {"__spec__", offsetof(importer_state, str_spec)},
    {"loader", offsetof(importer_state, str_loader)},
    {"_cached", offsetof(importer_state, str_cached)},
    {"_set_fileattr", offsetof(importer_state, str_set_fileattr)},
    {"submodule_search_locations", offsetof(importer_state, str_locations)},
    {"__builtins__", offsetof(importer_state, str_builtins)},
    {"built-in", offsetof(importer_state, str_builtin_origin)},
    {"__path__", offsetof(importer_state, str_path)},
    {"__file__", offsetof(importer_state, str_file)},
    {"open", offsetof(importer_state, str_open)},
    {"loader_state", offsetof(importer_state, str_loader_state)},
};

enum { BORROWED_COUNT = sizeof borrowed / sizeof borrowed[0], STRING_COUNT = sizeof strings / sizeof strings[0] };

static PyObject **
field_of(importer_state *state, size_t offset)
{
    return (PyObject **)(void *)((char *)state + offset);
}

static PyObject *
borrow(size_t at)
{
    /* All of them are in sys.modules before any hook runs: no import happens here, which is a hundred times cheaper. */
    PyObject *module = pyembed_dict_item(PyImport_GetModuleDict(), borrowed[at].module);
    if (module == NULL) {
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ImportError, "CPython has no module '%s'", borrowed[at].module);
    }
    PyObject *value = borrowed[at].name == NULL ? Py_NewRef(module) : PyObject_GetAttrString(module, borrowed[at].name);
    Py_DECREF(module);
    return value;
}

static int
module_exec(PyObject *module)
{
    importer_state *state = pyembed_state_of(module);
    for (size_t at = 0; at < BORROWED_COUNT; at++) {
        if ((*field_of(state, borrowed[at].offset) = borrow(at)) == NULL) {
            return -1;
        }
    }
    for (size_t at = 0; at < STRING_COUNT; at++) {
        if ((*field_of(state, strings[at].offset) = PyUnicode_InternFromString(strings[at].text)) == NULL) {
            return -1;
        }
    }
    state->spec_keywords = Py_BuildValue("(ss)", "origin", "is_package");
    state->finder_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &pyembed_finder_spec, NULL);
    if (state->spec_keywords == NULL || state->finder_type == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_NoMemory(); /* PyType_FromModuleAndSpec forgets it (3.11) */
        }
        return -1;
    }
    return PyModule_AddType(module, state->finder_type);
}

static int
module_traverse(PyObject *module, visitproc visit, void *arg)
{
    importer_state *state = pyembed_state_of(module);
    Py_VISIT(state->finder_type);
    Py_VISIT(state->finder);
    Py_VISIT(state->excepthook);
    Py_VISIT(state->thread_excepthook);
    Py_VISIT(state->unraisablehook);
    Py_VISIT(state->io_open);
    for (size_t at = 0; at < BORROWED_COUNT; at++) {
        Py_VISIT(*field_of(state, borrowed[at].offset));
    }
    return 0;
}

static int
module_clear(PyObject *module)
{
    importer_state *state = pyembed_state_of(module);
    Py_CLEAR(state->finder_type);
    Py_CLEAR(state->finder);
    Py_CLEAR(state->excepthook);
    Py_CLEAR(state->thread_excepthook);
    Py_CLEAR(state->unraisablehook);
    Py_CLEAR(state->io_open);
    Py_CLEAR(state->spec_keywords);
    for (size_t at = 0; at < BORROWED_COUNT; at++) {
        Py_CLEAR(*field_of(state, borrowed[at].offset));
    }
    for (size_t at = 0; at < STRING_COUNT; at++) {
        Py_CLEAR(*field_of(state, strings[at].offset));
    }
    return 0;
}

static void
module_free(void *module)
{
    module_clear(module);
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, (void *)module_exec},
    PYEMBED_SLOT_INTERPRETERS
    {0, NULL},
};

struct PyModuleDef pyembed_importer_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "oxidized_importer",
    .m_doc = PyDoc_STR("Imports Python modules from packed resources in memory."),
    .m_size = sizeof(importer_state),
    .m_methods = module_methods,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyObject *
pyembed_importer_init(void)
{
    return PyModuleDef_Init(&pyembed_importer_module);
}
