/* The settings that a product starts with, read from the blob before CPython is there. The texts
 * point into the blob. Which settings there are says settings_table.h. */
#ifndef PYEMBED_SETTINGS_H
#define PYEMBED_SETTINGS_H

#include "reader/settings_table.h"

/* Reads all settings. On failure `message` (of `size` bytes) says which one, and what it may be.
 * Needs no GIL. Returns 0, or -1. */
int pyembed_settings_read(const pyembed_resources *resources, pyembed_settings *settings,
                          char *message, size_t size);

#endif
