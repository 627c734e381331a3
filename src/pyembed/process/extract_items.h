/* Everything that is embedded, as files. */
#ifndef PYEMBED_EXTRACT_ITEMS_H
#define PYEMBED_EXTRACT_ITEMS_H

#include "reader/resources.h"

#include <sys/types.h>

typedef struct {
    void *context;
    /* Whether a file needs no writing. */
    int (*is_there)(void *context, const char *path, size_t size, mode_t mode);
    /* Returns 0; or -1 with errno. `mode` is 0700 for what can be run, else 0600. */
    int (*write)(void *context, const char *path, const void *bytes, size_t size, mode_t mode);
    /* Makes a symbolic link, unless it is there. Returns as above. */
    int (*make_link)(void *context, const char *path, const char *target);
    /* Makes the folders of a path that ends with a slash. Returns as above. */
    int (*make_folders)(void *context, const char *path);
} pyembed_item_writer;

/* Calls them for each embedded link, source, shared object, resource, file and empty folder, with
 * its path below the folder, and last for the marker. What has a link's path, or is below it, is
 * left to where the link leads. Returns NULL, or a text that says what is wrong. */
const char *pyembed_each_item(const pyembed_resources *resources, pyembed_item_writer writer);

#endif
