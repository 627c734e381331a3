/* Applies the relative relocations that the packager took from the dynamic loader (src/Oxidizer.Packager/Linking/DeferRelocations.cs): those of data that stays writable.
 * The loader looks at each bit of their bitmaps, set or not; a CPython with its modules has 130,000 such words and 40,000 pointers among them, and every start pays.
 *
 * The executable's `.preinit_array` is the first code of a process that is not the loader's: it runs before any constructor, of any library. Nothing here may use
 * data that holds a pointer. */
#include <stdint.h>

/* Written by the packager; zeros when there is nothing to do. Addresses are those of the linked file. */
typedef struct {
    uint64_t own;   /* of this object: what its address differs by is what every pointer lacks */
    uint64_t table; /* of the entries, in the format of DT_RELR */
    uint64_t count; /* of entries */
    uint64_t where; /* of the word that the first entry speaks of, if it is a bitmap */
} deferred_relocations;

static const volatile deferred_relocations relocations __attribute__((section(".oxidizer.relocations"), used, aligned(16))) = {0, 0, 0, 0};

static void
relocate(void)
{
    uint64_t base = (uint64_t)(uintptr_t)&relocations - relocations.own, count = relocations.count;
    const uint64_t *entry = (const uint64_t *)(uintptr_t)(base + relocations.table), *end = entry + count;
    uint64_t *where = (uint64_t *)(uintptr_t)(base + relocations.where);
    for (; count != 0 && entry < end; entry++) {
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

static void (*const first)(void) __attribute__((section(".preinit_array"), used)) = relocate;
