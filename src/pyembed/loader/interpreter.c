/* What CPython itself holds: extension modules that are linked in, and modules that it has frozen.
 * The product's finder finds them; that of a program indexes them. */
#include "loader/interpreter.h"

#include "values/state.h"
#include "loader/new_spec.h"

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

/* The name is not in the packed resources: look for a built-in or frozen module. Our finder may be
 * the only one in sys.meta_path, so nobody else would find it. A finder that a program made knows
 * only what it was given. */
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
