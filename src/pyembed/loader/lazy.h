/* Modules that run when they are first used (`lazy_modules`). */
#ifndef PYEMBED_LAZY_H
#define PYEMBED_LAZY_H

#include "reader/resources.h"
#include "values/state.h"

/* Whether a module's code runs when it is first used (`lazy_modules`). */
int pyembed_is_lazy(const pyembed_module *module);

/* A lazy package runs when importlib asks for its `__path__`, and may then import the submodule
 * that is being looked up. Mark the spec with that module, so that it is not created and run again.
 */
int pyembed_lazy_mark(OxidizedFinder *self, PyObject *name, PyObject *spec);

/* The module that a spec is marked with: new; or NULL, without an exception if there is none. */
PyObject *pyembed_lazy_marked(OxidizedFinder *self, PyObject *spec);

/* Defers the module's code to its first use: returns 1; 0 if it must run now; -1 on an error. */
int pyembed_lazy_defer(const pyembed_module *entry, PyObject *module);

#endif
