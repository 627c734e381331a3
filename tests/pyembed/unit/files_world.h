/* A process that has the blob of files_blob.py as its product: `/proc/self/exe` is the executable,
 * and the C library's functions are the room's (`--wrap`). */
#ifndef PYEMBED_TEST_FILES_WORLD_H
#define PYEMBED_TEST_FILES_WORLD_H

#include <stddef.h>

extern char world_root[];

/* Reads the blob, and begins. */
void world_begin(const char *blob);

/* From here on these bytes are the blob, whatever they are; the tree is made anew. Returns 0; or
 * -1: they are no blob. */
int world_take(const unsigned char *bytes, size_t size);

#endif
