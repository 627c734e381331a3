/* A start that prints nothing. */
#ifndef PYEMBED_QUIET_H
#define PYEMBED_QUIET_H

/* For a hosted start, before CPython starts. */
void pyembed_quiet_prepare(void);

#endif
