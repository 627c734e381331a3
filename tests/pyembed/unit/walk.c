#include "walk.h"

#include "reader/settings.h"

#include <string.h>

static volatile unsigned long sum;

static void
touch(const void *data, size_t size)
{
    const unsigned char *bytes = data;
    unsigned long all = 0;
    for (size_t at = 0; at < size; at++) {
        all += bytes[at];
    }
    sum += all;
}

static void
touch_string(pyembed_string string)
{
    touch(string.data, (size_t)string.size + 1);
}

static void
touch_bytes(pyembed_bytes bytes)
{
    if (bytes.data != NULL) {
        touch(bytes.data, bytes.stored_size);
    }
}

static uint32_t
smaller(uint32_t count, uint32_t limit)
{
    return count < limit ? count : limit;
}

static void
walk_libraries(const pyembed_resources *resources, pyembed_run needed, uint32_t limit)
{
    for (uint32_t at = 0; at < smaller(needed.count, limit); at++) {
        uint32_t index;
        pyembed_file library;
        if (pyembed_number_at(resources, PYEMBED_SECTION_DEPENDENCIES, needed.first + at, &index) ==
                PYEMBED_OK &&
            pyembed_file_at(resources, PYEMBED_SECTION_LIBRARIES, index, &library) == PYEMBED_OK) {
            touch_bytes(library.data);
        }
    }
}

static void
walk_files(const pyembed_resources *resources, unsigned section, pyembed_run run, uint32_t limit)
{
    for (uint32_t at = 0; at < smaller(run.count, limit); at++) {
        pyembed_file file, found;
        pyembed_run below;
        if (pyembed_file_at(resources, section, run.first + at, &file) == PYEMBED_OK) {
            touch_string(file.name);
            touch_string(file.root);
            touch_string(file.path);
            touch_bytes(file.data);
            walk_libraries(resources, file.dependencies, limit);
            pyembed_file_find(resources, section, run, file.name.data, file.name.size, &found);
            pyembed_files_below(resources, section, run, file.name.data, file.name.size / 2,
                                &below);
        }
    }
}

static void
walk_module(const pyembed_resources *resources, const pyembed_module *module, uint32_t limit)
{
    pyembed_module found;
    pyembed_run run;
    pyembed_file file;
    touch_string(module->name);
    touch_string(module->path);
    touch_string(module->root);
    touch_bytes(module->code);
    touch_bytes(module->source);
    touch_bytes(module->library);
    pyembed_module_find(resources, module->name.data, module->name.size, &found);
    pyembed_modules_below(resources, module->name.data, module->name.size, &run);
    pyembed_file_find(resources, PYEMBED_SECTION_RESOURCES, module->resources, "data.txt", 8,
                      &file);
    walk_files(resources, PYEMBED_SECTION_RESOURCES, module->resources, smaller(limit, 16));
    walk_libraries(resources, module->dependencies, limit);
}

static void
walk_modules(const pyembed_resources *resources, uint32_t limit)
{
    for (uint32_t at = 0; at < smaller(pyembed_count(resources, PYEMBED_SECTION_MODULES), limit);
         at++) {
        pyembed_module module;
        if (pyembed_module_at(resources, at, &module) == PYEMBED_OK) {
            walk_module(resources, &module, limit);
        }
    }
    for (unsigned section = PYEMBED_SECTION_ORDER; section <= PYEMBED_SECTION_BOOT;
         section += PYEMBED_SECTION_BOOT - PYEMBED_SECTION_ORDER) {
        for (uint32_t at = 0; at < smaller(pyembed_count(resources, section), limit); at++) {
            uint32_t index;
            pyembed_module module;
            if (pyembed_number_at(resources, section, at, &index) == PYEMBED_OK) {
                pyembed_module_at(resources, index, &module);
            }
        }
    }
}

static void
walk_distributions(const pyembed_resources *resources, uint32_t limit)
{
    for (uint32_t at = 0;
         at < smaller(pyembed_count(resources, PYEMBED_SECTION_DISTRIBUTIONS), limit); at++) {
        pyembed_distribution distribution, found;
        if (pyembed_distribution_at(resources, at, &distribution) == PYEMBED_OK) {
            touch_string(distribution.name);
            touch_string(distribution.version);
            touch_string(distribution.folder);
            walk_files(resources, PYEMBED_SECTION_FILES, distribution.files, smaller(limit, 16));
            pyembed_distribution_find(resources, distribution.name.data, distribution.name.size,
                                      &found);
        }
    }
}

static void
walk_settings(const pyembed_resources *resources, uint32_t limit)
{
    pyembed_settings settings;
    pyembed_run run;
    char message[64];
    for (uint32_t at = 0; at < smaller(pyembed_count(resources, PYEMBED_SECTION_SETTINGS), limit);
         at++) {
        pyembed_setting setting;
        if (pyembed_setting_at(resources, at, &setting) == PYEMBED_OK) {
            touch_string(setting.name);
            touch_string(setting.value);
            pyembed_settings_find(resources, setting.name.data, setting.name.size, &run);
        }
    }
    pyembed_settings_read(resources, &settings, message, sizeof message);
}

void
walk(const pyembed_resources *resources, uint32_t limit)
{
    walk_modules(resources, limit);
    for (unsigned section = PYEMBED_SECTION_RESOURCES; section <= PYEMBED_SECTION_LIBRARIES;
         section++) {
        pyembed_run all = {0, pyembed_count(resources, section)};
        if (section == PYEMBED_SECTION_RESOURCES || section == PYEMBED_SECTION_FILES ||
            section == PYEMBED_SECTION_LIBRARIES) {
            walk_files(resources, section, all, limit);
        }
    }
    walk_files(resources, PYEMBED_SECTION_RESOURCES, pyembed_plain_files(resources),
               smaller(limit, 16));
    walk_distributions(resources, limit);
    walk_settings(resources, limit);
}
