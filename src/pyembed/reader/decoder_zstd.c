/* compress = "zstd": one frame of RFC 8878 an item, with its content's size and checksum. */
#include "reader/decoder.h"
#include "reader/resources.h"

/* Declared here and not by <zstd.h>: the library may be the one of the distribution's Zstandard
 * module, and a distribution may lack the header. Since zstd 1.3.0. */
size_t ZSTD_decompress(void *out, size_t out_size, const void *stored, size_t size);
unsigned ZSTD_isError(size_t code);
int ZSTD_getErrorCode(size_t code); /* an enumeration */
unsigned long long ZSTD_getFrameContentSize(const void *stored, size_t size);

/* getFrameContentSize returns one of the two largest numbers when it fails. */
#define UNKNOWN ((unsigned long long)-2)

/* The smallest stored size of a block, and the largest size that a block decodes to. */
enum { BLOCK_STORED = 4, BLOCK_RAW = 128 * 1024 };

enum { NO_MEMORY = 64 }; /* ZSTD_error_memory_allocation: stable, as zstd_errors.h says */

const unsigned pyembed_decoder_codec = PYEMBED_CODEC_ZSTD;

uint64_t
pyembed_decoder_limit(const unsigned char *stored, size_t size)
{
    unsigned long long said = ZSTD_getFrameContentSize(stored, size);
    uint64_t most = ((uint64_t)size / BLOCK_STORED + 1) * BLOCK_RAW;
    return said >= UNKNOWN ? 0 : said < most ? said : most;
}

pyembed_decoder_status
pyembed_decoder_run(const unsigned char *stored, size_t size, void *out, size_t raw_size)
{
    size_t written = ZSTD_decompress(out, raw_size, stored, size);
    if (ZSTD_isError(written) && ZSTD_getErrorCode(written) == NO_MEMORY) {
        return PYEMBED_DECODER_NO_MEMORY;
    }
    return !ZSTD_isError(written) && written == raw_size ? PYEMBED_DECODED : PYEMBED_NOT_DECODED;
}
