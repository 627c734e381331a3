/* The image of a shared object that dlopen opens. */
#ifndef PYEMBED_IMAGE_H
#define PYEMBED_IMAGE_H

#include "reader/resources.h"
#include "values/state.h"

#include <limits.h>

typedef struct {
    int descriptor; /* of the memory; -1: it is a file */
    char path[PATH_MAX];
} pyembed_image;

/* Makes the image of `bytes`, for messages called `name`. `file` is its path below the
 * product's extracted files, if it has any and the system forbids memory. Returns 0, and
 * the image is the caller's to close; or -1 with ImportError, or MemoryError. Needs the GIL. */
int pyembed_image_open(OxidizedFinder *self, const char *name, const char *file,
                       const pyembed_bytes *bytes, pyembed_image *image);

/* Call it after dlopen. */
void pyembed_image_close(pyembed_image *image);

#endif
