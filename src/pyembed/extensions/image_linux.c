/* Makes an image of a shared object that dlopen can open: a memfd, and the path of its descriptor.
 *
 * Rejected: a loader of our own (thread-local storage, IFUNCs and exceptions are the dynamic
 * linker's business), and files in a temporary folder. What stops being true: `/proc` must be
 * mounted, and the descriptor's path in /proc/self/maps says `/memfd:name (deleted)`. Where memory
 * is forbidden, a product that has real files for its modules (extract.c) opens that file. */
#include "extensions/image.h"

#include "reader/resources.h"
#include "reader/settings.h"
#include "process/memory_file.h"
#include "process/process.h"
#include "values/errors.h"
#include "values/state.h"
#include "values/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- `ulimit -f`, which counts for memory of this kind too ---- */

static int
is_within_file_limit(const pyembed_bytes *bytes)
{
    struct rlimit limit;
    size_t size = bytes->codec == PYEMBED_CODEC_NONE ? bytes->stored_size : bytes->raw_size;
    return getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_max >= size;
}

static int
raise_over_limit(const char *name)
{
    pyembed_raise(
        PyExc_ImportError,
        "cannot load '%s' from memory: it is larger than files of this process may be, and the limit counts for memory too; raise it "
        "(ulimit -f), or package the module with install_location = \"app-relative:lib\"",
        name);
    return -1;
}

/* A file in memory is full when memory is. */
static int
is_lack_of_memory(int error)
{
    return error == ENOMEM || error == ENOSPC;
}

/* Returns 0; or -1 with ImportError, or MemoryError. */
static int
fill(pyembed_image *image, const char *name, const pyembed_bytes *bytes)
{
    PyObject *raw = NULL;
    const unsigned char *data = bytes->data;
    size_t size = bytes->stored_size;
    if (bytes->codec != PYEMBED_CODEC_NONE) {
        raw = pyembed_bytes_object(bytes);
        if (raw == NULL) {
            return -1;
        }
        data = (const unsigned char *)PyBytes_AS_STRING(raw);
        size = (size_t)PyBytes_GET_SIZE(raw);
    }
    int result = pyembed_write_over_limit(image->descriptor, data, size);
    if (result < 0 && is_lack_of_memory(errno)) {
        PyErr_NoMemory();
    }
    else if (result < 0) {
        pyembed_raise(PyExc_ImportError,
                      "cannot load '%s' from memory: writing to memory failed: %s", name,
                      strerror(errno));
    }
    Py_XDECREF(raw);
    return result;
}

static int
has_files(OxidizedFinder *self)
{
    return pyembed_this_process.settings.module_file == PYEMBED_FILE_FILESYSTEM &&
           self->resources.base == pyembed_this_process.resources.base;
}

static int
use_file(const char *name, const char *file, pyembed_image *image)
{
    image->descriptor = -1;
    if (snprintf(image->path, sizeof image->path, "%s/%s", pyembed_this_process.files, file) >=
        (int)sizeof image->path) {
        pyembed_raise(PyExc_ImportError, "cannot load '%s': the name of its file is too long",
                      name);
        return -1;
    }
    return 0;
}

int
pyembed_image_open(OxidizedFinder *self, const char *name, const char *file,
                   const pyembed_bytes *bytes, pyembed_image *image)
{
    char label[64];
    snprintf(label, sizeof label, "%s", name);
    int is_within = is_within_file_limit(bytes);
    if (has_files(self) && (!is_within || access("/proc/self/fd", F_OK) != 0)) {
        return use_file(name, file, image);
    }
    if (!is_within) {
        image->descriptor = -1;
        return raise_over_limit(name);
    }
    image->descriptor = pyembed_memory_file(label);
    if (image->descriptor < 0) {
        int error = errno, forbidden = pyembed_memory_file_is_forbidden(error);
        if (forbidden && has_files(self)) {
            return use_file(name, file, image);
        }
        if (is_lack_of_memory(error)) {
            PyErr_NoMemory();
            return -1;
        }
        pyembed_raise(
            PyExc_ImportError, "cannot load '%s' from memory: memfd_create failed: %s%s", name,
            strerror(error),
            forbidden
                ? "; a seccomp filter or the kernel forbids it: package with module_file = \"filesystem\", which allows files in the user's cache"
                : "");
        return -1;
    }
    if (fill(image, name, bytes) < 0) {
        pyembed_image_close(image);
        return -1;
    }
    pyembed_spell_descriptor(image->descriptor, image->path, sizeof image->path);
    return 0;
}

void
pyembed_image_close(pyembed_image *image)
{
    if (image->descriptor >= 0) {
        close(image->descriptor);
    }
}
