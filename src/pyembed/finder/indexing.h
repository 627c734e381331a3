/* The methods that give a finder resources. */
#ifndef PYEMBED_INDEXING_H
#define PYEMBED_INDEXING_H

#include "values/state.h"

PyObject *pyembed_index_bytes(OxidizedFinder *self, PyObject *bytes);
PyObject *pyembed_index_file(OxidizedFinder *self, PyObject *path);
PyObject *pyembed_index_added(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_index_add(OxidizedFinder *self, PyObject *resource);
PyObject *pyembed_index_add_all(OxidizedFinder *self, PyObject *resources);
PyObject *pyembed_index_resources(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_index_serialize(OxidizedFinder *self, PyObject *args, PyObject *keywords);

#endif
