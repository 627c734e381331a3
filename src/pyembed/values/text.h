/* The blob's strings and bytes as Python objects. */
#ifndef PYEMBED_TEXT_H
#define PYEMBED_TEXT_H

#include "compat.h"
#include "reader/resources.h"

PyObject *pyembed_text(pyembed_string string);

/* Stored bytes as a bytes object, decompressed. */
PyObject *pyembed_bytes_object(const pyembed_bytes *bytes);

#endif
