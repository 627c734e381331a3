/* Loads shared extension modules from the mapped pages, without a file.
 *
 * The image is written to a memfd, and dlopen gets the path of that descriptor. Libraries that it needs are loaded the same way before it: the
 * dynamic linker takes a DT_NEEDED library by its SONAME from those that are loaded already, and asks no disk.
 * Rejected: a loader of our own (thread-local storage, IFUNCs and exceptions are the dynamic linker's business), and files in a temporary folder.
 * What stops being true: `/proc` must be mounted, and the descriptor's path in /proc/self/maps says `/memfd:name (deleted)`. */
#include "importer.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PATH_SIZE = 160 };

/* Of the process: a library is loaded once, whichever interpreter needs it first. */
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;
static unsigned char *library_is_loaded;
static unsigned image_number;

/* The dynamic linker takes a name that it has seen for the library that it was then, and descriptor numbers come again: each image gets a
 * spelling of its own, `/proc/self/fd/7` with `./` or nothing before the number for each bit of the image's number. */
static void
spell_path(int descriptor, unsigned number, char *path)
{
    size_t at = (size_t)snprintf(path, PATH_SIZE, "/proc/self/fd/");
    for (; number != 0; number >>= 1) {
        const char *piece = (number & 1) ? "./" : "/";
        at += (size_t)snprintf(path + at, PATH_SIZE - at, "%s", piece);
    }
    snprintf(path + at, PATH_SIZE - at, "./%d", descriptor);
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

/* A memfd with the bytes, and its path; -1 with ImportError. */
static int
open_image(const char *name, const pyembed_bytes *bytes, unsigned number, char *path)
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
    char label[64];
    snprintf(label, sizeof label, "%s", name);
    int descriptor = memfd_create(label, MFD_CLOEXEC);
    if (descriptor < 0 || write_all(descriptor, data, size) < 0) {
        int forbidden = descriptor < 0 && (errno == EPERM || errno == EACCES || errno == ENOSYS);
        PyErr_Format(PyExc_ImportError, "cannot load '%s' from memory: %s failed: %s%s", name, descriptor < 0 ? "memfd_create" : "writing to memory",
                     strerror(errno), forbidden ? "; a seccomp filter or the kernel forbids it, and there is no other way to load a shared object from memory" : "");
        if (descriptor >= 0) {
            close(descriptor);
        }
        descriptor = -1;
    }
    else {
        spell_path(descriptor, number, path);
    }
    Py_XDECREF(raw);
    return descriptor;
}

static PyObject *
raise_without_proc(const char *name)
{
    return PyErr_Format(PyExc_ImportError, "cannot load '%s' from memory: /proc is not mounted, and the dynamic linker needs /proc/self/fd", name);
}

/* One that is missing is left to the dynamic linker, which then says so in its own words when the extension module is loaded. */
static int
load_library_beside(const pyembed_file *library)
{
    PyObject *text = pyembed_real_path(library->root, library->path);
    PyObject *path = text == NULL ? NULL : PyUnicode_EncodeFSDefault(text);
    Py_XDECREF(text);
    if (path == NULL) {
        return -1;
    }
    int result = 0;
    if (access(PyBytes_AS_STRING(path), F_OK) == 0 && dlopen(PyBytes_AS_STRING(path), RTLD_NOW | RTLD_LOCAL) == NULL) {
        const char *reason = dlerror();
        PyErr_SetString(PyExc_ImportError, reason == NULL ? "unknown reason" : reason);
        result = -1;
    }
    Py_DECREF(path);
    return result;
}

static int
load_library(const char *needed_by, const pyembed_file *library)
{
    if (library->flags & PYEMBED_IN_FILESYSTEM) {
        return load_library_beside(library);
    }
    char path[PATH_SIZE];
    int descriptor = open_image(library->name.data, &library->data, image_number++, path);
    if (descriptor < 0) {
        return -1;
    }
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        if (access("/proc/self/fd", F_OK) != 0) {
            raise_without_proc(library->name.data);
        }
        else {
            const char *reason = dlerror();
            PyErr_Format(PyExc_ImportError, "cannot load library '%s' of '%s' from memory: %s", library->name.data, needed_by,
                         reason == NULL ? "unknown reason" : reason);
        }
    }
    close(descriptor);
    return handle == NULL ? -1 : 0;
}

/* In the order of the run: the packager put what is needed first. */
static int
load_libraries(OxidizedFinder *self, const pyembed_module *module)
{
    const pyembed_resources *resources = &self->resources;
    uint32_t count = pyembed_count(resources, PYEMBED_SECTION_LIBRARIES);
    int is_process = resources->base == pyembed_this_process.resources.base;
    if (module->dependencies.count > 0 && is_process && library_is_loaded == NULL && (library_is_loaded = calloc(count, 1)) == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (uint32_t at = 0; at < module->dependencies.count; at++) {
        uint32_t index;
        pyembed_file library;
        pyembed_status status = pyembed_number_at(resources, PYEMBED_SECTION_DEPENDENCIES, module->dependencies.first + at, &index);
        if (status == PYEMBED_OK) {
            status = pyembed_file_at(resources, PYEMBED_SECTION_LIBRARIES, index, &library);
        }
        if (status != PYEMBED_OK || (library.data.data == NULL && !(library.flags & PYEMBED_IN_FILESYSTEM))) {
            pyembed_raise_damaged("the libraries of module", module->name.data, status == PYEMBED_OK ? PYEMBED_DAMAGED : status);
            return -1;
        }
        if (is_process && library_is_loaded[index]) {
            continue;
        }
        if (load_library(module->name.data, &library) < 0) {
            return -1;
        }
        if (is_process) {
            library_is_loaded[index] = 1;
        }
    }
    return 0;
}

/* `_imp.create_dynamic` wants a spec whose origin is the file; the module gets its true spec from importlib afterwards. */
static PyObject *
create_from(OxidizedFinder *self, PyObject *name, const char *path)
{
    PyObject *origin = PyUnicode_FromString(path);
    PyObject *arguments[] = {name, (PyObject *)self, origin, Py_False};
    PyObject *spec = origin == NULL ? NULL : PyObject_Vectorcall(self->state->module_spec, arguments, 2, self->state->spec_keywords);
    PyObject *module = spec == NULL ? NULL : PyObject_CallOneArg(self->state->create_dynamic, spec);
    Py_XDECREF(spec);
    Py_XDECREF(origin);
    return module;
}

/* ---- what cannot be loaded at all ---- */

typedef struct {
    int has_interpreter;
    const void *base;
} executable_image;

static int
look_at_executable(struct dl_phdr_info *image, size_t size, void *found)
{
    executable_image *executable = found;
    (void)size;
    executable->base = (const void *)image->dlpi_addr;
    for (int at = 0; at < image->dlpi_phnum; at++) {
        executable->has_interpreter |= image->dlpi_phdr[at].p_type == PT_INTERP;
    }
    return 1; /* it is the first */
}

/* An executable without an interpreter (PT_INTERP) has no dynamic linker, and dlopen would bring a second libc. */
static int
is_static(void)
{
    executable_image executable = {0, NULL};
    dl_iterate_phdr(look_at_executable, &executable);
    return !executable.has_interpreter;
}

/* Extension modules look CPython's functions up among the symbols of the process. Where the runtime is a library that was opened for its opener
 * alone, they are not there: it is opened again, for all. The executable's are always there. */
static void
show_symbols(void)
{
    Dl_info image;
    executable_image executable = {0, NULL};
    dl_iterate_phdr(look_at_executable, &executable);
    if (dladdr(&library_is_loaded, &image) != 0 && image.dli_fname != NULL && image.dli_fbase != executable.base) {
        (void)dlopen(image.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL); /* the handle stays: the runtime is never closed */
    }
}

/* The tag in a name such as `fast.cpython-310-x86_64-linux-gnu.so`; NULL when it names this Python, or none. */
static const char *
foreign_tag(const char *path, int *size)
{
    const char *slash = strrchr(path, '/'), *file = slash == NULL ? path : slash + 1, *dot = strchr(file, '.');
    const size_t own = sizeof PYEMBED_CACHE_TAG - 1;
    if (dot == NULL) {
        return NULL;
    }
    const char *tag = dot + 1;
    int other = strncmp(tag, "pypy", 4) == 0 || strncmp(tag, "graalpy", 7) == 0 ||
                (strncmp(tag, "cpython-", 8) == 0 && (strncmp(tag, PYEMBED_CACHE_TAG, own) != 0 || (tag[own] >= '0' && tag[own] <= '9')));
    *size = (int)strcspn(tag, ".");
    return other ? tag : NULL;
}

/* 0; or -1 with ImportError. */
static int
check_loadable(const pyembed_module *module)
{
    int size = 0;
    const char *tag = foreign_tag(module->path.data, &size);
    if (tag != NULL) {
        char text[64];
        snprintf(text, sizeof text, "%.*s", size, tag);
        PyErr_Format(PyExc_ImportError, "cannot load '%s': its shared object is for another Python (%s), and this one is " PYEMBED_CACHE_TAG,
                     module->name.data, text);
        return -1;
    }
    if (is_static()) {
        PyErr_Format(PyExc_ImportError, "cannot load '%s': this executable is linked statically, and loads no shared object", module->name.data);
        return -1;
    }
    return 0;
}

/* -1 with ImportError; else the number of the image that is loaded next. */
static long long
prepare(OxidizedFinder *self, const pyembed_module *module)
{
    if (check_loadable(module) < 0) {
        return -1;
    }
    /* Who waits holds no GIL: the one that loads may have to take it again. */
    Py_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&loading);
    Py_END_ALLOW_THREADS
    if (image_number == 0) {
        show_symbols();
    }
    int loaded = load_libraries(self, module);
    unsigned number = image_number++;
    pthread_mutex_unlock(&loading);
    return loaded < 0 ? -1 : (long long)number;
}

int
pyembed_memory_prepare(OxidizedFinder *self, const pyembed_module *module)
{
    return prepare(self, module) < 0 ? -1 : 0;
}

PyObject *
pyembed_memory_create(OxidizedFinder *self, const pyembed_module *module, PyObject *name)
{
    char path[PATH_SIZE];
    if (module->library.data == NULL) {
        return pyembed_raise_damaged("module", module->name.data, PYEMBED_DAMAGED);
    }
    long long number = prepare(self, module);
    int descriptor = number < 0 ? -1 : open_image(module->name.data, &module->library, (unsigned)number, path);
    if (descriptor < 0) {
        return NULL;
    }
    PyObject *created = create_from(self, name, path);
    close(descriptor);
    if (created == NULL && PyErr_ExceptionMatches(PyExc_ImportError) && access("/proc/self/fd", F_OK) != 0) {
        PyErr_Clear();
        return raise_without_proc(module->name.data);
    }
    return created;
}
