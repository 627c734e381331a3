/* From an entry of the blob to a ModuleSpec. */
#ifndef PYEMBED_SPECS_H
#define PYEMBED_SPECS_H

#include "reader/resources.h"
#include "values/state.h"

/* The ModuleSpec of an entry that is looked for along `path`, the one of its parent (NULL or None:
 * sys.path). */
PyObject *pyembed_finder_spec_of(OxidizedFinder *self, PyObject *name, const pyembed_module *module,
                                 PyObject *path);

#endif
