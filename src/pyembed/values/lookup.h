/* From a module's name to its entry in the blob. */
#ifndef PYEMBED_LOOKUP_H
#define PYEMBED_LOOKUP_H

#include "reader/resources.h"
#include "values/state.h"

/* Looks a module up: 1 found, 0 not there, -1 with an ImportError (a damaged blob). */
int pyembed_finder_lookup(OxidizedFinder *self, PyObject *name, pyembed_module *module);

/* Raises ImportError for a status. Returns NULL. */
PyObject *pyembed_raise_damaged(const char *what, const char *name, pyembed_status status);

#endif
