/* What a shared object in memory says that it needs. */
#ifndef PYEMBED_NEEDS_H
#define PYEMBED_NEEDS_H

#include <stddef.h>

/* Calls `take` with each DT_NEEDED name, and with the list of folders of DT_RUNPATH or DT_RPATH, or
 * NULL. Bytes that are no shared object of this machine's kind need nothing. */
void pyembed_each_need(const unsigned char *image, size_t size,
                       void (*take)(void *context, const char *soname, const char *folders),
                       void *context);

#endif
