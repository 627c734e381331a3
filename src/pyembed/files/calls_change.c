/* Functions that would change what is in a file or in its status. */
#include "files/real.h"

#include "files/find.h"
#include "files/refuse.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

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
DECLARE(setxattr);
DECLARE(lsetxattr);
DECLARE(removexattr);
DECLARE(lremovexattr);
DECLARE(fchmod);
DECLARE(fchown);
DECLARE(futimes);
DECLARE(futimens);
DECLARE(fsetxattr);
DECLARE(fremovexattr);

/* ---- by path ---- */

static pyembed_change
of_status(int flags)
{
    return (flags & AT_SYMLINK_NOFOLLOW) != 0 ? PYEMBED_OF_LINK_STATUS : PYEMBED_OF_STATUS;
}

int
NAME(chmod)(const char *path, mode_t mode)
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_STATUS, REAL(chmod)(path, mode));
}

int
NAME(fchmodat)(int folder, const char *path, mode_t mode, int flags)
{
    PYEMBED_CHANGE(folder, path,
                   (flags & AT_SYMLINK_NOFOLLOW) != 0 ? PYEMBED_OF_LINK_MODE : PYEMBED_OF_STATUS,
                   REAL(fchmodat)(folder, path, mode, flags));
}

int
NAME(chown)(const char *path, uid_t owner, gid_t group)
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_STATUS, REAL(chown)(path, owner, group));
}

int
NAME(lchown)(const char *path, uid_t owner, gid_t group)
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_LINK_STATUS, REAL(lchown)(path, owner, group));
}

int
NAME(fchownat)(int folder, const char *path, uid_t owner, gid_t group, int flags)
{
    PYEMBED_CHANGE(folder, path, of_status(flags),
                   REAL(fchownat)(folder, path, owner, group, flags));
}

int
NAME(truncate)(const char *path, off_t size)
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_CONTENT, REAL(truncate)(path, size));
}
ALIAS(truncate64, truncate);

int
NAME(utime)(const char *path, const struct utimbuf *times)
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_STATUS, REAL(utime)(path, times));
}

int
NAME(utimes)(const char *path, const struct timeval times[2])
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_STATUS, REAL(utimes)(path, times));
}

int
NAME(lutimes)(const char *path, const struct timeval times[2])
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_LINK_STATUS, REAL(lutimes)(path, times));
}

int
NAME(utimensat)(int folder, const char *path, const struct timespec times[2], int flags)
{
    PYEMBED_CHANGE(folder, path, of_status(flags), REAL(utimensat)(folder, path, times, flags));
}

int
NAME(setxattr)(const char *path, const char *name, const void *value, size_t size, int flags)
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_STATUS,
                   REAL(setxattr)(path, name, value, size, flags));
}

int
NAME(lsetxattr)(const char *path, const char *name, const void *value, size_t size, int flags)
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_LINK_STATUS,
                   REAL(lsetxattr)(path, name, value, size, flags));
}

int
NAME(removexattr)(const char *path, const char *name)
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_STATUS, REAL(removexattr)(path, name));
}

int
NAME(lremovexattr)(const char *path, const char *name)
{
    PYEMBED_CHANGE(AT_FDCWD, path, PYEMBED_OF_LINK_STATUS, REAL(lremovexattr)(path, name));
}

/* ---- by descriptor: the memory would take the change, and lose its mark ---- */

#define CHANGE_OF_DESCRIPTOR(descriptor, real)         \
    if (pyembed_node_of_descriptor(descriptor) >= 0) { \
        errno = EROFS;                                 \
        return -1;                                     \
    }                                                  \
    return real

int
NAME(fchmod)(int descriptor, mode_t mode)
{
    CHANGE_OF_DESCRIPTOR(descriptor, REAL(fchmod)(descriptor, mode));
}

int
NAME(fchown)(int descriptor, uid_t owner, gid_t group)
{
    CHANGE_OF_DESCRIPTOR(descriptor, REAL(fchown)(descriptor, owner, group));
}

int
NAME(futimes)(int descriptor, const struct timeval times[2])
{
    CHANGE_OF_DESCRIPTOR(descriptor, REAL(futimes)(descriptor, times));
}

int
NAME(futimens)(int descriptor, const struct timespec times[2])
{
    CHANGE_OF_DESCRIPTOR(descriptor, REAL(futimens)(descriptor, times));
}

int
NAME(fsetxattr)(int descriptor, const char *name, const void *value, size_t size, int flags)
{
    CHANGE_OF_DESCRIPTOR(descriptor, REAL(fsetxattr)(descriptor, name, value, size, flags));
}

int
NAME(fremovexattr)(int descriptor, const char *name)
{
    CHANGE_OF_DESCRIPTOR(descriptor, REAL(fremovexattr)(descriptor, name));
}
