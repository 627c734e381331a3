/* Changes of packed files are refused as on a file system that is mounted for reading. */
#ifndef PYEMBED_REFUSE_H
#define PYEMBED_REFUSE_H

#include "files/find.h"

/* What a change is of: something that is there, a file's content, a name that is taken away, or
 * one that is given. */
typedef enum {
    PYEMBED_OF_STATUS,
    PYEMBED_OF_LINK_STATUS, /* a link is not followed */
    PYEMBED_OF_LINK_MODE,   /* nor here: it has no permissions of its own */
    PYEMBED_OF_CONTENT,
    PYEMBED_OF_FILE_NAME,
    PYEMBED_OF_FOLDER_NAME,
    PYEMBED_OF_NEW_NAME,
    PYEMBED_OF_NEW_FOLDER
} pyembed_change;

/* The errno of a change of a packed path; `error` is pyembed_find's own. */
int pyembed_refusal(pyembed_found_kind kind, const pyembed_found *found, int error,
                    pyembed_change change);

/* True if the path is a packed one, with -1 and errno as the answer. A path that leaves the root
 * again names a real file; it is refused here, as the system does. */
int pyembed_refuses(int folder, const char *path, pyembed_change change, int *answer);

/* The body of a function that changes one path. */
#define PYEMBED_CHANGE(folder, path, change, real) \
    PYEMBED_ANSWER(path, pyembed_refuses(folder, path, change, &answer), real)

#endif
