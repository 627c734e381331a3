/* A ModuleSpec from its parts. */
#ifndef PYEMBED_NEW_SPEC_H
#define PYEMBED_NEW_SPEC_H

#include "values/state.h"

PyObject *pyembed_new_spec(importer_state *state, PyObject *name, PyObject *loader,
                           PyObject *origin, int is_package);

/* The ModuleSpec of an extension module that is linked in. */
PyObject *pyembed_finder_builtin_spec(importer_state *state, PyObject *name);

#endif
