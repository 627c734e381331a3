/* A package may stand in sys.modules under another's name: setuptools puts its own `distutils` in
 * the place of the standard library's. Its submodules are looked up along its `__path__`: the
 * module at that path counts, not the module of that name. */
#include "finder/aliases.h"

#include "reader/resources.h"
#include "values/lookup.h"
#include "values/state.h"
#include "loader/parts.h"

#include <string.h>

/* Whether a path below the root is that of the package `name`. */
static int
is_folder_of(const char *path, size_t size, const char *name, size_t length)
{
    if (size != length) {
        return 0;
    }
    for (size_t at = 0; at < size; at++) {
        if (path[at] != (name[at] == '.' ? '/' : name[at])) {
            return 0;
        }
    }
    return 1;
}

/* The name of the module that a folder below the root has for the last part (`.core`) of a name. */
static PyObject *
name_in(const char *folder, size_t size, const char *tail)
{
    PyObject *path = PyUnicode_FromStringAndSize(folder, (Py_ssize_t)size);
    PyObject *package = path == NULL ? NULL : PyObject_CallMethod(path, "replace", "ss", "/", ".");
    PyObject *name = package == NULL ? NULL : PyUnicode_FromFormat("%U%s", package, tail);
    Py_XDECREF(package);
    Py_XDECREF(path);
    return name;
}

/* The part of a path item below the root; NULL, without an exception if it lies elsewhere. */
static const char *
below_root(OxidizedFinder *self, PyObject *item, size_t *size)
{
    Py_ssize_t length, root_length;
    const char *root = PyUnicode_AsUTF8AndSize(self->root, &root_length);
    const char *text =
        root == NULL || !PyUnicode_Check(item) ? NULL : PyUnicode_AsUTF8AndSize(item, &length);
    if (text == NULL) {
        if (PyErr_ExceptionMatches(PyExc_UnicodeError)) {
            PyErr_Clear(); /* a path with a lone surrogate: no name of ours */
        }
        return NULL;
    }
    if (length <= root_length || memcmp(text, root, (size_t)root_length) != 0) {
        return NULL;
    }
    *size = (size_t)(length - root_length);
    return text + root_length;
}

/* 1 with the spec of the Python module that a folder has for a name's tail, NULL for an error; 0 if
 * it has none. */
static int
spec_in(OxidizedFinder *self, PyObject *name, const char *folder, size_t size, const char *tail,
        PyObject **spec)
{
    pyembed_module module;
    PyObject *real = name_in(folder, size, tail);
    int found = real == NULL ? -1 : pyembed_finder_lookup(self, real, &module);
    int is_python = found > 0 && (module.code.data != NULL || module.source.data != NULL);
    *spec = is_python ? pyembed_part_call("_oxidized_alias", "find_spec",
                                          Py_BuildValue("(OOO)", self, name, real))
                      : NULL;
    Py_XDECREF(real);
    return found < 0 || is_python;
}

static int
search(OxidizedFinder *self, PyObject *name, const char *text, PyObject *items, PyObject **spec)
{
    const char *tail = strrchr(text, '.');
    for (Py_ssize_t at = 0; tail != NULL && at < PySequence_Fast_GET_SIZE(items); at++) {
        size_t size = 0;
        const char *folder = below_root(self, PySequence_Fast_GET_ITEM(items, at), &size);
        if (folder == NULL && PyErr_Occurred()) {
            return 1;
        }
        if (folder != NULL && is_folder_of(folder, size, text, (size_t)(tail - text))) {
            return 0;
        }
        if (folder != NULL && spec_in(self, name, folder, size, tail, spec)) {
            return 1;
        }
    }
    return 0;
}

/* 1 with the spec (NULL for an error) of what the path has under the name's last part; 0 if the
 * path is the parent's own, or has nothing. */
int
pyembed_alias_spec(OxidizedFinder *self, PyObject *name, PyObject *path, PyObject **spec)
{
    *spec = NULL;
    if (path == NULL || path == Py_None) {
        return 0;
    }
    const char *text = PyUnicode_AsUTF8(name);
    if (text == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeError)) {
            return 1;
        }
        PyErr_Clear(); /* a name with a lone surrogate is not ours */
        return 0;
    }
    /* a list, or importlib's _NamespacePath */
    PyObject *items = PySequence_Fast(path, "a module's path must be iterable");
    int found = items == NULL ? 1 : search(self, name, text, items, spec);
    Py_XDECREF(items);
    return found;
}
