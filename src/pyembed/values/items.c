/* Looks up items of dicts and attributes of `sys`, and reports errors. */
#include "values/items.h"

#include "compat.h"
#include "values/errors.h"

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
        pyembed_raise(PyExc_ImportError, "CPython has no module 'sys'");
    }
    Py_XDECREF(sys);
    return value;
}
