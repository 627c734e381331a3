/* Applies the relative relocations that the packager took from the dynamic loader
 * (src/Oxidizer.Packager/Linking/DeferRelocations.cs). The loader looks at each bit of their
 * bitmaps, set or not; a CPython with its modules has 130,000 such words and 60,000 pointers among
 * them, and every start pays. It also touches their pages one by one, and each costs a page fault;
 * here the kernel is asked for all of them at once.
 *
 * The executable's `.preinit_array` is the first code of a process that is not the loader's: it
 * runs before any constructor, of any library. Nothing here may use data that holds a pointer. */
#include "populate.h"

#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

/* Written by the packager; zeros when there is nothing to do. Addresses are those of the linked
 * file. */
typedef struct {
    uint64_t own;      /* of this object: what its address differs by is what every pointer lacks */
    uint64_t table;    /* of the entries, in the format of DT_RELR */
    uint64_t count;    /* of entries */
    uint64_t where;    /* of the word that the first entry speaks of, if it is a bitmap */
    uint64_t data;     /* where what is relocated begins, */
    uint64_t data_end; /* and where the data ends that the file holds */
    uint64_t relro;    /* what the loader has made read-only, as PT_GNU_RELRO says; */
    uint64_t relro_end; /* both 0 if nothing of it is relocated here */
} deferred_relocations;

static const volatile deferred_relocations relocations
    __attribute__((section(".oxidizer.relocations"), used, aligned(16))) = {0, 0, 0, 0, 0, 0, 0, 0};

/* The loader ends a process whose pages it cannot protect, and so does this. */
static void
protect(uint64_t start, uint64_t end, int protection)
{
    static const char problem[] =
        "cannot start: the kernel refuses to change the protection of the program's data\n";
    if (start < end && mprotect((void *)(uintptr_t)start, (size_t)(end - start), protection) != 0) {
        (void)!write(STDERR_FILENO, problem, sizeof problem - 1);
        _exit(127);
    }
}

static void
apply(uint64_t base)
{
    const uint64_t *entry = (const uint64_t *)(uintptr_t)(base + relocations.table),
                   *end = entry + relocations.count;
    uint64_t *where = (uint64_t *)(uintptr_t)(base + relocations.where);
    for (; entry < end; entry++) {
        if ((*entry & 1) == 0) {
            where = (uint64_t *)(uintptr_t)(base + *entry);
            *where++ += base;
            continue;
        }
        for (uint64_t bits = *entry >> 1; bits != 0; bits &= bits - 1) {
            where[__builtin_ctzll(bits)] += base;
        }
        where += 63;
    }
}

static void
relocate(void)
{
    if (relocations.count == 0) {
        return;
    }
    uint64_t base = (uint64_t)(uintptr_t)&relocations - relocations.own,
             in_page = (uint64_t)getauxval(AT_PAGESZ) - 1;
    /* Rounded as the loader does it: a page that is only partly read-only stays writable. */
    uint64_t relro = (base + relocations.relro) & ~in_page,
             relro_end = (base + relocations.relro_end) & ~in_page;
    protect(relro, relro_end, PROT_READ | PROT_WRITE);
    pyembed_populate((uintptr_t)(base + relocations.data),
                     (uintptr_t)(base + relocations.data_end));
    apply(base);
    protect(relro, relro_end, PROT_READ);
}

static void (*const first)(void) __attribute__((section(".preinit_array"), used)) = relocate;
