/* Descriptors of packed files. */
#ifndef PYEMBED_DESCRIPTOR_H
#define PYEMBED_DESCRIPTOR_H

#include "files/tree.h"

/* Opens a file or folder for reading, with an offset of its own. Of the flags O_CLOEXEC, O_PATH,
 * O_NONBLOCK and O_APPEND count. Returns a descriptor; or -1 with errno. */
int pyembed_descriptor_open(const pyembed_tree *tree, uint32_t node, int flags);

/* The bytes of a file, unpacked once a process if they are compressed; they stay. NULL with errno
 * EIO (damaged) or ENOMEM. */
const unsigned char *pyembed_node_content(const pyembed_tree *tree, uint32_t node, size_t *size);

#endif
