/* Where the executable is. */
#ifndef PYEMBED_EXECUTABLE_H
#define PYEMBED_EXECUTABLE_H

#include <stddef.h>

/* Writes the executable's absolute path, in the file system's bytes. Returns 0; or -1 when neither
 * the kernel nor `argv0`, which may be NULL, names it. A hosted product's is its host. */
int pyembed_find_executable(const char *argv0, int is_hosted, char *path, size_t size);

#endif
