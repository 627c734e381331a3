/* The errno of a change, in the kernel's order of checks: it looks whether the file system can be
 * written to before it looks for a name that is to go, and after it looked for one that is to
 * come. */
#include "files/refuse.h"

#include "files/find.h"

#include <errno.h>
#include <sys/stat.h>

/* Of a name whose folder is there. */
static int
refusal_of_name(const pyembed_found *found, int error, pyembed_change change)
{
    int is_name = found->last == PYEMBED_LAST_NAME;
    switch (change) {
    case PYEMBED_OF_FILE_NAME:
        return is_name ? EROFS : EISDIR;
    case PYEMBED_OF_FOLDER_NAME:
        return is_name ? EROFS : found->last == PYEMBED_LAST_DOT ? EINVAL : ENOTEMPTY;
    default:
        return !is_name || found->is_there                         ? EEXIST
               : error == ENAMETOOLONG                             ? ENAMETOOLONG
               : change == PYEMBED_OF_NEW_NAME && found->has_slash ? ENOENT
                                                                   : EROFS;
    }
}

int
pyembed_refusal(pyembed_found_kind kind, const pyembed_found *found, int error,
                pyembed_change change)
{
    if (change >= PYEMBED_OF_FILE_NAME) {
        return found->last == PYEMBED_LAST_NONE ? error : refusal_of_name(found, error, change);
    }
    if (kind != PYEMBED_FOUND_NODE) {
        return error;
    }
    mode_t mode = found->tree->nodes[found->node].mode;
    return change == PYEMBED_OF_CONTENT && S_ISDIR(mode)     ? EISDIR
           : change == PYEMBED_OF_LINK_MODE && S_ISLNK(mode) ? EOPNOTSUPP
                                                             : EROFS;
}

int
pyembed_refuses(int folder, const char *path, pyembed_change change, int *answer)
{
    pyembed_found found;
    int keeps_link = change == PYEMBED_OF_LINK_STATUS || change == PYEMBED_OF_LINK_MODE;
    pyembed_links links = change >= PYEMBED_OF_FILE_NAME ? PYEMBED_KEEP_NAME
                          : keeps_link                   ? PYEMBED_KEEP_LINK
                                                         : PYEMBED_FOLLOW;
    pyembed_found_kind kind = pyembed_find(folder, path, links, &found);
    if (!pyembed_is_packed(kind)) {
        errno = ENOTDIR;
        return 0;
    }
    *answer = -1;
    errno = pyembed_refusal(kind, &found, errno, change);
    return 1;
}
