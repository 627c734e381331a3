/* What the finder's methods do for resources that were added when the program ran; without such,
 * they are those of the blob. */
#ifndef PYEMBED_ADDED_H
#define PYEMBED_ADDED_H

#include "values/state.h"

/* What the finder's methods do for resources that were added when the program ran; without such,
 * they are those of the blob. */
int pyembed_added_spec(OxidizedFinder *self, PyObject *name, PyObject **spec);
PyObject *pyembed_added_create_module(OxidizedFinder *self, PyObject *spec);
PyObject *pyembed_added_exec_module(OxidizedFinder *self, PyObject *module);
PyObject *pyembed_added_get_code(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_get_source(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_get_filename(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_is_package(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_get_resource_reader(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_get_data(OxidizedFinder *self, PyObject *path);
PyObject *pyembed_added_modules(OxidizedFinder *self, PyObject *prefix);
PyObject *pyembed_added_flags(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_file_name(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_resources(OxidizedFinder *self, PyObject *package);
PyObject *pyembed_added_resource(OxidizedFinder *self, PyObject *args);
PyObject *pyembed_added_distributions(OxidizedFinder *self, PyObject *ignored);
PyObject *pyembed_added_distribution_files(OxidizedFinder *self, PyObject *name);
PyObject *pyembed_added_distribution_file(OxidizedFinder *self, PyObject *args);

#endif
