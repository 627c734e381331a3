/* Maps pages that a start certainly uses with one system call. A page fault for each of them would
 * cost more than the work that is done with it. */
#ifndef PYEMBED_POPULATE_H
#define PYEMBED_POPULATE_H

#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#ifndef MADV_POPULATE_WRITE /* Linux 5.14; younger than some systems' headers */
#define MADV_POPULATE_WRITE 23
#endif

/* Writable pages from that of `start` to that before `end`. An older kernel does not know the
 * advice, and a full machine has no pages: then each page is mapped when it is touched. */
static inline void
pyembed_populate(uintptr_t start, uintptr_t end)
{
    uintptr_t first = start & ~((uintptr_t)getauxval(AT_PAGESZ) - 1);
    (void)madvise((void *)first, (size_t)(end - first), MADV_POPULATE_WRITE);
}

#endif
