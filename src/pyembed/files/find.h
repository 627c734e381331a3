/* From a path, as a program gives it to the C library, to a packed file. */
#ifndef PYEMBED_FIND_H
#define PYEMBED_FIND_H

#include "files/status.h"
#include "files/tree.h"

#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

/* True when a relative path may be below a packed folder: the program changed into one, or opened
 * one. */
extern atomic_int pyembed_has_packed_folders __attribute__((visibility("hidden")));

/* The packed folder that the process changed into, plus 1; 0: it is in a real one. A child of vfork
 * has its own, though it has its parent's memory. */
uint32_t pyembed_current_folder(void);
void pyembed_set_current_folder(uint32_t folder);

typedef enum {
    PYEMBED_FOUND_REAL,      /* no packed file: hand the path on as it is */
    PYEMBED_FOUND_NODE,      /* `node` of `tree` */
    PYEMBED_FOUND_ELSEWHERE, /* the path leaves the root: `elsewhere` is a real one */
    PYEMBED_FOUND_MISSING,   /* errno is ENOENT, and the folder is there that it would stand in */
    PYEMBED_FOUND_ERROR      /* errno says why */
} pyembed_found_kind;

/* The last name of a path whose folder is there. The kernel decides by it, before it looks for the
 * name, whether a change can be. */
typedef enum {
    PYEMBED_LAST_NONE, /* the folder is not there */
    PYEMBED_LAST_NAME,
    PYEMBED_LAST_DOT,
    PYEMBED_LAST_DOT_DOT
} pyembed_last_name;

/* What becomes of a link at the end of a path. One before the end is always followed. */
typedef enum {
    PYEMBED_FOLLOW,
    PYEMBED_KEEP_LINK, /* O_NOFOLLOW, lstat: kept, unless a slash comes after it */
    PYEMBED_KEEP_NAME  /* what gives a name, or takes one away: kept */
} pyembed_links;

typedef struct {
    const pyembed_tree *tree;
    uint32_t node;
    int links; /* that were followed */
    pyembed_last_name last;
    int has_slash; /* the path ends with one */
    int is_there;  /* something has this name, if only a file before a slash */
    char elsewhere[PATH_MAX];
} pyembed_found;

/* Whether a path must be looked for among the packed files before the system is asked: its prefix
 * is the executable. What is below the executable under another name (a link, `..`) is asked for
 * when the system says ENOTDIR. Paths of one machine often begin alike, so that the prefix is
 * compared from its end; strlen keeps that within the path, and costs half of what strncmp does.
 *
 * The path and the root are in memory, and are read again after strlen: to keep them in registers,
 * and to restore these, costs each call three times as much. */
static inline int
pyembed_claims_kept(const char *const volatile *kept)
{
    const volatile pyembed_files_root *root = &pyembed_root;
    const char *path = *kept;
    if (root->root == NULL || path == NULL) {
        return 0;
    }
    if (path[0] != '/') {
        return atomic_load_explicit(&pyembed_has_packed_folders, memory_order_relaxed);
    }
    if (path[1] != root->root[1]) { /* most paths end here */
        return 0;
    }
    size_t length = strlen(path), size = root->root_size;
    const char *again = *kept;
    return length > size && again[size] == '/' && memcmp(again, root->root, size) == 0;
}

static inline int
pyembed_claims(const char *path)
{
    const char *volatile kept = path; /* headers promise that it is not NULL; programs do not */
    return pyembed_claims_kept(&kept);
}

/* The path is one below the executable, whether there is something or not. */
static inline int
pyembed_is_packed(pyembed_found_kind kind)
{
    return kind != PYEMBED_FOUND_REAL && kind != PYEMBED_FOUND_ELSEWHERE;
}

/* Finds what a path names, relative to an open folder or AT_FDCWD. Keeps errno with
 * PYEMBED_FOUND_REAL. */
pyembed_found_kind pyembed_find(int folder, const char *path, pyembed_links links,
                                pyembed_found *found);

/* The body of a function that returns an int or ssize_t, -1 for an error. `packed` is a call that
 * sets `answer` and returns true if the path is a packed one; `real` asks the system. A name of the
 * executable other than its own (a link, `..`) comes to light when the system says that it is no
 * folder. */
#define PYEMBED_ANSWER(path, packed, real)                     \
    __typeof__(real) answer;                                   \
    if (pyembed_claims(path) && (packed)) {                    \
        return answer;                                         \
    }                                                          \
    answer = (real);                                           \
    if (__builtin_expect(answer < 0 && errno == ENOTDIR, 0)) { \
        (void)(packed);                                        \
    }                                                          \
    return answer

#endif
