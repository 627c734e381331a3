/* The module `oxidized_importer`. */
#ifndef PYEMBED_MODULE_H
#define PYEMBED_MODULE_H

#include "compat.h"

PyObject *pyembed_importer_init(void);

#endif
