/* OxidizedFinder's finding half. */
#ifndef PYEMBED_FINDER_H
#define PYEMBED_FINDER_H

#include "compat.h"

PyObject *pyembed_finder_find_spec(PyObject *self, PyObject *const *args, Py_ssize_t count,
                                   PyObject *keywords);

#endif
