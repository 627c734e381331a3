/* The `main` that a product starts with. */
#include "populate.h"
#include "pyembed.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* The start of CPython takes some 300 KiB of the C library's heap, and each page of it would be a
 * page fault. The heap is made to grow at once instead, the kernel brings its pages in one call,
 * and all is free again. The last block is kept, so that the library does not give the memory back
 * at once. A block is smaller than what glibc would map on its own. A C library whose heap is
 * elsewhere is left alone. */
static void
populate_heap(void)
{
    enum { BLOCK = 96 << 10 };
    static void *kept;
    void *first = malloc(BLOCK), *second = malloc(BLOCK);
    kept = malloc(1);
    uintptr_t start = (uintptr_t)first, end = (uintptr_t)sbrk(0);
    if (kept != NULL && start < (uintptr_t)second && (uintptr_t)second < end &&
        end - start < 4 * BLOCK) {
        pyembed_populate(start, end);
    }
    free(first);
    free(second);
}

int
main(int argc, char **argv)
{
    populate_heap();
    return pyembed_main(argc, argv);
}
