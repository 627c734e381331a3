/* Puts the finder into an interpreter. */
#ifndef PYEMBED_BOOTSTRAP_H
#define PYEMBED_BOOTSTRAP_H

#include "compat.h"

/* Runs in place of `encodings`: puts the finder into the interpreter, then runs the true
 * `encodings` through it. */
PyObject *pyembed_install(PyObject *module, PyObject *namespace);

#endif
