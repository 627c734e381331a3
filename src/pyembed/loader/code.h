/* The code of a module. */
#ifndef PYEMBED_CODE_H
#define PYEMBED_CODE_H

#include "reader/resources.h"
#include "values/state.h"

/* The module's code object, its file name fixed to `file` (or left, if that is None). */
PyObject *pyembed_code_object(OxidizedFinder *self, const pyembed_module *module, PyObject *file);

/* Runs a module's code in its namespace. Returns 0 or -1. */
int pyembed_run_code(OxidizedFinder *self, const pyembed_module *module, PyObject *file,
                     PyObject *namespace);

#endif
