/* Drives fuzz_reader.c without libFuzzer: a few changes to a blob, at random but the same in each
 * run. For suites that must be short and need no clang.
 *
 * mutate COUNT BLOB...: says `N mutations`, or dies. */
#include "mutation.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_BLOBS = 64, MOST_BYTES = 1 << 17, MOST_CHANGES = 6 };

typedef struct {
    uint8_t *bytes;
    size_t size;
} blob;

static blob blobs[MOST_BLOBS];
static size_t blob_count;

static int
read_blob(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(MOST_BYTES);
    if (file == NULL || bytes == NULL || blob_count == MOST_BLOBS) {
        return -1;
    }
    size_t size = fread(bytes, 1, MOST_BYTES, file);
    fclose(file);
    blobs[blob_count++] = (blob){bytes, size};
    return size >= 256 ? 0 : -1;
}

/* The index lies before the data, in the first pages: most changes go there. */
static size_t
place_in(size_t size)
{
    return next(4) == 0 ? next(size) : next(size < 4096 ? size : 4096);
}

static size_t
change(uint8_t *bytes, size_t size)
{
    static const uint32_t numbers[] = {0,          1,          255,        4095,
                                       4096,       65535,      65536,      0x7FFFFFFF,
                                       0x80000000, 0xFFFFFF00, 0xFFFFFFFE, 0xFFFFFFFF};
    size_t at = place_in(size), word = at / 4 * 4;
    uint32_t number = numbers[next(sizeof numbers / sizeof numbers[0])];
    switch (next(6)) {
    case 0:
        bytes[at] ^= (uint8_t)(1u << next(8));
        return size;
    case 1:
        bytes[at] = (uint8_t)next(256);
        return size;
    case 2:
        memcpy(bytes + (word + 4 <= size ? word : 0), &number, 4);
        return size;
    case 3:
        number = (uint32_t)next(2 * size); /* an offset that nearly is one */
        memcpy(bytes + (word + 4 <= size ? word : 0), &number, 4);
        return size;
    case 4: {
        const blob *other = &blobs[next(blob_count)];
        size_t from = next(other->size), count = next(64);
        count = count < other->size - from ? count : other->size - from;
        memcpy(bytes + at, other->bytes + from, count < size - at ? count : size - at);
        return size;
    }
    default:
        return next(8) == 0 ? 256 + next(size - 255) : size;
    }
}

int
main(int argc, char **argv)
{
    unsigned long count = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
    for (int at = 2; at < argc; at++) {
        if (read_blob(argv[at]) < 0) {
            fprintf(stderr, "cannot use %s\n", argv[at]);
            return 2;
        }
    }
    for (unsigned long run = 0; run < count; run++) {
        const blob *seed = &blobs[next(blob_count)];
        size_t size = seed->size;
        uint8_t *bytes = malloc(size);
        if (bytes == NULL) {
            return 2;
        }
        memcpy(bytes, seed->bytes, size);
        for (uint64_t changes = 1 + next(MOST_CHANGES); changes > 0; changes--) {
            size = change(bytes, size);
        }
        LLVMFuzzerTestOneInput(bytes, size);
        free(bytes);
    }
    for (size_t at = 0; at < blob_count; at++) {
        free(blobs[at].bytes);
    }
    printf("%lu mutations\n", count);
    return count == 0;
}
