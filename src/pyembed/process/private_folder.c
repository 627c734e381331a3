/* See private_folder.h. */
#include "process/private_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAXIMUM_LINKS = 40 }; /* the kernel's own */

typedef struct {
    int folder;          /* where the walk stands */
    uid_t administrator; /* the owner of `/`, who is not 0 in a user namespace */
    int links;
    char rest[PATH_MAX]; /* of the path */
} walk;

static int
forbid(void)
{
    errno = EPERM;
    return -1;
}

static int
is_trusted_owner(const walk *self, uid_t owner)
{
    return owner == geteuid() || owner == 0 || owner == self->administrator;
}

/* A group with the user's number is the user's own (systems with such groups use `umask 002`). In a
 * sticky folder others can replace only their own files, and the owner of the next folder is
 * checked. */
static int
check_above(const walk *self, int folder)
{
    struct stat status;
    if (fstat(folder, &status) < 0) {
        return -1;
    }
    int own_group = status.st_gid == getegid() && getegid() == geteuid();
    mode_t others = S_IWOTH | (own_group ? 0 : S_IWGRP);
    if (!is_trusted_owner(self, status.st_uid) ||
        ((status.st_mode & others) != 0 && !(status.st_mode & S_ISVTX))) {
        return forbid();
    }
    return 0;
}

static void
stand_in(walk *self, int folder)
{
    close(self->folder);
    self->folder = folder;
}

static int
go_to_root(walk *self)
{
    struct stat status;
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0 || fstat(root, &status) < 0) {
        return -1;
    }
    self->administrator = status.st_uid;
    stand_in(self, root);
    return check_above(self, root);
}

/* Replaces a link by its target in the path. Its folder was checked, so nobody else can replace the
 * link. */
static int
follow(walk *self, const char *name)
{
    struct stat status;
    char target[PATH_MAX];
    if (fstatat(self->folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0) {
        return -1;
    }
    if (!S_ISLNK(status.st_mode)) {
        errno = ENOTDIR;
        return -1;
    }
    if (!is_trusted_owner(self, status.st_uid)) {
        return forbid();
    }
    ssize_t size = readlinkat(self->folder, name, target, sizeof target);
    size_t more = strlen(self->rest);
    if (size < 0) {
        return -1;
    }
    if (++self->links > MAXIMUM_LINKS || (size_t)size + more + 2 > sizeof self->rest) {
        errno = self->links > MAXIMUM_LINKS ? ELOOP : ENAMETOOLONG;
        return -1;
    }
    memmove(self->rest + size + 1, self->rest, more + 1);
    memcpy(self->rest, target, (size_t)size);
    self->rest[size] = '/';
    return target[0] == '/' ? go_to_root(self) : 0;
}

/* Opens the next folder of the path. */
static int
step(walk *self)
{
    char name[NAME_MAX + 1];
    const char *start = self->rest + strspn(self->rest, "/");
    size_t size = strcspn(start, "/");
    if (size > NAME_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(name, start, size);
    name[size] = '\0';
    memmove(self->rest, start + size, strlen(start + size) + 1);
    if (size == 0) {
        return 0;
    }
    const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int next = openat(self->folder, name, flags);
    if (next < 0 && errno == ENOENT &&
        (mkdirat(self->folder, name, 0700) == 0 || errno == EEXIST)) {
        next = openat(self->folder, name, flags);
    }
    if (next < 0) {
        return errno == ENOTDIR || errno == ELOOP ? follow(self, name) : -1;
    }
    stand_in(self, next);
    return check_above(self, next);
}

/* A real directory, owned by us, not writable by group or others. Steals the descriptor, and
 * returns it; or -1 with errno. */
static int
open_private(int folder)
{
    struct stat status;
    if (folder < 0) {
        return -1;
    }
    if (fstat(folder, &status) == 0) {
        if (status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0) {
            return folder;
        }
        errno = EPERM;
    }
    int error = errno;
    close(folder);
    errno = error;
    return -1;
}

int
pyembed_private_open(const char *path)
{
    walk self = {.folder = -1, .links = 0};
    size_t size = strlen(path) + 1;
    if (size > sizeof self.rest) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(self.rest, path, size);
    int result = go_to_root(&self);
    while (result == 0 && self.rest[0] != '\0') {
        result = step(&self);
    }
    int folder = result == 0
                     ? open_private(openat(self.folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
                     : -1;
    int error = errno;
    close(self.folder);
    errno = error;
    return folder;
}

int
pyembed_private_open_at(int parent, const char *name)
{
    return open_private(openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

int
pyembed_private_make_folders(int folder, const char *path)
{
    char part[PATH_MAX];
    size_t size = strlen(path) + 1;
    if (size > sizeof part) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(part, path, size);
    for (char *slash = strchr(part, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int made = mkdirat(folder, part, 0700);
        *slash = '/';
        if (made < 0 && errno != EEXIST) {
            return -1;
        }
    }
    return 0;
}
