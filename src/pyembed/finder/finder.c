/* OxidizedFinder's finding half: from a name to a ModuleSpec. It is first in sys.meta_path, so it
 * is asked at every import: a name that is not ours costs one probe of the hash index. */
#include "finder/finder.h"

#include "reader/resources.h"
#include "values/errors.h"
#include "values/lookup.h"
#include "values/paths.h"
#include "values/state.h"
#include "loader/interpreter.h"
#include "loader/lazy.h"
#include "loader/new_spec.h"
#include "loader/specs.h"
#include "finder/added.h"
#include "finder/aliases.h"

#include <stdlib.h>
#include <string.h>

/* Modules that CPython has frozen keep CPython's loader and static code objects, as in the plain
 * interpreter; that is faster than ours. Sorted. Their sources are in the blob too, for
 * `get_source`. */
static const char *const frozen_by_cpython[] = {
    "__hello__",
    "__phello__",
    "__phello__.ham",
    "__phello__.ham.eggs",
    "__phello__.spam",
    "_collections_abc",
    "_sitebuiltins",
    "abc",
    "codecs",
    "genericpath",
    "importlib._bootstrap",
    "importlib._bootstrap_external",
    "importlib.machinery",
    "importlib.util",
    "io",
    "ntpath",
    "os",
    "posixpath",
    "runpy",
    "site",
    "stat",
    "zipimport",
};

static int
compare_names(const void *key, const void *element)
{
    return strcmp(key, *(const char *const *)element);
}

/* 1: CPython has it frozen, and is asked to use that; -1 on an error. */
static int
is_frozen(importer_state *state, PyObject *name, const pyembed_module *module)
{
    if (bsearch(module->name.data, frozen_by_cpython,
                sizeof frozen_by_cpython / sizeof frozen_by_cpython[0], sizeof frozen_by_cpython[0],
                compare_names) == NULL) {
        return 0;
    }
    PyObject *answer = PyObject_CallOneArg(state->is_frozen, name);
    if (answer == NULL) {
        return -1;
    }
    int frozen = PyObject_IsTrue(answer);
    Py_DECREF(answer);
    return frozen;
}

/* Whether an item of the path is the folder that the first `length` characters of `folder` name, or
 * lies below it. */
static int
any_is_below(PyObject *path, PyObject *folder, Py_ssize_t length)
{
    for (Py_ssize_t at = 0; at < PySequence_Fast_GET_SIZE(path); at++) {
        PyObject *item = PySequence_Fast_GET_ITEM(path, at);
        if (PyUnicode_Check(item) && pyembed_path_is_below(item, folder, length, "/")) {
            return 1;
        }
    }
    return 0;
}

/* Whether the path names a folder beside the product that the module's package has. */
static int
path_is_app_relative(OxidizedFinder *self, PyObject *path, const pyembed_module *module)
{
    const char *dot = memrchr(module->name.data, '.', module->name.size);
    pyembed_module parent;
    if (dot == NULL ||
        pyembed_module_find(&self->resources, module->name.data, (size_t)(dot - module->name.data),
                            &parent) != PYEMBED_OK) {
        return 0;
    }
    int found = 0;
    pyembed_string root;
    for (unsigned number = 0; found == 0 && pyembed_root_at(parent.root, number, &root); number++) {
        PyObject *folder = pyembed_package_folder_of(&parent, number);
        found = folder == NULL ? -1 : any_is_below(path, folder, PyUnicode_GET_LENGTH(folder));
        Py_XDECREF(folder);
    }
    return found;
}

/* A submodule is looked for along its parent's `__path__`. It is ours if one item of that path is
 * below the executable, or is the package's folder beside it. A package from elsewhere, or with a
 * changed path, does not get our submodules. */
static int
path_is_ours(OxidizedFinder *self, PyObject *path, const pyembed_module *module)
{
    if (path == NULL || path == Py_None) {
        return 1;
    }
    /* a list, or importlib's _NamespacePath, which may look for its folders again now */
    PyObject *items = PySequence_Fast(path, "a module's path must be iterable");
    if (items == NULL) {
        return -1;
    }
    /* without the slash: a path may be the executable itself */
    int ours = any_is_below(items, self->root, PyUnicode_GET_LENGTH(self->root) - 1);
    ours = ours == 0 ? path_is_app_relative(self, items, module) : ours;
    Py_DECREF(items);
    return ours;
}

/* The spec of an entry of the blob, for each kind of loader. */
static PyObject *
spec_of_entry(OxidizedFinder *self, PyObject *name, PyObject *path, const pyembed_module *module)
{
    if ((module->flags & PYEMBED_MODULE_BUILTIN) &&
        memchr(module->name.data, '.', module->name.size) == NULL) {
        return pyembed_is_linked_in(module->name.data)
                   ? pyembed_finder_builtin_spec(self->state, name)
                   : Py_NewRef(Py_None);
    }
    int frozen = is_frozen(self->state, name, module);
    if (frozen != 0) {
        return frozen < 0 ? NULL : pyembed_frozen_spec(self->state, name);
    }
    int ours = path_is_ours(self, path, module);
    if (ours <= 0) {
        return ours < 0 ? NULL : Py_NewRef(Py_None);
    }
    return pyembed_finder_spec_of(self, name, module, path);
}

static PyObject *
find_spec(OxidizedFinder *self, PyObject *name, PyObject *path, PyObject *target)
{
    if (self->state == NULL || !PyUnicode_Check(name)) {
        return pyembed_raise(PyExc_TypeError, "find_spec() needs a module name, not %.100s",
                             Py_TYPE(name)->tp_name);
    }
    PyObject *added;
    if (pyembed_added_spec(self, name, &added)) {
        return added;
    }
    PyObject *alias;
    if (pyembed_alias_spec(self, name, path, &alias)) {
        return alias;
    }
    pyembed_module module;
    int found = pyembed_finder_lookup(self, name, &module);
    /* Do not find the script as a module: `runpy.run_path` of another script looks for the
     * `__main__` of that script. */
    if (found > 0 && strcmp(module.name.data, "__main__") == 0) {
        found = 0;
    }
    if (found <= 0) {
        return found < 0 ? NULL : pyembed_interpreter_spec(self, name);
    }
    PyObject *spec = spec_of_entry(self, name, path, &module);
    if (spec != NULL && spec != Py_None && target == NULL && path != NULL && path != Py_None &&
        pyembed_is_lazy(&module) && pyembed_lazy_mark(self, name, spec) < 0) {
        Py_CLEAR(spec);
    }
    return spec;
}

PyObject *
pyembed_finder_find_spec(PyObject *self, PyObject *const *args, Py_ssize_t count,
                         PyObject *keywords)
{
    PyObject *values[3] = {NULL, NULL, NULL};
    static const char *const names[] = {"fullname", "path", "target"};
    if (count > 3) {
        pyembed_raise(PyExc_TypeError, "find_spec() takes at most 3 arguments");
        return NULL;
    }
    for (Py_ssize_t at = 0; at < count; at++) {
        values[at] = args[at];
    }
    for (Py_ssize_t at = 0; keywords != NULL && at < PyTuple_GET_SIZE(keywords); at++) {
        size_t place = 0;
        while (place < 3 && PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(keywords, at),
                                                             names[place]) != 0) {
            place++;
        }
        if (place == 3 || values[place] != NULL) {
            return pyembed_raise(PyExc_TypeError, "find_spec() got an unexpected argument '%U'",
                                 PyTuple_GET_ITEM(keywords, at));
        }
        values[place] = args[count + at];
    }
    if (values[0] == NULL) {
        pyembed_raise(PyExc_TypeError, "find_spec() missing required argument: 'fullname'");
        return NULL;
    }
    return find_spec((OxidizedFinder *)self, values[0], values[1],
                     values[2] == Py_None ? NULL : values[2]);
}
