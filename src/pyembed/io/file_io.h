/* A FileIO of a packed file that has no descriptor until somebody wants one. */
#ifndef PYEMBED_FILE_IO_H
#define PYEMBED_FILE_IO_H

#include "compat.h"
#include "files/tree.h"

/* Makes one that is open for reading; `name` is the path as the program gave it. NULL with an
 * exception. Needs the GIL of the main interpreter. */
PyObject *pyembed_file_io(const pyembed_tree *tree, uint32_t node, PyObject *name);

#endif
