/* The module object `oxidized_importer`, one for each interpreter. */
#include "importer/module.h"

#include "values/errors.h"
#include "values/state.h"
#include "loader/parts.h"
#include "finder/finder_type.h"
#include "importer/bootstrap.h"
#include "importer/excepthook.h"
#include "importer/line_editor.h"
#include "importer/zip_hook.h"

#include <string.h>

/* Parts that no start needs are Python modules, imported when one of their names is first used. */
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
    return pyembed_raise(PyExc_AttributeError, "module 'oxidized_importer' has no attribute '%U'",
                         name);
}

static int
append_text(PyObject *names, const char *text)
{
    PyObject *name = PyUnicode_FromString(text);
    int result = name == NULL ? -1 : PyList_Append(names, name);
    Py_XDECREF(name);
    return result;
}

/* Documented names, and the attributes of every module. Hooks and functions of the parts are
 * private. */
static PyObject *
module_dir(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    PyObject *all = PyDict_Keys(PyModule_GetDict(module)),
             *names = all == NULL ? NULL : PyList_New(0);
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
    return PyObject_CallMethod(pyembed_state_of(module)->bootstrap_external, "decode_source", "O",
                               source);
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
    {"_excepthook", pyembed_excepthook_thread, METH_VARARGS,
     PyDoc_STR("_excepthook($module, exc_type, /)\n--\n\nHandle uncaught Thread.run() exception.")},
    {"unraisablehook", pyembed_excepthook_unraisable, METH_VARARGS,
     PyDoc_STR("unraisablehook($module, unraisable, /)\n--\n\nHandle an unraisable exception.")},
    {"_open", (PyCFunction)(void (*)(void))pyembed_excepthook_open, METH_FASTCALL | METH_KEYWORDS,
     NULL},
    {"_finder", module_finder, METH_NOARGS, NULL},
    {"_line_hook", pyembed_line_hook, METH_VARARGS, NULL},
    {"_line_redisplay", pyembed_line_redisplay, METH_NOARGS, NULL},
    {"_zip_hook", pyembed_zip_hook, METH_O, NULL},
    {"_install", pyembed_install, METH_O,
     PyDoc_STR("Puts the finder into an interpreter that starts; called once, by the boot.")},
    {"decode_source", module_decode_source, METH_VARARGS,
     PyDoc_STR("decode_source($module, io_module, source_bytes)\n--\n\nPython source as text.")},
    {"excepthook", pyembed_excepthook_exception, METH_VARARGS,
     PyDoc_STR("excepthook($module, exctype, value, traceback, /)\n--\n\nPrints an exception.")},
    {NULL, NULL, 0, NULL},
};

static int
module_exec(PyObject *module)
{
    if (pyembed_state_fill(module) < 0) {
        return -1;
    }
    importer_state *state = pyembed_state_of(module);
    state->finder_type =
        (PyTypeObject *)PyType_FromModuleAndSpec(module, &pyembed_finder_spec, NULL);
    if (state->finder_type == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_NoMemory(); /* PyType_FromModuleAndSpec forgets it (3.11) */
        }
        return -1;
    }
    return PyModule_AddType(module, state->finder_type);
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, (void *)module_exec},
    PYEMBED_SLOT_INTERPRETERS{0, NULL},
};

PyObject *
pyembed_importer_init(void)
{
    pyembed_importer_module.m_methods = module_methods;
    pyembed_importer_module.m_slots = module_slots;
    return PyModuleDef_Init(&pyembed_importer_module);
}
