/* Submodules of a package that stands in sys.modules under another's name. */
#ifndef PYEMBED_ALIASES_H
#define PYEMBED_ALIASES_H

#include "values/state.h"

/* 1 with the spec, or NULL for an error, of what lies along a path that is not the parent's; 0 if
 * there is nothing. */
int pyembed_alias_spec(OxidizedFinder *self, PyObject *name, PyObject *path, PyObject **spec);

#endif
