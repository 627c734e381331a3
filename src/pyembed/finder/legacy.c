/* The methods of finders and loaders from before ModuleSpec. Programs that load plug-ins still
 * write `finder.find_module(name).load_module(name)`. They exist as long as CPython's own finders
 * and loaders have them, with the same warnings. */
#include "finder/legacy.h"

#include "values/state.h"
#include "finder/finder.h"

#if PYEMBED_HAS_FIND_MODULE
PyObject *
pyembed_finder_find_module(PyObject *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"fullname", "path", NULL};
    PyObject *name, *path = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "U|O:find_module", names, &name, &path) ||
        PyErr_WarnEx(
            PyExc_DeprecationWarning,
            "OxidizedFinder.find_module() is deprecated and slated for removal in Python 3.12; use find_spec() instead",
            1) < 0) {
        return NULL;
    }
    PyObject *values[] = {name, path};
    PyObject *spec = pyembed_finder_find_spec(self, values, 2, NULL);
    PyObject *loader =
        spec == NULL || spec == Py_None ? Py_XNewRef(spec) : PyObject_GetAttrString(spec, "loader");
    Py_XDECREF(spec);
    return loader;
}
#endif

#if PYEMBED_HAS_LOAD_MODULE
PyObject *
pyembed_loader_load_module(PyObject *self, PyObject *name)
{
    PyObject *bootstrap = ((OxidizedFinder *)self)->state->bootstrap;
    return PyObject_CallMethod(bootstrap, "_load_module_shim", "OO", self, name);
}
#endif
