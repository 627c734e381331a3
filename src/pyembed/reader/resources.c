/* The reader of the packed-resources blob. Every read of the blob goes through the checked
 * accessors of fields.h; what stands here only names the fields, in the order of the format's
 * drawings. */
#include "reader/resources.h"

#include "reader/fields.h"

#include <string.h>

static const unsigned char magic[8] = {0x89, 'O', 'X', 'I', 'R', 'E', 'S', '\n'};

enum { VERSION = 3, PAGE_SIZE_OF_BLOB = 4096 };

/* ---- header ---- */

const char *
pyembed_status_text(pyembed_status status)
{
    switch (status) {
    case PYEMBED_OK:
        return "no error";
    case PYEMBED_NOT_FOUND:
        return "not found";
    case PYEMBED_TRUNCATED:
        return "they end too early";
    case PYEMBED_BAD_MAGIC:
        return "they do not begin as packed resources do";
    case PYEMBED_BAD_VERSION:
        return "they are of a version that this runtime does not read";
    case PYEMBED_DAMAGED:
        break;
    }
    return "an offset or a size in them cannot be";
}

/*  0 magic 8 | 8 version 4 | 12 header_size 4 | 16 total_size 8 | 24 digest 32 | 56 plain_files 4 |
 * 60 section_count 4 | 64 sections */
pyembed_status
pyembed_resources_open(const void *blob, size_t size, pyembed_resources *resources)
{
    const unsigned char *header = blob;
    memset(resources, 0, sizeof *resources);
    if (size < HEADER_SIZE) {
        return PYEMBED_TRUNCATED;
    }
    if (memcmp(header, magic, sizeof magic) != 0) {
        return PYEMBED_BAD_MAGIC;
    }
    if (u32_of(header + 8) != VERSION) {
        return PYEMBED_BAD_VERSION;
    }
    resources->base = header;
    resources->size = u64_of(header + 16);
    if (u32_of(header + 12) != HEADER_SIZE || resources->size < HEADER_SIZE ||
        resources->size % PAGE_SIZE_OF_BLOB != 0 || resources->size >= SIZE_LIMIT ||
        u32_of(header + 60) != PYEMBED_SECTION_COUNT) {
        return PYEMBED_DAMAGED;
    }
    if (resources->size != size) {
        return resources->size > size ? PYEMBED_TRUNCATED : PYEMBED_DAMAGED;
    }
    for (unsigned section = 0; section < PYEMBED_SECTION_COUNT; section++) {
        const unsigned char *field = header + 64 + 16 * section;
        uint64_t offset = u64_of(field);
        uint32_t count = u32_of(field + 8);
        if (u32_of(field + 12) != entry_sizes[section] ||
            !lies_within(resources, offset, (uint64_t)count * entry_sizes[section]) ||
            (count != 0 && offset < HEADER_SIZE)) {
            return PYEMBED_DAMAGED;
        }
        resources->sections[section].entries = header + offset;
        resources->sections[section].count = count;
    }
    resources->plain_files = u32_of(header + 56);
    if (resources->plain_files > resources->sections[PYEMBED_SECTION_RESOURCES].count) {
        return PYEMBED_DAMAGED;
    }
    uint32_t slots = resources->sections[PYEMBED_SECTION_HASH].count;
    return (slots & (slots - 1)) == 0 ? PYEMBED_OK : PYEMBED_DAMAGED;
}

/* ---- entries by index ---- */

#define RETURN_IF_NOT_OK(expression)           \
    do {                                       \
        pyembed_status status_ = (expression); \
        if (status_ != PYEMBED_OK) {           \
            return status_;                    \
        }                                      \
    } while (0)

static pyembed_status
entry_of(const pyembed_resources *resources, unsigned section, uint32_t index,
         const unsigned char **entry)
{
    *entry = entry_at(resources, section, index);
    return *entry == NULL ? PYEMBED_NOT_FOUND : PYEMBED_OK;
}

pyembed_status
pyembed_module_at(const pyembed_resources *resources, uint32_t index, pyembed_module *module)
{
    const unsigned char *entry;
    RETURN_IF_NOT_OK(entry_of(resources, PYEMBED_SECTION_MODULES, index, &entry));
    module->index = index;
    module->flags = u32_of(entry + 8);
    RETURN_IF_NOT_OK(string_of(resources, entry, &module->name));
    RETURN_IF_NOT_OK(name_of(resources, u32_of(entry + 80), u32_of(entry + 12), &module->path));
    RETURN_IF_NOT_OK(string_of(resources, entry + 88, &module->root));
    RETURN_IF_NOT_OK(bytes_of(resources, entry + 16, (module->flags >> 12) & 15u, &module->code));
    RETURN_IF_NOT_OK(bytes_of(resources, entry + 32, (module->flags >> 16) & 15u, &module->source));
    RETURN_IF_NOT_OK(
        bytes_of(resources, entry + 48, (module->flags >> 20) & 15u, &module->library));
    RETURN_IF_NOT_OK(run_of(resources, PYEMBED_SECTION_RESOURCES, entry + 64, &module->resources));
    RETURN_IF_NOT_OK(
        run_of(resources, PYEMBED_SECTION_DEPENDENCIES, entry + 72, &module->dependencies));
    module->distribution = u32_of(entry + 84);
    if (module->name.size == 0 ||
        module->distribution > resources->sections[PYEMBED_SECTION_DISTRIBUTIONS].count) {
        return PYEMBED_DAMAGED;
    }
    return PYEMBED_OK;
}

/* A link leads to a place below the root, as its letters have it. */
static pyembed_status
link_of(const pyembed_file *file)
{
    const char *target = file->target.data, *end = target + file->target.size;
    if (file->target.size == 0 || file->target.size >= LINK_LIMIT || *target == '/' ||
        memchr(target, '\0', file->target.size) != NULL ||
        (file->flags & PYEMBED_EMPTY_FOLDER) != 0) {
        return PYEMBED_DAMAGED;
    }
    int depth = 0;
    for (uint32_t at = 0; at < file->path.size; at++) {
        depth += file->path.data[at] == '/';
    }
    for (const char *at = target; at < end;) {
        size_t size = strcspn(at, "/");
        if (size == 2 && memcmp(at, "..", 2) == 0) {
            depth--;
        }
        else if (size > 0 && !(size == 1 && *at == '.')) {
            depth++;
        }
        if (depth < 0) {
            return PYEMBED_DAMAGED;
        }
        at += size + (at + size < end);
    }
    return PYEMBED_OK;
}

pyembed_status
pyembed_file_at(const pyembed_resources *resources, unsigned section, uint32_t index,
                pyembed_file *file)
{
    const unsigned char *entry;
    RETURN_IF_NOT_OK(entry_of(resources, section, index, &entry));
    RETURN_IF_NOT_OK(string_of(resources, entry, &file->name));
    file->flags = u32_of(entry + 8);
    file->owner = u32_of(entry + 12);
    RETURN_IF_NOT_OK(bytes_of(resources, entry + 16, (file->flags >> 12) & 15u, &file->data));
    RETURN_IF_NOT_OK(string_of(resources, entry + 32, &file->root));
    RETURN_IF_NOT_OK(string_of(resources, entry + 40, &file->path));
    RETURN_IF_NOT_OK(string_of(resources, entry + 56, &file->target));
    RETURN_IF_NOT_OK(
        run_of(resources, PYEMBED_SECTION_DEPENDENCIES, entry + 48, &file->dependencies));
    int is_link = section == PYEMBED_SECTION_RESOURCES && file->owner == UINT32_MAX &&
                  (file->flags & PYEMBED_LINK) != 0;
    return is_link ? link_of(file) : file->target.size == 0 ? PYEMBED_OK : PYEMBED_DAMAGED;
}

pyembed_status
pyembed_distribution_at(const pyembed_resources *resources, uint32_t index,
                        pyembed_distribution *found)
{
    const unsigned char *entry;
    RETURN_IF_NOT_OK(entry_of(resources, PYEMBED_SECTION_DISTRIBUTIONS, index, &entry));
    RETURN_IF_NOT_OK(string_of(resources, entry, &found->name));
    RETURN_IF_NOT_OK(string_of(resources, entry + 8, &found->version));
    RETURN_IF_NOT_OK(string_of(resources, entry + 16, &found->folder));
    return run_of(resources, PYEMBED_SECTION_FILES, entry + 24, &found->files);
}

pyembed_status
pyembed_setting_at(const pyembed_resources *resources, uint32_t index, pyembed_setting *setting)
{
    const unsigned char *entry;
    RETURN_IF_NOT_OK(entry_of(resources, PYEMBED_SECTION_SETTINGS, index, &entry));
    RETURN_IF_NOT_OK(string_of(resources, entry, &setting->name));
    return text_of(resources, u32_of(entry + 8), u32_of(entry + 12), &setting->value);
}

pyembed_status
pyembed_number_at(const pyembed_resources *resources, unsigned section, uint32_t index,
                  uint32_t *number)
{
    const unsigned char *entry;
    RETURN_IF_NOT_OK(entry_of(resources, section, index, &entry));
    *number = u32_of(entry);
    return PYEMBED_OK;
}

/* ---- by name ---- */

pyembed_status
pyembed_module_find(const pyembed_resources *resources, const char *name, size_t size,
                    pyembed_module *module)
{
    const pyembed_section *hash = &resources->sections[PYEMBED_SECTION_HASH];
    uint32_t value = 2166136261u;
    for (size_t at = 0; at < size; at++) {
        value = (value ^ (unsigned char)name[at]) * 16777619u;
    }
    /* A full table has no empty slot to stop at: `count` probes see all of it. */
    for (uint32_t probe = 0; probe < hash->count; probe++) {
        const unsigned char *slot =
            hash->entries + (size_t)8 * ((value + probe) & (hash->count - 1));
        uint32_t index = u32_of(slot + 4);
        if (index == 0) {
            return PYEMBED_NOT_FOUND;
        }
        if (u32_of(slot) != value) {
            continue;
        }
        const unsigned char *entry = entry_at(resources, PYEMBED_SECTION_MODULES, index - 1);
        pyembed_string found;
        if (entry == NULL) {
            return PYEMBED_DAMAGED;
        }
        RETURN_IF_NOT_OK(string_of(resources, entry, &found));
        if (found.size == size && memcmp(found.data, name, size) == 0) {
            return pyembed_module_at(resources, index - 1, module);
        }
    }
    return PYEMBED_NOT_FOUND;
}

/* As names are sorted: by bytes, the shorter first. With `as_prefix` a name that begins with the
 * key is equal to it. */
static int
compare(pyembed_string name, const char *key, size_t size, int as_prefix)
{
    size_t common = name.size < size ? name.size : size;
    int difference = common == 0 ? 0 : memcmp(name.data, key, common);
    if (difference != 0) {
        return difference;
    }
    if (name.size >= size) {
        return as_prefix || name.size == size ? 0 : 1;
    }
    return -1;
}

/* The name of the entry at a place of a sorted run. */
static pyembed_status
name_in(const pyembed_resources *resources, unsigned section, uint32_t at, pyembed_string *name)
{
    uint32_t index = at;
    if (section == PYEMBED_SECTION_ORDER) {
        RETURN_IF_NOT_OK(pyembed_number_at(resources, section, at, &index));
        section = PYEMBED_SECTION_MODULES;
    }
    const unsigned char *entry = entry_at(resources, section, index);
    return entry == NULL ? PYEMBED_DAMAGED : string_of(resources, entry, name);
}

/* The first entry of a sorted run that is not before the key (`after` = 0), or that is behind all
 * equal ones (`after` = 1). */
static pyembed_status
bound(const pyembed_resources *resources, unsigned section, pyembed_run run, const char *key,
      size_t size, int as_prefix, int after, uint32_t *place)
{
    uint32_t low = run.first, high = run.first + run.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        pyembed_string name;
        RETURN_IF_NOT_OK(name_in(resources, section, middle, &name));
        int order = compare(name, key, size, as_prefix);
        if (order < 0 || (after && order == 0)) {
            low = middle + 1;
        }
        else {
            high = middle;
        }
    }
    *place = low;
    return PYEMBED_OK;
}

static pyembed_status
equal_run(const pyembed_resources *resources, unsigned section, pyembed_run all, const char *key,
          size_t size, int as_prefix, pyembed_run *run)
{
    uint32_t end;
    RETURN_IF_NOT_OK(bound(resources, section, all, key, size, as_prefix, 0, &run->first));
    RETURN_IF_NOT_OK(bound(resources, section, all, key, size, as_prefix, 1, &end));
    /* A damaged order could make the bounds cross. */
    run->count = end > run->first ? end - run->first : 0;
    return PYEMBED_OK;
}

pyembed_status
pyembed_modules_below(const pyembed_resources *resources, const char *prefix, size_t size,
                      pyembed_run *run)
{
    pyembed_run all = {0, resources->sections[PYEMBED_SECTION_ORDER].count};
    return equal_run(resources, PYEMBED_SECTION_ORDER, all, prefix, size, 1, run);
}

pyembed_status
pyembed_files_below(const pyembed_resources *resources, unsigned section, pyembed_run run,
                    const char *prefix, size_t size, pyembed_run *below)
{
    return equal_run(resources, section, run, prefix, size, 1, below);
}

pyembed_status
pyembed_file_find(const pyembed_resources *resources, unsigned section, pyembed_run run,
                  const char *name, size_t size, pyembed_file *file)
{
    pyembed_run equal;
    RETURN_IF_NOT_OK(equal_run(resources, section, run, name, size, 0, &equal));
    return equal.count == 0 ? PYEMBED_NOT_FOUND
                            : pyembed_file_at(resources, section, equal.first, file);
}

pyembed_run
pyembed_plain_files(const pyembed_resources *resources)
{
    uint32_t all = resources->sections[PYEMBED_SECTION_RESOURCES].count;
    return (pyembed_run){all - resources->plain_files, resources->plain_files};
}

pyembed_status
pyembed_distribution_find(const pyembed_resources *resources, const char *name, size_t size,
                          pyembed_distribution *found)
{
    pyembed_run all = {0, resources->sections[PYEMBED_SECTION_DISTRIBUTIONS].count}, equal;
    RETURN_IF_NOT_OK(
        equal_run(resources, PYEMBED_SECTION_DISTRIBUTIONS, all, name, size, 0, &equal));
    return equal.count == 0 ? PYEMBED_NOT_FOUND
                            : pyembed_distribution_at(resources, equal.first, found);
}

pyembed_status
pyembed_settings_find(const pyembed_resources *resources, const char *name, size_t size,
                      pyembed_run *run)
{
    pyembed_run all = {0, resources->sections[PYEMBED_SECTION_SETTINGS].count};
    return equal_run(resources, PYEMBED_SECTION_SETTINGS, all, name, size, 0, run);
}
