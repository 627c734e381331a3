/* Which entries of the blob become files, and at which path. Holds one item at a time in memory. */
#include "process/extract_items.h"

#include "reader/decoder.h"
#include "reader/resources.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARKER ".complete" /* no module's name: it is written last */

static const char elsewhere[] = "the packed resources hold a path that leads elsewhere";

/* The blob is not trusted: reject paths that leave the folder. */
static int
is_below(pyembed_string path)
{
    if (path.size == 0 || path.data[0] == '/' || strlen(path.data) != path.size) {
        return 0;
    }
    for (const char *part = path.data; part != NULL;
         part = strchr(part, '/'), part = part == NULL ? NULL : part + 1) {
        size_t length = strcspn(part, "/");
        if (length == 0 || (length <= 2 && strspn(part, ".") == length)) {
            return 0;
        }
    }
    return 1;
}

static const char *
write_decoded(pyembed_item_writer writer, const char *path, const pyembed_bytes *bytes, mode_t mode)
{
    const char *wrong = pyembed_decode_check(bytes);
    if (wrong != NULL) {
        return wrong;
    }
    void *raw = malloc(bytes->raw_size > 0 ? bytes->raw_size : 1);
    wrong = raw == NULL ? strerror(ENOMEM) : pyembed_decode(bytes, raw);
    if (wrong == NULL && writer.write(writer.context, path, raw, bytes->raw_size, mode) < 0) {
        wrong = strerror(errno);
    }
    free(raw);
    return wrong;
}

/* Whether the path, or a folder above it, is a link of these resources: nothing is written through
 * one. */
static int
leads_through_link(const pyembed_resources *resources, pyembed_string path, int is_own)
{
    pyembed_run plain = pyembed_plain_files(resources);
    for (uint32_t size = 1; size <= path.size; size++) {
        pyembed_file file;
        if ((size == path.size ? is_own : path.data[size] == '/') &&
            pyembed_file_find(resources, PYEMBED_SECTION_RESOURCES, plain, path.data, size,
                              &file) == PYEMBED_OK &&
            file.target.size > 0 && !(file.flags & PYEMBED_IN_FILESYSTEM)) {
            return 1;
        }
    }
    return 0;
}

static const char *
write_item(const pyembed_resources *resources, pyembed_item_writer writer, pyembed_string path,
           const pyembed_bytes *bytes, uint32_t flags)
{
    mode_t mode = (flags & PYEMBED_EXECUTABLE) ? 0700 : 0600;
    if (bytes->data == NULL) {
        return NULL;
    }
    if (!is_below(path)) {
        return elsewhere;
    }
    if (leads_through_link(resources, path, 1)) {
        return NULL;
    }
    int is_compressed = bytes->codec != PYEMBED_CODEC_NONE;
    if (writer.is_there(writer.context, path.data,
                        is_compressed ? bytes->raw_size : bytes->stored_size, mode)) {
        return NULL;
    }
    if (is_compressed) {
        return write_decoded(writer, path.data, bytes, mode);
    }
    return writer.write(writer.context, path.data, bytes->data, bytes->stored_size, mode) < 0
               ? strerror(errno)
               : NULL;
}

static const char *
make_folder(const pyembed_resources *resources, pyembed_item_writer writer, pyembed_string path)
{
    char folder[PATH_MAX];
    if (!is_below(path)) {
        return elsewhere;
    }
    if (leads_through_link(resources, path, 1)) {
        return NULL;
    }
    if (snprintf(folder, sizeof folder, "%s/", path.data) >= (int)sizeof folder) {
        return strerror(ENAMETOOLONG);
    }
    return writer.make_folders(writer.context, folder) < 0 ? strerror(errno) : NULL;
}

static const char *
make_links(const pyembed_resources *resources, pyembed_item_writer writer)
{
    pyembed_run plain = pyembed_plain_files(resources);
    for (uint32_t at = 0; at < plain.count; at++) {
        pyembed_file file;
        pyembed_status status =
            pyembed_file_at(resources, PYEMBED_SECTION_RESOURCES, plain.first + at, &file);
        if (status != PYEMBED_OK) {
            return pyembed_status_text(status);
        }
        if (file.target.size == 0 || (file.flags & PYEMBED_IN_FILESYSTEM)) {
            continue;
        }
        if (!is_below(file.path)) {
            return elsewhere;
        }
        if (!leads_through_link(resources, file.path, 0) &&
            writer.make_link(writer.context, file.path.data, file.target.data) < 0) {
            return strerror(errno);
        }
    }
    return NULL;
}

static const char *
write_modules(const pyembed_resources *resources, pyembed_item_writer writer)
{
    const char *wrong = NULL;
    for (uint32_t index = 0;
         wrong == NULL && index < pyembed_count(resources, PYEMBED_SECTION_MODULES); index++) {
        pyembed_module module;
        pyembed_status status = pyembed_module_at(resources, index, &module);
        if (status != PYEMBED_OK) {
            return pyembed_status_text(status);
        }
        if (!(module.flags & PYEMBED_IN_FILESYSTEM)) {
            wrong = write_item(resources, writer, module.path,
                               module.library.data != NULL ? &module.library : &module.source,
                               module.flags);
        }
    }
    return wrong;
}

static const char *
write_files(const pyembed_resources *resources, unsigned section, pyembed_item_writer writer)
{
    const char *wrong = NULL;
    for (uint32_t index = 0; wrong == NULL && index < pyembed_count(resources, section); index++) {
        pyembed_file file;
        pyembed_status status = pyembed_file_at(resources, section, index, &file);
        if (status != PYEMBED_OK) {
            return pyembed_status_text(status);
        }
        if (file.flags & PYEMBED_IN_FILESYSTEM) {
            continue;
        }
        int is_folder = file.owner == UINT32_MAX && (file.flags & PYEMBED_EMPTY_FOLDER) != 0;
        wrong = is_folder ? make_folder(resources, writer, file.path)
                          : write_item(resources, writer, file.path, &file.data, file.flags);
    }
    return wrong;
}

const char *
pyembed_each_item(const pyembed_resources *resources, pyembed_item_writer writer)
{
    static const unsigned sections[] = {PYEMBED_SECTION_RESOURCES, PYEMBED_SECTION_FILES,
                                        PYEMBED_SECTION_LIBRARIES};
    const char *wrong = make_links(resources, writer);
    wrong = wrong != NULL ? wrong : write_modules(resources, writer);
    for (size_t at = 0; wrong == NULL && at < sizeof sections / sizeof sections[0]; at++) {
        wrong = write_files(resources, sections[at], writer);
    }
    if (wrong == NULL && !writer.is_there(writer.context, MARKER, 0, 0600) &&
        writer.write(writer.context, MARKER, "", 0, 0600) < 0) {
        wrong = strerror(errno);
    }
    return wrong;
}
