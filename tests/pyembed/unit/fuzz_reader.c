/* libFuzzer's entry to the reader: whatever the bytes are, everything that can be asked is asked.
 * clang -g -O1 -fsanitize=fuzzer,address,undefined -Isrc/pyembed tests/pyembed/unit/fuzz_reader.c src/pyembed/resources.c src/pyembed/settings.c */
#include "resources.h"
#include "settings.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static unsigned long sum;

static void
touch(const void *data, size_t size)
{
    for (size_t at = 0; at < size; at++) {
        sum += ((const unsigned char *)data)[at];
    }
}

static void
ask_file(const pyembed_resources *resources, unsigned section, uint32_t at)
{
    pyembed_file file;
    if (pyembed_file_at(resources, section, at, &file) == PYEMBED_OK) {
        touch(file.name.data, (size_t)file.name.size + 1);
        touch(file.path.data, (size_t)file.path.size + 1);
        if (file.data.data != NULL) {
            touch(file.data.data, file.data.stored_size);
        }
    }
}

static void
ask_module(const pyembed_resources *resources, uint32_t at)
{
    pyembed_module module, found;
    pyembed_run run;
    if (pyembed_module_at(resources, at, &module) != PYEMBED_OK) {
        return;
    }
    touch(module.name.data, (size_t)module.name.size + 1);
    if (module.code.data != NULL) {
        touch(module.code.data, module.code.stored_size);
    }
    pyembed_module_find(resources, module.name.data, module.name.size, &found);
    pyembed_modules_below(resources, module.name.data, module.name.size, &run);
    for (uint32_t place = 0; place < module.resources.count && place < 64; place++) {
        ask_file(resources, PYEMBED_SECTION_RESOURCES, module.resources.first + place);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pyembed_resources resources;
    pyembed_settings settings;
    char message[128];
    if (pyembed_resources_open(data, size, &resources) != PYEMBED_OK) {
        return 0;
    }
    for (uint32_t at = 0; at < pyembed_count(&resources, PYEMBED_SECTION_MODULES) && at < 256; at++) {
        ask_module(&resources, at);
    }
    for (unsigned section = PYEMBED_SECTION_FILES; section <= PYEMBED_SECTION_LIBRARIES; section++) {
        for (uint32_t at = 0; at < pyembed_count(&resources, section) && at < 256; at++) {
            ask_file(&resources, section, at);
        }
    }
    pyembed_distribution distribution;
    pyembed_distribution_find(&resources, "a_package", 9, &distribution);
    pyembed_settings_read(&resources, &settings, message, sizeof message);
    return 0;
}
