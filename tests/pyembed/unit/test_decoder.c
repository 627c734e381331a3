/* A decoder against an item that stored_item.py wrote: every truncation, every flipped bit, every
 * size that is not its own. To be compiled with the sanitizers: what is stored and what is written
 * lie in heap blocks of exactly their sizes.
 *
 * test_decoder RAW STORED: says `ok N checks`, or dies. */
#include "check.h"
#include "reader/decoder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    unsigned char *data;
    size_t size;
} block;

static block
read_file(const char *path)
{
    static unsigned char buffer[1 << 16];
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    block read = {NULL, fread(buffer, 1, sizeof buffer, file)};
    fclose(file);
    read.data = malloc(read.size);
    memcpy(read.data, buffer, read.size);
    return read;
}

/* Decodes the first `size` bytes, as `raw_size` bytes, which are asked for only if the check allows
 * it. Whether they are the text. */
static int
decodes(block stored, size_t size, size_t raw_size, unsigned codec, block raw)
{
    unsigned char *copy = malloc(size == 0 ? 1 : size);
    memcpy(copy, stored.data, size);
    pyembed_bytes bytes = {copy, (uint32_t)size, (uint32_t)raw_size, codec};
    int same = 0;
    if (pyembed_decode_check(&bytes) == NULL) {
        CHECK(raw_size < 1u << 30);
        unsigned char *out = malloc(raw_size == 0 ? 1 : raw_size);
        same = pyembed_decode(&bytes, out) == NULL;
        CHECK(!same || (raw_size == raw.size && memcmp(out, raw.data, raw_size) == 0));
        free(out);
    }
    free(copy);
    checks++;
    return same;
}

static void
no_other_size_is_believed(block stored, block raw)
{
    static const size_t sizes[] = {0, 1, 1u << 17, 1u << 30, 0x7FFFFFFF, 0xFFFFFFFF};
    for (size_t at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
        CHECK(!decodes(stored, stored.size, sizes[at], pyembed_decoder_codec, raw));
    }
    CHECK(!decodes(stored, stored.size, raw.size - 1, pyembed_decoder_codec, raw));
    CHECK(!decodes(stored, stored.size, raw.size + 1, pyembed_decoder_codec, raw));
}

static void
no_flipped_bit_is_taken_for_text(block stored, block raw)
{
    for (size_t at = 0; at < stored.size; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            stored.data[at] ^= (unsigned char)(1u << bit);
            decodes(stored, stored.size, raw.size, pyembed_decoder_codec, raw);
            stored.data[at] ^= (unsigned char)(1u << bit);
        }
    }
}

int
main(int argc, char **argv)
{
    CHECK(argc == 3);
    block raw = read_file(argv[1]), stored = read_file(argv[2]);
    CHECK(stored.size < raw.size);
    CHECK(decodes(stored, stored.size, raw.size, pyembed_decoder_codec, raw));
    CHECK(decodes(raw, raw.size, raw.size, PYEMBED_CODEC_NONE, raw));
    CHECK(!decodes(raw, raw.size, raw.size, pyembed_decoder_codec, raw));
    CHECK(!decodes(stored, stored.size, raw.size,
                   PYEMBED_CODEC_ZLIB + PYEMBED_CODEC_ZSTD - pyembed_decoder_codec, raw));
    for (size_t length = 0; length < stored.size; length++) {
        CHECK(!decodes(stored, length, raw.size, pyembed_decoder_codec, raw));
    }
    no_other_size_is_believed(stored, raw);
    no_flipped_bit_is_taken_for_text(stored, raw);
    free(raw.data);
    free(stored.data);
    printf("ok %lu checks\n", checks);
    return 0;
}
