/* Writes the embedded files into the user's cache, once. */
#ifndef PYEMBED_EXTRACT_H
#define PYEMBED_EXTRACT_H

#include "reader/resources.h"

/* Sets `folder` to the folder of the embedded files, without a trailing slash; `size` is at least
 * PATH_MAX. Returns 0; or -1 with a message, and removes what it wrote. Calls no Python function.
 */
int pyembed_extract(const pyembed_resources *resources, char *folder, size_t size, char *message,
                    size_t message_size);

#endif
