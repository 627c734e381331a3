/* Modules that CPython itself holds. */
#ifndef PYEMBED_INTERPRETER_H
#define PYEMBED_INTERPRETER_H

#include "values/state.h"

/* Whether CPython has a built-in module of the name. */
int pyembed_is_linked_in(const char *name);

/* FrozenImporter's ModuleSpec. */
PyObject *pyembed_frozen_spec(importer_state *state, PyObject *name);

/* The ModuleSpec of a module that the interpreter holds, or None. */
PyObject *pyembed_interpreter_spec(OxidizedFinder *self, PyObject *name);

#endif
