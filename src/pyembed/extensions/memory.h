/* Shared extension modules, loaded from the mapped pages. */
#ifndef PYEMBED_MEMORY_H
#define PYEMBED_MEMORY_H

#include "reader/resources.h"
#include "values/state.h"

/* Loads a shared extension module, and the libraries that it needs, from the mapped pages. */
PyObject *pyembed_memory_create(OxidizedFinder *self, const pyembed_module *module, PyObject *name);

/* Prepares the load of an extension module, from memory or from a file: shows CPython's symbols and
 * loads the libraries that it needs. */
int pyembed_memory_prepare(OxidizedFinder *self, const pyembed_module *module);

#endif
