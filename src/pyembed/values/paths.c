/* Paths of entries: from the blob's strings to Python's.
 *
 * A virtual path is `<executable>/<path below its root>`: stable, absolute, and never a file.
 * path_lookup.c goes the other way. */
#include "values/paths.h"

#include "reader/resources.h"
#include "process/process.h"
#include "values/state.h"
#include "values/text.h"

#include <string.h>

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
        result = root.size == 0 ? PyUnicode_FromFormat("%U%s%U", folder, slash, tail)
                                : PyUnicode_FromFormat("%U%s%U/%U", folder, slash, below, tail);
    }
    Py_XDECREF(folder);
    Py_XDECREF(below);
    Py_XDECREF(tail);
    return result;
}

/* The n-th folder of an entry's root: a namespace package may have portions in several, one a line.
 * 0: there is none. */
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

/* The folder part of a package's path: `json` of `json/__init__.py`; a namespace package's path is
 * its folder. */
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
    return pyembed_root_at(module->root, number, &root) ? pyembed_real_path(root, folder_of(module))
                                                        : Py_NewRef(Py_None);
}

/* `json/decoder.py` -> `<executable>/json/__pycache__/decoder.cpython-311.pyc`, as importlib's
 * cache_from_source has it; None for what has no bytecode. */
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
    static const char *const endings[] = {"." PYEMBED_CACHE_TAG ".pyc",
                                          "." PYEMBED_CACHE_TAG ".opt-1.pyc",
                                          "." PYEMBED_CACHE_TAG ".opt-2.pyc"};
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
