/* Modules that run when they are first used (`lazy_modules`). */
#ifndef PYEMBED_LAZY_H
#define PYEMBED_LAZY_H

#include "reader/resources.h"
#include "values/state.h"

/* Whether a module's code runs when it is first used (`lazy_modules`). */
int pyembed_is_lazy(const pyembed_module *module);

/* A package that runs when importlib asks for its `__path__` may import the very submodule that is being looked for, which is then there already. The spec is marked with
 * it, so that it is not made and run a second time. */
int pyembed_lazy_mark(OxidizedFinder *self, PyObject *name, PyObject *spec);

/* The module that a spec is marked with: new; or NULL, without an exception if there is none. */
PyObject *pyembed_lazy_marked(OxidizedFinder *self, PyObject *spec);

/* Leaves the module's code to its first use: 1; 0 if it is to run now; -1 on an error. */
int pyembed_lazy_defer(const pyembed_module *entry, PyObject *module);

#endif
