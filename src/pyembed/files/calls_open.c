/* open and fopen. */
#include "files/real.h"

#include "files/descriptor.h"
#include "files/find.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern int __open_2(const char *path, int flags);
extern int __openat_2(int folder, const char *path, int flags);

DECLARE(open);
DECLARE(openat);
DECLARE(creat);
DECLARE(fopen);
DECLARE(freopen);
DECLARE(stat);
DECLARE(__open_2);
DECLARE(__openat_2);

/* ---- what a read-only file system answers ---- */

static int
wants_to_write(int flags)
{
    return (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0;
}

/* The errno that ext4 gives when it is mounted for reading, in the kernel's order of checks; 0: it
 * can be opened. */
static int
refusal(mode_t mode, int flags)
{
    int is_folder = S_ISDIR(mode);
    if ((flags & O_PATH) != 0) {
        return (flags & O_DIRECTORY) != 0 && !is_folder ? ENOTDIR : 0;
    }
    if ((flags & O_TMPFILE) == O_TMPFILE && is_folder) {
        return EROFS;
    }
    if ((flags & O_CREAT) != 0 && (flags & O_EXCL) != 0) {
        return EEXIST;
    }
    if ((flags & O_CREAT) != 0 && is_folder) {
        return EISDIR;
    }
    if ((flags & O_DIRECTORY) != 0 && !is_folder) {
        return ENOTDIR;
    }
    if (S_ISLNK(mode)) {
        return ELOOP;
    }
    if (wants_to_write(flags)) {
        return is_folder ? EISDIR : EROFS;
    }
    return 0;
}

static int
open_node(const pyembed_tree *tree, uint32_t node, int flags)
{
    int refused = refusal(tree->nodes[node].mode, flags);
    if (refused != 0) {
        errno = refused;
        return -1;
    }
    return pyembed_descriptor_open(tree, node, flags);
}

/* The kernel refuses some combinations of flags before it looks at the path, other ones in each
 * version: it is asked with no path. */
static int
are_refused(int flags)
{
    int error = errno;
    const int unusual = O_CREAT | (O_TMPFILE & ~O_DIRECTORY);
    if ((flags & O_DIRECTORY) == 0 || (flags & unusual) == 0 || (flags & O_PATH) != 0) {
        return 0;
    }
    if (REAL(open)("", flags, 0) < 0 && errno == EINVAL) {
        return 1;
    }
    errno = error;
    return 0;
}

static int
open_packed(int folder, const char *path, int flags, mode_t mode, int *answer)
{
    pyembed_found found;
    const pyembed_tree *tree;
    pyembed_links links = (flags & O_NOFOLLOW) != 0 ? PYEMBED_KEEP_LINK
                          : (flags & (O_CREAT | O_EXCL | O_PATH)) == (O_CREAT | O_EXCL)
                              ? PYEMBED_KEEP_NAME
                              : PYEMBED_FOLLOW;
    pyembed_found_kind kind = pyembed_find(folder, path, links, &found);
    *answer = -1;
    if (kind != PYEMBED_FOUND_REAL && are_refused(flags)) {
        return 1;
    }
    if (kind != PYEMBED_FOUND_REAL && kind != PYEMBED_FOUND_ELSEWHERE &&
        (flags & (O_CREAT | O_PATH)) == O_CREAT && found.last == PYEMBED_LAST_NAME &&
        found.has_slash) {
        errno = EISDIR;
        return 1;
    }
    switch (kind) {
    case PYEMBED_FOUND_REAL:
        if (folder != AT_FDCWD || (flags & (O_DIRECTORY | O_PATH)) != O_DIRECTORY ||
            !pyembed_names_executable(path)) {
            return 0;
        }
        tree = pyembed_tree_get();
        *answer = tree == NULL ? -1 : open_node(tree, 0, flags);
        return 1;
    case PYEMBED_FOUND_NODE:
        *answer = open_node(found.tree, found.node, flags);
        return 1;
    case PYEMBED_FOUND_ELSEWHERE:
        *answer = REAL(open)(found.elsewhere, flags, mode);
        return 1;
    case PYEMBED_FOUND_MISSING:
        if ((flags & (O_CREAT | O_PATH)) == O_CREAT) {
            errno = EROFS;
        }
        break;
    case PYEMBED_FOUND_ERROR:
        break;
    }
    return 1;
}

/* ---- open ---- */

/* What is packed, or may be; apart, so that a real file costs little. */
static __attribute__((noinline)) int
open_claimed(int folder, const char *path, int flags, mode_t mode)
{
    int answer;
    return open_packed(folder, path, flags, mode, &answer)
               ? answer
               : REAL(openat)(folder, path, flags, mode);
}

static __attribute__((noinline)) int
open_no_folder(int folder, const char *path, int flags, mode_t mode)
{
    int answer;
    return open_packed(folder, path, flags, mode, &answer) ? answer : -1;
}

/* open and openat have a mode only with some flags. An argument that was not given has the place of
 * one that was, and the system looks at it with these flags alone: there is nothing to choose. */
int NAME(pyembed_open)(const char *path, int flags, mode_t mode);
int NAME(pyembed_openat)(int folder, const char *path, int flags, mode_t mode);

/* The arguments wait in memory: to save registers for them, and to restore these, costs twice. */
int
NAME(pyembed_open)(const char *path, int flags, mode_t mode)
{
    const char *volatile kept_path = path;
    volatile int kept_flags = flags;
    volatile mode_t kept_mode = mode;
    if (__builtin_expect(pyembed_claims_kept(&kept_path), 0)) {
        return open_claimed(AT_FDCWD, kept_path, kept_flags, kept_mode);
    }
    int answer = REAL(open)(kept_path, kept_flags, kept_mode);
    if (__builtin_expect(answer >= 0, 1)) {
        return answer;
    }
    return errno == ENOTDIR ? open_no_folder(AT_FDCWD, kept_path, kept_flags, kept_mode) : -1;
}
ALIAS(open, pyembed_open);
ALIAS(open64, pyembed_open);
ALIAS(__open, pyembed_open);
ALIAS(__open64, pyembed_open);

int
NAME(pyembed_openat)(int folder, const char *path, int flags, mode_t mode)
{
    const char *volatile kept_path = path;
    volatile int kept_folder = folder, kept_flags = flags;
    volatile mode_t kept_mode = mode;
    if (__builtin_expect(pyembed_claims_kept(&kept_path), 0)) {
        return open_claimed(kept_folder, kept_path, kept_flags, kept_mode);
    }
    int answer = REAL(openat)(kept_folder, kept_path, kept_flags, kept_mode);
    if (__builtin_expect(answer >= 0, 1)) {
        return answer;
    }
    return errno == ENOTDIR ? open_no_folder(kept_folder, kept_path, kept_flags, kept_mode) : -1;
}
ALIAS(openat, pyembed_openat);
ALIAS(openat64, pyembed_openat);

int
NAME(creat)(const char *path, mode_t mode)
{
    const int flags = O_WRONLY | O_CREAT | O_TRUNC;
    PYEMBED_ANSWER(path, open_packed(AT_FDCWD, path, flags, mode, &answer),
                   REAL(creat)(path, mode));
}
ALIAS(creat64, creat);

/* What _FORTIFY_SOURCE makes of a call without a mode. */
int
NAME(__open_2)(const char *path, int flags)
{
    PYEMBED_ANSWER(path, open_packed(AT_FDCWD, path, flags, 0, &answer),
                   REAL(__open_2)(path, flags));
}
ALIAS(__open64_2, __open_2);

int
NAME(__openat_2)(int folder, const char *path, int flags)
{
    PYEMBED_ANSWER(path, open_packed(folder, path, flags, 0, &answer),
                   REAL(__openat_2)(folder, path, flags));
}
ALIAS(__openat64_2, __openat_2);

/* ---- fopen ---- */

/* The flags of open that a mode of fopen stands for; -1: it is none. */
static int
flags_of_mode(const char *mode)
{
    int flags = mode[0] == 'r'   ? O_RDONLY
                : mode[0] == 'w' ? O_WRONLY | O_CREAT | O_TRUNC
                : mode[0] == 'a' ? O_WRONLY | O_CREAT | O_APPEND
                                 : -1;
    for (const char *at = mode; flags >= 0 && *at != '\0' && *at != ','; at++) {
        flags = *at == '+'   ? (flags & ~O_ACCMODE) | O_RDWR
                : *at == 'x' ? flags | O_EXCL
                : *at == 'e' ? flags | O_CLOEXEC
                             : flags;
    }
    return flags;
}

/* Returns true if the path is a packed one, with its descriptor or -1. */
static int
open_for_stream(const char *path, const char *mode, int *descriptor)
{
    int flags = mode == NULL ? -1 : flags_of_mode(mode);
    return flags >= 0 && open_packed(AT_FDCWD, path, flags, 0666, descriptor);
}

/* fdopen knows no `,ccs=`: with it the stream is opened by the descriptor's name. */
static FILE *
stream_of(int descriptor, const char *mode)
{
    FILE *stream = NULL;
    char link[32];
    if (descriptor >= 0 && strchr(mode, ',') != NULL) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
        stream = REAL(fopen)(link, mode);
        int error = errno;
        close(descriptor);
        errno = error;
        return stream;
    }
    stream = descriptor < 0 ? NULL : fdopen(descriptor, mode);
    if (descriptor >= 0 && stream == NULL) {
        int error = errno;
        close(descriptor);
        errno = error;
    }
    return stream;
}

FILE *
NAME(fopen)(const char *path, const char *mode)
{
    int descriptor;
    if (pyembed_claims(path) && open_for_stream(path, mode, &descriptor)) {
        return stream_of(descriptor, mode);
    }
    FILE *stream = REAL(fopen)(path, mode);
    if (stream == NULL && errno == ENOTDIR && open_for_stream(path, mode, &descriptor)) {
        return stream_of(descriptor, mode);
    }
    return stream;
}
ALIAS(fopen64, fopen);

/* The stream is closed by the library, so a packed path is looked for before. */
FILE *
NAME(freopen)(const char *path, const char *mode, FILE *stream)
{
    int descriptor;
    if (path == NULL || !open_for_stream(path, mode, &descriptor)) {
        return REAL(freopen)(path, mode, stream);
    }
    if (descriptor < 0) {
        int error = errno;
        (void)fclose(stream);
        errno = error;
        return NULL;
    }
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    FILE *opened = REAL(freopen)(link, mode, stream);
    int error = errno;
    close(descriptor);
    errno = error;
    return opened;
}
ALIAS(freopen64, freopen);
