/* From an entry of the blob to a ModuleSpec: ours, importlib's for what lies beside the product
 * (app_relative.c), and that of a namespace package (namespaces.c). */
#include "loader/specs.h"

#include "reader/resources.h"
#include "reader/settings.h"
#include "values/paths.h"
#include "values/state.h"
#include "loader/app_relative.h"
#include "loader/namespaces.h"
#include "loader/new_spec.h"

/* `spec.has_location = True; spec.cached = ...`, without the properties: importlib would compute
 * `cached` by itself in Python. */
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

PyObject *
pyembed_finder_spec_of(OxidizedFinder *self, PyObject *name, const pyembed_module *module,
                       PyObject *path)
{
    importer_state *state = self->state;
    if (module->flags & PYEMBED_MODULE_BUILTIN) {
        return pyembed_finder_builtin_spec(state, name);
    }
    if (pyembed_is_app_relative(module)) {
        return pyembed_app_relative_spec(self, name, module);
    }
    if (module->flags & PYEMBED_MODULE_NAMESPACE) {
        return pyembed_namespace_spec(self, name, module, path);
    }
    int has_file = self->module_file != PYEMBED_FILE_NONE;
    int is_package = (module->flags & PYEMBED_MODULE_PACKAGE) != 0;
    PyObject *origin = has_file ? pyembed_file_of(self, module) : Py_NewRef(Py_None);
    PyObject *spec =
        origin == NULL ? NULL : pyembed_new_spec(state, name, (PyObject *)self, origin, is_package);
    Py_XDECREF(origin);
    if (spec != NULL && ((has_file && set_location(self, spec, module) < 0) ||
                         (is_package && add_package_path(self, spec, module) < 0))) {
        Py_CLEAR(spec);
    }
    return spec;
}
