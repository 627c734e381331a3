/* stat, access and what else asks about a file. */
#include "files/real.h"

#include "files/find.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Wheels that were built against a glibc before 2.33 call these; the headers lack them. */
extern int __xstat(int version, const char *path, struct stat *status);
extern int __lxstat(int version, const char *path, struct stat *status);
extern int __fxstat(int version, int descriptor, struct stat *status);
extern int __fxstatat(int version, int folder, const char *path, struct stat *status, int flags);

DECLARE(stat);
DECLARE(lstat);
DECLARE(fstat);
DECLARE(fstatat);
DECLARE(statx);
DECLARE(access);
DECLARE(faccessat);
DECLARE(euidaccess);
DECLARE(__xstat);
DECLARE(__lxstat);
DECLARE(__fxstat);
DECLARE(__fxstatat);

/* ---- stat ---- */

static pyembed_links
links_of(int flags)
{
    return (flags & AT_SYMLINK_NOFOLLOW) != 0 ? PYEMBED_KEEP_LINK : PYEMBED_FOLLOW;
}

/* True if the path is a packed one: `answer` is 0 with the status, or -1 with errno. */
static int
status_packed(int folder, const char *path, int flags, struct stat *status, int *answer)
{
    pyembed_found found;
    switch (pyembed_find(folder, path, links_of(flags), &found)) {
    case PYEMBED_FOUND_REAL:
        return 0;
    case PYEMBED_FOUND_NODE:
        pyembed_status_of(found.tree, found.node, status);
        *answer = 0;
        return 1;
    case PYEMBED_FOUND_ELSEWHERE:
        *answer = REAL(fstatat)(AT_FDCWD, found.elsewhere, status, flags);
        return 1;
    case PYEMBED_FOUND_MISSING:
    case PYEMBED_FOUND_ERROR:
        break;
    }
    *answer = -1;
    return 1;
}

/* The kernel's status of a packed file's descriptor becomes the packed file's. */
static void
correct(struct stat *status)
{
    int64_t node = pyembed_node_of_status(status);
    if (__builtin_expect(node >= 0, 0)) {
        pyembed_status_of(pyembed_tree_get(), (uint32_t)node, status);
    }
}

int
NAME(stat)(const char *path, struct stat *status)
{
    PYEMBED_ANSWER(path, status_packed(AT_FDCWD, path, 0, status, &answer),
                   REAL(stat)(path, status));
}
ALIAS(stat64, stat);

int
NAME(lstat)(const char *path, struct stat *status)
{
    PYEMBED_ANSWER(path, status_packed(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, status, &answer),
                   REAL(lstat)(path, status));
}
ALIAS(lstat64, lstat);

int
NAME(fstat)(int descriptor, struct stat *status)
{
    int answer = REAL(fstat)(descriptor, status);
    if (answer == 0) {
        correct(status);
    }
    return answer;
}
ALIAS(fstat64, fstat);

static int
status_at(int folder, const char *path, struct stat *status, int flags)
{
    int answer = REAL(fstatat)(folder, path, status, flags);
    if (answer == 0 && (flags & AT_EMPTY_PATH) != 0) {
        correct(status);
    }
    return answer;
}

int
NAME(fstatat)(int folder, const char *path, struct stat *status, int flags)
{
    PYEMBED_ANSWER(path, status_packed(folder, path, flags, status, &answer),
                   status_at(folder, path, status, flags));
}
ALIAS(fstatat64, fstatat);

int
NAME(__xstat)(int version, const char *path, struct stat *status)
{
    PYEMBED_ANSWER(path, status_packed(AT_FDCWD, path, 0, status, &answer),
                   REAL(__xstat)(version, path, status));
}
ALIAS(__xstat64, __xstat);

int
NAME(__lxstat)(int version, const char *path, struct stat *status)
{
    PYEMBED_ANSWER(path, status_packed(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, status, &answer),
                   REAL(__lxstat)(version, path, status));
}
ALIAS(__lxstat64, __lxstat);

int
NAME(__fxstat)(int version, int descriptor, struct stat *status)
{
    int answer = REAL(__fxstat)(version, descriptor, status);
    if (answer == 0) {
        correct(status);
    }
    return answer;
}
ALIAS(__fxstat64, __fxstat);

int
NAME(__fxstatat)(int version, int folder, const char *path, struct stat *status, int flags)
{
    PYEMBED_ANSWER(path, status_packed(folder, path, flags, status, &answer),
                   REAL(__fxstatat)(version, folder, path, status, flags));
}
ALIAS(__fxstatat64, __fxstatat);

/* ---- statx ---- */

static struct statx_timestamp
time_of(struct timespec time)
{
    return (struct statx_timestamp){.tv_sec = time.tv_sec, .tv_nsec = (uint32_t)time.tv_nsec};
}

static void
extend(const struct stat *status, struct statx *extended)
{
    memset(extended, 0, sizeof *extended);
    extended->stx_mask = STATX_BASIC_STATS;
    extended->stx_blksize = (uint32_t)status->st_blksize;
    extended->stx_nlink = (uint32_t)status->st_nlink;
    extended->stx_uid = status->st_uid;
    extended->stx_gid = status->st_gid;
    extended->stx_mode = (uint16_t)status->st_mode;
    extended->stx_ino = status->st_ino;
    extended->stx_size = (uint64_t)status->st_size;
    extended->stx_blocks = (uint64_t)status->st_blocks;
    extended->stx_atime = time_of(status->st_atim);
    extended->stx_mtime = time_of(status->st_mtim);
    extended->stx_ctime = time_of(status->st_ctim);
    extended->stx_dev_major = major(status->st_dev);
    extended->stx_dev_minor = minor(status->st_dev);
}

static int
statx_packed(int folder, const char *path, int flags, struct statx *extended, int *answer)
{
    struct stat status;
    if (!status_packed(folder, path, flags & AT_SYMLINK_NOFOLLOW, &status, answer)) {
        return 0;
    }
    if (*answer == 0) {
        extend(&status, extended);
    }
    return 1;
}

static int
statx_real(int folder, const char *path, int flags, unsigned mask, struct statx *extended)
{
    int answer = REAL(statx)(folder, path, flags, mask, extended);
    int64_t node = -1;
    if (answer == 0 && (flags & AT_EMPTY_PATH) != 0 && extended->stx_nlink == 0) {
        node = pyembed_node_of_descriptor(folder);
    }
    if (node >= 0) {
        struct stat status;
        pyembed_status_of(pyembed_tree_get(), (uint32_t)node, &status);
        extend(&status, extended);
    }
    return answer;
}

int
NAME(statx)(int folder, const char *path, int flags, unsigned mask, struct statx *extended)
{
    PYEMBED_ANSWER(path, statx_packed(folder, path, flags, extended, &answer),
                   statx_real(folder, path, flags, mask, extended));
}

/* ---- access ---- */

static int
access_packed(int folder, const char *path, int mode, int flags, int *answer)
{
    pyembed_found found;
    int refused;
    switch (pyembed_find(folder, path, links_of(flags), &found)) {
    case PYEMBED_FOUND_REAL:
        return 0;
    case PYEMBED_FOUND_NODE:
        refused = (mode & W_OK) != 0                                                       ? EROFS
                  : (mode & X_OK) != 0 && (found.tree->nodes[found.node].mode & 0111) == 0 ? EACCES
                                                                                           : 0;
        *answer = refused == 0 ? 0 : -1;
        errno = refused == 0 ? errno : refused;
        return 1;
    case PYEMBED_FOUND_ELSEWHERE:
        *answer = REAL(access)(found.elsewhere, mode);
        return 1;
    case PYEMBED_FOUND_MISSING:
    case PYEMBED_FOUND_ERROR:
        break;
    }
    *answer = -1;
    return 1;
}

int
NAME(access)(const char *path, int mode)
{
    PYEMBED_ANSWER(path, access_packed(AT_FDCWD, path, mode, 0, &answer), REAL(access)(path, mode));
}

int
NAME(faccessat)(int folder, const char *path, int mode, int flags)
{
    PYEMBED_ANSWER(path, access_packed(folder, path, mode, flags, &answer),
                   REAL(faccessat)(folder, path, mode, flags));
}

int
NAME(euidaccess)(const char *path, int mode)
{
    PYEMBED_ANSWER(path, access_packed(AT_FDCWD, path, mode, 0, &answer),
                   REAL(euidaccess)(path, mode));
}
ALIAS(eaccess, euidaccess);
