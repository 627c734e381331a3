/* Namespace packages. Portions may lie in the blob, in folders beside the product, and, with the
 * filesystem importer, wherever importlib's PathFinder finds one. A regular package that it finds
 * wins over all portions. `__path__` is importlib's _NamespacePath: it asks again when the parent's
 * path has changed. */
#include "loader/namespaces.h"

#include "reader/resources.h"
#include "values/items.h"
#include "values/lookup.h"
#include "values/paths.h"
#include "values/state.h"
#include "loader/app_relative.h"
#include "loader/new_spec.h"

/* Whether a path leads nowhere but into the packed resources. Its portions are known then. */
static int
is_own_path(OxidizedFinder *self, PyObject *path)
{
    Py_ssize_t count = PyList_Check(path) ? PyList_GET_SIZE(path) : -1, at = 0;
    while (at < count && PyUnicode_Check(PyList_GET_ITEM(path, at)) &&
           pyembed_path_is_below(PyList_GET_ITEM(path, at), self->root,
                                 PyUnicode_GET_LENGTH(self->root) - 1, "/")) {
        at++;
    }
    return at == count;
}

/* What PathFinder finds along a path (NULL: sys.path): a spec, or None. Our own portions below a
 * parent are among it (_oxidized_paths.py). Not its find_spec, which makes a _NamespacePath, and
 * that looks for a parent that need not be there. */
static PyObject *
ask_path_finder(OxidizedFinder *self, PyObject *name, PyObject *path)
{
    PyObject *along = path == NULL || path == Py_None ? pyembed_sys_item("path") : Py_NewRef(path);
    if (along != NULL && is_own_path(self, along)) {
        Py_DECREF(along);
        Py_RETURN_NONE;
    }
    PyObject *finder = along == NULL
                           ? NULL
                           : PyObject_GetAttrString(self->state->bootstrap_external, "PathFinder");
    PyObject *spec =
        finder == NULL ? NULL : PyObject_CallMethod(finder, "_get_spec", "OO", name, along);
    Py_XDECREF(finder);
    Py_XDECREF(along);
    return spec;
}

/* Appends what is not there yet. */
static int
add_missing(PyObject *portions, PyObject *more)
{
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(more); at++) {
        int there = PySequence_Contains(portions, PyList_GET_ITEM(more, at));
        if (there < 0 || (there == 0 && PyList_Append(portions, PyList_GET_ITEM(more, at)) < 0)) {
            return -1;
        }
    }
    return 0;
}

/* Below the executable, and beside the product. */
static PyObject *
own_portions(OxidizedFinder *self, const pyembed_module *module)
{
    PyObject *portions = PyList_New(0);
    PyObject *packed = portions == NULL || (module->flags & PYEMBED_IN_FILESYSTEM)
                           ? NULL
                           : pyembed_package_path_of(self, module);
    int failed = portions == NULL || PyErr_Occurred() ||
                 (packed != NULL && PyList_Append(portions, packed) < 0) ||
                 pyembed_app_relative_portions(module, portions) < 0;
    Py_XDECREF(packed);
    if (failed) {
        Py_CLEAR(portions);
    }
    return portions;
}

/* All portions as a list; or the spec of a regular package that stands before them. Those of a
 * parent's path keep that path's order. */
static PyObject *
find_portions(OxidizedFinder *self, PyObject *name, const pyembed_module *module, PyObject *path)
{
    PyObject *own = own_portions(self, module);
    if (own == NULL || !self->filesystem_importer) {
        return own;
    }
    PyObject *other = ask_path_finder(self, name, path), *result = NULL;
    PyObject *loader = other == NULL || other == Py_None
                           ? Py_XNewRef(other)
                           : PyObject_GetAttr(other, self->state->str_loader);
    if (loader != NULL && other == Py_None) {
        result = Py_NewRef(own);
    }
    else if (loader != NULL && loader != Py_None) {
        result = Py_NewRef(other);
    }
    else if (loader != NULL) {
        PyObject *locations = PyObject_GetAttr(other, self->state->str_locations);
        PyObject *found = locations == NULL ? NULL : PySequence_List(locations);
        int is_top = path == NULL || path == Py_None;
        PyObject *first = is_top ? own : found, *second = is_top ? found : own;
        result = found == NULL || add_missing(first, second) < 0 ? NULL : Py_NewRef(first);
        Py_XDECREF(found);
        Py_XDECREF(locations);
    }
    Py_XDECREF(loader);
    Py_XDECREF(other);
    Py_DECREF(own);
    return result;
}

/* Whether the parent package is imported and has a path; 1 if the name has no parent. */
static int
has_parent(PyObject *name)
{
    Py_ssize_t dot = PyUnicode_FindChar(name, '.', 0, PyUnicode_GET_LENGTH(name), -1);
    if (dot < 0) {
        return dot == -1 ? 1 : -1;
    }
    PyObject *parent = PyUnicode_Substring(name, 0, dot);
    PyObject *module = parent == NULL ? NULL : PyImport_GetModule(parent);
    PyObject *path = module == NULL ? NULL : PyObject_GetAttrString(module, "__path__");
    int there = path != NULL                                                        ? 1
                : PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_AttributeError) ? -1
                                                                                    : 0;
    if (there == 0) {
        PyErr_Clear();
    }
    Py_XDECREF(path);
    Py_XDECREF(module);
    Py_XDECREF(parent);
    return there;
}

/* Steals `portions`. Returns a _NamespacePath; if the parent is not imported, the list itself. */
static PyObject *
path_of(OxidizedFinder *self, PyObject *name, PyObject *portions)
{
    int parent = has_parent(name);
    if (parent == 0) {
        return portions;
    }
    PyObject *finder =
        parent < 0 ? NULL : PyObject_GetAttrString((PyObject *)self, "_find_portions");
    PyObject *path = finder == NULL
                         ? NULL
                         : PyObject_CallMethod(self->state->bootstrap_external, "_NamespacePath",
                                               "OOO", name, portions, finder);
    Py_XDECREF(finder);
    Py_DECREF(portions);
    return path;
}

PyObject *
pyembed_namespace_spec(OxidizedFinder *self, PyObject *name, const pyembed_module *module,
                       PyObject *path)
{
    PyObject *portions = find_portions(self, name, module, path);
    if (portions == NULL || !PyList_Check(portions)) {
        return portions;
    }
    if (PyList_GET_SIZE(portions) == 0) {
        Py_DECREF(portions);
        Py_RETURN_NONE;
    }
    PyObject *locations = path_of(self, name, portions);
    PyObject *spec = locations == NULL
                         ? NULL
                         : pyembed_new_spec(self->state, name, (PyObject *)self, Py_None, 1);
    if (spec != NULL && PyObject_SetAttr(spec, self->state->str_locations, locations) < 0) {
        Py_CLEAR(spec);
    }
    Py_XDECREF(locations);
    return spec;
}

/* A _NamespacePath calls it with the parent's path. Returns a spec without a loader, as importlib
 * does. */
PyObject *
pyembed_namespace_find_portions(OxidizedFinder *self, PyObject *args)
{
    PyObject *name, *path;
    pyembed_module module;
    if (!PyArg_ParseTuple(args, "UO:_find_portions", &name, &path)) {
        return NULL;
    }
    int found = pyembed_finder_lookup(self, name, &module);
    if (found <= 0) {
        return found < 0 ? NULL : Py_NewRef(Py_None);
    }
    /* of a name without a parent it is sys.path, which our own portions are not found along */
    int is_top = PyUnicode_FindChar(name, '.', 0, PyUnicode_GET_LENGTH(name), 1) < 0;
    PyObject *portions = find_portions(self, name, &module, is_top ? Py_None : path);
    if (portions == NULL || !PyList_Check(portions)) {
        return portions;
    }
    PyObject *spec = pyembed_new_spec(self->state, name, Py_None, Py_None, 1);
    if (spec != NULL && PyObject_SetAttr(spec, self->state->str_locations, portions) < 0) {
        Py_CLEAR(spec);
    }
    Py_DECREF(portions);
    return spec;
}
