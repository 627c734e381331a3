/* Stored bytes as they were. A product has one decoder, that of its own `compress` setting: decoder_none.c, decoder_zlib.c or decoder_zstd.c, and with
 * the latter two the library that it calls. Nothing here needs Python, so that files can be extracted before it stands, nor the GIL: any thread may
 * decode at the same time. */
#ifndef PYEMBED_DECODER_H
#define PYEMBED_DECODER_H

#include "reader/resources.h"

/* ---- decoder.c ---- */

/* Whether the bytes can become what their entry says, and by this product. To be asked before `raw_size` bytes are allocated: nothing that a damaged
 * blob says makes a product take memory without end. NULL, or words for what is wrong. */
const char *pyembed_decode_check(const pyembed_bytes *bytes);

/* The words of pyembed_decode when the bytes may be whole, and the decoder got no memory to work in: to be compared by address. */
extern const char pyembed_no_memory[];

/* Writes `raw_size` bytes to `out`. NULL, or words for what is wrong; then `out` holds anything. */
const char *pyembed_decode(const pyembed_bytes *bytes, void *out);

/* ---- decoder_*.c ---- */

/* What the product decodes: a codec. */
extern const unsigned pyembed_decoder_codec;

/* The most bytes that the stored ones can become; what the stored ones say of it, if they do. 0: they are no stream of the codec's. */
uint64_t pyembed_decoder_limit(const unsigned char *stored, size_t size);

typedef enum { PYEMBED_DECODED, PYEMBED_NOT_DECODED, PYEMBED_DECODER_NO_MEMORY } pyembed_decoder_status;

/* Decodes exactly `raw_size` bytes from exactly `size`; PYEMBED_NOT_DECODED if that is not what they are. */
pyembed_decoder_status pyembed_decoder_run(const unsigned char *stored, size_t size, void *out, size_t raw_size);

#endif
