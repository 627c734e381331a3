/* `module_file = "filesystem"`: for programs that open files beside their modules. Modules still come from memory, but `__file__` names a real
 * file: all that is embedded lies below a folder of the user's cache, named by the blob's digest. The first start puts it there, under another name
 * that is changed when everything is written; later starts only look whether it is the user's own and whole. */
#include "decoder.h"
#include "extract.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARKER "/.complete" /* no module's name: it is written last */

enum { DIGEST_OFFSET = 24, DIGEST_USED = 16 };

typedef struct {
    char *message;
    size_t size;
} message_buffer;

static int
fail(message_buffer *complaint, const char *what, const char *path)
{
    snprintf(complaint->message, complaint->size, "cannot put the modules' files below '%s': %s; set XDG_CACHE_HOME to a folder that can be written to", path, what);
    return -1;
}

/* Makes a path's folders, for the user alone. */
static int
make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int made = mkdir(path, 0700);
        *slash = '/';
        if (made < 0 && errno != EEXIST) {
            return -1;
        }
    }
    return 0;
}

/* Nobody else can have put files into it. */
static int
is_private(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static int
write_file(char *path, const void *bytes, size_t size)
{
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file = open(path, flags, 0600);
    if (file < 0 && errno == ENOENT && make_folders(path) == 0) {
        file = open(path, flags, 0600);
    }
    if (file < 0) {
        return errno == EEXIST ? 0 : -1; /* a resource that is a module too */
    }
    const char *at = bytes;
    while (size > 0) {
        ssize_t written = write(file, at, size);
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

/* A blob is not trusted: a path of it never leads out of the folder. */
static int
is_below(pyembed_string path)
{
    if (path.size == 0 || path.data[0] == '/' || strlen(path.data) != path.size) {
        return 0;
    }
    for (const char *part = path.data; part != NULL; part = strchr(part, '/'), part = part == NULL ? NULL : part + 1) {
        size_t length = strcspn(part, "/");
        if (length == 0 || (length <= 2 && strspn(part, ".") == length)) {
            return 0;
        }
    }
    return 1;
}

/* One item at a time stands in memory. */
static int
write_decoded(char *path, const pyembed_bytes *bytes, const char *folder, message_buffer *complaint)
{
    const char *wrong = pyembed_decode_check(bytes);
    void *raw = wrong == NULL ? malloc(bytes->raw_size) : NULL;
    if (wrong == NULL) {
        wrong = raw == NULL ? strerror(ENOMEM) : pyembed_decode(bytes, raw);
    }
    if (wrong == NULL && write_file(path, raw, bytes->raw_size) < 0) {
        wrong = strerror(errno);
    }
    free(raw);
    return wrong == NULL ? 0 : fail(complaint, wrong, folder);
}

static int
write_item(const char *folder, const char *below, pyembed_string path, const pyembed_bytes *bytes, message_buffer *complaint)
{
    char full[PATH_MAX];
    if (bytes->data == NULL) {
        return 0;
    }
    if (!is_below(path)) {
        return fail(complaint, "the packed resources hold a path that leads elsewhere", folder);
    }
    if (snprintf(full, sizeof full, "%s/%s%s", folder, below, path.data) >= (int)sizeof full) {
        return fail(complaint, strerror(ENAMETOOLONG), folder);
    }
    if (bytes->codec != PYEMBED_CODEC_NONE) {
        return write_decoded(full, bytes, folder, complaint);
    }
    return write_file(full, bytes->data, bytes->stored_size) < 0 ? fail(complaint, strerror(errno), folder) : 0;
}

static int
write_modules(const pyembed_resources *resources, const char *folder, message_buffer *complaint)
{
    for (uint32_t index = 0; index < pyembed_count(resources, PYEMBED_SECTION_MODULES); index++) {
        pyembed_module module;
        pyembed_status status = pyembed_module_at(resources, index, &module);
        if (status != PYEMBED_OK) {
            return fail(complaint, pyembed_status_text(status), folder);
        }
        const pyembed_bytes *bytes = module.library.data != NULL ? &module.library : &module.source;
        if (!(module.flags & PYEMBED_IN_FILESYSTEM) && write_item(folder, "", module.path, bytes, complaint) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
write_files(const pyembed_resources *resources, unsigned section, const char *folder, message_buffer *complaint)
{
    for (uint32_t index = 0; index < pyembed_count(resources, section); index++) {
        pyembed_file file;
        pyembed_status status = pyembed_file_at(resources, section, index, &file);
        if (status != PYEMBED_OK) {
            return fail(complaint, pyembed_status_text(status), folder);
        }
        int is_library = section == PYEMBED_SECTION_LIBRARIES;
        const char *below = is_library ? PYEMBED_LIBRARIES_FOLDER : "";
        if (!(file.flags & PYEMBED_IN_FILESYSTEM) && write_item(folder, below, is_library ? file.name : file.path, &file.data, complaint) < 0) {
            return -1;
        }
    }
    return 0;
}

/* The marker comes after the disk has the rest. */
static int
finish(const char *folder, message_buffer *complaint)
{
    char path[PATH_MAX];
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        syncfs(descriptor);
        close(descriptor);
    }
    if (snprintf(path, sizeof path, "%s" MARKER, folder) >= (int)sizeof path) {
        return fail(complaint, strerror(ENAMETOOLONG), folder);
    }
    return write_file(path, "", 0) < 0 ? fail(complaint, strerror(errno), folder) : 0;
}

static int
remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}

static int
is_whole(const char *folder)
{
    char marker[PATH_MAX];
    return is_private(folder) && snprintf(marker, sizeof marker, "%s" MARKER, folder) < (int)sizeof marker && access(marker, F_OK) == 0;
}

static int
extract(const pyembed_resources *resources, const char *folder, message_buffer *complaint)
{
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", folder) >= (int)sizeof temporary) {
        return fail(complaint, strerror(ENAMETOOLONG), folder);
    }
    if (make_folders(temporary) < 0 || mkdtemp(temporary) == NULL) {
        return fail(complaint, strerror(errno), folder);
    }
    int result = write_modules(resources, temporary, complaint);
    static const unsigned sections[] = {PYEMBED_SECTION_RESOURCES, PYEMBED_SECTION_FILES, PYEMBED_SECTION_LIBRARIES};
    for (size_t at = 0; result == 0 && at < sizeof sections / sizeof sections[0]; at++) {
        result = write_files(resources, sections[at], temporary, complaint);
    }
    if (result == 0) {
        result = finish(temporary, complaint);
    }
    if (result == 0 && rename(temporary, folder) == 0) {
        return 0;
    }
    int error = errno;
    nftw(temporary, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    if (result == 0 && error != EEXIST && error != ENOTEMPTY) { /* else another start was first */
        return fail(complaint, strerror(error), folder);
    }
    return result;
}

/* `$XDG_CACHE_HOME`, `~/.cache`, and a folder of the user's in /tmp, for those who have no home or may not write to it. */
enum { CACHE_COUNT = 3 };

static int
cache_at(int place, char *path, size_t size)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
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
extract_into(const pyembed_resources *resources, const char *cache, char *folder, size_t size, message_buffer *complaint)
{
    int length = snprintf(folder, size, "%s/", cache);
    for (int at = 0; at < DIGEST_USED; at++) {
        length += snprintf(folder + length, size - (size_t)length, "%02x", resources->base[DIGEST_OFFSET + at]);
    }
    if (is_private(cache) && is_whole(folder)) {
        return 0;
    }
    if (extract(resources, folder, complaint) < 0) {
        return -1;
    }
    return is_private(cache) && is_whole(folder) ? 0 : fail(complaint, "somebody else can write there, or files were removed from it", folder);
}

int
pyembed_extract(const pyembed_resources *resources, char *folder, size_t size, char *message, size_t message_size)
{
    message_buffer complaint = {message, message_size};
    char cache[PATH_MAX - 2 * DIGEST_USED - 2];
    fail(&complaint, strerror(ENAMETOOLONG), "the user's cache folder");
    for (int place = 0; place < CACHE_COUNT; place++) {
        if (cache_at(place, cache, sizeof cache) && extract_into(resources, cache, folder, size, &complaint) == 0) {
            return 0;
        }
    }
    return -1;
}
