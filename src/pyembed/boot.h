/* From a started process to a CPython that can import. */
#ifndef PYEMBED_BOOT_H
#define PYEMBED_BOOT_H

#include "compat.h"

/* After it the GIL is held and the finder stands. Returns 0; else the exit code of a process that cannot start, after it said why. */
int pyembed_boot(int argc, char **argv);

/* Before CPython's memory is used: has the kernel bring what a start certainly uses of it (arenas.c). */
void pyembed_populate_arenas(void);

#endif
