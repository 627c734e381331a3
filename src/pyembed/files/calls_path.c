/* readlink, realpath, and the working folder. */
#include "files/real.h"

#include "files/descriptor.h"
#include "files/find.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char *__realpath_chk(const char *path, char *resolved, size_t size);
extern ssize_t __readlink_chk(const char *path, char *target, size_t size, size_t room);
extern ssize_t __readlinkat_chk(int folder, const char *path, char *target, size_t size,
                                size_t room);
extern char *__getcwd_chk(char *path, size_t size, size_t room);

DECLARE(readlink);
DECLARE(readlinkat);
DECLARE(__readlink_chk);
DECLARE(__readlinkat_chk);
DECLARE(realpath);
DECLARE(__realpath_chk);
DECLARE(canonicalize_file_name);
DECLARE(chdir);
DECLARE(fchdir);
DECLARE(getcwd);
DECLARE(__getcwd_chk);
DECLARE(get_current_dir_name);

/* ---- readlink ---- */

/* What readlink answers of a node. */
static int
target_of(const pyembed_tree *tree, uint32_t node, char *target, size_t size)
{
    pyembed_string text;
    if (!S_ISLNK(tree->nodes[node].mode) || size == 0) {
        errno = EINVAL;
        return -1;
    }
    if (pyembed_tree_target(tree, node, &text) < 0) {
        return -1;
    }
    size_t used = text.size < size ? text.size : size;
    memcpy(target, text.data, used);
    return (int)used;
}

static int
link_packed(int folder, const char *path, char *target, size_t size, int *answer)
{
    pyembed_found found;
    pyembed_found_kind kind = pyembed_find(folder, path, PYEMBED_KEEP_LINK, &found);
    if (kind == PYEMBED_FOUND_REAL) {
        return 0;
    }
    *answer = -1;
    if (kind == PYEMBED_FOUND_NODE) {
        *answer = target_of(found.tree, found.node, target, size);
    }
    else if (kind == PYEMBED_FOUND_ELSEWHERE) {
        *answer = (int)REAL(readlink)(found.elsewhere, target, size);
    }
    return 1;
}

static int
read_link(int folder, const char *path, char *target, size_t size)
{
    /* The link itself was opened, with O_PATH. */
    int64_t own = folder >= 0 && path[0] == '\0' ? pyembed_node_of_descriptor(folder) : -1;
    if (own >= 0 && S_ISLNK(pyembed_tree_get()->nodes[own].mode)) {
        return target_of(pyembed_tree_get(), (uint32_t)own, target, size);
    }
    PYEMBED_ANSWER(path, link_packed(folder, path, target, size, &answer),
                   (int)REAL(readlinkat)(folder, path, target, size));
}

ssize_t
NAME(readlink)(const char *path, char *target, size_t size)
{
    PYEMBED_ANSWER(path, link_packed(AT_FDCWD, path, target, size, &answer),
                   (int)REAL(readlink)(path, target, size));
}

ssize_t
NAME(readlinkat)(int folder, const char *path, char *target, size_t size)
{
    return read_link(folder, path, target, size);
}

ssize_t
NAME(__readlink_chk)(const char *path, char *target, size_t size, size_t room)
{
    return size > room ? REAL(__readlink_chk)(path, target, size, room)
                       : read_link(AT_FDCWD, path, target, size);
}

ssize_t
NAME(__readlinkat_chk)(int folder, const char *path, char *target, size_t size, size_t room)
{
    return size > room ? REAL(__readlinkat_chk)(folder, path, target, size, room)
                       : read_link(folder, path, target, size);
}

/* ---- realpath ---- */

/* The root's path, and the node's below it. */
static char *
name_node(const pyembed_tree *tree, uint32_t node, char *path, size_t size)
{
    if (pyembed_root.root_size >= size) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    memcpy(path, pyembed_root.root, pyembed_root.root_size + 1);
    if (pyembed_tree_path(tree, node, path + pyembed_root.root_size,
                          size - pyembed_root.root_size) < 0) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    return path;
}

/* True if the path is a packed one. `resolved` has room for PATH_MAX bytes, or is NULL: then the
 * result is the caller's to free. */
static int
resolve_packed(const char *path, char *resolved, char **answer)
{
    pyembed_found found;
    char name[PATH_MAX];
    pyembed_found_kind kind = pyembed_find(AT_FDCWD, path, PYEMBED_FOLLOW, &found);
    if (kind == PYEMBED_FOUND_REAL) {
        return 0;
    }
    *answer = NULL;
    if (kind == PYEMBED_FOUND_ELSEWHERE) {
        *answer = REAL(realpath)(found.elsewhere, resolved);
    }
    else if (kind == PYEMBED_FOUND_NODE &&
             name_node(found.tree, found.node, name, sizeof name) != NULL) {
        *answer = resolved == NULL ? strdup(name) : memcpy(resolved, name, strlen(name) + 1);
    }
    return 1;
}

char *
NAME(realpath)(const char *path, char *resolved)
{
    char *answer;
    if (pyembed_claims(path) && resolve_packed(path, resolved, &answer)) {
        return answer;
    }
    answer = REAL(realpath)(path, resolved);
    if (answer == NULL && errno == ENOTDIR) {
        (void)resolve_packed(path, resolved, &answer);
    }
    return answer;
}

char *
NAME(__realpath_chk)(const char *path, char *resolved, size_t size)
{
    return size < PATH_MAX ? REAL(__realpath_chk)(path, resolved, size)
                           : NAME(realpath)(path, resolved);
}

char *
NAME(canonicalize_file_name)(const char *path)
{
    return NAME(realpath)(path, NULL);
}

/* ---- the working folder ---- */

/* The kernel cannot stand in a packed folder: the process remembers it, and stays where it is for
 * the kernel. A program that is started from there begins in the last real folder. */
static int
enter(const pyembed_tree *tree, uint32_t node)
{
    if (!S_ISDIR(tree->nodes[node].mode)) {
        errno = ENOTDIR;
        return -1;
    }
    pyembed_set_current_folder(node + 1);
    return 0;
}

static int
enter_real(const char *path)
{
    int answer = REAL(chdir)(path);
    if (answer == 0) {
        pyembed_set_current_folder(0);
    }
    return answer;
}

static int
enter_packed(const char *path, int *answer)
{
    pyembed_found found;
    pyembed_found_kind kind = pyembed_find(AT_FDCWD, path, PYEMBED_FOLLOW, &found);
    if (kind == PYEMBED_FOUND_REAL) {
        return 0;
    }
    *answer = kind == PYEMBED_FOUND_NODE        ? enter(found.tree, found.node)
              : kind == PYEMBED_FOUND_ELSEWHERE ? enter_real(found.elsewhere)
                                                : -1;
    return 1;
}

int
NAME(chdir)(const char *path)
{
    PYEMBED_ANSWER(path, enter_packed(path, &answer), enter_real(path));
}

int
NAME(fchdir)(int descriptor)
{
    int answer = REAL(fchdir)(descriptor);
    if (answer == 0) {
        pyembed_set_current_folder(0);
    }
    else if (errno == ENOTDIR) {
        int64_t node = pyembed_node_of_descriptor(descriptor);
        answer = node < 0 ? -1 : enter(pyembed_tree_get(), (uint32_t)node);
    }
    return answer;
}

char *
NAME(getcwd)(char *path, size_t size)
{
    uint32_t folder = pyembed_current_folder();
    char name[PATH_MAX];
    if (folder == 0) {
        return REAL(getcwd)(path, size);
    }
    if (name_node(pyembed_tree_get(), folder - 1, name, sizeof name) == NULL) {
        return NULL;
    }
    size_t needed = strlen(name) + 1;
    if (path == NULL) {
        path = size != 0 && size < needed ? NULL : malloc(size > needed ? size : needed);
        errno = path != NULL ? errno : size != 0 && size < needed ? ERANGE : ENOMEM;
    }
    else if (size < needed) {
        errno = size == 0 ? EINVAL : ERANGE;
        return NULL;
    }
    return path == NULL ? NULL : memcpy(path, name, needed);
}

char *
NAME(__getcwd_chk)(char *path, size_t size, size_t room)
{
    return size > room ? REAL(__getcwd_chk)(path, size, room) : NAME(getcwd)(path, size);
}

char *
NAME(get_current_dir_name)(void)
{
    return pyembed_current_folder() == 0 ? REAL(get_current_dir_name)() : NAME(getcwd)(NULL, 0);
}
