/* compress = "none": what is stored is read in place. */
#include "reader/decoder.h"
#include "reader/resources.h"

const unsigned pyembed_decoder_codec = PYEMBED_CODEC_NONE;

uint64_t
pyembed_decoder_limit(const unsigned char *stored, size_t size)
{
    (void)stored;
    return size;
}

pyembed_decoder_status
pyembed_decoder_run(const unsigned char *stored, size_t size, void *out, size_t raw_size)
{
    (void)stored, (void)size, (void)out, (void)raw_size;
    return PYEMBED_NOT_DECODED;
}
