/* What finders and loaders had before there were specs. */
#ifndef PYEMBED_LEGACY_H
#define PYEMBED_LEGACY_H

#include "compat.h"

PyObject *pyembed_finder_find_module(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *pyembed_loader_load_module(PyObject *self, PyObject *name);

#endif
