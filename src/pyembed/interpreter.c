/* What CPython itself holds: extension modules that are linked in, and modules that it has frozen. The product's finder finds them; that of a program indexes them. */
#include "importer.h"

#include <string.h>

int
pyembed_is_linked_in(const char *name)
{
    for (const struct _inittab *entry = PyImport_Inittab; entry->name != NULL; entry++) {
        if (strcmp(entry->name, name) == 0) {
            return 1;
        }
    }
    return 0;
}

PyObject *
pyembed_frozen_spec(importer_state *state, PyObject *name)
{
    return PyObject_CallMethod(state->frozen_importer, "find_spec", "O", name);
}

/* A name that the packed resources lack: a module that a host linked in, or one that CPython has frozen. Our finder stands alone in sys.meta_path, so
 * that nobody else would find it. A finder of a program's own knows only what it was given. */
PyObject *
pyembed_interpreter_spec(OxidizedFinder *self, PyObject *name)
{
    importer_state *state = self->state;
    if ((PyObject *)self != state->finder) {
        Py_RETURN_NONE;
    }
    const char *text = PyUnicode_AsUTF8(name);
    if (text == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeError)) {
            return NULL;
        }
        PyErr_Clear(); /* a name with a lone surrogate is nobody's */
        Py_RETURN_NONE;
    }
    if (pyembed_is_linked_in(text)) {
        return pyembed_finder_builtin_spec(state, name);
    }
    PyObject *frozen = PyObject_CallOneArg(state->find_frozen, name);
    if (frozen == NULL || frozen == Py_None) {
        return frozen;
    }
    Py_DECREF(frozen);
    return pyembed_frozen_spec(state, name);
}

/* ---- as resources of a finder ---- */

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
        if (resource != NULL && PyObject_SetAttrString(resource, "name", name) == 0 && PyObject_SetAttrString(resource, flag, Py_True) == 0) {
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
