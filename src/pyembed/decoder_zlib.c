/* compress = "zlib": streams of RFC 1950, which end with a checksum. */
#include "decoder.h"

/* Not <zlib.h>: the library is that of the CPython distribution's own `zlib` module, and a distribution need not bring its header. Since 1.2.9. */
int uncompress2(unsigned char *out, unsigned long *out_size, const unsigned char *stored, unsigned long *size);

const unsigned pyembed_decoder_codec = PYEMBED_CODEC_ZLIB;

/* A stream does not say what it becomes, but no byte of it becomes more than 1,032. */
uint64_t
pyembed_decoder_limit(const unsigned char *stored, size_t size)
{
    (void)stored;
    return (uint64_t)size * 1032;
}

int
pyembed_decoder_run(const unsigned char *stored, size_t size, void *out, size_t raw_size)
{
    unsigned long written = raw_size, read = size;
    return uncompress2(out, &written, stored, &read) == 0 && written == raw_size && read == size ? 0 : -1;
}
