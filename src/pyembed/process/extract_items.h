/* Everything that is embedded, as files. */
#ifndef PYEMBED_EXTRACT_ITEMS_H
#define PYEMBED_EXTRACT_ITEMS_H

#include "reader/resources.h"

/* Where libraries of extension modules are, below that folder; no module's or distribution's name.
 */
#define PYEMBED_LIBRARIES_FOLDER ".libraries/"

typedef struct {
    void *context;
    /* Whether a file needs no writing. */
    int (*is_there)(void *context, const char *path, size_t size);
    /* Returns 0; or -1 with errno. */
    int (*write)(void *context, const char *path, const void *bytes, size_t size);
} pyembed_item_writer;

/* Calls them for each embedded source, shared object, resource and file, with its path below the
 * folder, and last for the marker. Returns NULL, or a text that says what is wrong. */
const char *pyembed_each_item(const pyembed_resources *resources, pyembed_item_writer writer);

#endif
