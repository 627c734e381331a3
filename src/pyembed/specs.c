/* From an entry of the blob to a ModuleSpec: ours, importlib's for what lies beside the product (beside.c), and namespace packages, which may have portions in both. */
#include "importer.h"

static PyObject *
new_spec(importer_state *state, PyObject *name, PyObject *loader, PyObject *origin, int is_package)
{
    PyObject *arguments[] = {name, loader, origin, is_package ? Py_True : Py_False};
    return PyObject_Vectorcall(state->module_spec, arguments, 2, state->spec_keywords);
}

PyObject *
pyembed_finder_builtin_spec(importer_state *state, PyObject *name)
{
    return new_spec(state, name, state->builtin_importer, state->str_builtin_origin, 0);
}

/* `spec.has_location = True; spec.cached = ...`, without the properties: importlib would compute `cached` by itself in Python. */
static int
set_location(OxidizedFinder *self, PyObject *spec, const pyembed_module *module)
{
    importer_state *state = self->state;
    PyObject *cached = pyembed_cached_of(self, module);
    int result = cached == NULL ? -1 : PyObject_SetAttr(spec, state->str_cached, cached);
    Py_XDECREF(cached);
    return result < 0 ? -1 : PyObject_SetAttr(spec, state->str_set_fileattr, Py_True);
}

static int
add_package_path(OxidizedFinder *self, PyObject *spec, const pyembed_module *module)
{
    PyObject *locations = PyObject_GetAttr(spec, self->state->str_locations);
    PyObject *path = locations == NULL ? NULL : pyembed_package_path_of(self, module);
    int result = path == NULL ? -1 : PyList_Append(locations, path);
    Py_XDECREF(locations);
    Py_XDECREF(path);
    return result;
}

/* Its path has a portion below the executable, folders beside the product, or both; None when none of its folders is there. */
static PyObject *
namespace_spec(OxidizedFinder *self, PyObject *name, const pyembed_module *module)
{
    int is_embedded = (module->flags & PYEMBED_IN_FILESYSTEM) == 0;
    PyObject *spec = new_spec(self->state, name, (PyObject *)self, Py_None, 1);
    if (spec == NULL || (is_embedded && add_package_path(self, spec, module) < 0)) {
        Py_XDECREF(spec);
        return NULL;
    }
    PyObject *locations = PyObject_GetAttr(spec, self->state->str_locations);
    int portions = locations == NULL ? -1 : pyembed_beside_portions(module, locations);
    Py_XDECREF(locations);
    if (portions < 0 || (portions == 0 && !is_embedded)) {
        Py_DECREF(spec);
        return portions < 0 ? NULL : Py_NewRef(Py_None);
    }
    return spec;
}

PyObject *
pyembed_finder_spec_of(OxidizedFinder *self, PyObject *name, const pyembed_module *module)
{
    importer_state *state = self->state;
    if (module->flags & PYEMBED_MODULE_BUILTIN) {
        return pyembed_finder_builtin_spec(state, name);
    }
    if (pyembed_is_beside(module)) {
        return pyembed_beside_spec(self, name, module);
    }
    if (module->flags & PYEMBED_MODULE_NAMESPACE) {
        return namespace_spec(self, name, module);
    }
    int has_file = self->module_file != PYEMBED_FILE_NONE;
    int is_package = (module->flags & PYEMBED_MODULE_PACKAGE) != 0;
    PyObject *origin = has_file ? pyembed_file_of(self, module) : Py_NewRef(Py_None);
    PyObject *spec = origin == NULL ? NULL : new_spec(state, name, (PyObject *)self, origin, is_package);
    Py_XDECREF(origin);
    if (spec != NULL && ((has_file && set_location(self, spec, module) < 0) || (is_package && add_package_path(self, spec, module) < 0))) {
        Py_CLEAR(spec);
    }
    return spec;
}

/* `__path__` of a namespace package may have portions on disk, and a regular package there wins over all portions: importlib's PathFinder
 * knows both. */
PyObject *
pyembed_finder_merge_namespace(OxidizedFinder *self, PyObject *spec, PyObject *name, PyObject *path)
{
    PyObject *finder = PyObject_GetAttrString(self->state->bootstrap_external, "PathFinder");
    PyObject *other = finder == NULL ? NULL : PyObject_CallMethod(finder, "find_spec", "OO", name, path == NULL ? Py_None : path);
    Py_XDECREF(finder);
    if (other == NULL || other == Py_None) {
        Py_XDECREF(other);
        return other == NULL ? (Py_DECREF(spec), NULL) : spec;
    }
    PyObject *loader = PyObject_GetAttr(other, self->state->str_loader);
    if (loader != NULL && loader != Py_None) {
        Py_DECREF(loader);
        Py_DECREF(spec);
        return other;
    }
    PyObject *ours = loader == NULL ? NULL : PyObject_GetAttr(spec, self->state->str_locations);
    PyObject *theirs = ours == NULL ? NULL : PyObject_GetAttr(other, self->state->str_locations);
    PyObject *extended = theirs == NULL ? NULL : PyObject_CallMethod(ours, "extend", "O", theirs);
    Py_XDECREF(loader);
    Py_XDECREF(ours);
    Py_XDECREF(theirs);
    Py_DECREF(other);
    if (extended == NULL) {
        Py_CLEAR(spec);
    }
    Py_XDECREF(extended);
    return spec;
}
