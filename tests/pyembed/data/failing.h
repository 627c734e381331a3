/* Hooks of CPython's three allocators that ask `fails` before each allocation. Who includes this
 * defines it: it decides which allocation gives NULL. */
#ifndef FAILING_H
#define FAILING_H

#include <Python.h>

/* Whether the allocation that is asked for now is to fail. */
static int fails(void);

static PyMemAllocatorEx originals[3];
static const PyMemAllocatorDomain domains[3] = {PYMEM_DOMAIN_RAW, PYMEM_DOMAIN_MEM,
                                                PYMEM_DOMAIN_OBJ};

static void *
hook_malloc(void *context, size_t size)
{
    PyMemAllocatorEx *original = context;
    return fails() ? NULL : original->malloc(original->ctx, size);
}

static void *
hook_calloc(void *context, size_t count, size_t size)
{
    PyMemAllocatorEx *original = context;
    return fails() ? NULL : original->calloc(original->ctx, count, size);
}

static void *
hook_realloc(void *context, void *block, size_t size)
{
    PyMemAllocatorEx *original = context;
    return fails() ? NULL : original->realloc(original->ctx, block, size);
}

static void
hook_free(void *context, void *block)
{
    PyMemAllocatorEx *original = context;
    original->free(original->ctx, block);
}

/* Puts the hooks before what is there; once. */
static void
install_hooks(void)
{
    for (int at = 0; at < 3; at++) {
        PyMem_GetAllocator(domains[at], &originals[at]);
        PyMemAllocatorEx hooks = {&originals[at], hook_malloc, hook_calloc, hook_realloc,
                                  hook_free};
        PyMem_SetAllocator(domains[at], &hooks);
    }
}

#endif
