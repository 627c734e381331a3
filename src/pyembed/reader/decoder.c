/* The part that all decoders share: checks before and after. */
#include "reader/decoder.h"

#include "reader/resources.h"

#include <string.h>

#define DAMAGED \
    "the packed resources are damaged: a compressed item cannot be unpacked to the size that it says"
#define NOT_READ(codec)               \
    "this item is stored with " codec \
    ", which this product was not made to read; package with compress = \"" codec "\""

const char pyembed_no_memory[] = "out of memory: a compressed item could not be unpacked";

const char *
pyembed_decode_check(const pyembed_bytes *bytes)
{
    if (bytes->codec == PYEMBED_CODEC_NONE) {
        return bytes->raw_size == bytes->stored_size ? NULL : DAMAGED;
    }
    if (bytes->codec != pyembed_decoder_codec) {
        return bytes->codec == PYEMBED_CODEC_ZSTD ? NOT_READ("zstd") : NOT_READ("zlib");
    }
    return bytes->raw_size <= pyembed_decoder_limit(bytes->data, bytes->stored_size) ? NULL
                                                                                     : DAMAGED;
}

const char *
pyembed_decode(const pyembed_bytes *bytes, void *out)
{
    const char *wrong = pyembed_decode_check(bytes);
    if (wrong != NULL) {
        return wrong;
    }
    if (bytes->codec == PYEMBED_CODEC_NONE) {
        memcpy(out, bytes->data, bytes->raw_size);
        return NULL;
    }
    switch (pyembed_decoder_run(bytes->data, bytes->stored_size, out, bytes->raw_size)) {
    case PYEMBED_DECODED:
        return NULL;
    case PYEMBED_DECODER_NO_MEMORY:
        return pyembed_no_memory;
    case PYEMBED_NOT_DECODED:
        break;
    }
    return DAMAGED;
}
