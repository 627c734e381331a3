/* What the kernel is told, and tells, of packed files. */
#ifndef PYEMBED_STATUS_H
#define PYEMBED_STATUS_H

#include "files/tree.h"

#include <sys/stat.h>
#include <time.h>

typedef struct {
    const char *root; /* the executable, without a slash at the end; NULL before the start */
    size_t root_size;
} pyembed_files_root;

extern pyembed_files_root pyembed_root __attribute__((visibility("hidden")));

/* What `stat` says of a node. */
void pyembed_status_of(const pyembed_tree *tree, uint32_t node, struct stat *status);

/* Sets the root. The text must stay. */
void pyembed_status_begin(const char *executable);

/* The executable's own status, as it was at the start. */
const struct stat *pyembed_executable_status(void);

/* Whether a status is the executable's, by whatever name it was asked for. */
int pyembed_is_executable(const struct stat *status);

/* Whether a path names the executable. It is a file, and where a folder is asked for, it is the
 * root of what is packed. */
int pyembed_names_executable(const char *path);

/* The times that a descriptor's file gets, so that it is known again. */
void pyembed_mark_of(uint32_t node, struct timespec times[2]);

/* The packed file of which a status, as the kernel gives it, is; or -1. */
int64_t pyembed_node_of_status(const struct stat *status);

/* The packed file that a descriptor is of; or -1. Keeps errno. */
int64_t pyembed_node_of_descriptor(int descriptor);

#endif
