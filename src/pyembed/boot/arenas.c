/* CPython takes memory for its objects in arenas and fills each from its beginning, with a page
 * fault for every page. One system call maps the pages that a start certainly uses. */
#include "boot/arenas.h"

#include "compat.h"
#include "populate.h"

/* One arena of CPython's since 3.10, four of those before. The smallest program uses 184 of its 256
 * pages, and all of its pools. A program that uses more gets the rest page by page. */
static size_t ahead = 1 << 20;

static PyObjectArenaAllocator plain;

/* The GIL is held, as for every arena. */
static void *
allocate(void *context, size_t size)
{
    (void)context;
    void *arena = plain.alloc(plain.ctx, size);
    size_t part = size < ahead ? size : ahead;
    if (arena != NULL && part > 0) {
        ahead -= part;
        pyembed_populate((uintptr_t)arena, (uintptr_t)arena + part);
    }
    return arena;
}

static void
release(void *context, void *arena, size_t size)
{
    (void)context;
    plain.free(plain.ctx, arena, size);
}

void
pyembed_populate_arenas(void)
{
    PyObjectArenaAllocator ours = {NULL, allocate, release};
    if (plain.alloc == NULL) { /* a host may try to start again */
        PyObject_GetArenaAllocator(&plain);
        PyObject_SetArenaAllocator(&ours);
    }
}
