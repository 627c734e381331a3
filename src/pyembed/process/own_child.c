/* Reads what own_mark.c writes; and asks the kernel where there is no mark: after a shell. Nothing
 * counts that a caller with other rights could say. */
#include "process/own_child.h"

#include "process/environment.h"
#include "process/own_mark.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the mark ---- */

static int
is_pipe(int number)
{
    struct stat status;
    return number > STDERR_FILENO && fstat(number, &status) == 0 &&
           (status.st_mode & S_IFMT) == S_IFIFO;
}

/* The mark is a pipe with this process's number: exec keeps the number, and who starts a program
 * with more rights (sudo) closes descriptors. */
static int
take_mark(int *generation)
{
    const char *text = pyembed_variable(PYEMBED_MARK_VARIABLE);
    char *end;
    long number = text == NULL ? -1 : strtol(text, &end, 10);
    pyembed_mark mark;
    int waiting = 0;
    if (number < 0 || number > INT_MAX || *end != '\0' || !is_pipe((int)number) ||
        ioctl((int)number, FIONREAD, &waiting) < 0 || waiting != (int)sizeof mark ||
        read((int)number, &mark, sizeof mark) != (ssize_t)sizeof mark) {
        return 0;
    }
    close((int)number);
    *generation = mark.generation;
    return mark.process == getpid();
}

/* ---- other processes ---- */

typedef struct {
    int parent;
    char name[32];
    char rights[256]; /* the lines of user and group numbers */
} process_status;

static int
take_line(const char *status, const char *name, char *value, size_t size)
{
    const char *line = strstr(status, name);
    size_t length = line == NULL ? 0 : strcspn(line + strlen(name), "\n");
    if (line == NULL || length >= size) {
        return 0;
    }
    memcpy(value, line + strlen(name), length);
    value[length] = '\0';
    return 1;
}

static int
read_status(int process, process_status *status)
{
    char path[64], text[4096], parent[32], users[128], groups[128];
    snprintf(path, sizeof path, "/proc/%d/status", process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0) {
        close(file);
    }
    if (size <= 0) {
        return 0;
    }
    text[size] = '\0';
    if (!take_line(text, "Name:\t", status->name, sizeof status->name) ||
        !take_line(text, "\nPPid:\t", parent, sizeof parent) ||
        !take_line(text, "\nUid:\t", users, sizeof users) ||
        !take_line(text, "\nGid:\t", groups, sizeof groups)) {
        return 0;
    }
    status->parent = atoi(parent);
    snprintf(status->rights, sizeof status->rights, "%s/%s", users, groups);
    return 1;
}

/* Whether a process runs this product's file, or one that was at its place before an update. */
static int
runs_product(int process, const char *executable)
{
    static const char gone[] = " (deleted)";
    char path[64], target[PATH_MAX + sizeof gone];
    struct stat theirs, ours;
    snprintf(path, sizeof path, "/proc/%d/exe", process);
    if (stat(path, &theirs) == 0 && stat(executable, &ours) == 0 && theirs.st_dev == ours.st_dev &&
        theirs.st_ino == ours.st_ino) {
        return 1;
    }
    ssize_t length = readlink(path, target, sizeof target - 1);
    size_t own = strlen(executable);
    if (length < 0) {
        return 0;
    }
    target[length] = '\0';
    return strncmp(target, executable, own) == 0 && strcmp(target + own, gone) == 0;
}

static int
is_shell(const char *name)
{
    static const char *const shells[] = {"sh", "dash", "bash", "ash", "busybox", "ksh", "zsh"};
    for (size_t at = 0; at < sizeof shells / sizeof shells[0]; at++) {
        if (strcmp(name, shells[at]) == 0) {
            return 1;
        }
    }
    return 0;
}

static pyembed_origin
ask_parents(const char *executable)
{
    process_status own, parent, above;
    int number = getppid();
    if (!read_status(getpid(), &own) || !read_status(number, &parent) ||
        strcmp(own.rights, parent.rights) != 0) {
        return PYEMBED_FOREIGN;
    }
    if (runs_product(number, executable)) {
        return PYEMBED_BELOW;
    }
    return is_shell(parent.name) && read_status(parent.parent, &above) &&
                   strcmp(own.rights, above.rights) == 0 && runs_product(parent.parent, executable)
               ? PYEMBED_BELOW
               : PYEMBED_FOREIGN;
}

/* The mark that posix_spawn leaves. It says nothing that the parent's own file and rights do not
 * say too. */
static int
is_spawned(const char *executable, int *generation)
{
    const char *text = pyembed_variable(PYEMBED_MARK_VARIABLE);
    pyembed_mark mark;
    process_status own, parent;
    if (text == NULL || sscanf(text, PYEMBED_SPAWNED, &mark.process, &mark.generation) != 2 ||
        mark.process != getppid() || !read_status(getpid(), &own) ||
        !read_status(mark.process, &parent) || strcmp(own.rights, parent.rights) != 0 ||
        !runs_product(mark.process, executable)) {
        return 0;
    }
    *generation = mark.generation;
    return 1;
}

pyembed_origin
pyembed_find_origin(const char *argv0, const char *executable, int may_look, int *generation)
{
    *generation = 0;
    int is_marked = take_mark(generation) || is_spawned(executable, generation);
    if (getenv(PYEMBED_MARK_VARIABLE) != NULL) {
        unsetenv(PYEMBED_MARK_VARIABLE);
    }
    if (pyembed_is_secure()) {
        return PYEMBED_FOREIGN;
    }
    if (is_marked) {
        return PYEMBED_MARKED;
    }
    *generation = 0;
    /* What was looked for along PATH is the program. */
    return may_look && strcmp(argv0, executable) == 0 ? ask_parents(executable) : PYEMBED_FOREIGN;
}

int
pyembed_is_fed(void)
{
    struct stat ours, theirs;
    char path[64];
    if (fstat(STDIN_FILENO, &ours) < 0 ||
        ((ours.st_mode & S_IFMT) != S_IFIFO && (ours.st_mode & S_IFMT) != S_IFREG &&
         (ours.st_mode & S_IFMT) != S_IFSOCK)) {
        return 0;
    }
    snprintf(path, sizeof path, "/proc/%d/fd/0", getppid());
    return stat(path, &theirs) < 0 || theirs.st_dev != ours.st_dev || theirs.st_ino != ours.st_ino;
}
