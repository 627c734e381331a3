/* What pkgutil, importlib.metadata and sys.path_hooks call. */
#ifndef PYEMBED_HOOKS_H
#define PYEMBED_HOOKS_H

#include "values/state.h"

PyObject *pyembed_hook_path_hook(OxidizedFinder *self, PyObject *path);
PyObject *pyembed_hook_iter_modules(OxidizedFinder *self, PyObject *args, PyObject *keywords);
PyObject *pyembed_hook_find_distributions(OxidizedFinder *self, PyObject *args, PyObject *keywords);

#endif
