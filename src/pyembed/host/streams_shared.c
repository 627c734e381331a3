/* For the shared library alone. Debian's static libraries (libbz2, libedit, ncurses) are compiled
 * for executables: they reach libc's `stderr` at a distance that is fixed in their code, which only
 * an executable can give, by a copy of the variable. This is the copy of the library's own: hidden,
 * and filled before any other code of the library runs. Hosts do not assign to these three; if one
 * does, the library does not see its stream. */
#include <dlfcn.h>

/* Not <stdio.h>: there they are declared to be libc's. */
#define HIDDEN __attribute__((visibility("hidden")))

HIDDEN void *stdin;
HIDDEN void *stdout;
HIDDEN void *stderr;

static void *
value_of(const char *name)
{
    void **variable = dlsym(RTLD_DEFAULT, name);
    return variable == (void **)0 ? (void *)0 : *variable;
}

__attribute__((constructor(101))) static void
copy_streams(void)
{
    stdin = value_of("stdin");
    stdout = value_of("stdout");
    stderr = value_of("stderr");
}
