/* What CPython itself holds, as resources of a finder. */
#ifndef PYEMBED_INDEX_INTERPRETER_H
#define PYEMBED_INDEX_INTERPRETER_H

#include "values/state.h"

PyObject *pyembed_index_builtins(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_index_frozen(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_index_interpreter(OxidizedFinder *self, PyObject *ignored);

#endif
