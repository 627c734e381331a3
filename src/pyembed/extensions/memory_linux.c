/* Loads shared extension modules from the mapped pages, without a file (image_linux.c makes the
 * image that dlopen gets).
 *
 * Libraries that a module needs are loaded before it: the dynamic linker takes a DT_NEEDED library
 * by its SONAME from those that are loaded already, and asks no disk. */
#include "extensions/memory.h"

#include "reader/resources.h"
#include "process/process.h"
#include "values/errors.h"
#include "values/lookup.h"
#include "values/paths.h"
#include "values/state.h"
#include "extensions/image.h"
#include "extensions/loading.h"
#include "extensions/terminfo.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Process-wide, guarded by the turn (loading.h): a library is loaded once for all interpreters. */
static unsigned char *library_is_loaded;
static int symbols_are_shown;

static PyObject *
raise_without_proc(const char *name)
{
    return pyembed_raise(
        PyExc_ImportError,
        "cannot load '%s' from memory: /proc is not mounted, and the dynamic linker needs /proc/self/fd",
        name);
}

/* If the file is missing, the dynamic linker reports it when the extension module is loaded. */
static int
load_app_relative_library(const pyembed_file *library)
{
    PyObject *text = pyembed_real_path(library->root, library->path);
    PyObject *path = text == NULL ? NULL : PyUnicode_EncodeFSDefault(text);
    Py_XDECREF(text);
    if (path == NULL) {
        return -1;
    }
    int result = 0;
    if (access(PyBytes_AS_STRING(path), F_OK) == 0 &&
        dlopen(PyBytes_AS_STRING(path), RTLD_NOW | RTLD_LOCAL) == NULL) {
        const char *reason = dlerror();
        pyembed_raise(PyExc_ImportError, "%s", reason == NULL ? "unknown reason" : reason);
        result = -1;
    }
    Py_DECREF(path);
    return result;
}

static int
load_library(OxidizedFinder *self, const char *needed_by, const pyembed_file *library)
{
    if (library->flags & PYEMBED_IN_FILESYSTEM) {
        return load_app_relative_library(library);
    }
    pyembed_image image;
    if (pyembed_image_open(self, library->name.data, library->path.data, &library->data, &image) <
        0) {
        return -1;
    }
    void *handle = dlopen(image.path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        if (access("/proc/self/fd", F_OK) != 0 && image.descriptor >= 0) {
            raise_without_proc(library->name.data);
        }
        else {
            const char *reason = dlerror();
            pyembed_raise(PyExc_ImportError, "cannot load library '%s' of '%s'%s: %s",
                          library->name.data, needed_by,
                          image.descriptor >= 0 ? " from memory" : "",
                          reason == NULL ? "unknown reason" : reason);
        }
    }
    pyembed_image_close(&image);
    return handle == NULL ? -1 : 0;
}

/* In the order of the run: the packager put dependencies first. */
static int
load_libraries(OxidizedFinder *self, const pyembed_module *module)
{
    const pyembed_resources *resources = &self->resources;
    uint32_t count = pyembed_count(resources, PYEMBED_SECTION_LIBRARIES);
    int is_process = resources->base == pyembed_this_process.resources.base;
    if (module->dependencies.count > 0 && is_process && library_is_loaded == NULL &&
        (library_is_loaded = calloc(count, 1)) == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (uint32_t at = 0; at < module->dependencies.count; at++) {
        uint32_t index;
        pyembed_file library;
        pyembed_status status = pyembed_number_at(resources, PYEMBED_SECTION_DEPENDENCIES,
                                                  module->dependencies.first + at, &index);
        if (status == PYEMBED_OK) {
            status = pyembed_file_at(resources, PYEMBED_SECTION_LIBRARIES, index, &library);
        }
        if (status != PYEMBED_OK ||
            (library.data.data == NULL && !(library.flags & PYEMBED_IN_FILESYSTEM))) {
            pyembed_raise_damaged("the libraries of module", module->name.data,
                                  status == PYEMBED_OK ? PYEMBED_DAMAGED : status);
            return -1;
        }
        if (is_process && library_is_loaded[index]) {
            continue;
        }
        if (load_library(self, module->name.data, &library) < 0) {
            return -1;
        }
        if (is_process) {
            library_is_loaded[index] = 1;
        }
    }
    return 0;
}

/* `_imp.create_dynamic` wants a spec whose origin is the file; the module gets its true spec from
 * importlib afterwards. */
static PyObject *
create_from(OxidizedFinder *self, PyObject *name, const char *path)
{
    PyObject *origin = PyUnicode_FromString(path);
    PyObject *arguments[] = {name, (PyObject *)self, origin, Py_False};
    PyObject *spec = origin == NULL ? NULL
                                    : PyObject_Vectorcall(self->state->module_spec, arguments, 2,
                                                          self->state->spec_keywords);
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
    return 1; /* the executable is the first image */
}

/* An executable without an interpreter (PT_INTERP) has no dynamic linker, and dlopen would bring a
 * second libc. */
static int
is_static(void)
{
    executable_image executable = {0, NULL};
    dl_iterate_phdr(look_at_executable, &executable);
    return !executable.has_interpreter;
}

/* Extension modules look up CPython's functions among the global symbols. A runtime library that
 * was opened with RTLD_LOCAL does not show its symbols: open it again with RTLD_GLOBAL. An
 * executable always shows them. */
static void
show_symbols(void)
{
    Dl_info image;
    executable_image executable = {0, NULL};
    dl_iterate_phdr(look_at_executable, &executable);
    if (dladdr(&library_is_loaded, &image) != 0 && image.dli_fname != NULL &&
        image.dli_fbase != executable.base) {
        (void)dlopen(image.dli_fname,
                     RTLD_NOW | RTLD_NOLOAD |
                         RTLD_GLOBAL); /* the handle stays: the runtime is never closed */
    }
}

/* The tag in a name such as `fast.cpython-310-x86_64-linux-gnu.so`; NULL when it names this Python,
 * or none. */
static const char *
foreign_tag(const char *path, int *size)
{
    const char *slash = strrchr(path, '/'), *file = slash == NULL ? path : slash + 1,
               *dot = strchr(file, '.');
    const size_t own = sizeof PYEMBED_CACHE_TAG - 1;
    if (dot == NULL) {
        return NULL;
    }
    const char *tag = dot + 1;
    int other = strncmp(tag, "pypy", 4) == 0 || strncmp(tag, "graalpy", 7) == 0 ||
                (strncmp(tag, "cpython-", 8) == 0 && (strncmp(tag, PYEMBED_CACHE_TAG, own) != 0 ||
                                                      (tag[own] >= '0' && tag[own] <= '9')));
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
        pyembed_raise(
            PyExc_ImportError,
            "cannot load '%s': its shared object is for another Python (%s), and this one is " PYEMBED_CACHE_TAG,
            module->name.data, text);
        return -1;
    }
    if (is_static()) {
        pyembed_raise(
            PyExc_ImportError,
            "cannot load '%s': this executable is linked statically, and loads no shared object",
            module->name.data);
        return -1;
    }
    return 0;
}

/* Replace the image's path in the error by the module's file, which the reader knows. Other
 * exceptions are the module's own: leave them. */
static void
name_file_in_error(OxidizedFinder *self, const pyembed_module *module, PyObject *name,
                   const pyembed_image *image)
{
    PyObject *type, *value, *traceback, *file = NULL, *text = NULL;
    if (!PyErr_ExceptionMatches(PyExc_ImportError)) {
        return;
    }
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyObject *given = PyObject_Str(value);
    file = given == NULL ? NULL : pyembed_file_of(self, module);
    text = file == NULL ? NULL : PyObject_CallMethod(given, "replace", "sO", image->path, file);
    if (text != NULL) {
        PyErr_SetImportError(text, name, file);
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(traceback);
    }
    else {
        PyErr_Restore(type, value, traceback);
    }
    Py_XDECREF(text);
    Py_XDECREF(file);
    Py_XDECREF(given);
}

int
pyembed_memory_prepare(OxidizedFinder *self, const pyembed_module *module)
{
    if (check_loadable(module) < 0) {
        return -1;
    }
    if (pyembed_loading_begin() < 0) {
        return -1;
    }
    if (!symbols_are_shown) {
        symbols_are_shown = 1;
        show_symbols();
    }
    int loaded = load_libraries(self, module);
    pyembed_loading_end();
    return loaded;
}

PyObject *
pyembed_memory_create(OxidizedFinder *self, const pyembed_module *module, PyObject *name)
{
    pyembed_image image;
    if (module->library.data == NULL) {
        return pyembed_raise_damaged("module", module->name.data, PYEMBED_DAMAGED);
    }
    if (pyembed_memory_prepare(self, module) < 0 ||
        pyembed_image_open(self, module->name.data, module->path.data, &module->library, &image) <
            0) {
        return NULL;
    }
    int begun = pyembed_terminfo_begin(module);
    PyObject *created = create_from(self, name, image.path);
    pyembed_terminfo_end(module, begun, created);
    int without_proc = created == NULL && image.descriptor >= 0 &&
                       PyErr_ExceptionMatches(PyExc_ImportError) &&
                       access("/proc/self/fd", F_OK) != 0;
    pyembed_image_close(&image);
    if (without_proc) {
        PyErr_Clear();
        return raise_without_proc(module->name.data);
    }
    if (created == NULL && image.descriptor >= 0) {
        name_file_in_error(self, module, name, &image);
    }
    return created;
}
