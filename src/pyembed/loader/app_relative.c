/* Modules that are files beside the product (`install_location = "app-relative:lib"`). The blob
 * lists them with their paths: an import looks at one file, lists no folder, and ignores files that
 * others put there. importlib's own loaders load them, so loaders, caches, errors and names are
 * CPython's. The folder is relative to the real path of the executable. */
#include "loader/app_relative.h"

#include "reader/resources.h"
#include "values/lookup.h"
#include "values/paths.h"
#include "values/state.h"
#include "values/text.h"
#include "extensions/memory.h"
#include "extensions/terminfo.h"
#include "loader/fixups.h"
#include "loader/lazy.h"

#include <string.h>
#include <sys/stat.h>

int
pyembed_is_app_relative(const pyembed_module *module)
{
    return (module->flags & PYEMBED_IN_FILESYSTEM) != 0 &&
           (module->flags & PYEMBED_MODULE_NAMESPACE) == 0;
}

/* 1 or 0; -1 on an error. As in importlib's path finder, a missing file or one of another type is
 * not found. */
static int
is_there(PyObject *path, mode_t type)
{
    struct stat status;
    PyObject *encoded = PyUnicode_EncodeFSDefault(path);
    if (encoded == NULL) {
        return -1;
    }
    int there = stat(PyBytes_AS_STRING(encoded), &status) == 0 && (status.st_mode & S_IFMT) == type;
    Py_DECREF(encoded);
    return there;
}

static PyObject *
spec_from_location(OxidizedFinder *self, PyObject *name, PyObject *file, PyObject *folder)
{
    PyObject *make =
        PyObject_GetAttrString(self->state->bootstrap_external, "spec_from_file_location");
    PyObject *positional = make == NULL ? NULL : PyTuple_Pack(2, name, file);
    PyObject *keywords = positional == NULL ? NULL
                         : folder != Py_None
                             ? Py_BuildValue("{s:[O]}", "submodule_search_locations", folder)
                             : PyDict_New();
    PyObject *spec = keywords == NULL ? NULL : PyObject_Call(make, positional, keywords);
    Py_XDECREF(keywords);
    Py_XDECREF(positional);
    Py_XDECREF(make);
    return spec;
}

/* Sets an attribute of the loader that hides its class's method. It is a C function, so that no
 * frame of ours appears in a traceback. */
static int
adapt(OxidizedFinder *self, PyObject *spec, const char *name, const char *method)
{
    PyObject *loader = PyObject_GetAttr(spec, self->state->str_loader);
    PyObject *ours = loader == NULL ? NULL : PyObject_GetAttrString((PyObject *)self, method);
    int result = ours == NULL ? -1 : PyObject_SetAttrString(loader, name, ours);
    Py_XDECREF(ours);
    Py_XDECREF(loader);
    return result;
}

PyObject *
pyembed_app_relative_spec(OxidizedFinder *self, PyObject *name, const pyembed_module *module)
{
    PyObject *file = pyembed_file_of(self, module);
    int there = file == NULL ? -1 : is_there(file, S_IFREG);
    if (there <= 0) {
        Py_XDECREF(file);
        return there < 0 ? NULL : Py_NewRef(Py_None);
    }
    PyObject *folder = (module->flags & PYEMBED_MODULE_PACKAGE)
                           ? pyembed_package_folder_of(module, 0)
                           : Py_NewRef(Py_None);
    PyObject *spec = folder == NULL ? NULL : spec_from_location(self, name, file, folder);
    Py_XDECREF(folder);
    Py_DECREF(file);
    if (spec == NULL || spec == Py_None) {
        return spec;
    }
    if ((((module->flags & PYEMBED_MODULE_SHARED) || pyembed_is_lazy(module)) &&
         adapt(self, spec, "create_module", "_create_app_relative") < 0) ||
        ((pyembed_has_fixup(module) || pyembed_is_lazy(module)) &&
         adapt(self, spec, "exec_module", "_exec_app_relative") < 0)) {
        Py_CLEAR(spec);
    }
    return spec;
}

PyObject *
pyembed_app_relative_ask(OxidizedFinder *self, const pyembed_module *module, const char *method,
                         PyObject *argument)
{
    PyObject *name = pyembed_text(module->name);
    PyObject *spec = name == NULL ? NULL : pyembed_app_relative_spec(self, name, module);
    PyObject *loader = NULL, *answer = NULL;
    if (spec == Py_None) {
        PyObject *message = PyUnicode_FromFormat("No module named '%U'", name);
        if (message != NULL) {
            PyErr_SetImportErrorSubclass(PyExc_ModuleNotFoundError, message, name, NULL);
            Py_DECREF(message);
        }
    }
    else if (spec != NULL) {
        loader = PyObject_GetAttr(spec, self->state->str_loader);
        answer = loader == NULL
                     ? NULL
                     : PyObject_CallMethod(loader, method, "O", argument == NULL ? name : argument);
    }
    Py_XDECREF(loader);
    Py_XDECREF(spec);
    Py_XDECREF(name);
    return answer;
}

int
pyembed_app_relative_portions(const pyembed_module *module, PyObject *locations)
{
    pyembed_string root;
    int count = 0;
    for (unsigned number = 0; pyembed_root_at(module->root, number, &root); number++) {
        PyObject *folder = pyembed_package_folder_of(module, number);
        int there = folder == NULL ? -1 : is_there(folder, S_IFDIR);
        if (there > 0 && PyList_Append(locations, folder) < 0) {
            there = -1;
        }
        Py_XDECREF(folder);
        if (there < 0) {
            return -1;
        }
        count += there;
    }
    return count;
}

/* ---- what stands before the methods of importlib's loaders ---- */

/* Calls the class's own method of the spec's loader. */
static PyObject *
call_original(PyObject *loader, const char *method, PyObject *argument)
{
    return loader == NULL
               ? NULL
               : PyObject_CallMethod((PyObject *)Py_TYPE(loader), method, "OO", loader, argument);
}

static int
entry_of(OxidizedFinder *self, PyObject *spec, pyembed_module *entry)
{
    PyObject *name = PyObject_GetAttr(spec, self->state->str_name);
    int found = name == NULL ? -1 : pyembed_finder_lookup(self, name, entry);
    Py_XDECREF(name);
    return found;
}

/* `create_module` of the loader of an extension module, or of one that runs when it is first used.
 */
PyObject *
pyembed_app_relative_create(OxidizedFinder *self, PyObject *spec)
{
    pyembed_module entry;
    int found = entry_of(self, spec, &entry);
    int is_shared = found > 0 && (entry.flags & PYEMBED_MODULE_SHARED) != 0;
    if (found < 0 || (is_shared && pyembed_memory_prepare(self, &entry) < 0)) {
        return NULL;
    }
    PyObject *marked =
        found > 0 && pyembed_is_lazy(&entry) ? pyembed_lazy_marked(self, spec) : NULL;
    if (marked != NULL || PyErr_Occurred()) {
        return marked;
    }
    PyObject *loader = PyObject_GetAttr(spec, self->state->str_loader);
    int begun = found > 0 && pyembed_terminfo_begin(&entry);
    PyObject *module = call_original(loader, "create_module", spec);
    if (found > 0) {
        pyembed_terminfo_end(&entry, begun, module);
    }
    Py_XDECREF(loader);
    return module;
}

/* `exec_module` of a module that runs when it is first used, or needs something done afterwards
 * (fixups.c). */
PyObject *
pyembed_app_relative_exec(OxidizedFinder *self, PyObject *module)
{
    pyembed_module entry;
    PyObject *spec = PyObject_GetAttr(module, self->state->str_spec);
    int found = spec == NULL ? -1 : entry_of(self, spec, &entry);
    int deferred = found > 0 ? pyembed_lazy_defer(&entry, module) : found;
    PyObject *done = NULL;
    if (deferred > 0) {
        done = Py_NewRef(Py_None);
    }
    else if (deferred == 0) {
        PyObject *loader = PyObject_GetAttr(spec, self->state->str_loader);
        done = call_original(loader, "exec_module", module);
        Py_XDECREF(loader);
        if (done != NULL && found > 0 && pyembed_fixup_after(self, &entry, module) < 0) {
            Py_CLEAR(done);
        }
    }
    Py_XDECREF(spec);
    return done;
}
