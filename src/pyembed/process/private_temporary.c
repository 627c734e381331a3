/* Temporary folders. A killed process leaves its own behind; the next process that makes one
 * removes those whose name has the form and whose lock is free. On a file system without locks for
 * folders (NFS) nothing is removed. */
#include "process/private_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { RANDOM_SIZE = 6, STEM_SIZE = 32, TRIES = 100 };

static const char letters[] = "0123456789abcdefghijklmnopqrstuv";

static int
name_randomly(const char *stem, pyembed_temporary *temporary)
{
    unsigned char random[RANDOM_SIZE];
    if (getrandom(random, sizeof random, GRND_NONBLOCK) != sizeof random) {
        struct timespec now; /* early in the machine's start there is no randomness; the name must
                                only be unused */
        clock_gettime(CLOCK_MONOTONIC, &now);
        uint64_t number = (uint64_t)now.tv_nsec * 2654435761u ^ (uint64_t)getpid();
        memcpy(random, &number, sizeof random);
    }
    int size = snprintf(temporary->name, sizeof temporary->name - RANDOM_SIZE, "%s.", stem);
    if (size != STEM_SIZE + 1) {
        errno = EINVAL;
        return -1;
    }
    for (int at = 0; at < RANDOM_SIZE; at++) {
        temporary->name[size + at] = letters[random[at] % 32];
    }
    temporary->name[size + RANDOM_SIZE] = '\0';
    return 0;
}

static int
is_temporary_name(const char *name)
{
    return strspn(name, "0123456789abcdef") == STEM_SIZE && name[STEM_SIZE] == '.' &&
           strlen(name) == STEM_SIZE + 1 + RANDOM_SIZE;
}

/* Returns 0 when we hold the lock. Between open and lock, another process may have removed the
 * folder, or its owner may have renamed it. */
static int
lock(int parent, const pyembed_temporary *temporary)
{
    struct stat named, opened;
    if (flock(temporary->descriptor, LOCK_EX | LOCK_NB) < 0) {
        return -1;
    }
    int same = fstatat(parent, temporary->name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
               fstat(temporary->descriptor, &opened) == 0 && named.st_ino == opened.st_ino &&
               named.st_dev == opened.st_dev;
    errno = ENOENT;
    return same ? 0 : -1;
}

/* The error of a file system without locks: nobody else removes the folder either. */
static int
is_without_locks(void)
{
    return errno != EWOULDBLOCK && errno != ENOENT;
}

int
pyembed_temporary_make(int parent, const char *stem, pyembed_temporary *temporary)
{
    for (int tries = 0; tries < TRIES; tries++) {
        if (name_randomly(stem, temporary) < 0) {
            return -1;
        }
        if (mkdirat(parent, temporary->name, 0700) < 0) {
            if (errno != EEXIST) {
                return -1;
            }
            continue;
        }
        temporary->descriptor = pyembed_private_open_at(parent, temporary->name);
        if (temporary->descriptor < 0) {
            if (errno != ENOENT) {
                return -1;
            }
            continue;
        }
        if (lock(parent, temporary) == 0 || is_without_locks()) {
            return 0;
        }
        close(temporary->descriptor);
    }
    errno = EBUSY;
    return -1;
}

/* Follows no link. A file that cannot be removed stays, with its folder. */
static void
remove_below(int folder)
{
    int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = own < 0 ? NULL : fdopendir(own);
    if (entries == NULL) {
        if (own >= 0) {
            close(own);
        }
        return;
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            unlinkat(folder, entry->d_name, 0) == 0) {
            continue;
        }
        int below = openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (below >= 0) {
            remove_below(below);
            close(below);
            unlinkat(folder, entry->d_name, AT_REMOVEDIR);
        }
    }
    closedir(entries);
}

void
pyembed_temporary_remove(int parent, pyembed_temporary *temporary)
{
    remove_below(temporary->descriptor);
    unlinkat(parent, temporary->name, AT_REMOVEDIR);
    close(temporary->descriptor);
}

void
pyembed_temporary_sweep(int parent)
{
    int own = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = own < 0 ? NULL : fdopendir(own);
    if (entries == NULL) {
        if (own >= 0) {
            close(own);
        }
        return;
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        pyembed_temporary left;
        if (!is_temporary_name(entry->d_name) ||
            (left.descriptor = pyembed_private_open_at(parent, entry->d_name)) < 0) {
            continue;
        }
        memcpy(left.name, entry->d_name, STEM_SIZE + 1 + RANDOM_SIZE + 1);
        if (lock(parent, &left) == 0) {
            pyembed_temporary_remove(parent, &left);
        }
        else {
            close(left.descriptor);
        }
    }
    closedir(entries);
}
