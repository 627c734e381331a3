/* `module_file = "filesystem"`: for programs that open files beside their modules. Modules still
 * come from memory, but `__file__` names a real file: all embedded files lie in a folder of the
 * user's cache that is named by the blob's digest. The first start writes them to a temporary
 * folder and renames it. Later starts check that every file is there, and write missing ones again.
 */
#include "process/extract.h"

#include "reader/resources.h"
#include "process/environment.h"
#include "process/extract_items.h"
#include "process/private_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESTORED "file" /* in a temporary folder */

enum { DIGEST_OFFSET = 24, DIGEST_USED = 16 };

typedef struct {
    int cache;
    int folder; /* where files are written or checked */
    int has_temporary;
    pyembed_temporary temporary;
    const char *name; /* of the folder in the cache */
} extraction;

/* ---- messages ---- */

typedef struct {
    char *message;
    size_t size;
} message_buffer;

static int
fail(message_buffer *complaint, const char *what, const char *path)
{
    const char *way_out = pyembed_is_secure()
                              ? "package it with module_file = \"virtual\""
                              : "set XDG_CACHE_HOME to a folder that can be written to";
    snprintf(complaint->message, complaint->size,
             "cannot put the modules' files below '%s': %s; %s", path, what, way_out);
    return -1;
}

static const char *
text_of(int error)
{
    return error == EPERM ? "somebody else can write there, or to a folder above it"
                          : strerror(error);
}

/* ---- the files ---- */

static int
write_file(int folder, const char *path, const void *bytes, size_t size, mode_t mode)
{
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
        file = openat(folder, path, flags, mode);
    if (file < 0 && errno == ENOENT && pyembed_private_make_folders(folder, path) == 0) {
        file = openat(folder, path, flags, mode);
    }
    if (file < 0) {
        return errno == EEXIST ? 0 : -1; /* a resource that is a module too */
    }
    const char *at = bytes;
    while (size > 0) {
        ssize_t written = write(file, at, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            int error = written < 0 ? errno : EIO;
            close(file);
            errno = error;
            return -1;
        }
        at += written;
        size -= (size_t)written;
    }
    return close(file);
}

static int
write_new(void *context, const char *path, const void *bytes, size_t size, mode_t mode)
{
    extraction *self = context;
    return write_file(self->folder, path, bytes, size, mode);
}

static int
make_link_at(int folder, const char *path, const char *target)
{
    if (symlinkat(target, folder, path) == 0) {
        return 0;
    }
    return errno == ENOENT && pyembed_private_make_folders(folder, path) == 0
               ? symlinkat(target, folder, path)
               : -1;
}

static int
make_new_link(void *context, const char *path, const char *target)
{
    extraction *self = context;
    return make_link_at(self->folder, path, target);
}

static int
make_folders(void *context, const char *path)
{
    extraction *self = context;
    return pyembed_private_make_folders(self->folder, path);
}

static int
is_there(void *context, const char *path, size_t size, mode_t mode)
{
    extraction *self = context;
    struct stat status;
    return fstatat(self->folder, path, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(status.st_mode) && (uint64_t)status.st_size == size &&
           (status.st_mode & mode) == mode;
}

static int
is_never_there(void *context, const char *path, size_t size, mode_t mode)
{
    (void)context, (void)path, (void)size, (void)mode;
    return 0;
}

static int
begin_restoring(extraction *self)
{
    if (!self->has_temporary) {
        pyembed_temporary_sweep(self->cache);
        if (pyembed_temporary_make(self->cache, self->name, &self->temporary) < 0) {
            return -1;
        }
        self->has_temporary = 1;
    }
    return 0;
}

/* Rename each file into place: other processes of the product may read it at any time. */
static int
put_restored(extraction *self, const char *path)
{
    if (renameat(self->temporary.descriptor, RESTORED, self->folder, path) == 0) {
        return 0;
    }
    return errno == ENOENT && pyembed_private_make_folders(self->folder, path) == 0
               ? renameat(self->temporary.descriptor, RESTORED, self->folder, path)
               : -1;
}

static int
write_again(void *context, const char *path, const void *bytes, size_t size, mode_t mode)
{
    extraction *self = context;
    return begin_restoring(self) == 0 &&
                   write_file(self->temporary.descriptor, RESTORED, bytes, size, mode) == 0
               ? put_restored(self, path)
               : -1;
}

static int
make_link_again(void *context, const char *path, const char *target)
{
    extraction *self = context;
    char present[PATH_MAX];
    ssize_t size = readlinkat(self->folder, path, present, sizeof present);
    if (size >= 0 && (size_t)size == strlen(target) && memcmp(present, target, (size_t)size) == 0) {
        return 0;
    }
    return begin_restoring(self) == 0 &&
                   symlinkat(target, self->temporary.descriptor, RESTORED) == 0
               ? put_restored(self, path)
               : -1;
}

/* ---- the folder ---- */

/* Returns 0 or an error's text. */
static const char *
restore(extraction *self, const pyembed_resources *resources)
{
    const char *wrong =
        pyembed_each_item(resources, (pyembed_item_writer){self, is_there, write_again,
                                                           make_link_again, make_folders});
    if (self->has_temporary) {
        pyembed_temporary_remove(self->cache, &self->temporary);
    }
    close(self->folder);
    return wrong;
}

/* Sync before the rename, so that the final name never stands for a partial folder. */
static const char *
fill(extraction *self, const pyembed_resources *resources)
{
    pyembed_temporary_sweep(self->cache);
    if (pyembed_temporary_make(self->cache, self->name, &self->temporary) < 0) {
        return text_of(errno);
    }
    self->folder = self->temporary.descriptor;
    const char *wrong =
        pyembed_each_item(resources, (pyembed_item_writer){self, is_never_there, write_new,
                                                           make_new_link, make_folders});
    if (wrong == NULL && syncfs(self->folder) < 0) {
        wrong = text_of(errno);
    }
    if (wrong == NULL &&
        renameat(self->cache, self->temporary.name, self->cache, self->name) == 0) {
        close(self->folder);
        return NULL;
    }
    if (wrong == NULL && errno != EEXIST && errno != ENOTEMPTY) { /* another start was faster */
        wrong = text_of(errno);
    }
    pyembed_temporary_remove(self->cache, &self->temporary);
    return wrong;
}

static const char *
fill_or_restore(extraction *self, const pyembed_resources *resources)
{
    self->folder = pyembed_private_open_at(self->cache, self->name);
    if (self->folder >= 0) {
        return restore(self, resources);
    }
    if (errno != ENOENT) {
        return text_of(errno == ENOTDIR || errno == ELOOP ? EPERM : errno);
    }
    const char *wrong = fill(self, resources);
    if (wrong != NULL) {
        return wrong;
    }
    int folder = pyembed_private_open_at(
        self->cache, self->name); /* the folder of this start or of a faster one */
    if (folder < 0) {
        return text_of(errno);
    }
    close(folder);
    return NULL;
}

/* ---- the places ---- */

/* `$XDG_CACHE_HOME`, `~/.cache`, and a folder of the user's in /tmp, for users without a writable
 * home. */
enum { CACHE_COUNT = 3 };

static int
cache_at(int place, char *path, size_t size)
{
    const char *cache = pyembed_variable("XDG_CACHE_HOME"), *home = pyembed_variable("HOME");
    int length = 0;
    if (place == 0 && cache != NULL && cache[0] == '/') {
        length = snprintf(path, size, "%s/oxidizer-files", cache);
    }
    else if (place == 1 && home != NULL && home[0] == '/') {
        length = snprintf(path, size, "%s/.cache/oxidizer-files", home);
    }
    else if (place == 2) {
        length = snprintf(path, size, "/tmp/oxidizer-files-%lu", (unsigned long)geteuid());
    }
    return length > 0 && length < (int)size;
}

static int
extract_into(const pyembed_resources *resources, const char *cache, char *folder, size_t size,
             message_buffer *complaint)
{
    int length = snprintf(folder, size, "%s/", cache);
    extraction self = {.cache = pyembed_private_open(cache),
                       .folder = -1,
                       .has_temporary = 0,
                       .name = folder + length};
    if (self.cache < 0) {
        return fail(complaint, text_of(errno), cache);
    }
    for (int at = 0; at < DIGEST_USED; at++) {
        length += snprintf(folder + length, size - (size_t)length, "%02x",
                           resources->base[DIGEST_OFFSET + at]);
    }
    const char *wrong = fill_or_restore(&self, resources);
    close(self.cache);
    return wrong == NULL ? 0 : fail(complaint, wrong, folder);
}

/* When the rights come from a group or a capability, the caller can change the user's files. */
static int
are_files_callers(void)
{
    return pyembed_is_secure() && getuid() == geteuid() && geteuid() != 0;
}

int
pyembed_extract(const pyembed_resources *resources, char *folder, size_t size, char *message,
                size_t message_size)
{
    message_buffer complaint = {message, message_size};
    char cache[PATH_MAX - 2 * DIGEST_USED - 2];
    struct sigaction before, ignored = {.sa_handler = SIG_IGN};
    if (are_files_callers()) {
        return fail(&complaint, "it would be the caller's, who has less rights than this program",
                    "a folder of the user's");
    }
    fail(&complaint, strerror(ENAMETOOLONG), "the user's cache folder");
    sigaction(SIGXFSZ, &ignored, &before); /* `ulimit -f` is an error like a full disk */
    int result = -1;
    for (int place = 0; result < 0 && place < CACHE_COUNT; place++) {
        result = cache_at(place, cache, sizeof cache)
                     ? extract_into(resources, cache, folder, size, &complaint)
                     : -1;
    }
    sigaction(SIGXFSZ, &before, NULL);
    return result;
}
