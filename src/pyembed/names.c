/* Names and paths: from the blob's strings to Python's, and from a virtual path back to the entry that it names.
 *
 * A virtual path is `<executable>/<path below its root>`: stable, absolute, and never a file. The blob has no index by path, and needs none: the
 * folders of a path are packages, so that the module hash finds the deepest package, and the run of its resources the rest. */
#include "importer.h"

#include <string.h>

PyObject *
pyembed_text(pyembed_string string)
{
    return PyUnicode_DecodeUTF8(string.data, (Py_ssize_t)string.size, "surrogateescape");
}

PyObject *
pyembed_virtual_path(OxidizedFinder *self, pyembed_string path)
{
    PyObject *tail = pyembed_text(path);
    if (tail == NULL) {
        return NULL;
    }
    PyObject *result = PyUnicode_Concat(self->root, tail);
    Py_DECREF(tail);
    return result;
}

PyObject *
pyembed_real_path(pyembed_string root, pyembed_string path)
{
    PyObject *folder = PyUnicode_DecodeFSDefault(pyembed_this_process.folder);
    PyObject *below = folder == NULL ? NULL : pyembed_text(root);
    PyObject *tail = below == NULL ? NULL : pyembed_text(path);
    PyObject *result = NULL;
    if (tail != NULL) {
        const char *slash = strcmp(pyembed_this_process.folder, "/") == 0 ? "" : "/";
        result = root.size == 0 ? PyUnicode_FromFormat("%U%s%U", folder, slash, tail) : PyUnicode_FromFormat("%U%s%U/%U", folder, slash, below, tail);
    }
    Py_XDECREF(folder);
    Py_XDECREF(below);
    Py_XDECREF(tail);
    return result;
}

/* The n-th folder of an entry's root: a namespace package may have portions in several, one a line. 0: there is none. */
int
pyembed_root_at(pyembed_string root, unsigned number, pyembed_string *found)
{
    const char *at = root.data, *end = root.data + root.size;
    for (; number > 0 && at < end; number--) {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        at = line == NULL ? end : line + 1;
    }
    if (at >= end) {
        return 0;
    }
    const char *line = memchr(at, '\n', (size_t)(end - at));
    found->data = at;
    found->size = (uint32_t)((line == NULL ? end : line) - at);
    return 1;
}

PyObject *
pyembed_file_of(OxidizedFinder *self, const pyembed_module *module)
{
    if (module->flags & PYEMBED_IN_FILESYSTEM) {
        return pyembed_real_path(module->root, module->path);
    }
    return pyembed_virtual_path(self, module->path);
}

/* The folder part of a package's path: `json` of `json/__init__.py`; a namespace package's path is its folder. */
static pyembed_string
folder_of(const pyembed_module *module)
{
    pyembed_string folder = module->path;
    if (!(module->flags & PYEMBED_MODULE_NAMESPACE)) {
        const char *slash = memrchr(folder.data, '/', folder.size);
        folder.size = slash == NULL ? 0 : (uint32_t)(slash - folder.data);
    }
    return folder;
}

PyObject *
pyembed_package_path_of(OxidizedFinder *self, const pyembed_module *module)
{
    return pyembed_virtual_path(self, folder_of(module));
}

PyObject *
pyembed_package_folder_of(const pyembed_module *module, unsigned number)
{
    pyembed_string root;
    return pyembed_root_at(module->root, number, &root) ? pyembed_real_path(root, folder_of(module)) : Py_NewRef(Py_None);
}

/* `json/decoder.py` -> `<executable>/json/__pycache__/decoder.cpython-311.pyc`, as importlib's cache_from_source has it; None for what has
 * no bytecode. */
PyObject *
pyembed_cached_of(OxidizedFinder *self, const pyembed_module *module)
{
    pyembed_string path = module->path;
    if (path.size < 3 || memcmp(path.data + path.size - 3, ".py", 3) != 0) {
        Py_RETURN_NONE;
    }
    const char *slash = memrchr(path.data, '/', path.size);
    size_t folder = slash == NULL ? 0 : (size_t)(slash - path.data) + 1;
    size_t stem = path.size - 3 - folder;
    static const char *const endings[] = {"." PYEMBED_CACHE_TAG ".pyc", "." PYEMBED_CACHE_TAG ".opt-1.pyc", "." PYEMBED_CACHE_TAG ".opt-2.pyc"};
    const char *ending = endings[((module->flags >> 8) & 3u) % 3u];
    char small[512], *buffer = small;
    size_t size = folder + 12 + stem + strlen(ending);
    if (size >= sizeof small && (buffer = PyMem_Malloc(size + 1)) == NULL) {
        return PyErr_NoMemory();
    }
    memcpy(buffer, path.data, folder);
    memcpy(buffer + folder, "__pycache__/", 12);
    memcpy(buffer + folder + 12, path.data + folder, stem);
    memcpy(buffer + folder + 12 + stem, ending, strlen(ending) + 1);
    pyembed_string text = {buffer, (uint32_t)size};
    PyObject *result = pyembed_virtual_path(self, text);
    if (buffer != small) {
        PyMem_Free(buffer);
    }
    return result;
}

/* ---- from a path to what it names ---- */

int
pyembed_path_is_below(PyObject *path, PyObject *folder, Py_ssize_t length, const char *separators)
{
    if (PyUnicode_GET_LENGTH(path) < length) {
        return 0;
    }
    Py_UCS4 next = PyUnicode_GET_LENGTH(path) == length ? '/' : PyUnicode_READ_CHAR(path, length);
    if (next == 0 || next > 127 || strchr(separators, (int)next) == NULL) {
        return 0;
    }
    for (Py_ssize_t at = 0; at < length; at++) {
        if (PyUnicode_READ_CHAR(path, at) != PyUnicode_READ_CHAR(folder, at)) {
            return 0;
        }
    }
    return 1;
}

/* Finds the module whose name is `path` with dots for slashes. Names that are too long for a blob are not there. */
static pyembed_status
module_at_path(const pyembed_resources *resources, const char *path, size_t size, pyembed_module *module)
{
    char name[1024];
    if (size == 0 || size > sizeof name) {
        return PYEMBED_NOT_FOUND;
    }
    for (size_t at = 0; at < size; at++) {
        name[at] = path[at] == '/' ? '.' : path[at];
    }
    return pyembed_module_find(resources, name, size, module);
}

static int
is_path_of(const pyembed_module *module, const char *path, size_t size)
{
    return module->path.size == size && memcmp(module->path.data, path, size) == 0;
}

static int
take_module(const pyembed_module *module, pyembed_bytes *bytes)
{
    *bytes = module->library.data != NULL ? module->library : module->source;
    return bytes->data != NULL;
}

/* `pkg/mod.py`, `pkg/mod.cpython-311-x86_64-linux-gnu.so`, `pkg/__init__.py` */
static pyembed_status
module_file(const pyembed_resources *resources, const char *path, size_t size, size_t folder, pyembed_module *module)
{
    const char *dot = memchr(path + folder, '.', size - folder);
    if (dot == NULL) {
        return PYEMBED_NOT_FOUND;
    }
    size_t stem = (size_t)(dot - path);
    pyembed_status status = module_at_path(resources, path, stem, module);
    if (status == PYEMBED_OK && is_path_of(module, path, size)) {
        return status;
    }
    if (folder > 0 && stem - folder == 8 && memcmp(path + folder, "__init__", 8) == 0) {
        status = module_at_path(resources, path, folder - 1, module);
        if (status == PYEMBED_OK && is_path_of(module, path, size)) {
            return status;
        }
    }
    /* A script's file is named as it likes; its module is `__main__`. */
    status = pyembed_module_find(resources, "__main__", 8, module);
    return status == PYEMBED_OK && !is_path_of(module, path, size) ? PYEMBED_NOT_FOUND : status;
}

static pyembed_status
distribution_file(const pyembed_resources *resources, const char *path, size_t size, pyembed_file *file)
{
    const char *slash = memchr(path, '/', size);
    if (slash == NULL) {
        return PYEMBED_NOT_FOUND;
    }
    size_t folder = (size_t)(slash - path);
    for (uint32_t index = 0; index < pyembed_count(resources, PYEMBED_SECTION_DISTRIBUTIONS); index++) {
        pyembed_distribution distribution;
        pyembed_status status = pyembed_distribution_at(resources, index, &distribution);
        if (status != PYEMBED_OK) {
            return status;
        }
        if (distribution.folder.size == folder && memcmp(distribution.folder.data, path, folder) == 0) {
            return pyembed_file_find(resources, PYEMBED_SECTION_FILES, distribution.files, slash + 1, size - folder - 1, file);
        }
    }
    return PYEMBED_NOT_FOUND;
}

/* The deepest package above the path that has such a resource. */
static pyembed_status
resource_file(const pyembed_resources *resources, const char *path, size_t size, pyembed_file *file)
{
    const char *slash = memrchr(path, '/', size);
    while (slash != NULL) {
        size_t folder = (size_t)(slash - path);
        pyembed_module package;
        pyembed_status status = module_at_path(resources, path, folder, &package);
        if (status == PYEMBED_OK) {
            status = pyembed_file_find(resources, PYEMBED_SECTION_RESOURCES, package.resources, slash + 1, size - folder - 1, file);
        }
        if (status != PYEMBED_NOT_FOUND) {
            return status;
        }
        slash = folder == 0 ? NULL : memrchr(path, '/', folder);
    }
    return distribution_file(resources, path, size, file);
}

int
pyembed_path_lookup(OxidizedFinder *self, const char *path, size_t size, pyembed_bytes *bytes)
{
    PyObject *prefix = PyUnicode_AsEncodedString(self->root, "utf-8", "surrogateescape");
    if (prefix == NULL) {
        return -1;
    }
    size_t root = (size_t)PyBytes_GET_SIZE(prefix);
    int is_below = size > root && memcmp(path, PyBytes_AS_STRING(prefix), root) == 0;
    Py_DECREF(prefix);
    if (!is_below) {
        return 0;
    }
    path += root;
    size -= root;

    const char *slash = memrchr(path, '/', size);
    pyembed_module module;
    pyembed_status status = module_file(&self->resources, path, size, slash == NULL ? 0 : (size_t)(slash - path) + 1, &module);
    if (status == PYEMBED_OK && take_module(&module, bytes)) {
        return 1;
    }
    if (status == PYEMBED_OK || status == PYEMBED_NOT_FOUND) {
        pyembed_file file;
        status = resource_file(&self->resources, path, size, &file);
        if (status == PYEMBED_OK && file.data.data != NULL) {
            *bytes = file.data;
            return 1;
        }
    }
    if (status == PYEMBED_OK || status == PYEMBED_NOT_FOUND) {
        return 0;
    }
    pyembed_raise_damaged("path", path, status);
    return -1;
}
