/* The reader against a blob that blob.py wrote: every truncation, every byte of the header, every
 * byte of the rest, and hostile numbers. To be compiled with the address and undefined-behaviour
 * sanitizers: the blob lies in a heap block of exactly its size, so that a wild read is caught.
 *
 * test_reader BLOB: says `ok N checks`, or dies. */
#include "check.h"
#include "reader/settings.h"
#include "walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
read_what_was_written(const pyembed_resources *resources)
{
    pyembed_module module;
    pyembed_file file;
    pyembed_distribution distribution;
    pyembed_run run;
    pyembed_settings settings;
    char message[256] = "";

    CHECK(pyembed_module_find(resources, "pkg.sub", 7, &module) == PYEMBED_OK);
    CHECK(strcmp(module.path.data, "pkg/sub/__init__.py") == 0 &&
          (module.flags & PYEMBED_MODULE_PACKAGE));
    CHECK(module.code.stored_size == 4 && memcmp(module.code.data, "code", 4) == 0 &&
          module.source.data == NULL);
    CHECK(pyembed_module_find(resources, "pkg.su", 6, &module) == PYEMBED_NOT_FOUND);
    CHECK(pyembed_module_find(resources, "", 0, &module) == PYEMBED_NOT_FOUND);
    CHECK(pyembed_module_at(resources, pyembed_count(resources, PYEMBED_SECTION_MODULES),
                            &module) == PYEMBED_NOT_FOUND);
    CHECK(pyembed_modules_below(resources, "pkg.", 4, &run) == PYEMBED_OK && run.count == 3);
    CHECK(pyembed_modules_below(resources, "zzz.", 4, &run) == PYEMBED_OK && run.count == 0);

    CHECK(pyembed_module_find(resources, "pkg", 3, &module) == PYEMBED_OK &&
          module.resources.count == 3);
    CHECK(pyembed_file_find(resources, PYEMBED_SECTION_RESOURCES, module.resources,
                            "data/table.txt", 14, &file) == PYEMBED_OK);
    CHECK(file.data.raw_size == 5 && memcmp(file.data.data, "table", 5) == 0);
    CHECK(pyembed_file_find(resources, PYEMBED_SECTION_RESOURCES, module.resources, "empty", 5,
                            &file) == PYEMBED_OK);
    CHECK(file.data.data != NULL && file.data.stored_size == 0);
    CHECK(pyembed_file_find(resources, PYEMBED_SECTION_RESOURCES, module.resources, "data", 4,
                            &file) == PYEMBED_NOT_FOUND);
    CHECK(pyembed_files_below(resources, PYEMBED_SECTION_RESOURCES, module.resources, "data/", 5,
                              &run) == PYEMBED_OK &&
          run.count == 2);

    pyembed_run plain = pyembed_plain_files(resources);
    CHECK(plain.first == 3 && plain.count == 4);
    CHECK(pyembed_file_find(resources, PYEMBED_SECTION_RESOURCES, plain, "templates/page.html", 19,
                            &file) == PYEMBED_OK);
    CHECK(file.owner == UINT32_MAX && (file.flags & PYEMBED_EXECUTABLE) &&
          memcmp(file.data.data, "<p>page</p>", file.data.raw_size) == 0);
    CHECK(pyembed_file_find(resources, PYEMBED_SECTION_RESOURCES, plain, "templates/empty", 15,
                            &file) == PYEMBED_OK);
    CHECK((file.flags & PYEMBED_EMPTY_FOLDER) && file.data.data == NULL);
    CHECK(pyembed_files_below(resources, PYEMBED_SECTION_RESOURCES, plain, "templates/", 10,
                              &run) == PYEMBED_OK &&
          run.count == 3);
    CHECK(pyembed_file_find(resources, PYEMBED_SECTION_RESOURCES, plain, "templates/index.html", 20,
                            &file) == PYEMBED_OK);
    CHECK((file.flags & PYEMBED_LINK) && strcmp(file.target.data, "page.html") == 0 &&
          file.data.raw_size == 11);

    CHECK(pyembed_module_find(resources, "pkg._native", 11, &module) == PYEMBED_OK &&
          module.dependencies.count == 2);
    uint32_t index;
    CHECK(pyembed_number_at(resources, PYEMBED_SECTION_DEPENDENCIES, module.dependencies.first + 1,
                            &index) == PYEMBED_OK);
    CHECK(pyembed_file_at(resources, PYEMBED_SECTION_LIBRARIES, index, &file) == PYEMBED_OK &&
          strcmp(file.name.data, "libb.so.1") == 0);
    CHECK((size_t)(file.data.data - resources->base) % 4096 == 0);

    CHECK(pyembed_distribution_find(resources, "a_package", 9, &distribution) == PYEMBED_OK);
    CHECK(strcmp(distribution.version.data, "1.2") == 0 && distribution.files.count == 2);
    CHECK(pyembed_file_find(resources, PYEMBED_SECTION_FILES, distribution.files, "METADATA", 8,
                            &file) == PYEMBED_OK);

    CHECK(pyembed_settings_read(resources, &settings, message, sizeof message) == 0);
    CHECK(settings.run_mode == PYEMBED_MODE_MODULE && strcmp(settings.run_module.data, "pkg") == 0);
    CHECK(settings.warnings.count == 2 && settings.optimize_level == 2 && settings.isolated == 1);
}

/* A copy in a block of exactly `size` bytes, so that the sanitizer knows its end. */
static unsigned char *
copy_of(const unsigned char *blob, size_t size)
{
    unsigned char *copy = malloc(size == 0 ? 1 : size);
    memcpy(copy, blob, size);
    return copy;
}

static void
every_truncation_is_an_error(const unsigned char *blob, size_t size)
{
    for (size_t length = 0; length < size; length++) {
        unsigned char *copy = copy_of(blob, length);
        pyembed_resources resources;
        CHECK(pyembed_resources_open(copy, length, &resources) == PYEMBED_TRUNCATED);
        free(copy);
    }
}

/* A header that was corrected for the cut: only the offsets within can be wrong. */
static void
fewer_pages_than_the_sections_need_are_survived(const unsigned char *blob, size_t size)
{
    for (uint64_t length = 4096; length < size; length += 4096) {
        unsigned char *copy = copy_of(blob, length);
        memcpy(copy + 16, &length, sizeof length);
        pyembed_resources resources;
        if (pyembed_resources_open(copy, length, &resources) == PYEMBED_OK) {
            walk(&resources, UINT32_MAX);
        }
        free(copy);
        checks++;
    }
}

/* Bytes 24 to 55 are the digest, which a start does not read; another number of plain files may be
 * as possible; low bytes of a section's offset may point to other valid bytes. */
static void
every_header_byte_matters(unsigned char *blob, size_t size)
{
    for (size_t at = 0; at < 256; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            blob[at] ^= (unsigned char)(1u << bit);
            pyembed_resources resources;
            pyembed_status status = pyembed_resources_open(blob, size, &resources);
            if (at < 24 || (at >= 57 && at < 64) || (at >= 64 && at % 16 >= 12)) {
                CHECK(status != PYEMBED_OK);
            }
            if (status == PYEMBED_OK) {
                walk(&resources, UINT32_MAX);
            }
            blob[at] ^= (unsigned char)(1u << bit);
        }
    }
}

static void
every_flipped_byte_is_survived(unsigned char *blob, size_t size)
{
    static const unsigned char masks[] = {0x01, 0x80, 0xFF};
    for (size_t at = 256; at < size; at++) {
        for (size_t mask = 0; mask < sizeof masks; mask++) {
            blob[at] ^= masks[mask];
            pyembed_resources resources;
            CHECK(pyembed_resources_open(blob, size, &resources) == PYEMBED_OK);
            walk(&resources, UINT32_MAX);
            blob[at] ^= masks[mask];
        }
    }
}

/* Each aligned word becomes a number that overflows something. */
static void
hostile_numbers_are_survived(unsigned char *blob, size_t size, size_t limit)
{
    static const uint32_t numbers[] = {0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF0};
    for (size_t at = 64; at + 4 <= limit; at += 4) {
        for (size_t number = 0; number < sizeof numbers / sizeof numbers[0]; number++) {
            unsigned char saved[4];
            memcpy(saved, blob + at, 4);
            memcpy(blob + at, &numbers[number], 4);
            pyembed_resources resources;
            if (pyembed_resources_open(blob, size, &resources) == PYEMBED_OK) {
                walk(&resources, UINT32_MAX);
            }
            memcpy(blob + at, saved, 4);
        }
    }
    checks++;
}

int
main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL) {
        fprintf(stderr, "usage: test_reader BLOB\n");
        return 2;
    }
    static unsigned char buffer[1 << 20];
    size_t size = fread(buffer, 1, sizeof buffer, file);
    fclose(file);

    unsigned char *blob = copy_of(buffer, size);
    pyembed_resources resources;
    CHECK(pyembed_resources_open(blob, size, &resources) == PYEMBED_OK);
    read_what_was_written(&resources);
    walk(&resources, UINT32_MAX);
    size_t data = (size_t)(resources.sections[PYEMBED_SECTION_DATA].entries - blob);
    every_truncation_is_an_error(blob, size);
    fewer_pages_than_the_sections_need_are_survived(blob, size);
    every_header_byte_matters(blob, size);
    every_flipped_byte_is_survived(blob, size);
    hostile_numbers_are_survived(blob, size, data);
    free(blob);
    printf("ok %lu checks\n", checks);
    return 0;
}
