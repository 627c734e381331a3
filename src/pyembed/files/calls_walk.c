/* ftw and nftw of packed folders: the C library's own open what they walk behind our back. */
#include "files/real.h"

#include "files/find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int (*ftw_function)(const char *path, const struct stat *status, int kind);
typedef int (*nftw_function)(const char *path, const struct stat *status, int kind,
                             struct FTW *place);

DECLARE(ftw);
DECLARE(nftw);
DECLARE(lstat);

typedef struct {
    nftw_function function;
    ftw_function plain; /* of ftw; else NULL */
    int flags;
    dev_t device; /* where it began */
    char *path;
    size_t room;
    struct FTW place;
    struct {
        dev_t device;
        ino_t inode;
    } * seen; /* folders, where links are followed */
    size_t seen_count;
} walker;

static int walk_folder(walker *self, const struct stat *status);

/* ftw knows no links: one that leads nowhere is something without a status. */
static int
call(walker *self, const struct stat *status, int kind)
{
    return self->plain != NULL ? self->plain(self->path, status, kind == FTW_SLN ? FTW_NS : kind)
                               : self->function(self->path, status, kind, &self->place);
}

/* Returns 1 if the folder is a new one, 0 if it was seen, -1 with errno. */
static int
see(walker *self, const struct stat *status)
{
    if ((self->flags & FTW_PHYS) != 0) {
        return 1;
    }
    for (size_t at = 0; at < self->seen_count; at++) {
        if (self->seen[at].inode == status->st_ino && self->seen[at].device == status->st_dev) {
            return 0;
        }
    }
    if ((self->seen_count & (self->seen_count + 1)) == 0) {
        void *more = realloc(self->seen, 2 * (self->seen_count + 1) * sizeof *self->seen);
        if (more == NULL) {
            return -1;
        }
        self->seen = more;
    }
    self->seen[self->seen_count].device = status->st_dev;
    self->seen[self->seen_count++].inode = status->st_ino;
    return 1;
}

/* Sets `*kind`. Returns 0; or -1 with errno: that ends the walk. */
static int
look(const walker *self, const char *path, struct stat *status, int *kind)
{
    int is_physical = (self->flags & FTW_PHYS) != 0;
    if ((is_physical ? lstat(path, status) : stat(path, status)) < 0) {
        if (errno != EACCES && errno != ENOENT) {
            return -1;
        }
        *kind =
            !is_physical && lstat(path, status) == 0 && S_ISLNK(status->st_mode) ? FTW_SLN : FTW_NS;
        return 0;
    }
    *kind = S_ISDIR(status->st_mode) ? FTW_D : S_ISLNK(status->st_mode) ? FTW_SL : FTW_F;
    return 0;
}

/* `size` letters of the path are the folder's. */
static int
walk_entry(walker *self, size_t size, const char *name)
{
    struct stat status;
    int kind, result = 0;
    size_t more = strlen(name) + 1;
    if (size + 1 + more > self->room) {
        char *path = realloc(self->path, 2 * (size + 1 + more));
        if (path == NULL) {
            return -1;
        }
        self->path = path;
        self->room = 2 * (size + 1 + more);
    }
    self->path[size] = '/';
    memcpy(self->path + size + 1, name, more);
    self->place.base = (int)size + 1;
    if (look(self, (self->flags & FTW_CHDIR) != 0 ? name : self->path, &status, &kind) < 0) {
        return -1;
    }
    if (kind == FTW_NS || (self->flags & FTW_MOUNT) == 0 || status.st_dev == self->device) {
        int is_new = kind == FTW_D ? see(self, &status) : 1;
        result = kind != FTW_D ? call(self, &status, kind)
                 : is_new > 0  ? walk_folder(self, &status)
                               : is_new;
    }
    return (self->flags & FTW_ACTIONRETVAL) != 0 && result == FTW_SKIP_SUBTREE ? 0 : result;
}

static int
walk_entries(walker *self, DIR *folder, size_t size)
{
    int result = 0;
    struct dirent *entry;
    while (result == 0 && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            result = walk_entry(self, size, entry->d_name);
        }
    }
    self->path[size] = '\0';
    return (self->flags & FTW_ACTIONRETVAL) != 0 && result == FTW_SKIP_SIBLINGS ? 0 : result;
}

/* Goes on, as far as a result says. */
static int
goes_on(const walker *self, int result)
{
    return result == 0 ||
           ((self->flags & FTW_ACTIONRETVAL) != 0 && result != -1 && result != FTW_STOP);
}

/* The path, as the working folder has it. */
static const char *
name_of(const walker *self)
{
    if ((self->flags & FTW_CHDIR) == 0) {
        return self->path;
    }
    const char *name = self->path + self->place.base;
    return *name == '\0' ? "." : name;
}

static int
walk_folder(walker *self, const struct stat *status)
{
    size_t size = strlen(self->path);
    int base = self->place.base, is_changing = (self->flags & FTW_CHDIR) != 0, before = -1;
    DIR *folder = opendir(name_of(self));
    if (folder == NULL) {
        return errno == EACCES ? call(self, status, FTW_DNR) : -1;
    }
    int result = (self->flags & FTW_DEPTH) != 0 ? 0 : call(self, status, FTW_D);
    if (result == 0 && is_changing) {
        before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        result = before < 0 ? -1 : fchdir(dirfd(folder));
    }
    if (result == 0) {
        self->place.level++;
        result = walk_entries(self, folder, size);
        self->place.level--;
        self->place.base = base;
        if (result == 0 && (self->flags & FTW_DEPTH) != 0) {
            result = call(self, status, FTW_DP);
        }
    }
    int error = errno;
    closedir(folder);
    if (before >= 0) {
        if (goes_on(self, result) && fchdir(before) < 0) {
            result = -1;
            error = errno;
        }
        close(before);
    }
    errno = error;
    return result;
}

static int
walk_top(walker *self)
{
    struct stat status;
    int kind, result;
    if ((self->flags & FTW_CHDIR) != 0 && self->place.base > 0) {
        char *end = self->path + self->place.base,
             letter = *end; /* with a slash: it may be the root */
        *end = '\0';
        result = chdir(self->path);
        *end = letter;
        if (result < 0) {
            return -1;
        }
    }
    if (look(self, name_of(self), &status, &kind) < 0) {
        return -1;
    }
    if (kind == FTW_NS) {
        return -1; /* errno is that of stat */
    }
    self->device = status.st_dev;
    result = kind != FTW_D            ? call(self, &status, kind)
             : see(self, &status) < 0 ? -1
                                      : walk_folder(self, &status);
    return (self->flags & FTW_ACTIONRETVAL) != 0 &&
                   (result == FTW_SKIP_SUBTREE || result == FTW_SKIP_SIBLINGS)
               ? 0
               : result;
}

static int
walk(const char *path, walker self)
{
    size_t size = strlen(path);
    while (size > 1 && path[size - 1] == '/') {
        size--;
    }
    self.room = 2 * size + 256;
    self.path = malloc(self.room);
    int before = (self.flags & FTW_CHDIR) != 0 ? open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (self.path == NULL || ((self.flags & FTW_CHDIR) != 0 && before < 0)) {
        free(self.path);
        return -1;
    }
    memcpy(self.path, path, size);
    self.path[size] = '\0';
    const char *slash = memrchr(self.path, '/', size);
    self.place.base = slash == NULL ? 0 : (int)(slash - self.path) + 1;
    int result = walk_top(&self), error = errno;
    if (before >= 0) {
        (void)fchdir(before);
        close(before);
    }
    free(self.path);
    free(self.seen);
    errno = error;
    return result;
}

/* Whether the walk begins at a packed path, or at another name of one. */
static int
begins_packed(const char *path)
{
    pyembed_found found;
    struct stat status;
    int error = errno;
    int is_asked = pyembed_claims(path) || (REAL(lstat)(path, &status) < 0 && errno == ENOTDIR);
    errno = error;
    return is_asked && pyembed_is_packed(pyembed_find(AT_FDCWD, path, PYEMBED_KEEP_LINK, &found));
}

int
NAME(nftw)(const char *path, nftw_function function, int descriptors, int flags)
{
    if (!begins_packed(path)) {
        return REAL(nftw)(path, function, descriptors, flags);
    }
    if ((flags & ~(FTW_PHYS | FTW_MOUNT | FTW_CHDIR | FTW_DEPTH | FTW_ACTIONRETVAL)) != 0) {
        errno = EINVAL;
        return -1;
    }
    return walk(path, (walker){.function = function, .flags = flags});
}
ALIAS(nftw64, nftw);

int
NAME(ftw)(const char *path, ftw_function function, int descriptors)
{
    return begins_packed(path) ? walk(path, (walker){.plain = function})
                               : REAL(ftw)(path, function, descriptors);
}
ALIAS(ftw64, ftw);
