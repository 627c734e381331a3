/* Shared extension modules, loaded from the mapped pages. */
#ifndef PYEMBED_MEMORY_H
#define PYEMBED_MEMORY_H

#include "reader/resources.h"
#include "values/state.h"

/* Loads a shared extension module, and the libraries that it needs, from the mapped pages. */
PyObject *pyembed_memory_create(OxidizedFinder *self, const pyembed_module *module, PyObject *name);

/* What has to be there before an extension module is loaded from wherever: CPython's symbols, and the libraries that it needs. */
int pyembed_memory_prepare(OxidizedFinder *self, const pyembed_module *module);

#endif
