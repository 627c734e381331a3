/* opendir and its kin.
 *
 * The C library hides what a DIR is; it begins with a descriptor, which is never negative. Ours
 * begins with a negative number, and so the functions know whose they got. */
#include "files/real.h"

#include "files/descriptor.h"
#include "files/find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

DECLARE(opendir);
DECLARE(fdopendir);
DECLARE(readdir);
DECLARE(rewinddir);
DECLARE(seekdir);
DECLARE(telldir);
DECLARE(closedir);
DECLARE(dirfd);
DECLARE(scandir);
DECLARE(stat);

enum { MAGIC = -0x0F11E5 };

/* Places in a folder: `.`, `..`, then 2 and the number of the next child; END. */
enum { DOT = 0, DOT_DOT = 1, CHILDREN = 2 };
#define END ((long)UINT32_MAX + CHILDREN)

typedef struct {
    int magic;
    int descriptor; /* -1 until somebody asks for it */
    const pyembed_tree *tree;
    uint32_t node;
    long place;
    struct dirent entry;
} packed_folder;

static packed_folder *
as_packed(DIR *folder)
{
    packed_folder *packed = (packed_folder *)folder;
    return packed != NULL && packed->magic == MAGIC ? packed : NULL;
}

static DIR *
make(const pyembed_tree *tree, uint32_t node, int descriptor)
{
    packed_folder *packed = calloc(1, sizeof *packed);
    if (packed == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    packed->magic = MAGIC;
    packed->descriptor = descriptor;
    packed->tree = tree;
    packed->node = node;
    return (DIR *)packed;
}

/* ---- opening ---- */

/* True if the path is a packed one. */
static int
open_packed(const char *path, DIR **folder)
{
    pyembed_found found;
    *folder = NULL;
    switch (pyembed_find(AT_FDCWD, path, PYEMBED_FOLLOW, &found)) {
    case PYEMBED_FOUND_REAL:
        if (!pyembed_names_executable(path)) {
            errno = ENOTDIR;
            return 0;
        }
        found.tree = pyembed_tree_get();
        *folder = found.tree == NULL ? NULL : make(found.tree, 0, -1);
        return 1;
    case PYEMBED_FOUND_NODE:
        if (S_ISDIR(found.tree->nodes[found.node].mode)) {
            *folder = make(found.tree, found.node, -1);
        }
        else {
            errno = ENOTDIR;
        }
        return 1;
    case PYEMBED_FOUND_ELSEWHERE:
        *folder = REAL(opendir)(found.elsewhere);
        return 1;
    case PYEMBED_FOUND_MISSING:
    case PYEMBED_FOUND_ERROR:
        break;
    }
    return 1;
}

DIR *
NAME(opendir)(const char *path)
{
    DIR *folder;
    if (pyembed_claims(path) && open_packed(path, &folder)) {
        return folder;
    }
    folder = REAL(opendir)(path);
    if (folder == NULL && errno == ENOTDIR) {
        (void)open_packed(path, &folder);
    }
    return folder;
}

/* A packed folder's descriptor is one of memory, or may come from another process. */
DIR *
NAME(fdopendir)(int descriptor)
{
    DIR *folder = REAL(fdopendir)(descriptor);
    if (folder == NULL && errno == ENOTDIR) {
        int64_t node = pyembed_node_of_descriptor(descriptor);
        const pyembed_tree *tree = node < 0 ? NULL : pyembed_tree_get();
        if (tree != NULL && S_ISDIR(tree->nodes[node].mode)) {
            folder = make(tree, (uint32_t)node, descriptor);
        }
    }
    return folder;
}

int
NAME(closedir)(DIR *folder)
{
    packed_folder *packed = as_packed(folder);
    if (packed == NULL) {
        return REAL(closedir)(folder);
    }
    int result = packed->descriptor < 0 ? 0 : close(packed->descriptor);
    packed->magic = 0;
    free(packed);
    return result;
}

int
NAME(dirfd)(DIR *folder)
{
    packed_folder *packed = as_packed(folder);
    if (packed == NULL) {
        return REAL(dirfd)(folder);
    }
    if (packed->descriptor < 0) {
        packed->descriptor = pyembed_descriptor_open(packed->tree, packed->node, O_CLOEXEC);
    }
    return packed->descriptor;
}

/* ---- reading ---- */

static void
describe(packed_folder *packed, const char *name, size_t size, uint32_t node, long next)
{
    struct dirent *entry = &packed->entry;
    memset(entry, 0, offsetof(struct dirent, d_name));
    entry->d_ino = (ino_t)node + 1;
    entry->d_off = next;
    entry->d_type = (unsigned char)IFTODT(packed->tree->nodes[node].mode);
    entry->d_reclen = (unsigned short)((offsetof(struct dirent, d_name) + size + 1 + 7) & ~7UL);
    memcpy(entry->d_name, name, size);
    entry->d_name[size] = '\0';
    packed->place = next;
}

static struct dirent *
next_of(packed_folder *packed)
{
    const pyembed_node *own = &packed->tree->nodes[packed->node];
    if (packed->place == DOT) {
        describe(packed, ".", 1, packed->node, DOT_DOT);
        return &packed->entry;
    }
    uint32_t next = own->first_child;
    if (packed->place == DOT_DOT) {
        describe(packed, "..", 2, own->parent, next == 0 ? END : CHILDREN + (long)next);
        return &packed->entry;
    }
    if (packed->place >= END || packed->place - CHILDREN >= (long)packed->tree->count) {
        return NULL;
    }
    const uint32_t number = (uint32_t)(packed->place - CHILDREN);
    const pyembed_node *node = &packed->tree->nodes[number];
    size_t size = node->name_size <= NAME_MAX ? node->name_size : NAME_MAX;
    describe(packed, node->name, size, number, node->next == 0 ? END : CHILDREN + (long)node->next);
    return &packed->entry;
}

struct dirent *
NAME(readdir)(DIR *folder)
{
    packed_folder *packed = as_packed(folder);
    return packed == NULL ? REAL(readdir)(folder) : next_of(packed);
}
ALIAS(readdir64, readdir);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* old libraries call it */
DECLARE(readdir_r);

int
NAME(readdir_r)(DIR *folder, struct dirent *entry, struct dirent **result)
{
    packed_folder *packed = as_packed(folder);
    if (packed == NULL) {
        return REAL(readdir_r)(folder, entry, result);
    }
    *result = next_of(packed);
    if (*result != NULL) {
        memcpy(entry, *result, (*result)->d_reclen);
        *result = entry;
    }
    return 0;
}
ALIAS(readdir64_r, readdir_r);
#pragma GCC diagnostic pop

void
NAME(rewinddir)(DIR *folder)
{
    packed_folder *packed = as_packed(folder);
    if (packed == NULL) {
        REAL(rewinddir)(folder);
        return;
    }
    packed->place = DOT;
}

void
NAME(seekdir)(DIR *folder, long place)
{
    packed_folder *packed = as_packed(folder);
    if (packed == NULL) {
        REAL(seekdir)(folder, place);
        return;
    }
    packed->place = place < 0 ? END : place;
}

long
NAME(telldir)(DIR *folder)
{
    packed_folder *packed = as_packed(folder);
    return packed == NULL ? REAL(telldir)(folder) : packed->place;
}

/* ---- scandir ---- */

typedef struct {
    struct dirent **entries;
    int count, capacity;
} listing;

static int
append(listing *list, const struct dirent *entry)
{
    if (list->count == list->capacity) {
        int capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
        struct dirent **entries = realloc(list->entries, (size_t)capacity * sizeof *entries);
        if (entries == NULL) {
            return -1;
        }
        list->entries = entries;
        list->capacity = capacity;
    }
    struct dirent *copy = malloc(entry->d_reclen);
    if (copy == NULL) {
        return -1;
    }
    memcpy(copy, entry, entry->d_reclen);
    list->entries[list->count++] = copy;
    return 0;
}

/* glibc's own is for real folders alone. */
static int
list_packed(packed_folder *packed, struct dirent ***entries, int (*wanted)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **))
{
    listing list = {NULL, 0, 0};
    for (struct dirent *entry = next_of(packed); entry != NULL; entry = next_of(packed)) {
        if ((wanted == NULL || wanted(entry)) && append(&list, entry) < 0) {
            while (list.count > 0) {
                free(list.entries[--list.count]);
            }
            free(list.entries);
            errno = ENOMEM;
            return -1;
        }
    }
    if (compare != NULL && list.count > 1) {
        qsort(list.entries, (size_t)list.count, sizeof *list.entries,
              (int (*)(const void *, const void *))compare);
    }
    *entries = list.entries;
    return list.count;
}

int
NAME(scandir)(const char *path, struct dirent ***entries, int (*wanted)(const struct dirent *),
              int (*compare)(const struct dirent **, const struct dirent **))
{
    DIR *folder = NULL;
    if (!pyembed_claims(path) || !open_packed(path, &folder)) {
        int count = REAL(scandir)(path, entries, wanted, compare);
        if (count >= 0 || errno != ENOTDIR || !open_packed(path, &folder)) {
            return count;
        }
    }
    if (folder == NULL) {
        return -1;
    }
    packed_folder *packed = as_packed(folder);
    int result = packed == NULL ? REAL(scandir)(path, entries, wanted, compare)
                                : list_packed(packed, entries, wanted, compare);
    int error = errno;
    NAME(closedir)(folder);
    errno = error;
    return result;
}
ALIAS(scandir64, scandir);
