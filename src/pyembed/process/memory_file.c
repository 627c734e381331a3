#include "process/memory_file.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

int
pyembed_memory_file(const char *label)
{
    return memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

int
pyembed_memory_file_is_forbidden(int error)
{
    return error == EPERM || error == EACCES || error == ENOSYS;
}

static int
write_all(int descriptor, const unsigned char *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(descriptor, data, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return -1;
        }
        data += written;
        size -= (size_t)written;
    }
    return 0;
}

int
pyembed_write_over_limit(int descriptor, const void *data, size_t size)
{
    struct rlimit before, raised;
    int is_raised = 0;
    if (getrlimit(RLIMIT_FSIZE, &before) == 0 && before.rlim_cur < size) {
        if (before.rlim_max < size) {
            errno = EFBIG; /* a write would raise SIGXFSZ */
            return -1;
        }
        raised = before;
        raised.rlim_cur = before.rlim_max;
        is_raised = setrlimit(RLIMIT_FSIZE, &raised) == 0;
    }
    int result = write_all(descriptor, data, size), error = errno;
    if (is_raised) {
        setrlimit(RLIMIT_FSIZE, &before);
    }
    errno = error;
    return result;
}

/* For each bit of a number that counts the calls, `./` or `/` stands before the descriptor. */
void
pyembed_spell_descriptor(int descriptor, char *path, size_t size)
{
    static atomic_uint calls;
    unsigned number = atomic_fetch_add(&calls, 1);
    size_t at = (size_t)snprintf(path, size, "/proc/self/fd/");
    for (; number != 0; number >>= 1) {
        at += (size_t)snprintf(path + at, size - at, "%s", (number & 1) ? "./" : "/");
    }
    snprintf(path + at, size - at, "./%d", descriptor);
}
