/* Reads all that can be read of a blob, whatever its bytes are: what is damaged gives an error, and
 * nothing may read outside. */
#ifndef PYEMBED_TEST_WALK_H
#define PYEMBED_TEST_WALK_H

#include "reader/resources.h"

/* `limit`: so many entries of each section at most. A fuzzer has blobs that say millions, which lie
 * over each other. */
void walk(const pyembed_resources *resources, uint32_t limit);

#endif
