/* Files in memory (memfd), for what wants a descriptor. */
#ifndef PYEMBED_MEMORY_FILE_H
#define PYEMBED_MEMORY_FILE_H

#include <stddef.h>

/* Makes one that is empty, closed at exec; `label` is what /proc/self/maps says. Returns a
 * descriptor; or -1 with errno. */
int pyembed_memory_file(const char *label);

/* True for an error of the above that says: a seccomp filter or the kernel forbids it. */
int pyembed_memory_file_is_forbidden(int error);

/* Writes all. The limit of file sizes (`ulimit -f`) counts for memory too; it is raised for this
 * write, as far as it may be. Returns 0; or -1 with errno, EFBIG: the limit is too low. */
int pyembed_write_over_limit(int descriptor, const void *data, size_t size);

/* A path of the descriptor that no other call has given: the dynamic linker takes a known path for
 * the library that it loaded then, and the kernel reuses numbers. */
enum { PYEMBED_SPELLED_SIZE = 128 };
void pyembed_spell_descriptor(int descriptor, char *path, size_t size);

#endif
