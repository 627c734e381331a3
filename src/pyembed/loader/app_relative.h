/* Modules that are files beside the product. */
#ifndef PYEMBED_APP_RELATIVE_H
#define PYEMBED_APP_RELATIVE_H

#include "reader/resources.h"
#include "values/state.h"

/* Whether the module is a file beside the product, which importlib's own loaders load. */
int pyembed_is_app_relative(const pyembed_module *module);

/* Its ModuleSpec; None if there is no such file. */
PyObject *pyembed_app_relative_spec(OxidizedFinder *self, PyObject *name,
                                    const pyembed_module *module);

/* What importlib's loader of the file answers to a method with one argument. */
PyObject *pyembed_app_relative_ask(OxidizedFinder *self, const pyembed_module *module,
                                   const char *method, PyObject *argument);

/* Adds the portions of a namespace package that are there to its path. Returns how many, or -1. */
int pyembed_app_relative_portions(const pyembed_module *module, PyObject *locations);
PyObject *pyembed_app_relative_create(OxidizedFinder *self, PyObject *spec);
PyObject *pyembed_app_relative_exec(OxidizedFinder *self, PyObject *module);

#endif
