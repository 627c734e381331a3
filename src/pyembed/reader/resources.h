/* Reads a packed-resources blob in place (docs/formats/packed-resources.md, version 2).
 *
 * Nothing here allocates, copies or keeps state; no function needs the GIL, and any thread may read
 * at the same time. What a reader hands out points into the blob and lives as long as the blob
 * does. Every offset that the blob holds is checked against its size when it is used: a damaged
 * blob gives PYEMBED_DAMAGED, never a wild read. */
#ifndef PYEMBED_RESOURCES_H
#define PYEMBED_RESOURCES_H

#include "reader/blob.h"

#include <stddef.h>
#include <stdint.h>

/* Words for a status, for messages. */
const char *pyembed_status_text(pyembed_status status);

/* Checks the header and its sections' bounds, and touches nothing behind them. `size` is what is
 * mapped: exactly the blob. */
pyembed_status pyembed_resources_open(const void *blob, size_t size, pyembed_resources *resources);

static inline uint32_t
pyembed_count(const pyembed_resources *resources, unsigned section)
{
    return resources->sections[section].count;
}

/* Entries by index. */
pyembed_status pyembed_module_at(const pyembed_resources *resources, uint32_t index,
                                 pyembed_module *module);
pyembed_status pyembed_file_at(const pyembed_resources *resources, unsigned section, uint32_t index,
                               pyembed_file *file);
pyembed_status pyembed_distribution_at(const pyembed_resources *resources, uint32_t index,
                                       pyembed_distribution *found);
pyembed_status pyembed_setting_at(const pyembed_resources *resources, uint32_t index,
                                  pyembed_setting *setting);

/* The n-th number of a section of numbers: module order, dependencies, boot. */
pyembed_status pyembed_number_at(const pyembed_resources *resources, unsigned section,
                                 uint32_t index, uint32_t *number);

/* By full name, through the hash index: the cost does not grow with the number of modules. */
pyembed_status pyembed_module_find(const pyembed_resources *resources, const char *name,
                                   size_t size, pyembed_module *module);

/* The modules whose names begin with `prefix` (which ends with a dot, or is empty), as a run of the
 * module order. */
pyembed_status pyembed_modules_below(const pyembed_resources *resources, const char *prefix,
                                     size_t size, pyembed_run *run);

/* A resource of a package, by its name relative to the package. */
pyembed_status pyembed_file_find(const pyembed_resources *resources, unsigned section,
                                 pyembed_run run, const char *name, size_t size,
                                 pyembed_file *file);

/* The entries of a run of files whose names begin with `prefix`, as a run of the same section. */
pyembed_status pyembed_files_below(const pyembed_resources *resources, unsigned section,
                                   pyembed_run run, const char *prefix, size_t size,
                                   pyembed_run *below);

/* The plain files and empty folders, which belong to no package, as a run of the resources that is
 * sorted by path: `name` and `path` of each are its path below the virtual root. For
 * pyembed_file_find and pyembed_files_below. */
pyembed_run pyembed_plain_files(const pyembed_resources *resources);

/* By normalised name. */
pyembed_status pyembed_distribution_find(const pyembed_resources *resources, const char *name,
                                         size_t size, pyembed_distribution *found);

/* The settings of that name, as a run: a list is the same name several times. */
pyembed_status pyembed_settings_find(const pyembed_resources *resources, const char *name,
                                     size_t size, pyembed_run *run);

#endif
