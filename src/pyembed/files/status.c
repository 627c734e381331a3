/* Status of packed files, and how their descriptors are known again.
 *
 * The kernel keeps no names for us, so the memory carries a mark: its time of change has the
 * executable's seconds and the node's number in the nanoseconds. So a descriptor is known wherever
 * it comes from: dup, fork, another process of this product. */
#include "files/real.h"

#include "files/status.h"

#include "files/tree.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

DECLARE(stat);
DECLARE(fstat);

pyembed_files_root pyembed_root;

static struct stat executable_status;

/* At the start, because the executable may be renamed or removed later. */
void
pyembed_status_begin(const char *executable)
{
    pyembed_root.root_size = strlen(executable);
    pyembed_root.root = executable;
    if (REAL(stat)(executable, &executable_status) != 0) {
        memset(&executable_status, 0, sizeof executable_status);
    }
}

const struct stat *
pyembed_executable_status(void)
{
    return &executable_status;
}

int
pyembed_is_executable(const struct stat *status)
{
    return pyembed_root.root != NULL && status->st_ino == executable_status.st_ino &&
           status->st_dev == executable_status.st_dev && S_ISREG(status->st_mode);
}

int
pyembed_names_executable(const char *path)
{
    struct stat status;
    return pyembed_root.root != NULL && REAL(stat)(path, &status) == 0 &&
           pyembed_is_executable(&status);
}

/* ---- status ---- */

/* No file system has this device: a packed file is never the same as a real one. */
enum { MAJOR = 0, MINOR = 0xFEFFE, BLOCK = 4096 };

void
pyembed_status_of(const pyembed_tree *tree, uint32_t number, struct stat *status)
{
    const pyembed_node *node = &tree->nodes[number];
    const struct stat *executable = pyembed_executable_status();
    pyembed_bytes bytes;
    memset(status, 0, sizeof *status);
    status->st_dev = makedev(MAJOR, MINOR);
    status->st_ino = (ino_t)number + 1;
    status->st_mode = node->mode;
    status->st_uid = executable->st_uid;
    status->st_gid = executable->st_gid;
    status->st_atim = status->st_mtim = status->st_ctim = executable->st_mtim;
    status->st_blksize = BLOCK;
    if (S_ISDIR(node->mode)) {
        status->st_nlink = 2 + node->folders;
        status->st_size = BLOCK;
    }
    else if (S_ISLNK(node->mode)) {
        pyembed_string target;
        status->st_nlink = 1;
        status->st_size = pyembed_tree_target(tree, number, &target) == 0 ? target.size : 0;
        return; /* its target lies in its inode, as ext4 has it: it takes no block */
    }
    else {
        status->st_nlink = 1;
        status->st_size = pyembed_tree_bytes(tree, number, &bytes) == 0 ? bytes.raw_size : 0;
    }
    status->st_blocks = (status->st_size + BLOCK - 1) / BLOCK * (BLOCK / 512);
}

enum { MARK = 100000000 };

/* ---- marks ---- */

void
pyembed_mark_of(uint32_t node, struct timespec times[2])
{
    times[0] = times[1] = (struct timespec){.tv_sec = pyembed_executable_status()->st_mtim.tv_sec,
                                            .tv_nsec = MARK + (long)node};
}

int64_t
pyembed_node_of_status(const struct stat *status)
{
    if (__builtin_expect(status->st_nlink != 0, 1) || pyembed_root.root == NULL ||
        !S_ISREG(status->st_mode) || status->st_mtim.tv_nsec < MARK) {
        return -1;
    }
    const pyembed_tree *tree = pyembed_tree_get();
    int64_t node = status->st_mtim.tv_nsec - MARK;
    pyembed_bytes bytes = {0};
    if (tree == NULL || node >= tree->count ||
        status->st_mtim.tv_sec != pyembed_executable_status()->st_mtim.tv_sec ||
        (S_ISREG(tree->nodes[node].mode) && pyembed_tree_bytes(tree, (uint32_t)node, &bytes) < 0) ||
        status->st_size != bytes.raw_size) {
        return -1;
    }
    return node;
}

int64_t
pyembed_node_of_descriptor(int descriptor)
{
    struct stat status;
    int error = errno;
    int64_t node = REAL(fstat)(descriptor, &status) == 0 ? pyembed_node_of_status(&status) : -1;
    errno = error;
    return node;
}
