/* Walks from the root, or from a packed folder, as the kernel walks a path. */
#include "files/real.h"

#include "files/find.h"

#include "files/files.h"
#include "files/tree.h"
#include "process/process.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

DECLARE(stat);
DECLARE(lstat);
DECLARE(getcwd);
DECLARE(readlink);

atomic_int pyembed_has_packed_folders;

/* ---- the working folder ---- */

static _Atomic(pid_t) process;
static _Atomic(uint32_t) folder_of_process;
static _Atomic(uint64_t) folder_of_child; /* its number in the upper half */

static void
take_process(void)
{
    atomic_store(&process, getpid());
}

/* Of children of vfork that live at the same time the last one has its folder; the others are where
 * their parent is. */
uint32_t
pyembed_current_folder(void)
{
    if (!atomic_load_explicit(&pyembed_has_packed_folders, memory_order_relaxed)) {
        return 0;
    }
    pid_t own = getpid();
    uint64_t child = atomic_load(&folder_of_child);
    return own != atomic_load(&process) && (pid_t)(child >> 32) == own
               ? (uint32_t)child
               : atomic_load(&folder_of_process);
}

void
pyembed_set_current_folder(uint32_t folder)
{
    if (folder != 0) {
        atomic_store(&pyembed_has_packed_folders, 1);
    }
    else if (!atomic_load(&pyembed_has_packed_folders)) {
        return;
    }
    pid_t own = getpid();
    if (own == atomic_load(&process)) {
        atomic_store(&folder_of_process, folder);
    }
    else {
        atomic_store(&folder_of_child, (uint64_t)own << 32 | folder);
    }
}

void
pyembed_files_begin(void)
{
    take_process();
    (void)pthread_atfork(NULL, NULL, take_process);
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

/* One name of a path. Sets `found->node`, or returns what ends the walk. `is_end`: nothing comes
 * after it. */
static pyembed_found_kind
step(pyembed_found *found, const char *name, size_t size, const char *rest, int is_end)
{
    const pyembed_tree *tree = found->tree;
    int is_dot = size == 1 && name[0] == '.';
    int is_dot_dot = size == 2 && name[0] == '.' && name[1] == '.';
    if (!S_ISDIR(tree->nodes[found->node].mode)) {
        return fail(ENOTDIR);
    }
    if (is_end) {
        found->last = is_dot       ? PYEMBED_LAST_DOT
                      : is_dot_dot ? PYEMBED_LAST_DOT_DOT
                                   : PYEMBED_LAST_NAME;
        found->has_slash |= name[size] == '/';
    }
    if (size > NAME_MAX) {
        return fail(ENAMETOOLONG);
    }
    if (is_dot_dot && found->node == 0) {
        return leave(rest, found);
    }
    if (is_dot_dot) {
        found->node = tree->nodes[found->node].parent;
    }
    else if (size > 0 && !is_dot) {
        found->node = pyembed_tree_child(tree, found->node, name, size);
        if (found->node == 0) {
            errno = ENOENT;
            return is_end ? PYEMBED_FOUND_MISSING : PYEMBED_FOUND_ERROR;
        }
    }
    return PYEMBED_FOUND_NODE;
}

static pyembed_found_kind walk_names(const char *path, int is_within, pyembed_links links,
                                     pyembed_found *found);

/* From the link that was found to where it leads. `rest` comes after it, and more if it is the
 * target of another link that is not at the end (`is_within`). */
static pyembed_found_kind
follow_packed(const char *rest, int is_within, pyembed_found *found)
{
    pyembed_string target;
    if (++found->links > PYEMBED_MOST_LINKS) {
        return fail(ELOOP);
    }
    if (pyembed_tree_target(found->tree, found->node, &target) < 0) {
        return PYEMBED_FOUND_ERROR;
    }
    found->node = found->tree->nodes[found->node].parent;
    pyembed_found_kind kind =
        walk_names(target.data, is_within || *rest != '\0', PYEMBED_FOLLOW, found);
    if (kind == PYEMBED_FOUND_ELSEWHERE && *rest != '\0') {
        size_t used = strlen(found->elsewhere), room = sizeof found->elsewhere - used;
        if (snprintf(found->elsewhere + used, room, "/%s", rest) >= (int)room) {
            return fail(ENAMETOOLONG);
        }
    }
    return kind;
}

static pyembed_found_kind
walk_names(const char *path, int is_within, pyembed_links links, pyembed_found *found)
{
    for (const char *at = path; *at != '\0';) {
        size_t size = strcspn(at, "/");
        const char *rest = at + size + strspn(at + size, "/");
        int is_end = *rest == '\0' && !is_within;
        pyembed_found_kind kind = step(found, at, size, rest, is_end);
        if (kind == PYEMBED_FOUND_NODE && S_ISLNK(found->tree->nodes[found->node].mode) &&
            (!is_end || links == PYEMBED_FOLLOW ||
             (links == PYEMBED_KEEP_LINK && at[size] == '/'))) {
            kind = follow_packed(rest, is_within, found);
        }
        if (kind != PYEMBED_FOUND_NODE) {
            return kind;
        }
        at = rest;
    }
    return PYEMBED_FOUND_NODE;
}

static pyembed_found_kind
walk(uint32_t start, const char *path, pyembed_links links, pyembed_found *found)
{
    found->last = PYEMBED_LAST_NONE;
    found->has_slash = found->is_there = 0;
    found->tree = pyembed_tree_get();
    found->node = start;
    if (found->tree == NULL) {
        return PYEMBED_FOUND_ERROR;
    }
    if (*path == '\0') {
        found->last = PYEMBED_LAST_DOT;
    }
    pyembed_found_kind kind = walk_names(path, 0, links, found);
    if (kind != PYEMBED_FOUND_NODE) {
        return kind;
    }
    found->is_there = 1;
    return found->has_slash && !S_ISDIR(found->tree->nodes[found->node].mode) ? fail(ENOTDIR)
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

/* `path` is a link to what is packed: its target, and the rest, are where to look. */
static pyembed_found_kind
follow(const char *path, const char *rest, pyembed_found *found)
{
    char target[PATH_MAX];
    ssize_t size = REAL(readlink)(path, target, sizeof target - 1);
    if (size < 0) {
        return PYEMBED_FOUND_REAL;
    }
    target[size] = '\0';
    const char *name = strrchr(path, '/') + 1;
    int above = target[0] == '/' ? 0 : (int)(name - path);
    int length = snprintf(found->elsewhere, sizeof found->elsewhere, "%.*s%s%s%s", above, path,
                          target, rest == NULL ? "" : "/", rest == NULL ? "" : rest);
    return length < (int)sizeof found->elsewhere ? PYEMBED_FOUND_ELSEWHERE : fail(ENAMETOOLONG);
}

/* The longest part of the path that is there decides: if it is the executable, what follows is
 * packed. The system cannot follow a link to what is packed, so that the link is the longest. */
static pyembed_found_kind
find_below_another_name(char *path, pyembed_links links, pyembed_found *found)
{
    for (char *end = path + strlen(path); end != NULL && end > path;
         end = memrchr(path, '/', (size_t)(end - path))) {
        struct stat status;
        char *rest = *end == '\0' ? NULL : end + strspn(end, "/");
        if (end[-1] == '/') {
            continue;
        }
        *end = '\0';
        int is_there = REAL(stat)(path, &status) == 0;
        if (!is_there && errno == ENOTDIR && REAL(lstat)(path, &status) == 0) {
            return follow(path, rest, found);
        }
        if (rest != NULL) {
            *end = '/';
        }
        if (is_there) {
            return rest != NULL && pyembed_is_executable(&status) ? walk(0, rest, links, found)
                                                                  : PYEMBED_FOUND_REAL;
        }
    }
    return PYEMBED_FOUND_REAL;
}

/* ---- */

static pyembed_found_kind
find_once(int folder, const char *path, pyembed_links links, pyembed_found *found)
{
    if (path[0] == '/' && pyembed_claims(path)) {
        const char *below = path + pyembed_root.root_size;
        return walk(0, below + strspn(below, "/"), links, found);
    }
    if (path[0] != '/') {
        uint32_t start = folder == AT_FDCWD ? pyembed_current_folder()
                                            : (uint32_t)(pyembed_node_of_descriptor(folder) + 1);
        if (start != 0) {
            return walk(start - 1, path, links, found);
        }
    }
    char absolute[2 * PATH_MAX];
    if (path[0] == '/') {
        memcpy(absolute, path, strlen(path) + 1);
    }
    else if (make_absolute(folder, path, absolute, sizeof absolute) < 0) {
        return PYEMBED_FOUND_REAL;
    }
    return find_below_another_name(absolute, links, found);
}

pyembed_found_kind
pyembed_find(int folder, const char *path, pyembed_links links, pyembed_found *found)
{
    int error = errno;
    char again[PATH_MAX];
    if (pyembed_root.root == NULL || path == NULL || path[0] == '\0') {
        return PYEMBED_FOUND_REAL;
    }
    found->last = PYEMBED_LAST_NONE;
    found->links = 0;
    if (strlen(path) >= PATH_MAX) {
        return fail(ENAMETOOLONG);
    }
    pyembed_found_kind kind = find_once(folder, path, links, found);
    /* What leaves the root may come back (`<executable>/../<executable>`), and a link leads on. */
    for (int turn = 0; kind == PYEMBED_FOUND_ELSEWHERE; turn++) {
        if (turn == PYEMBED_MOST_LINKS) {
            found->last = PYEMBED_LAST_NONE;
            return fail(ELOOP);
        }
        memcpy(again, found->elsewhere, strlen(found->elsewhere) + 1);
        kind = find_once(AT_FDCWD, again, links, found);
        if (kind == PYEMBED_FOUND_REAL) {
            kind = PYEMBED_FOUND_ELSEWHERE;
            break;
        }
    }
    if (kind == PYEMBED_FOUND_REAL) {
        errno = error;
    }
    return kind;
}
