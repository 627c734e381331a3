/* Checked access to the fields of a blob: an offset, a size or a number that is out of range is
 * PYEMBED_DAMAGED. For resources.c alone. */
#ifndef PYEMBED_FIELDS_H
#define PYEMBED_FIELDS_H

#include "reader/blob.h"

#include <endian.h>
#include <string.h>

enum { HEADER_SIZE = 256, NAME_LIMIT = 65536, LINK_LIMIT = 4096 };
static const uint64_t SIZE_LIMIT = (uint64_t)1 << 31;

static const uint32_t entry_sizes[PYEMBED_SECTION_COUNT] = {96, 8,  4,  64, 4, 48,
                                                            64, 64, 16, 4,  1, 1};

static inline uint32_t
u32_of(const unsigned char *field)
{
    uint32_t value;
    memcpy(&value, field, sizeof value);
    return le32toh(value);
}

static inline uint64_t
u64_of(const unsigned char *field)
{
    uint64_t value;
    memcpy(&value, field, sizeof value);
    return le64toh(value);
}

static inline int
lies_within(const pyembed_resources *resources, uint64_t offset, uint64_t size)
{
    return offset <= resources->size && size <= resources->size - offset;
}

/* A length of 0 is an empty string wherever the offset points. A value of a setting may be a
 * program's text: longer than a name. */
static inline pyembed_status
text_of(const pyembed_resources *resources, uint32_t offset, uint32_t size, pyembed_string *text)
{
    text->data = "";
    text->size = 0;
    if (size == 0) {
        return PYEMBED_OK;
    }
    if (offset < HEADER_SIZE || !lies_within(resources, offset, (uint64_t)size + 1) ||
        resources->base[(uint64_t)offset + size] != '\0') {
        return PYEMBED_DAMAGED;
    }
    text->data = (const char *)resources->base + offset;
    text->size = size;
    return PYEMBED_OK;
}

static inline pyembed_status
name_of(const pyembed_resources *resources, uint32_t offset, uint32_t size, pyembed_string *name)
{
    return size >= NAME_LIMIT ? PYEMBED_DAMAGED : text_of(resources, offset, size, name);
}

/* `field` is a pair (offset, length). */
static inline pyembed_status
string_of(const pyembed_resources *resources, const unsigned char *field, pyembed_string *string)
{
    return name_of(resources, u32_of(field), u32_of(field + 4), string);
}

/* `field` is a data reference, 16 bytes. */
static inline pyembed_status
bytes_of(const pyembed_resources *resources, const unsigned char *field, unsigned codec,
         pyembed_bytes *bytes)
{
    uint64_t offset = u64_of(field);
    memset(bytes, 0, sizeof *bytes);
    if (offset == 0) {
        return PYEMBED_OK;
    }
    bytes->stored_size = u32_of(field + 8);
    bytes->raw_size = u32_of(field + 12);
    bytes->codec = codec;
    if (offset < HEADER_SIZE || !lies_within(resources, offset, bytes->stored_size) ||
        bytes->raw_size >= SIZE_LIMIT || codec > PYEMBED_CODEC_ZSTD ||
        (codec == PYEMBED_CODEC_NONE && bytes->stored_size != bytes->raw_size)) {
        return PYEMBED_DAMAGED;
    }
    bytes->data = resources->base + offset;
    return PYEMBED_OK;
}

/* `field` is a pair (first, count) into a section. */
static inline pyembed_status
run_of(const pyembed_resources *resources, unsigned section, const unsigned char *field,
       pyembed_run *run)
{
    uint32_t total = resources->sections[section].count;
    run->first = u32_of(field);
    run->count = u32_of(field + 4);
    if (run->count == 0) {
        run->first = 0;
        return PYEMBED_OK;
    }
    return run->first < total && run->count <= total - run->first ? PYEMBED_OK : PYEMBED_DAMAGED;
}

/* The entry's bytes: its section's bounds were checked when the blob was opened. */
static inline const unsigned char *
entry_at(const pyembed_resources *resources, unsigned section, uint32_t index)
{
    if (index >= resources->sections[section].count) {
        return NULL;
    }
    return resources->sections[section].entries + (size_t)index * entry_sizes[section];
}

#endif
