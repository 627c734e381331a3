/* compress = "zlib": streams of RFC 1950, which end with a checksum. */
#include "reader/decoder.h"
#include "reader/resources.h"

/* Declared here and not by <zlib.h>: the library is the one of the distribution's `zlib` module,
 * and a distribution may lack the header. Since zlib 1.2.9. */
int uncompress2(unsigned char *out, unsigned long *out_size, const unsigned char *stored,
                unsigned long *size);

enum { NO_MEMORY = -4 }; /* Z_MEM_ERROR */

const unsigned pyembed_decoder_codec = PYEMBED_CODEC_ZLIB;

/* A stream does not declare its size. One byte becomes at most 1,032. */
uint64_t
pyembed_decoder_limit(const unsigned char *stored, size_t size)
{
    (void)stored;
    return (uint64_t)size * 1032;
}

pyembed_decoder_status
pyembed_decoder_run(const unsigned char *stored, size_t size, void *out, size_t raw_size)
{
    unsigned long written = raw_size, read = size;
    int code = uncompress2(out, &written, stored, &read);
    if (code == NO_MEMORY) {
        return PYEMBED_DECODER_NO_MEMORY;
    }
    return code == 0 && written == raw_size && read == size ? PYEMBED_DECODED : PYEMBED_NOT_DECODED;
}
