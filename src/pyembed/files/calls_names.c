/* Functions that give a file a name, or take one away. */
#include "files/real.h"

#include "files/find.h"
#include "files/refuse.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

DECLARE(unlink);
DECLARE(unlinkat);
DECLARE(remove);
DECLARE(rmdir);
DECLARE(mkdir);
DECLARE(mkdirat);
DECLARE(rename);
DECLARE(renameat);
DECLARE(renameat2);
DECLARE(link);
DECLARE(linkat);
DECLARE(symlink);
DECLARE(symlinkat);
DECLARE(mknod);
DECLARE(mknodat);
DECLARE(mkfifo);
DECLARE(mkfifoat);
DECLARE(fstatat);

/* ---- one name ---- */

int
NAME(unlink)(const char *path)
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_FILE_NAME, REAL(unlink)(path));
}

int
NAME(unlinkat)(int folder, const char *path, int flags)
{
    pyembed_change change =
        (flags & AT_REMOVEDIR) != 0 ? PYEMBED_OF_FOLDER_NAME : PYEMBED_OF_FILE_NAME;
    PYEMBED_CHANGE(folder, path, change, REAL(unlinkat)(folder, path, flags));
}

int
NAME(remove)(const char *path)
{
    int answer = NAME(unlink)(path);
    return answer < 0 && errno == EISDIR ? NAME(rmdir)(path) : answer;
}

int
NAME(rmdir)(const char *path)
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_FOLDER_NAME, REAL(rmdir)(path));
}

int
NAME(mkdir)(const char *path, mode_t mode)
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_NEW_FOLDER, REAL(mkdir)(path, mode));
}

int
NAME(mkdirat)(int folder, const char *path, mode_t mode)
{
    PYEMBED_CHANGE(folder, path, PYEMBED_OF_NEW_FOLDER, REAL(mkdirat)(folder, path, mode));
}

int
NAME(symlink)(const char *target, const char *path)
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_NEW_NAME, REAL(symlink)(target, path));
}

int
NAME(symlinkat)(const char *target, int folder, const char *path)
{
    PYEMBED_CHANGE(folder, path, PYEMBED_OF_NEW_NAME, REAL(symlinkat)(target, folder, path));
}

int
NAME(mknod)(const char *path, mode_t mode, dev_t device)
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_NEW_NAME, REAL(mknod)(path, mode, device));
}

int
NAME(mknodat)(int folder, const char *path, mode_t mode, dev_t device)
{
    PYEMBED_CHANGE(folder, path, PYEMBED_OF_NEW_NAME, REAL(mknodat)(folder, path, mode, device));
}

int
NAME(mkfifo)(const char *path, mode_t mode)
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_NEW_NAME, REAL(mkfifo)(path, mode));
}

int
NAME(mkfifoat)(int folder, const char *path, mode_t mode)
{
    PYEMBED_CHANGE(folder, path, PYEMBED_OF_NEW_NAME, REAL(mkfifoat)(folder, path, mode));
}

/* ---- two names ---- */

/* The errno that the system has for a real name that is to come, or whose folder only matters; 0:
 * nothing is in the way. */
static int
refusal_of_real(int folder, const char *path, int is_new)
{
    struct stat status;
    char parent[PATH_MAX];
    if (is_new && REAL(fstatat)(folder, path, &status, AT_SYMLINK_NOFOLLOW) == 0) {
        return EEXIST;
    }
    size_t size = strnlen(path, sizeof parent);
    if (size == 0 || size >= sizeof parent - 2) {
        return size == 0 ? ENOENT : ENAMETOOLONG;
    }
    memcpy(parent, path, size + 1);
    for (; size > 1 && parent[size - 1] == '/'; size--) {
    }
    int had_slash = path[size] == '/';
    for (; size > 0 && parent[size - 1] != '/'; size--) {
    }
    memcpy(parent + size, ".", 2); /* a file is none in a path */
    if (REAL(fstatat)(folder, parent, &status, 0) < 0) {
        return errno;
    }
    return is_new && had_slash ? ENOENT : 0;
}

typedef struct {
    int folder;
    const char *path;
    pyembed_links links;
    pyembed_found_kind kind;
    pyembed_found found;
    int error; /* of pyembed_find */
} end;

static void
find_end(end *found)
{
    found->kind = pyembed_find(found->folder, found->path, found->links, &found->found);
    found->error = errno;
}

/* The kernel looks for both folders first. */
static int
refusal_of_rename(const end *from, const end *to)
{
    const end *const ends[] = {from, to};
    for (size_t at = 0; at < 2; at++) {
        int error = !pyembed_is_packed(ends[at]->kind)
                        ? refusal_of_real(ends[at]->folder, ends[at]->path, 0)
                    : ends[at]->found.last == PYEMBED_LAST_NONE ? ends[at]->error
                                                                : 0;
        if (error != 0) {
            return error;
        }
    }
    if (!pyembed_is_packed(from->kind) || !pyembed_is_packed(to->kind)) {
        return EXDEV;
    }
    int are_names = from->found.last == PYEMBED_LAST_NAME && to->found.last == PYEMBED_LAST_NAME;
    return are_names ? EROFS : EBUSY;
}

/* The kernel looks for the file, then for the folder of the new name, then for that name. */
static int
refusal_of_link(const end *from, const end *to)
{
    struct stat status;
    if (pyembed_is_packed(from->kind) && from->kind != PYEMBED_FOUND_NODE) {
        return from->error;
    }
    if (!pyembed_is_packed(from->kind) &&
        REAL(fstatat)(from->folder, from->path, &status, AT_SYMLINK_NOFOLLOW) < 0) {
        return errno;
    }
    if (!pyembed_is_packed(to->kind)) {
        int error = refusal_of_real(to->folder, to->path, 1);
        return error != 0 ? error : EXDEV;
    }
    return pyembed_refusal(to->kind, &to->found, to->error, PYEMBED_OF_NEW_NAME);
}

/* True if one of the paths is a packed one, with -1 and errno as the answer. */
static int
refuses_pair(int from_folder, const char *from_path, pyembed_links links, int to_folder,
             const char *to_path, int (*refusal_of)(const end *from, const end *to), int *answer)
{
    end from = {.folder = from_folder, .path = from_path, .links = links};
    end to = {.folder = to_folder, .path = to_path, .links = PYEMBED_KEEP_NAME};
    find_end(&from);
    find_end(&to);
    if (!pyembed_is_packed(from.kind) && !pyembed_is_packed(to.kind)) {
        errno = ENOTDIR;
        return 0;
    }
    *answer = -1;
    errno = refusal_of(&from, &to);
    return 1;
}

#define CHANGE_PAIR(from_folder, from, links, to_folder, to, refusal_of, real)            \
    int answer;                                                                           \
    if ((pyembed_claims(from) || pyembed_claims(to)) &&                                   \
        refuses_pair(from_folder, from, links, to_folder, to, refusal_of, &answer)) {     \
        return answer;                                                                    \
    }                                                                                     \
    answer = (real);                                                                      \
    if (answer < 0 && errno == ENOTDIR) {                                                 \
        (void)refuses_pair(from_folder, from, links, to_folder, to, refusal_of, &answer); \
    }                                                                                     \
    return answer

int
NAME(rename)(const char *from, const char *to)
{
    CHANGE_PAIR(AT_FDCWD, from, PYEMBED_KEEP_NAME, AT_FDCWD, to, refusal_of_rename,
                REAL(rename)(from, to));
}

int
NAME(renameat)(int from_folder, const char *from, int to_folder, const char *to)
{
    CHANGE_PAIR(from_folder, from, PYEMBED_KEEP_NAME, to_folder, to, refusal_of_rename,
                REAL(renameat)(from_folder, from, to_folder, to));
}

int
NAME(renameat2)(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    CHANGE_PAIR(from_folder, from, PYEMBED_KEEP_NAME, to_folder, to, refusal_of_rename,
                REAL(renameat2)(from_folder, from, to_folder, to, flags));
}

int
NAME(link)(const char *from, const char *to)
{
    CHANGE_PAIR(AT_FDCWD, from, PYEMBED_KEEP_LINK, AT_FDCWD, to, refusal_of_link,
                REAL(link)(from, to));
}

int
NAME(linkat)(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    CHANGE_PAIR(from_folder, from,
                (flags & AT_SYMLINK_FOLLOW) != 0 ? PYEMBED_FOLLOW : PYEMBED_KEEP_LINK, to_folder,
                to, refusal_of_link, REAL(linkat)(from_folder, from, to_folder, to, flags));
}
