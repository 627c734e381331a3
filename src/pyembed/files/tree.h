/* The packed files as a tree of folders.
 *
 * It is made from the blob's entries when the first packed path is asked for: a program that opens
 * no packed file pays nothing. Nothing here locks: threads that make it at the same time make equal
 * trees, one is kept, and a fork at any moment leaves a whole one or none. */
#ifndef PYEMBED_TREE_H
#define PYEMBED_TREE_H

#include "reader/resources.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

/* A file, a folder or a symbolic link. Nodes are known by their number; 0 is the root. */
typedef struct {
    const char *name; /* not ended by a NUL */
    uint32_t name_size;
    uint32_t parent;
    uint32_t first_child, last_child, next; /* 0: none */
    uint32_t folders;                       /* in this folder */
    uint32_t section, entry;                /* where a file's bytes are, or a link's target */
    mode_t mode;
    atomic_int descriptor; /* one that was open for this file, plus 1; ask before you trust it */
    _Atomic(const unsigned char *) raw; /* what was compressed, unpacked; NULL until it is needed */
    _Atomic(const char *) image; /* the path that a library was loaded by last; NULL: never */
} pyembed_node;

typedef struct {
    const pyembed_resources *resources;
    pyembed_node *nodes;
    uint32_t *slots; /* a hash table of node numbers, by parent and name */
    uint32_t count, mask;
} pyembed_tree;

/* The tree of the product's resources. NULL with errno ENOMEM, or EIO: the resources are damaged.
 */
const pyembed_tree *pyembed_tree_get(void);

/* The node of that name in a folder; 0 if there is none. */
uint32_t pyembed_tree_child(const pyembed_tree *tree, uint32_t folder, const char *name,
                            size_t size);

#define PYEMBED_NO_NODE UINT32_MAX

/* The node at a path below a folder, behind all links: `..` is the folder above, and the root's own
 * is the root. PYEMBED_NO_NODE if there is none. */
uint32_t pyembed_tree_walk(const pyembed_tree *tree, uint32_t folder, const char *path,
                           size_t size);

/* A file's stored bytes. Returns 0; or -1 with errno EIO. */
int pyembed_tree_bytes(const pyembed_tree *tree, uint32_t node, pyembed_bytes *bytes);

/* A link's target, which is relative and not empty. Returns 0; or -1 with errno EIO. */
int pyembed_tree_target(const pyembed_tree *tree, uint32_t node, pyembed_string *target);

/* As many links as the kernel follows in one path. */
enum { PYEMBED_MOST_LINKS = 40 };

/* Writes the path of a node below the root, with a slash before each name, and a NUL. Returns its
 * length; or -1 with errno ERANGE. */
ssize_t pyembed_tree_path(const pyembed_tree *tree, uint32_t node, char *path, size_t size);

#endif
