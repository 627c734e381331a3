/* Runs the program after CPython has started. */
#ifndef PYEMBED_RUN_H
#define PYEMBED_RUN_H

/* Needs the GIL, and ends CPython. Returns the exit code. */
int pyembed_run_program(void);

#endif
