/* The parts of the importer that are written in Python. */
#ifndef PYEMBED_PARTS_H
#define PYEMBED_PARTS_H

#include "compat.h"

/* A name of one of the module's parts that are written in Python. */
PyObject *pyembed_part(const char *module, const char *name);

/* Calls it with a tuple of arguments, which is stolen; NULL: an error is set already. */
PyObject *pyembed_part_call(const char *module, const char *name, PyObject *args);

#endif
