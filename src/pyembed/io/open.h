/* The built-in `open`, for packed files. */
#ifndef PYEMBED_OPEN_H
#define PYEMBED_OPEN_H

/* Puts it in the place of CPython's, in the main interpreter. Returns 0; or -1 with an exception.
 */
int pyembed_open_install(void);

#endif
