/* What is asked about a file's file system, and its extended attributes. */
#include "files/real.h"

#include "files/find.h"
#include "process/process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

DECLARE(statfs);
DECLARE(statvfs);
DECLARE(fstatfs);
DECLARE(fstatvfs);
DECLARE(pathconf);
DECLARE(getxattr);
DECLARE(lgetxattr);
DECLARE(listxattr);
DECLARE(llistxattr);

/* True if the path is a packed one, or leads out of what is packed: then `real` is where the
 * system is to be asked, or NULL with errno. */
static int
is_packed(const char *path, pyembed_links links, pyembed_found *found, const char **real)
{
    pyembed_found_kind kind = pyembed_find(AT_FDCWD, path, links, found);
    *real = kind == PYEMBED_FOUND_NODE        ? pyembed_this_process.folder
            : kind == PYEMBED_FOUND_ELSEWHERE ? found->elsewhere
                                              : NULL;
    return kind != PYEMBED_FOUND_REAL;
}

/* ---- the file system: that of the executable, mounted for reading ---- */

/* Linux's ST_RDONLY in statfs.f_flags. */
enum { READ_ONLY = 1 };

static int
statfs_read_only(const char *folder, struct statfs *status)
{
    int answer = REAL(statfs)(folder, status);
    if (answer == 0) {
        status->f_flags |= READ_ONLY;
        status->f_bavail = status->f_bfree = 0;
    }
    return answer;
}

static int
statvfs_read_only(const char *folder, struct statvfs *status)
{
    int answer = REAL(statvfs)(folder, status);
    if (answer == 0) {
        status->f_flag |= ST_RDONLY;
        status->f_bavail = status->f_bfree = 0;
    }
    return answer;
}

static int
statfs_packed(const char *path, struct statfs *status, int *answer)
{
    pyembed_found found;
    const char *real;
    if (!is_packed(path, PYEMBED_FOLLOW, &found, &real)) {
        return 0;
    }
    *answer = real == NULL              ? -1
              : real == found.elsewhere ? REAL(statfs)(real, status)
                                        : statfs_read_only(real, status);
    return 1;
}

int
NAME(statfs)(const char *path, struct statfs *status)
{
    PYEMBED_ANSWER(path, statfs_packed(path, status, &answer), REAL(statfs)(path, status));
}
ALIAS(statfs64, statfs);

static int
statvfs_packed(const char *path, struct statvfs *status, int *answer)
{
    pyembed_found found;
    const char *real;
    if (!is_packed(path, PYEMBED_FOLLOW, &found, &real)) {
        return 0;
    }
    *answer = real == NULL              ? -1
              : real == found.elsewhere ? REAL(statvfs)(real, status)
                                        : statvfs_read_only(real, status);
    return 1;
}

int
NAME(statvfs)(const char *path, struct statvfs *status)
{
    PYEMBED_ANSWER(path, statvfs_packed(path, status, &answer), REAL(statvfs)(path, status));
}
ALIAS(statvfs64, statvfs);

int
NAME(fstatfs)(int descriptor, struct statfs *status)
{
    return pyembed_node_of_descriptor(descriptor) < 0
               ? REAL(fstatfs)(descriptor, status)
               : statfs_read_only(pyembed_this_process.folder, status);
}
ALIAS(fstatfs64, fstatfs);

int
NAME(fstatvfs)(int descriptor, struct statvfs *status)
{
    return pyembed_node_of_descriptor(descriptor) < 0
               ? REAL(fstatvfs)(descriptor, status)
               : statvfs_read_only(pyembed_this_process.folder, status);
}
ALIAS(fstatvfs64, fstatvfs);

/* Many limits are the same for every path: the library knows them without looking for it. */
long
NAME(pathconf)(const char *path, int name)
{
    pyembed_found found;
    const char *real;
    long answer = REAL(pathconf)(path, name);
    if (answer < 0 && (errno == ENOTDIR || errno == ENOENT) &&
        is_packed(path, PYEMBED_FOLLOW, &found, &real)) {
        answer = real == NULL ? -1 : REAL(pathconf)(real, name);
    }
    return answer;
}

/* ---- extended attributes: there are none ---- */

typedef ssize_t (*attribute_function)(const char *path, const char *name, void *value, size_t size);
typedef ssize_t (*list_function)(const char *path, char *list, size_t size);

static int
attribute_packed(attribute_function function, pyembed_links links, const char *path,
                 const char *name, void *value, size_t size, ssize_t *answer)
{
    pyembed_found found;
    const char *real;
    if (!is_packed(path, links, &found, &real)) {
        return 0;
    }
    *answer = real == found.elsewhere ? function(real, name, value, size) : -1;
    if (real != NULL && real != found.elsewhere) {
        errno = ENODATA;
    }
    return 1;
}

static int
list_packed(list_function function, pyembed_links links, const char *path, char *list, size_t size,
            ssize_t *answer)
{
    pyembed_found found;
    const char *real;
    if (!is_packed(path, links, &found, &real)) {
        return 0;
    }
    *answer = real == NULL ? -1 : real == found.elsewhere ? function(real, list, size) : 0;
    return 1;
}

ssize_t
NAME(getxattr)(const char *path, const char *name, void *value, size_t size)
{
    PYEMBED_ANSWER(
        path, attribute_packed(REAL(getxattr), PYEMBED_FOLLOW, path, name, value, size, &answer),
        REAL(getxattr)(path, name, value, size));
}

ssize_t
NAME(lgetxattr)(const char *path, const char *name, void *value, size_t size)
{
    PYEMBED_ANSWER(
        path,
        attribute_packed(REAL(lgetxattr), PYEMBED_KEEP_LINK, path, name, value, size, &answer),
        REAL(lgetxattr)(path, name, value, size));
}

ssize_t
NAME(listxattr)(const char *path, char *list, size_t size)
{
    PYEMBED_ANSWER(path, list_packed(REAL(listxattr), PYEMBED_FOLLOW, path, list, size, &answer),
                   REAL(listxattr)(path, list, size));
}

ssize_t
NAME(llistxattr)(const char *path, char *list, size_t size)
{
    PYEMBED_ANSWER(path,
                   list_packed(REAL(llistxattr), PYEMBED_KEEP_LINK, path, list, size, &answer),
                   REAL(llistxattr)(path, list, size));
}
