/* Unpacks stored bytes. A product is linked with one decoder, chosen by its `compress` setting:
 * decoder_none.c, decoder_zlib.c or decoder_zstd.c. The latter two call a library. Needs neither
 * Python (files are extracted before CPython starts) nor the GIL: several threads may decode at the
 * same time. */
#ifndef PYEMBED_DECODER_H
#define PYEMBED_DECODER_H

#include "reader/resources.h"

/* ---- decoder.c ---- */

/* Checks that this product can decode the bytes, and that they can become `raw_size` bytes. Call it
 * before allocating `raw_size` bytes, so that a damaged blob cannot make a product take unlimited
 * memory. Returns NULL, or a text that says what is wrong. */
const char *pyembed_decode_check(const pyembed_bytes *bytes);

/* What pyembed_decode returns when the decoder got no memory; the bytes may be whole. Compare by
 * address. */
extern const char pyembed_no_memory[];

/* Writes `raw_size` bytes to `out`. Returns NULL, or a text that says what is wrong; then the
 * content of `out` is undefined. */
const char *pyembed_decode(const pyembed_bytes *bytes, void *out);

/* ---- decoder_*.c ---- */

/* The codec that the product decodes. */
extern const unsigned pyembed_decoder_codec;

/* The size that the stored bytes declare, or the largest that they can become. 0: they are no
 * stream of the codec. */
uint64_t pyembed_decoder_limit(const unsigned char *stored, size_t size);

typedef enum {
    PYEMBED_DECODED,
    PYEMBED_NOT_DECODED,
    PYEMBED_DECODER_NO_MEMORY
} pyembed_decoder_status;

/* Decodes exactly `raw_size` bytes from exactly `size`; PYEMBED_NOT_DECODED if that is not what
 * they are. */
pyembed_decoder_status pyembed_decoder_run(const unsigned char *stored, size_t size, void *out,
                                           size_t raw_size);

#endif
