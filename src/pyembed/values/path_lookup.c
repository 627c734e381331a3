/* From a virtual path back to the entry that it names.
 *
 * The blob has no index by path, and needs none: the folders of a path are packages, so that the
 * module hash finds the deepest package, and the run of its resources the rest. What no package has
 * may be a distribution's file or a plain one. */
#include "values/path_lookup.h"

#include "reader/resources.h"
#include "values/lookup.h"
#include "values/state.h"

/* Finds the module whose name is `path` with dots for slashes. Names that are too long for a blob
 * are not there. */
static pyembed_status
module_at_path(const pyembed_resources *resources, const char *path, size_t size,
               pyembed_module *module)
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
module_file(const pyembed_resources *resources, const char *path, size_t size, size_t folder,
            pyembed_module *module)
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
distribution_file(const pyembed_resources *resources, const char *path, size_t size,
                  pyembed_file *file)
{
    const char *slash = memchr(path, '/', size);
    if (slash == NULL) {
        return PYEMBED_NOT_FOUND;
    }
    size_t folder = (size_t)(slash - path);
    for (uint32_t index = 0; index < pyembed_count(resources, PYEMBED_SECTION_DISTRIBUTIONS);
         index++) {
        pyembed_distribution distribution;
        pyembed_status status = pyembed_distribution_at(resources, index, &distribution);
        if (status != PYEMBED_OK) {
            return status;
        }
        if (distribution.folder.size == folder &&
            memcmp(distribution.folder.data, path, folder) == 0) {
            return pyembed_file_find(resources, PYEMBED_SECTION_FILES, distribution.files,
                                     slash + 1, size - folder - 1, file);
        }
    }
    return PYEMBED_NOT_FOUND;
}

/* Of the deepest package above the path that has such a resource; else of a distribution, or plain.
 */
static pyembed_status
resource_file(const pyembed_resources *resources, const char *path, size_t size, pyembed_file *file)
{
    const char *slash = memrchr(path, '/', size);
    pyembed_status status;
    while (slash != NULL) {
        size_t folder = (size_t)(slash - path);
        pyembed_module package;
        status = module_at_path(resources, path, folder, &package);
        if (status == PYEMBED_OK) {
            status = pyembed_file_find(resources, PYEMBED_SECTION_RESOURCES, package.resources,
                                       slash + 1, size - folder - 1, file);
        }
        if (status != PYEMBED_NOT_FOUND) {
            return status;
        }
        slash = folder == 0 ? NULL : memrchr(path, '/', folder);
    }
    status = distribution_file(resources, path, size, file);
    return status != PYEMBED_NOT_FOUND
               ? status
               : pyembed_file_find(resources, PYEMBED_SECTION_RESOURCES,
                                   pyembed_plain_files(resources), path, size, file);
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
    pyembed_status status = module_file(&self->resources, path, size,
                                        slash == NULL ? 0 : (size_t)(slash - path) + 1, &module);
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
