/* What OxidizedFinder answers as the loader of an entry of the blob. */
#ifndef PYEMBED_LOADER_H
#define PYEMBED_LOADER_H

#include "values/state.h"

PyObject *pyembed_loader_create_module(OxidizedFinder *self, PyObject *spec);
PyObject *pyembed_loader_exec_module(OxidizedFinder *self, PyObject *module);
PyObject *pyembed_loader_get_code(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_loader_get_source(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_loader_get_data(OxidizedFinder *self, PyObject *path);
PyObject *pyembed_loader_get_filename(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_loader_is_package(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_loader_get_resource_reader(OxidizedFinder *self, PyObject *name);

#endif
