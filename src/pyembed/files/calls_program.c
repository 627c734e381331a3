/* Starts packed programs: the kernel runs them from memory. */
#include "files/real.h"

#include "files/descriptor.h"
#include "files/find.h"
#include "process/own_mark.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

DECLARE(execve);
DECLARE(execv);
DECLARE(posix_spawn);
DECLARE(posix_spawnp);

typedef struct {
    int descriptor;
    char path[32]; /* that the kernel can run */
} program;

/* A script's interpreter opens the script again, by its path: its descriptor must outlive the
 * exec. */
static int
is_script(const pyembed_tree *tree, uint32_t node)
{
    pyembed_bytes bytes;
    return pyembed_tree_bytes(tree, node, &bytes) == 0 &&
           (bytes.codec != PYEMBED_CODEC_NONE ||
            (bytes.raw_size >= 2 && memcmp(bytes.data, "#!", 2) == 0));
}

/* True if the path is a packed one; then the program is open, or its descriptor is -1 and errno
 * says why. */
static int
open_program(const char *path, program *opened)
{
    pyembed_found found;
    pyembed_found_kind kind = pyembed_find(AT_FDCWD, path, PYEMBED_FOLLOW, &found);
    if (kind == PYEMBED_FOUND_REAL || kind == PYEMBED_FOUND_ELSEWHERE) {
        errno = ENOTDIR;
        return 0;
    }
    opened->descriptor = -1;
    if (kind != PYEMBED_FOUND_NODE) {
        return 1;
    }
    mode_t mode = found.tree->nodes[found.node].mode;
    if (!S_ISREG(mode) || (mode & 0111) == 0) {
        errno = EACCES;
        return 1;
    }
    opened->descriptor = pyembed_descriptor_open(found.tree, found.node,
                                                 is_script(found.tree, found.node) ? 0 : O_CLOEXEC);
    if (opened->descriptor >= 0) {
        snprintf(opened->path, sizeof opened->path, "/proc/self/fd/%d", opened->descriptor);
    }
    return 1;
}

static int
run_packed(const char *path, char *const arguments[], char *const environment[], int *answer)
{
    program opened;
    if (!open_program(path, &opened)) {
        return 0;
    }
    *answer = -1;
    if (opened.descriptor >= 0) {
        *answer = REAL(execve)(opened.path, arguments, environment);
        int error = errno;
        close(opened.descriptor);
        errno = error;
    }
    return 1;
}

int
NAME(execve)(const char *path, char *const arguments[], char *const environment[])
{
    PYEMBED_ANSWER(path, run_packed(path, arguments, environment, &answer),
                   pyembed_execute(path, arguments, environment));
}

int
NAME(execv)(const char *path, char *const arguments[])
{
    PYEMBED_ANSWER(path, run_packed(path, arguments, environ, &answer),
                   pyembed_execute(path, arguments, environ));
}

/* ---- posix_spawn, which returns its error ---- */

static int
spawn_packed(pyembed_spawn_function real, pid_t *child, const char *path,
             const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
             char *const arguments[], char *const environment[], int *answer)
{
    program opened;
    int error = errno;
    if (!open_program(path, &opened)) {
        errno = error;
        return 0;
    }
    *answer = errno;
    errno = error;
    if (opened.descriptor >= 0) {
        *answer = real(child, opened.path, actions, attributes, arguments, environment);
        close(opened.descriptor);
    }
    return 1;
}

static int
spawn(pyembed_spawn_function real, pid_t *child, const char *path,
      const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
      char *const arguments[], char *const environment[])
{
    int answer;
    if (pyembed_claims(path) &&
        spawn_packed(real, child, path, actions, attributes, arguments, environment, &answer)) {
        return answer;
    }
    answer = pyembed_spawn(real, child, path, actions, attributes, arguments, environment);
    if (answer == ENOTDIR) {
        (void)spawn_packed(real, child, path, actions, attributes, arguments, environment, &answer);
    }
    return answer;
}

int
NAME(posix_spawn)(pid_t *child, const char *path, const posix_spawn_file_actions_t *actions,
                  const posix_spawnattr_t *attributes, char *const arguments[],
                  char *const environment[])
{
    return spawn(REAL(posix_spawn), child, path, actions, attributes, arguments, environment);
}

int
NAME(posix_spawnp)(pid_t *child, const char *path, const posix_spawn_file_actions_t *actions,
                   const posix_spawnattr_t *attributes, char *const arguments[],
                   char *const environment[])
{
    return strchr(path, '/') == NULL
               ? REAL(posix_spawnp)(child, path, actions, attributes, arguments, environment)
               : spawn(REAL(posix_spawnp), child, path, actions, attributes, arguments,
                       environment);
}
