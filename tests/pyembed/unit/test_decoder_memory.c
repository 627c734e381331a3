/* A decoder that gets no memory to work in says so, and not that the item is damaged: each
 * allocation of its library fails once.
 *
 * test_decoder_memory RAW STORED: says `ok N checks`, or dies. Without sanitizers, which have a
 * malloc of their own. */
#include "check.h"
#include "reader/decoder.h"

#include <string.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);

static long left = -1; /* allocations until the one that fails; -1: none is to */

static int
fails(void)
{
    return left >= 0 && left-- == 0;
}

void *
malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

static size_t
read_file(const char *path, unsigned char *buffer, size_t size)
{
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    size_t read = fread(buffer, 1, size, file);
    fclose(file);
    return read;
}

int
main(int argc, char **argv)
{
    static unsigned char raw[1 << 16], stored[1 << 16], out[1 << 16];
    CHECK(argc == 3);
    size_t raw_size = read_file(argv[1], raw, sizeof raw),
           stored_size = read_file(argv[2], stored, sizeof stored);
    pyembed_bytes bytes = {stored, (uint32_t)stored_size, (uint32_t)raw_size,
                           pyembed_decoder_codec};
    const char *wrong = pyembed_no_memory;
    for (long number = 0; wrong != NULL; number++) {
        left = number;
        wrong = pyembed_decode(&bytes, out);
        int was_reached = left < 0;
        left = -1;
        CHECK(was_reached ? wrong == pyembed_no_memory : wrong == NULL);
        CHECK(number > 0 || was_reached);
    }
    CHECK(memcmp(raw, out, raw_size) == 0);
    printf("ok %lu checks\n", checks);
    return 0;
}
