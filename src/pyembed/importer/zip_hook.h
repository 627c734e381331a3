/* Delays the import of `zipimport` until it is needed. */
#ifndef PYEMBED_ZIP_HOOK_H
#define PYEMBED_ZIP_HOOK_H

#include "compat.h"

/* Before CPython starts, after the last PyImport_AppendInittab. */
void pyembed_hide_zipimport(void);

/* Puts the hook that stands in for zipimport's into a list (or nowhere: NULL), if zipimport was
 * hidden. */
int pyembed_add_zip_hook(PyObject *module, PyObject *path_hooks, Py_ssize_t place);
PyObject *pyembed_zip_hook(PyObject *module, PyObject *path);

#endif
