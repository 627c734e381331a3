/* What stands in for CPython's hooks that print exceptions. */
#ifndef PYEMBED_EXCEPTHOOK_H
#define PYEMBED_EXCEPTHOOK_H

#include "compat.h"

/* What stands in for CPython's hooks, and for io.open while these run. */
PyObject *pyembed_excepthook_exception(PyObject *module, PyObject *args);
PyObject *pyembed_excepthook_thread(PyObject *module, PyObject *args);
PyObject *pyembed_excepthook_unraisable(PyObject *module, PyObject *args);
PyObject *pyembed_excepthook_open(PyObject *module, PyObject *const *args, Py_ssize_t count,
                                  PyObject *keywords);

#endif
