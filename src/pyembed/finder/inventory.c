/* The content of the blob as plain Python values, for the parts of `oxidized_importer` that are
 * written in Python (resource readers, distributions, pkgutil). */
#include "finder/inventory.h"

#include "reader/resources.h"
#include "values/lookup.h"
#include "values/paths.h"
#include "values/state.h"
#include "values/text.h"

#include <string.h>

static int
append(PyObject *list, PyObject *item)
{
    int result = item == NULL ? -1 : PyList_Append(list, item);
    Py_XDECREF(item);
    return result;
}

/* Names below a prefix (`json.`, or empty for all) as a list of (name, is_package, path, has_file),
 * in order. */
PyObject *
pyembed_inventory_modules(OxidizedFinder *self, PyObject *prefix)
{
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(prefix, &size);
    PyObject *list = text == NULL ? NULL : PyList_New(0);
    if (list == NULL) {
        return NULL;
    }
    pyembed_run run;
    pyembed_status status = pyembed_modules_below(&self->resources, text, (size_t)size, &run);
    for (uint32_t at = 0; status == PYEMBED_OK && at < run.count; at++) {
        uint32_t index;
        pyembed_module module;
        status = pyembed_number_at(&self->resources, PYEMBED_SECTION_ORDER, run.first + at, &index);
        if (status == PYEMBED_OK) {
            status = pyembed_module_at(&self->resources, index, &module);
        }
        if (status != PYEMBED_OK) {
            break;
        }
        PyObject *is_package = (module.flags & (PYEMBED_MODULE_PACKAGE | PYEMBED_MODULE_NAMESPACE))
                                   ? Py_True
                                   : Py_False;
        PyObject *has_file =
            module.source.data != NULL || module.library.data != NULL ? Py_True : Py_False;
        if (append(list, Py_BuildValue("(NONO)", pyembed_text(module.name), is_package,
                                       pyembed_text(module.path), has_file)) < 0) {
            Py_DECREF(list);
            return NULL;
        }
    }
    if (status != PYEMBED_OK) {
        Py_DECREF(list);
        return pyembed_raise_damaged("the modules below", text, status);
    }
    return list;
}

static PyObject *
optional_bytes(const pyembed_bytes *bytes)
{
    return bytes->data == NULL ? Py_NewRef(Py_None) : pyembed_bytes_object(bytes);
}

/* The names of the libraries of a run. */
static PyObject *
dependencies_of(OxidizedFinder *self, pyembed_run run)
{
    PyObject *names = PyList_New(0);
    for (uint32_t at = 0; names != NULL && at < run.count; at++) {
        uint32_t index;
        pyembed_file library;
        if (pyembed_number_at(&self->resources, PYEMBED_SECTION_DEPENDENCIES, run.first + at,
                              &index) == PYEMBED_OK &&
            pyembed_file_at(&self->resources, PYEMBED_SECTION_LIBRARIES, index, &library) ==
                PYEMBED_OK &&
            append(names, pyembed_text(library.name)) < 0) {
            Py_CLEAR(names);
        }
    }
    return names;
}

/* (flags, path, root, code, source, library, [dependencies]) of a module, or None; code and the
 * others as bytes or None. */
PyObject *
pyembed_inventory_module(OxidizedFinder *self, PyObject *name)
{
    pyembed_module module;
    int found = pyembed_finder_lookup(self, name, &module);
    if (found <= 0) {
        return found < 0 ? NULL : Py_NewRef(Py_None);
    }
    return Py_BuildValue("(INNNNNN)", (unsigned)module.flags, pyembed_text(module.path),
                         pyembed_text(module.root), optional_bytes(&module.code),
                         optional_bytes(&module.source), optional_bytes(&module.library),
                         dependencies_of(self, module.dependencies));
}

/* A module's flags, 0 if there is none. */
PyObject *
pyembed_inventory_flags(OxidizedFinder *self, PyObject *name)
{
    pyembed_module module;
    int found = pyembed_finder_lookup(self, name, &module);
    return found < 0 ? NULL : PyLong_FromUnsignedLong(found > 0 ? module.flags : 0);
}

/* The name of a module's file within its folder (`__init__.py`), or None if its source is not here.
 */
PyObject *
pyembed_inventory_file_name(OxidizedFinder *self, PyObject *name)
{
    pyembed_module module;
    int found = pyembed_finder_lookup(self, name, &module);
    if (found <= 0 || (module.source.data == NULL && module.library.data == NULL)) {
        return found < 0 ? NULL : Py_NewRef(Py_None);
    }
    const char *slash = memrchr(module.path.data, '/', module.path.size);
    return PyUnicode_FromString(slash == NULL ? module.path.data : slash + 1);
}

/* `__file__` of the script that the product starts with, or None. */
PyObject *
pyembed_inventory_main_file(OxidizedFinder *self, PyObject *Py_UNUSED(ignored))
{
    pyembed_module module;
    if (pyembed_module_find(&self->resources, "__main__", 8, &module) != PYEMBED_OK) {
        Py_RETURN_NONE;
    }
    return pyembed_file_of(self, &module);
}

static PyObject *
names_of(OxidizedFinder *self, unsigned section, pyembed_run run)
{
    PyObject *list = PyList_New(0);
    for (uint32_t at = 0; list != NULL && at < run.count; at++) {
        pyembed_file file;
        pyembed_status status = pyembed_file_at(&self->resources, section, run.first + at, &file);
        if (status != PYEMBED_OK) {
            Py_DECREF(list);
            return pyembed_raise_damaged("a run of files", "", status);
        }
        if (append(list, pyembed_text(file.name)) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

/* The content of a file of a run: bytes; or its path (str) where it lies beside the product; None
 * if there is none. */
static PyObject *
content_of(OxidizedFinder *self, unsigned section, pyembed_run run, const char *name,
           Py_ssize_t size)
{
    pyembed_file file;
    pyembed_status status =
        pyembed_file_find(&self->resources, section, run, name, (size_t)size, &file);
    if (status == PYEMBED_NOT_FOUND) {
        Py_RETURN_NONE;
    }
    if (status != PYEMBED_OK) {
        return pyembed_raise_damaged("file", name, status);
    }
    return (file.flags & PYEMBED_IN_FILESYSTEM) ? pyembed_real_path(file.root, file.path)
                                                : optional_bytes(&file.data);
}

/* The names of a package's resources, or None if there is no such package. */
PyObject *
pyembed_inventory_resources(OxidizedFinder *self, PyObject *package)
{
    pyembed_module module;
    int found = pyembed_finder_lookup(self, package, &module);
    if (found <= 0) {
        return found < 0 ? NULL : Py_NewRef(Py_None);
    }
    return names_of(self, PYEMBED_SECTION_RESOURCES, module.resources);
}

PyObject *
pyembed_inventory_resource(OxidizedFinder *self, PyObject *args)
{
    PyObject *package, *name;
    pyembed_module module;
    if (!PyArg_ParseTuple(args, "UU:_resource", &package, &name)) {
        return NULL;
    }
    int found = pyembed_finder_lookup(self, package, &module);
    if (found <= 0) {
        return found < 0 ? NULL : Py_NewRef(Py_None);
    }
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(name, &size);
    if (text == NULL && PyErr_ExceptionMatches(PyExc_UnicodeError)) {
        PyErr_Clear(); /* a name with a lone surrogate is not ours */
        Py_RETURN_NONE;
    }
    return text == NULL ? NULL
                        : content_of(self, PYEMBED_SECTION_RESOURCES, module.resources, text, size);
}

/* [(SONAME, bytes, or its path beside the product, [the libraries that it needs])] */
PyObject *
pyembed_inventory_libraries(OxidizedFinder *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *list = PyList_New(0);
    for (uint32_t at = 0;
         list != NULL && at < pyembed_count(&self->resources, PYEMBED_SECTION_LIBRARIES); at++) {
        pyembed_file library;
        pyembed_status status =
            pyembed_file_at(&self->resources, PYEMBED_SECTION_LIBRARIES, at, &library);
        if (status != PYEMBED_OK) {
            Py_DECREF(list);
            return pyembed_raise_damaged("a shared library", "", status);
        }
        PyObject *content = (library.flags & PYEMBED_IN_FILESYSTEM)
                                ? pyembed_real_path(library.root, library.path)
                                : optional_bytes(&library.data);
        if (append(list, Py_BuildValue("(NNN)", pyembed_text(library.name), content,
                                       dependencies_of(self, library.dependencies))) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

/* Where a distribution's folder is, if it lies beside the product: its path, else None. */
static PyObject *
place_of(OxidizedFinder *self, const pyembed_distribution *distribution)
{
    pyembed_file file;
    if (distribution->files.count == 0 ||
        pyembed_file_at(&self->resources, PYEMBED_SECTION_FILES, distribution->files.first,
                        &file) != PYEMBED_OK ||
        !(file.flags & PYEMBED_IN_FILESYSTEM)) {
        Py_RETURN_NONE;
    }
    return pyembed_real_path(file.root, distribution->folder);
}

/* [(name, version, folder, its path beside the product or None)] in the order of names. */
PyObject *
pyembed_inventory_distributions(OxidizedFinder *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *list = PyList_New(0);
    for (uint32_t at = 0;
         list != NULL && at < pyembed_count(&self->resources, PYEMBED_SECTION_DISTRIBUTIONS);
         at++) {
        pyembed_distribution distribution;
        pyembed_status status = pyembed_distribution_at(&self->resources, at, &distribution);
        if (status != PYEMBED_OK) {
            Py_DECREF(list);
            return pyembed_raise_damaged("a distribution", "", status);
        }
        if (append(list, Py_BuildValue("(NNNN)", pyembed_text(distribution.name),
                                       pyembed_text(distribution.version),
                                       pyembed_text(distribution.folder),
                                       place_of(self, &distribution))) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

static int
distribution_of(OxidizedFinder *self, const char *name, pyembed_distribution *distribution)
{
    pyembed_status status =
        pyembed_distribution_find(&self->resources, name, strlen(name), distribution);
    if (status != PYEMBED_OK && status != PYEMBED_NOT_FOUND) {
        pyembed_raise_damaged("distribution", name, status);
        return -1;
    }
    return status == PYEMBED_OK;
}

PyObject *
pyembed_inventory_distribution_files(OxidizedFinder *self, PyObject *name)
{
    pyembed_distribution distribution;
    const char *text = PyUnicode_AsUTF8(name);
    int found = text == NULL ? -1 : distribution_of(self, text, &distribution);
    if (found <= 0) {
        return found < 0 ? NULL : Py_NewRef(Py_None);
    }
    return names_of(self, PYEMBED_SECTION_FILES, distribution.files);
}

PyObject *
pyembed_inventory_distribution_file(OxidizedFinder *self, PyObject *args)
{
    const char *distribution_name, *name;
    Py_ssize_t size;
    pyembed_distribution distribution;
    if (!PyArg_ParseTuple(args, "ss#:_distribution_file", &distribution_name, &name, &size)) {
        return NULL;
    }
    int found = distribution_of(self, distribution_name, &distribution);
    if (found <= 0) {
        return found < 0 ? NULL : Py_NewRef(Py_None);
    }
    return content_of(self, PYEMBED_SECTION_FILES, distribution.files, name, size);
}
