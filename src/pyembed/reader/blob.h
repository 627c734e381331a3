/* What a packed-resources blob holds, as values (docs/formats/packed-resources.md). They point into
 * the blob. */
#ifndef PYEMBED_BLOB_H
#define PYEMBED_BLOB_H

#include <stdint.h>

typedef enum {
    PYEMBED_OK = 0,
    PYEMBED_NOT_FOUND,   /* no entry of that name or index; the blob is whole */
    PYEMBED_TRUNCATED,   /* fewer bytes than the header says, or than a header has */
    PYEMBED_BAD_MAGIC,   /* not a blob */
    PYEMBED_BAD_VERSION, /* a blob for another runtime */
    PYEMBED_DAMAGED      /* an offset, a size or a number that is out of range */
} pyembed_status;

/* UTF-8; after `size` bytes stands a NUL. */
typedef struct {
    const char *data;
    uint32_t size;
} pyembed_string;

enum { PYEMBED_CODEC_NONE = 0, PYEMBED_CODEC_ZLIB = 1, PYEMBED_CODEC_ZSTD = 2 };

/* Stored bytes; `data` is NULL where there are none (an empty file has data, and sizes of 0). */
typedef struct {
    const unsigned char *data;
    uint32_t stored_size;
    uint32_t raw_size;
    unsigned codec;
} pyembed_bytes;

typedef struct {
    const unsigned char *entries;
    uint32_t count;
} pyembed_section;

enum {
    PYEMBED_SECTION_MODULES,
    PYEMBED_SECTION_HASH,
    PYEMBED_SECTION_ORDER,
    PYEMBED_SECTION_RESOURCES,
    PYEMBED_SECTION_DEPENDENCIES,
    PYEMBED_SECTION_DISTRIBUTIONS,
    PYEMBED_SECTION_FILES,
    PYEMBED_SECTION_LIBRARIES,
    PYEMBED_SECTION_SETTINGS,
    PYEMBED_SECTION_BOOT,
    PYEMBED_SECTION_STRINGS,
    PYEMBED_SECTION_DATA,
    PYEMBED_SECTION_COUNT
};

/* An opened blob. It owns nothing: copy it as you like. */
typedef struct {
    const unsigned char *base;
    uint64_t size;
    pyembed_section sections[PYEMBED_SECTION_COUNT];
    uint32_t plain_files; /* at the end of the resources */
} pyembed_resources;

enum {
    PYEMBED_MODULE_PACKAGE = 1u << 0,
    PYEMBED_MODULE_NAMESPACE = 1u << 1,
    PYEMBED_MODULE_BUILTIN = 1u << 2,
    PYEMBED_MODULE_SHARED = 1u << 3,
    PYEMBED_MODULE_LAZY = 1u << 4,
    PYEMBED_IN_FILESYSTEM = 1u << 5, /* of modules, resources, files and libraries */
    PYEMBED_MODULE_MAIN = 1u << 6,
    PYEMBED_EXECUTABLE = 1u << 7,   /* of modules, resources, files and libraries */
    PYEMBED_EMPTY_FOLDER = 1u << 0, /* of plain files */
    PYEMBED_LINK = 1u << 1          /* of plain files */
};

/* A run of entries of another section. */
typedef struct {
    uint32_t first;
    uint32_t count;
} pyembed_run;

typedef struct {
    uint32_t index;
    uint32_t flags;
    pyembed_string name;
    pyembed_string path; /* relative to the module's root: `json/decoder.py` */
    pyembed_string root; /* size 0: in the blob */
    pyembed_bytes code;
    pyembed_bytes source;
    pyembed_bytes library;
    pyembed_run resources;
    pyembed_run dependencies;
    uint32_t distribution; /* index + 1, or 0 */
} pyembed_module;

/* A package resource, a file of a distribution, or a shared library. */
typedef struct {
    uint32_t flags;
    uint32_t owner; /* of a plain file UINT32_MAX */
    pyembed_string name;
    pyembed_string root;
    pyembed_string path;
    pyembed_string target; /* of a link; of others size 0 */
    pyembed_bytes data;
    pyembed_run dependencies;
} pyembed_file;

typedef struct {
    pyembed_string name;
    pyembed_string version;
    pyembed_string folder;
    pyembed_run files;
} pyembed_distribution;

typedef struct {
    pyembed_string name;
    pyembed_string value;
} pyembed_setting;

#endif
