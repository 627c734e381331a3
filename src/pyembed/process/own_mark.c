/* `execv` and `execve` of a product (files/calls_program.c) come here for every program that is a
 * file. An exec of the product itself marks the process that becomes it. So the mark comes along
 * whatever environment the program gives (`env={}`), through `close_fds`, which is done before, and
 * when the parent has ended meanwhile. They are called in the child of a vfork: its memory is its
 * parent's. Only the stack is written.
 *
 * posix_spawn is called in the parent, which does not know the child's number yet, and may close
 * all descriptors of the child. So it leaves its own number, and the child looks whether its parent
 * is this product. Without any mark (system) own_child.c asks the kernel.
 */
#include "process/own_mark.h"

#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

/* A program that gives more variables than this is not marked: they are on the stack. */
enum { MOST_VARIABLES = 10000 };

static struct {
    const char *executable; /* NULL: nothing is marked */
    int process, generation, is_program;
    const char *given, *given_end; /* the texts of the variables that this process got; or NULL */
} own;

void
pyembed_mark_children(const char *executable, int generation, int is_program,
                      int closes_environment)
{
    own.process = getpid();
    own.generation = generation;
    own.is_program = is_program;
    own.executable = executable;
    /* The kernel puts the variables' texts one after the other, and the executable's name behind
     * them. They stay there when a variable is set anew. */
    const char *end = (const char *)getauxval(AT_EXECFN);
    if (closes_environment && environ != NULL && environ[0] != NULL && environ[0] < end) {
        own.given = environ[0];
        own.given_end = end;
    }
}

/* Whether the process is to become the product in place of `python`. Who names it as one finds a
 * program on PATH means the program. */
static int
means_itself(const char *path, char *const argv[])
{
    struct stat given, ours;
    const char *slash = strrchr(path, '/');
    if (own.executable == NULL || argv[0] == NULL ||
        strcmp(argv[0], slash == NULL ? path : slash + 1) == 0) {
        return 0;
    }
    return strcmp(path, own.executable) == 0 ||
           (stat(path, &given) == 0 && stat(own.executable, &ours) == 0 &&
            given.st_dev == ours.st_dev && given.st_ino == ours.st_ino);
}

/* Whether this process got a variable with the same value from outside. */
static int
came_from_outside(const char *variable)
{
    for (const char *at = own.given; at != NULL && at < own.given_end; at += strlen(at) + 1) {
        if (strcmp(at, variable) == 0) {
            return 1;
        }
    }
    return 0;
}

static int
is_kept(const char *variable)
{
    return strncmp(variable, PYEMBED_MARK_VARIABLE "=", sizeof PYEMBED_MARK_VARIABLE) != 0 &&
           (strncmp(variable, "PYTHON", 6) != 0 || !came_from_outside(variable));
}

/* Returns a descriptor, or -1 without one: then the process is not marked. */
static int
leave_mark(void)
{
    int ends[2];
    pyembed_mark mark = {getpid(), own.generation};
    /* A program that replaces itself is still one. */
    mark.generation += own.is_program && mark.process != own.process;
    if (pipe(ends) < 0) {
        return -1;
    }
    int reading = ends[0];
    if (reading <= STDERR_FILENO) {
        /* not one of the standard streams, which are closed here */
        reading = fcntl(ends[0], F_DUPFD, STDERR_FILENO + 1);
        close(ends[0]);
    }
    int written = write(ends[1], &mark, sizeof mark) == (ssize_t)sizeof mark;
    close(ends[1]);
    if (!written && reading >= 0) {
        close(reading);
    }
    return written ? reading : -1;
}

static int
execute(const char *path, char *const argv[], char *const variables[])
{
    return (int)syscall(SYS_execve, path, argv, variables);
}

/* The variables without those that are not handed on, and with `text`. `kept` has room for two
 * more than `count`. */
static void
replace_mark(char **kept, char *const variables[], size_t count, char *text)
{
    size_t number = 0;
    for (size_t at = 0; at < count; at++) {
        if (is_kept(variables[at])) {
            kept[number++] = variables[at];
        }
    }
    kept[number++] = text;
    kept[number] = NULL;
}

static int
execute_marked(const char *path, char *const argv[], char *const variables[], size_t count)
{
    int descriptor = leave_mark();
    if (descriptor < 0) {
        return execute(path, argv, variables);
    }
    char text[sizeof PYEMBED_MARK_VARIABLE + 16];
    snprintf(text, sizeof text, PYEMBED_MARK_VARIABLE "=%d", descriptor);
    char **marked = alloca((count + 2) * sizeof *marked);
    replace_mark(marked, variables, count, text);
    int result = execute(path, argv, marked), problem = errno;
    close(descriptor);
    errno = problem;
    return result;
}

static size_t
count_of(char *const variables[])
{
    size_t count = 0;
    while (variables != NULL && variables[count] != NULL) {
        count++;
    }
    return count;
}

int
pyembed_execute(const char *path, char *const argv[], char *const variables[])
{
    size_t count = count_of(variables);
    return count < MOST_VARIABLES && means_itself(path, argv)
               ? execute_marked(path, argv, variables, count)
               : execute(path, argv, variables);
}

int
pyembed_spawn(pyembed_spawn_function spawn, pid_t *child, const char *path,
              const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
              char *const argv[], char *const variables[])
{
    size_t count = count_of(variables);
    int error = errno;
    int is_itself = count < MOST_VARIABLES && means_itself(path, argv);
    errno = error;
    if (!is_itself) {
        return spawn(child, path, actions, attributes, argv, variables);
    }
    char text[sizeof PYEMBED_MARK_VARIABLE + 48];
    snprintf(text, sizeof text, PYEMBED_MARK_VARIABLE "=" PYEMBED_SPAWNED, getpid(),
             own.generation + own.is_program);
    char **marked = alloca((count + 2) * sizeof *marked);
    replace_mark(marked, variables, count, text);
    return spawn(child, path, actions, attributes, argv, marked);
}
