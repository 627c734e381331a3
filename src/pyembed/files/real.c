/* Looks up the C library's own functions. A fork in a program with threads must not find the
 * dynamic linker's lock held in the child, so all of them are known before the first fork. */
#include "files/real.h"

#ifndef PYEMBED_FILES_WRAPPED
#include "files/files.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

extern pyembed_real_function __start_pyembed_real_functions[], __stop_pyembed_real_functions[];

static long
fail_without_function(void)
{
    errno = ENOSYS;
    return -1;
}

void *
pyembed_real_look_up(pyembed_real_function *function)
{
    int error = errno;
    if (strcmp(function->name, "dlerror") != 0) {
        pyembed_keep_error();
    }
    void *address = dlsym(RTLD_NEXT, function->name);
    if (address == NULL) {
        address = (void *)fail_without_function;
    }
    atomic_store_explicit(&function->address, address, memory_order_relaxed);
    errno = error;
    return address;
}

static void
look_all_up(void)
{
    for (pyembed_real_function *function = __start_pyembed_real_functions;
         function < __stop_pyembed_real_functions; function++) {
        (void)pyembed_real(function);
    }
}

void
pyembed_real_prepare(void)
{
    pyembed_keep_error(); /* looks dlerror up, before there is an error */
    (void)pthread_atfork(look_all_up, NULL, NULL);
}
#else
void
pyembed_real_prepare(void)
{
}
#endif
