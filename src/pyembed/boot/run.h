/* What a product does once CPython stands. */
#ifndef PYEMBED_RUN_H
#define PYEMBED_RUN_H

/* Needs the GIL, and ends CPython. Returns the exit code. */
int pyembed_run_program(void);

#endif
