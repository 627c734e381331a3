/* Puts what is embedded into the file system, once (extract.c). */
#ifndef PYEMBED_EXTRACT_H
#define PYEMBED_EXTRACT_H

#include "reader/resources.h"

/* Where libraries of extension modules are, below that folder; no module's or distribution's name. */
#define PYEMBED_LIBRARIES_FOLDER ".libraries/"

/* Fills in the folder below which every embedded file lies, without a slash at its end; `size` is at least PATH_MAX. Returns 0; or -1 with a message, and
 * nothing half-written is left. No Python function is called. */
int pyembed_extract(const pyembed_resources *resources, char *folder, size_t size, char *message, size_t message_size);

#endif
