/* libFuzzer's entry to the reader: whatever the bytes are, everything that can be asked is asked
 * (run.py DISTRIBUTION fuzz).
 *
 * Most mutations would end at the header's total size. So the bytes are read twice: as they are,
 * and in whole pages with a header that says so. Both lie in blocks of exactly their size, so that
 * the sanitizer knows their ends. */
#include "walk.h"

#include <stdlib.h>
#include <string.h>

enum { LIMIT = 24, PAGE = 4096, HEADER = 256 };

static void
read_all(const uint8_t *data, size_t size)
{
    pyembed_resources resources;
    if (pyembed_resources_open(data, size, &resources) == PYEMBED_OK) {
        walk(&resources, LIMIT);
    }
}

/* magic 8 | version 4 | header_size 4 | total_size 8 | digest 32 | flags 4 | section_count 4 |
 * sections of 16 whose last 4 are the size of an entry */
static void
repair_header(uint8_t *blob, uint64_t size)
{
    static const uint8_t entry_sizes[PYEMBED_SECTION_COUNT] = {96, 8,  4,  64, 4, 48,
                                                               64, 64, 16, 4,  1, 1};
    memcpy(blob, "\x89OXIRES\n\2\0\0\0\0\1\0\0", 16);
    memcpy(blob + 16, &size, sizeof size);
    memcpy(blob + 56, "\0\0\0\0\14\0\0\0", 8);
    for (int section = 0; section < PYEMBED_SECTION_COUNT; section++) {
        memset(blob + 64 + 16 * section + 12, 0, 4);
        blob[64 + 16 * section + 12] = entry_sizes[section];
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_all(data, size);
    if (size >= HEADER) {
        size_t whole = (size + PAGE - 1) / PAGE * PAGE;
        uint8_t *blob = calloc(1, whole);
        if (blob == NULL) {
            return 0;
        }
        memcpy(blob, data, size);
        repair_header(blob, whole);
        read_all(blob, whole);
        free(blob);
    }
    return 0;
}
