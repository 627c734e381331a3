/* Where ncurses looks for descriptions of terminals. */
#ifndef PYEMBED_TERMINFO_H
#define PYEMBED_TERMINFO_H

#include "compat.h"
#include "reader/resources.h"

/* To be called before CPython starts, when the table of modules that are linked in is ours to
 * change. */
void pyembed_terminfo_prepare(void);

/* Around the creation of a module that is a shared object: the second gets what the first returned,
 * and the module or its definition (NULL: it failed). */
int pyembed_terminfo_begin(const pyembed_module *module);
void pyembed_terminfo_end(const pyembed_module *module, int begun, PyObject *created);

#endif
