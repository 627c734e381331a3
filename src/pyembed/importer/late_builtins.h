/* The builtins that `site` makes: exit, quit, help, copyright, credits, license. */
#ifndef PYEMBED_LATE_BUILTINS_H
#define PYEMBED_LATE_BUILTINS_H

#include "compat.h"

/* Puts stand-ins for them into `builtins`, unless `site` itself is imported. */
int pyembed_add_late_builtins(void);

#endif
