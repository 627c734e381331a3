/* From a virtual path back to the entry that it names. */
#ifndef PYEMBED_PATH_LOOKUP_H
#define PYEMBED_PATH_LOOKUP_H

#include "reader/resources.h"
#include "values/state.h"

/* What a path names: 1 with `bytes` set, 0 if nothing, -1 on an error. */
int pyembed_path_lookup(OxidizedFinder *self, const char *path, size_t size, pyembed_bytes *bytes);

#endif
