/* Namespace packages. */
#ifndef PYEMBED_NAMESPACES_H
#define PYEMBED_NAMESPACES_H

#include "reader/resources.h"
#include "values/state.h"

/* The ModuleSpec of a namespace package, or of a regular one of the file system that stands before
 * it; None when there is no portion. */
PyObject *pyembed_namespace_spec(OxidizedFinder *self, PyObject *name, const pyembed_module *module,
                                 PyObject *path);
PyObject *pyembed_namespace_find_portions(OxidizedFinder *self, PyObject *args);

#endif
