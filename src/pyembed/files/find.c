/* Walks from the root, or from a packed folder, as the kernel walks a path. */
#include "files/real.h"

#include "files/find.h"

#include "files/files.h"
#include "files/tree.h"
#include "process/process.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

DECLARE(stat);
DECLARE(getcwd);
DECLARE(readlink);

atomic_int pyembed_has_packed_folders;
_Atomic(uint32_t) pyembed_current_folder;

void
pyembed_files_begin(void)
{
    pyembed_real_prepare();
    pyembed_status_begin(pyembed_this_process.executable);
}

/* ---- walking ---- */

static pyembed_found_kind
fail(int error)
{
    errno = error;
    return error == ENOENT ? PYEMBED_FOUND_MISSING : PYEMBED_FOUND_ERROR;
}

/* `rest` is relative to the folder of the executable. */
static pyembed_found_kind
leave(const char *rest, pyembed_found *found)
{
    int size = snprintf(found->elsewhere, sizeof found->elsewhere, "%s/%s",
                        pyembed_this_process.folder, rest);
    return size < (int)sizeof found->elsewhere ? PYEMBED_FOUND_ELSEWHERE : fail(ENAMETOOLONG);
}

static pyembed_found_kind
walk(uint32_t start, const char *path, pyembed_found *found)
{
    const pyembed_tree *tree = found->tree = pyembed_tree_get();
    if (tree == NULL) {
        return PYEMBED_FOUND_ERROR;
    }
    uint32_t node = start;
    const char *at = path;
    while (*at != '\0') {
        const char *slash = strchr(at, '/');
        size_t size = slash == NULL ? strlen(at) : (size_t)(slash - at);
        const char *next = at + size + (slash == NULL ? 0 : strspn(at + size, "/"));
        if (!S_ISDIR(tree->nodes[node].mode)) {
            return fail(ENOTDIR);
        }
        if (size > NAME_MAX) {
            return fail(ENAMETOOLONG);
        }
        if (size == 2 && at[0] == '.' && at[1] == '.') {
            if (node == 0) {
                return leave(next, found);
            }
            node = tree->nodes[node].parent;
        }
        else if (size > 0 && !(size == 1 && at[0] == '.')) {
            node = pyembed_tree_child(tree, node, at, size);
            if (node == 0) {
                errno = ENOENT;
                return *next == '\0' ? PYEMBED_FOUND_MISSING : PYEMBED_FOUND_ERROR;
            }
        }
        at = next;
    }
    found->node = node;
    found->has_slash = at > path && at[-1] == '/';
    return found->has_slash && !S_ISDIR(tree->nodes[node].mode) ? fail(ENOTDIR)
                                                                : PYEMBED_FOUND_NODE;
}

/* ---- other names of the executable ---- */

/* An absolute form of a relative path. Returns 0; or -1: it has none that fits. */
static int
make_absolute(int folder, const char *path, char *absolute, size_t size)
{
    char link[64];
    if (folder == AT_FDCWD) {
        if (REAL(getcwd)(absolute, size) == NULL) {
            return -1;
        }
    }
    else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = REAL(readlink)(link, absolute, size - 1);
        if (length < 0) {
            return -1;
        }
        absolute[length] = '\0';
    }
    size_t used = strlen(absolute), more = strlen(path);
    if (used + 1 + more >= size) {
        return -1;
    }
    absolute[used] = '/';
    memcpy(absolute + used + 1, path, more + 1);
    return 0;
}

/* The longest part of the path that is there decides: if it is the executable, what follows is
 * packed. */
static pyembed_found_kind
find_below_another_name(char *path, pyembed_found *found)
{
    const struct stat *executable = pyembed_executable_status();
    for (char *slash = strrchr(path, '/'); slash != NULL && slash > path;
         slash = memrchr(path, '/', (size_t)(slash - path))) {
        struct stat status;
        *slash = '\0';
        int is_there = REAL(stat)(path, &status) == 0;
        *slash = '/';
        if (is_there) {
            int is_executable = status.st_dev == executable->st_dev &&
                                status.st_ino == executable->st_ino && S_ISREG(status.st_mode);
            return is_executable ? walk(0, slash + strspn(slash, "/"), found) : PYEMBED_FOUND_REAL;
        }
    }
    return PYEMBED_FOUND_REAL;
}

/* ---- */

pyembed_found_kind
pyembed_find(int folder, const char *path, pyembed_found *found)
{
    int error = errno;
    if (pyembed_root.root == NULL || path == NULL || path[0] == '\0') {
        return PYEMBED_FOUND_REAL;
    }
    if (strlen(path) >= PATH_MAX) {
        return fail(ENAMETOOLONG);
    }
    if (path[0] == '/' && pyembed_claims(folder, path)) {
        const char *below = path + pyembed_root.root_size;
        return walk(0, below + strspn(below, "/"), found);
    }
    if (path[0] != '/') {
        uint32_t start = folder == AT_FDCWD ? atomic_load(&pyembed_current_folder)
                                            : (uint32_t)(pyembed_node_of_descriptor(folder) + 1);
        if (start != 0) {
            return walk(start - 1, path, found);
        }
    }
    char absolute[2 * PATH_MAX];
    if (path[0] == '/') {
        memcpy(absolute, path, strlen(path) + 1);
    }
    else if (make_absolute(folder, path, absolute, sizeof absolute) < 0) {
        errno = error;
        return PYEMBED_FOUND_REAL;
    }
    pyembed_found_kind kind = find_below_another_name(absolute, found);
    if (kind == PYEMBED_FOUND_REAL) {
        errno = error;
    }
    return kind;
}
