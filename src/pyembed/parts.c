/* The parts of the module that are written in Python. They are imported when a name of theirs is asked for, which may be when a program has put something else
 * into sys.meta_path: then through the product's own finder all the same. */
#include "importer.h"

static importer_state *
own_state(void)
{
    PyObject *module = PyDict_GetItemString(PyImport_GetModuleDict(), "oxidized_importer");
    return module != NULL && PyModule_Check(module) && PyModule_GetDef(module) == &pyembed_importer_module ? pyembed_state_of(module) : NULL;
}

/* Puts the finder at the end of sys.meta_path, if it is not there: for the part's own imports. Returns the list, new, or NULL if nothing was done. */
static PyObject *
lend_finder(importer_state *state)
{
    PyObject *meta_path = PySys_GetObject("meta_path");
    if (meta_path == NULL || !PyList_Check(meta_path)) {
        return NULL;
    }
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(meta_path); at++) {
        if (PyList_GET_ITEM(meta_path, at) == state->finder) {
            return NULL;
        }
    }
    if (PyList_Append(meta_path, state->finder) < 0) {
        PyErr_Clear();
        return NULL;
    }
    return Py_NewRef(meta_path);
}

static void
take_finder_back(importer_state *state, PyObject *meta_path)
{
    PyObject *type, *error, *trace;
    PyErr_Fetch(&type, &error, &trace);
    for (Py_ssize_t at = PyList_GET_SIZE(meta_path) - 1; at >= 0; at--) {
        if (PyList_GET_ITEM(meta_path, at) == state->finder) {
            if (PyList_SetSlice(meta_path, at, at + 1, NULL) < 0) {
                PyErr_Clear();
            }
            break;
        }
    }
    Py_DECREF(meta_path);
    PyErr_Restore(type, error, trace);
}

static PyObject *
import_part(const char *module)
{
    PyObject *loaded = PyDict_GetItemString(PyImport_GetModuleDict(), module);
    if (loaded != NULL && loaded != Py_None) {
        return PyImport_ImportModule(module); /* waits for another thread that is still importing it */
    }
    importer_state *state = own_state();
    PyObject *lent = state == NULL || state->finder == NULL ? NULL : lend_finder(state);
    PyObject *part = PyImport_ImportModule(module);
    if (lent != NULL) {
        take_finder_back(state, lent);
    }
    return part;
}

PyObject *
pyembed_part(const char *module, const char *name)
{
    PyObject *part = import_part(module);
    PyObject *value = part == NULL ? NULL : PyObject_GetAttrString(part, name);
    Py_XDECREF(part);
    return value;
}

/* For what imports more of the standard library when it is called. */
PyObject *
pyembed_part_call(const char *module, const char *name, PyObject *args)
{
    if (args == NULL) {
        return NULL;
    }
    PyObject *callable = pyembed_part(module, name);
    importer_state *state = own_state();
    PyObject *lent = callable == NULL || state == NULL || state->finder == NULL ? NULL : lend_finder(state);
    PyObject *result = callable == NULL ? NULL : PyObject_CallObject(callable, args);
    if (lent != NULL) {
        take_finder_back(state, lent);
    }
    Py_XDECREF(callable);
    Py_DECREF(args);
    return result;
}
