/* What `_imp` says of frozen modules. */
#ifndef PYEMBED_FROZEN_H
#define PYEMBED_FROZEN_H

#include "compat.h"

/* Makes `_imp` deny that `encodings` is frozen. */
int pyembed_hide_stand_in(PyObject *module);

#endif
