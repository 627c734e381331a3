/* OxidizedFinder as a Python type. */
#ifndef PYEMBED_FINDER_TYPE_H
#define PYEMBED_FINDER_TYPE_H

#include "compat.h"

extern PyType_Spec pyembed_finder_spec;

/* A finder over the product's resources. */
PyObject *pyembed_finder_create(PyObject *module);

#endif
