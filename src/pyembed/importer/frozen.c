/* Hides the stand-in of bootstrap.c after it ran: a program must not see `encodings` as a frozen
 * module. importlib believes what `_imp` says, and a fresh copy of importlib (which tests and some
 * tools make) fails on a module that is not really frozen. The table itself must stay, because the
 * next interpreter needs it. */
#include "importer/frozen.h"

#include "values/items.h"
#include "values/state.h"

static int
is_stand_in(PyObject *name)
{
    return PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "encodings") == 0;
}

static PyObject *
frozen_is_frozen(PyObject *module, PyObject *name)
{
    return is_stand_in(name) ? Py_NewRef(Py_False)
                             : PyObject_CallOneArg(pyembed_state_of(module)->is_frozen, name);
}

static PyObject *
frozen_find_frozen(PyObject *module, PyObject *const *args, Py_ssize_t count, PyObject *keywords)
{
    if (count == 1 && is_stand_in(args[0])) {
        Py_RETURN_NONE;
    }
    return PyObject_Vectorcall(pyembed_state_of(module)->find_frozen, args, (size_t)count,
                               keywords);
}

static PyObject *
frozen_module_names(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    PyObject *names = PyObject_CallNoArgs(pyembed_state_of(module)->frozen_module_names);
    for (Py_ssize_t at = names == NULL ? 0 : PyList_GET_SIZE(names); at-- > 0;) {
        if (is_stand_in(PyList_GET_ITEM(names, at)) &&
            PyList_SetSlice(names, at, at + 1, NULL) < 0) {
            Py_CLEAR(names);
            break;
        }
    }
    return names;
}

/* With the documentation of CPython's own, which `inspect` reads signatures from. */
static PyMethodDef functions[] = {
    {"is_frozen", frozen_is_frozen, METH_O,
     PyDoc_STR(
         "is_frozen($module, name, /)\n--\n\nReturns True if the module name corresponds to a frozen module.")},
    {"find_frozen", (PyCFunction)(void (*)(void))frozen_find_frozen, METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR(
         "find_frozen($module, name, /, *, withdata=False)\n--\n\nReturn info about the corresponding frozen module (if there is one) or None.")},
    {"_frozen_module_names", frozen_module_names, METH_NOARGS,
     PyDoc_STR(
         "_frozen_module_names($module, /)\n--\n\nReturns the list of available frozen modules.")},
};

int
pyembed_hide_stand_in(PyObject *module)
{
    PyObject *imp = pyembed_dict_item(PyImport_GetModuleDict(), "_imp");
    PyObject *name = imp == NULL ? NULL : PyModule_GetNameObject(imp);
    int result = name == NULL ? -1 : 0;
    for (size_t at = 0; result == 0 && at < sizeof functions / sizeof functions[0]; at++) {
        PyObject *function = PyCFunction_NewEx(&functions[at], module, name);
        result =
            function == NULL ? -1 : PyObject_SetAttrString(imp, functions[at].ml_name, function);
        Py_XDECREF(function);
    }
    Py_XDECREF(name);
    Py_XDECREF(imp);
    return result;
}
