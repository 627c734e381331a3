/* Raises exceptions with a text. */
#ifndef PYEMBED_ERRORS_H
#define PYEMBED_ERRORS_H

#include "compat.h"

/* As PyErr_Format, which before 3.12 raises the exception without its text when memory is out: this
 * raises MemoryError. Returns NULL. */
PyObject *pyembed_raise(PyObject *type, const char *format, ...);

#endif
