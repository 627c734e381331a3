/* What CPython itself holds, as resources of a finder of a program's own. */
#include "finder/index_interpreter.h"

#include "values/items.h"
#include "values/state.h"
#include "loader/parts.h"
#include "finder/indexing.h"

static int
add_names(OxidizedFinder *self, PyObject *names, const char *flag)
{
    PyObject *type = pyembed_part("_oxidized_resource", "OxidizedResource");
    Py_ssize_t count = names == NULL ? 0 : PySequence_Size(names);
    int result = type == NULL || names == NULL ? -1 : 0;
    for (Py_ssize_t at = 0; result == 0 && at < count; at++) {
        PyObject *name = PySequence_GetItem(names, at);
        PyObject *resource = name == NULL ? NULL : PyObject_CallNoArgs(type);
        PyObject *done = NULL;
        if (resource != NULL && PyObject_SetAttrString(resource, "name", name) == 0 &&
            PyObject_SetAttrString(resource, flag, Py_True) == 0) {
            done = pyembed_index_add(self, resource);
        }
        result = done == NULL ? -1 : 0;
        Py_XDECREF(done);
        Py_XDECREF(resource);
        Py_XDECREF(name);
    }
    Py_XDECREF(type);
    return result;
}

PyObject *
pyembed_index_builtins(OxidizedFinder *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *names = pyembed_sys_item("builtin_module_names");
    int result = add_names(self, names, "is_builtin_extension_module");
    Py_XDECREF(names);
    if (result < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyObject *
pyembed_index_frozen(OxidizedFinder *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *imp = PyImport_ImportModule("_imp");
    PyObject *names = imp == NULL ? NULL : PyObject_CallMethod(imp, "_frozen_module_names", NULL);
    int result = names == NULL ? -1 : add_names(self, names, "is_frozen_module");
    Py_XDECREF(imp);
    Py_XDECREF(names);
    if (result < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyObject *
pyembed_index_interpreter(OxidizedFinder *self, PyObject *ignored)
{
    PyObject *first = pyembed_index_builtins(self, ignored);
    PyObject *second = first == NULL ? NULL : pyembed_index_frozen(self, ignored);
    Py_XDECREF(first);
    return second;
}
