/* What the parts of the importer that are written in Python ask the blob. */
#ifndef PYEMBED_INVENTORY_H
#define PYEMBED_INVENTORY_H

#include "values/state.h"

/* What the parts of the module that are written in Python ask the blob. */
PyObject *pyembed_inventory_modules(OxidizedFinder *self, PyObject *prefix);
PyObject *pyembed_inventory_module(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_inventory_flags(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_inventory_file_name(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_inventory_main_file(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_inventory_resources(OxidizedFinder *self, PyObject *package);
PyObject *pyembed_inventory_resource(OxidizedFinder *self, PyObject *args);
PyObject *pyembed_inventory_libraries(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_inventory_distributions(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_inventory_distribution_files(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_inventory_distribution_file(OxidizedFinder *self, PyObject *args);

#endif
