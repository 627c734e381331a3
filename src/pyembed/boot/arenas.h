/* CPython's memory for objects. */
#ifndef PYEMBED_ARENAS_H
#define PYEMBED_ARENAS_H

/* Before CPython's memory is used: has the kernel bring what a start certainly uses of it (arenas.c). */
void pyembed_populate_arenas(void);

#endif
