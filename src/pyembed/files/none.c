/* virtual_files = false: packed files have no paths that the C library knows. */
#include "files/files.h"

#include "process/own_mark.h"

#include <unistd.h>

extern char **environ;

void
pyembed_files_begin(void)
{
}

int
execve(const char *path, char *const arguments[], char *const environment[])
{
    return pyembed_execute(path, arguments, environment);
}

int
execv(const char *path, char *const arguments[])
{
    return pyembed_execute(path, arguments, environ);
}
