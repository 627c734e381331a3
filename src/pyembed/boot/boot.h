/* Starts CPython, up to the point at which it can import. */
#ifndef PYEMBED_BOOT_H
#define PYEMBED_BOOT_H

/* After it the GIL is held and the finder is installed. Returns 0; else an exit code, after it
 * wrote why the process cannot start. */
int pyembed_boot(int argc, char **argv);

#endif
