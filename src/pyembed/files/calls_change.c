/* Functions that would change a file: what is packed is as on a file system that is mounted for
 * reading. The system is asked first, and says ENOTDIR of a packed path. */
#include "files/real.h"

#include "files/find.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

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
DECLARE(chmod);
DECLARE(fchmodat);
DECLARE(chown);
DECLARE(lchown);
DECLARE(fchownat);
DECLARE(truncate);
DECLARE(utime);
DECLARE(utimes);
DECLARE(lutimes);
DECLARE(utimensat);
DECLARE(mknod);
DECLARE(mknodat);
DECLARE(mkfifo);
DECLARE(mkfifoat);
DECLARE(setxattr);
DECLARE(lsetxattr);
DECLARE(removexattr);
DECLARE(lremovexattr);

/* What the change needs of the path. */
typedef enum { THERE, FILE_THERE, FOLDER_THERE, MISSING } needs;

/* True if the path is a packed one, with -1 and errno as the answer. A path that leaves the root
 * again names a real file; it is refused here, as the system does. */
static int
refuses(int folder, const char *path, needs need, int *answer)
{
    pyembed_found found;
    pyembed_found_kind kind = pyembed_find(folder, path, &found);
    if (kind == PYEMBED_FOUND_REAL || kind == PYEMBED_FOUND_ELSEWHERE) {
        errno = ENOTDIR;
        return 0;
    }
    *answer = -1;
    if (kind == PYEMBED_FOUND_MISSING && need == MISSING) {
        errno = EROFS;
    }
    else if (kind == PYEMBED_FOUND_NODE) {
        int is_folder = S_ISDIR(found.tree->nodes[found.node].mode);
        errno = need == MISSING                      ? EEXIST
                : need == FILE_THERE && is_folder    ? EISDIR
                : need == FOLDER_THERE && !is_folder ? ENOTDIR
                                                     : EROFS;
    }
    return 1;
}

/* A rename and a link fail of the first path, or else of the second. */
static int
refuses_pair(int from_folder, const char *from, int to_folder, const char *to, int *answer)
{
    pyembed_found found;
    pyembed_found_kind kind = pyembed_find(from_folder, from, &found);
    if (kind == PYEMBED_FOUND_MISSING || kind == PYEMBED_FOUND_ERROR) {
        *answer = -1;
        return 1;
    }
    int is_packed = kind == PYEMBED_FOUND_NODE;
    kind = pyembed_find(to_folder, to, &found);
    if (!is_packed && (kind == PYEMBED_FOUND_REAL || kind == PYEMBED_FOUND_ELSEWHERE)) {
        errno = ENOTDIR;
        return 0;
    }
    *answer = -1;
    if (kind == PYEMBED_FOUND_REAL || kind == PYEMBED_FOUND_ELSEWHERE ||
        is_packed != (kind == PYEMBED_FOUND_NODE || kind == PYEMBED_FOUND_MISSING)) {
        errno = EXDEV;
    }
    else if (kind != PYEMBED_FOUND_ERROR) {
        errno = EROFS;
    }
    return 1;
}

#define CHANGE(folder, path, need, real) \
    PYEMBED_ANSWER(folder, path, refuses(folder, path, need, &answer), real)

#define CHANGE_PAIR(from_folder, from, to_folder, to, real)            \
    int answer = (real);                                               \
    if (answer < 0 && errno == ENOTDIR) {                              \
        (void)refuses_pair(from_folder, from, to_folder, to, &answer); \
    }                                                                  \
    return answer

/* ---- names ---- */

int
NAME(unlink)(const char *path)
{
    CHANGE(AT_FDCWD, path, FILE_THERE, REAL(unlink)(path));
}

int
NAME(unlinkat)(int folder, const char *path, int flags)
{
    needs need = (flags & AT_REMOVEDIR) != 0 ? FOLDER_THERE : FILE_THERE;
    CHANGE(folder, path, need, REAL(unlinkat)(folder, path, flags));
}

int
NAME(remove)(const char *path)
{
    CHANGE(AT_FDCWD, path, THERE, REAL(remove)(path));
}

int
NAME(rmdir)(const char *path)
{
    CHANGE(AT_FDCWD, path, FOLDER_THERE, REAL(rmdir)(path));
}

int
NAME(mkdir)(const char *path, mode_t mode)
{
    CHANGE(AT_FDCWD, path, MISSING, REAL(mkdir)(path, mode));
}

int
NAME(mkdirat)(int folder, const char *path, mode_t mode)
{
    CHANGE(folder, path, MISSING, REAL(mkdirat)(folder, path, mode));
}

int
NAME(rename)(const char *from, const char *to)
{
    CHANGE_PAIR(AT_FDCWD, from, AT_FDCWD, to, REAL(rename)(from, to));
}

int
NAME(renameat)(int from_folder, const char *from, int to_folder, const char *to)
{
    CHANGE_PAIR(from_folder, from, to_folder, to, REAL(renameat)(from_folder, from, to_folder, to));
}

int
NAME(renameat2)(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    CHANGE_PAIR(from_folder, from, to_folder, to,
                REAL(renameat2)(from_folder, from, to_folder, to, flags));
}

int
NAME(link)(const char *from, const char *to)
{
    CHANGE_PAIR(AT_FDCWD, from, AT_FDCWD, to, REAL(link)(from, to));
}

int
NAME(linkat)(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    CHANGE_PAIR(from_folder, from, to_folder, to,
                REAL(linkat)(from_folder, from, to_folder, to, flags));
}

int
NAME(symlink)(const char *target, const char *path)
{
    CHANGE(AT_FDCWD, path, MISSING, REAL(symlink)(target, path));
}

int
NAME(symlinkat)(const char *target, int folder, const char *path)
{
    CHANGE(folder, path, MISSING, REAL(symlinkat)(target, folder, path));
}

int
NAME(mknod)(const char *path, mode_t mode, dev_t device)
{
    CHANGE(AT_FDCWD, path, MISSING, REAL(mknod)(path, mode, device));
}

int
NAME(mknodat)(int folder, const char *path, mode_t mode, dev_t device)
{
    CHANGE(folder, path, MISSING, REAL(mknodat)(folder, path, mode, device));
}

int
NAME(mkfifo)(const char *path, mode_t mode)
{
    CHANGE(AT_FDCWD, path, MISSING, REAL(mkfifo)(path, mode));
}

int
NAME(mkfifoat)(int folder, const char *path, mode_t mode)
{
    CHANGE(folder, path, MISSING, REAL(mkfifoat)(folder, path, mode));
}

/* ---- what stands in a status ---- */

int
NAME(chmod)(const char *path, mode_t mode)
{
    CHANGE(AT_FDCWD, path, THERE, REAL(chmod)(path, mode));
}

int
NAME(fchmodat)(int folder, const char *path, mode_t mode, int flags)
{
    CHANGE(folder, path, THERE, REAL(fchmodat)(folder, path, mode, flags));
}

int
NAME(chown)(const char *path, uid_t owner, gid_t group)
{
    CHANGE(AT_FDCWD, path, THERE, REAL(chown)(path, owner, group));
}

int
NAME(lchown)(const char *path, uid_t owner, gid_t group)
{
    CHANGE(AT_FDCWD, path, THERE, REAL(lchown)(path, owner, group));
}

int
NAME(fchownat)(int folder, const char *path, uid_t owner, gid_t group, int flags)
{
    CHANGE(folder, path, THERE, REAL(fchownat)(folder, path, owner, group, flags));
}

int
NAME(truncate)(const char *path, off_t size)
{
    CHANGE(AT_FDCWD, path, FILE_THERE, REAL(truncate)(path, size));
}
ALIAS(truncate64, truncate);

int
NAME(utime)(const char *path, const struct utimbuf *times)
{
    CHANGE(AT_FDCWD, path, THERE, REAL(utime)(path, times));
}

int
NAME(utimes)(const char *path, const struct timeval times[2])
{
    CHANGE(AT_FDCWD, path, THERE, REAL(utimes)(path, times));
}

int
NAME(lutimes)(const char *path, const struct timeval times[2])
{
    CHANGE(AT_FDCWD, path, THERE, REAL(lutimes)(path, times));
}

int
NAME(utimensat)(int folder, const char *path, const struct timespec times[2], int flags)
{
    CHANGE(folder, path, THERE, REAL(utimensat)(folder, path, times, flags));
}

int
NAME(setxattr)(const char *path, const char *name, const void *value, size_t size, int flags)
{
    CHANGE(AT_FDCWD, path, THERE, REAL(setxattr)(path, name, value, size, flags));
}

int
NAME(lsetxattr)(const char *path, const char *name, const void *value, size_t size, int flags)
{
    CHANGE(AT_FDCWD, path, THERE, REAL(lsetxattr)(path, name, value, size, flags));
}

int
NAME(removexattr)(const char *path, const char *name)
{
    CHANGE(AT_FDCWD, path, THERE, REAL(removexattr)(path, name));
}

int
NAME(lremovexattr)(const char *path, const char *name)
{
    CHANGE(AT_FDCWD, path, THERE, REAL(lremovexattr)(path, name));
}
