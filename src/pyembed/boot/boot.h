/* From a started process to a CPython that can import. */
#ifndef PYEMBED_BOOT_H
#define PYEMBED_BOOT_H

/* After it the GIL is held and the finder stands. Returns 0; else the exit code of a process that cannot start, after it said why. */
int pyembed_boot(int argc, char **argv);

#endif
