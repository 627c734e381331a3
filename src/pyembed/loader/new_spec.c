/* A ModuleSpec from its parts. */
#include "loader/new_spec.h"

#include "values/state.h"

PyObject *
pyembed_new_spec(importer_state *state, PyObject *name, PyObject *loader, PyObject *origin,
                 int is_package)
{
    PyObject *arguments[] = {name, loader, origin, is_package ? Py_True : Py_False};
    return PyObject_Vectorcall(state->module_spec, arguments, 2, state->spec_keywords);
}

PyObject *
pyembed_finder_builtin_spec(importer_state *state, PyObject *name)
{
    return pyembed_new_spec(state, name, state->builtin_importer, state->str_builtin_origin, 0);
}
