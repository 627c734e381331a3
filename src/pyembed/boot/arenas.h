/* CPython's memory for objects. */
#ifndef PYEMBED_ARENAS_H
#define PYEMBED_ARENAS_H

/* Call before CPython allocates. Maps the memory that a start certainly uses with one system call
 * (arenas.c). */
void pyembed_populate_arenas(void);

#endif
