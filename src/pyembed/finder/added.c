/* Resources that were added when the program ran (`add_resource`). They are objects, not entries of
 * a blob, so that each attribute of theirs is kept; what they answer is written in Python
 * (_oxidized_added.py). This file chooses whom to ask: the blob alone, if nothing was added. */
#include "finder/added.h"

#include "values/errors.h"
#include "values/paths.h"
#include "values/state.h"
#include "loader/loader.h"
#include "loader/parts.h"
#include "finder/inventory.h"

static int
has_added(const OxidizedFinder *self)
{
    return self->added != NULL && PyDict_GET_SIZE(self->added) > 0;
}

/* The resource under a name, or under the package's whose `__init__` is asked for: borrowed; NULL
 * without an error if there is none. */
static PyObject *
resource_of(OxidizedFinder *self, PyObject *name)
{
    if (!has_added(self) || !PyUnicode_Check(name)) {
        return NULL;
    }
    PyObject *resource = PyDict_GetItemWithError(self->added, name);
    if (resource != NULL || PyErr_Occurred()) {
        return resource;
    }
    Py_ssize_t size = PyUnicode_GET_LENGTH(name);
    PyObject *package = size > 9 ? PyUnicode_Substring(name, 0, size - 9) : NULL;
    PyObject *ending = package == NULL ? NULL : PyUnicode_Substring(name, size - 9, size);
    if (ending != NULL && PyUnicode_CompareWithASCIIString(ending, ".__init__") == 0) {
        resource = PyDict_GetItemWithError(self->added, package);
    }
    Py_XDECREF(ending);
    Py_XDECREF(package);
    return resource;
}

/* 1 with the answer, NULL for an error; 0 if nothing of that name was added. */
static int
ask(OxidizedFinder *self, const char *function, PyObject *name, PyObject *argument,
    PyObject **answer)
{
    *answer = NULL;
    PyObject *resource = Py_XNewRef(resource_of(self, name));
    if (resource == NULL) {
        return PyErr_Occurred() != NULL;
    }
    PyObject *callable = pyembed_part("_oxidized_added", function);
    *answer = callable == NULL
                  ? NULL
                  : PyObject_CallFunctionObjArgs(callable, self, resource, name, argument, NULL);
    Py_XDECREF(callable);
    Py_DECREF(resource);
    return 1;
}

int
pyembed_added_spec(OxidizedFinder *self, PyObject *name, PyObject **spec)
{
    return ask(self, "find_spec", name, NULL, spec);
}

/* ---- the loader's methods ---- */

/* `spec` is a ModuleSpec, or the module itself with its own. */
static int
ask_about_spec(OxidizedFinder *self, const char *function, PyObject *spec, PyObject *argument,
               PyObject **answer)
{
    *answer = NULL;
    if (!has_added(self)) {
        return 0;
    }
    PyObject *name = PyObject_GetAttr(spec, self->state->str_name);
    int result = name == NULL ? 1 : ask(self, function, name, argument, answer);
    Py_XDECREF(name);
    return result;
}

PyObject *
pyembed_added_create_module(OxidizedFinder *self, PyObject *spec)
{
    PyObject *answer;
    return ask_about_spec(self, "create_module", spec, spec, &answer)
               ? answer
               : pyembed_loader_create_module(self, spec);
}

/* In C: a traceback shows no frame of ours. */
static int
run(OxidizedFinder *self, PyObject *code, PyObject *module)
{
    PyObject *namespace = PyModule_Check(module) ? PyModule_GetDict(module) : NULL;
    if (namespace == NULL) {
        pyembed_raise(PyExc_TypeError, "a module is needed, not %.100s", Py_TYPE(module)->tp_name);
        return -1;
    }
    PyObject *arguments[] = {self->state->exec, code, namespace};
    PyObject *done = PyObject_Vectorcall(self->state->frames_removed, arguments, 3, NULL);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

PyObject *
pyembed_added_exec_module(OxidizedFinder *self, PyObject *module)
{
    if (!has_added(self)) {
        return pyembed_loader_exec_module(self, module);
    }
    PyObject *code = NULL, *done = NULL, *spec = PyObject_GetAttr(module, self->state->str_spec);
    int ours = spec == NULL ? 1 : ask_about_spec(self, "code_to_run", spec, module, &code);
    if (ours && code != NULL && (code == Py_None || run(self, code, module) == 0)) {
        ask_about_spec(self, "after_run", spec, module, &done);
    }
    Py_XDECREF(code);
    Py_XDECREF(spec);
    return ours ? done : pyembed_loader_exec_module(self, module);
}

PyObject *
pyembed_added_get_code(OxidizedFinder *self, PyObject *name)
{
    PyObject *answer;
    return ask(self, "get_code", name, NULL, &answer) ? answer
                                                      : pyembed_loader_get_code(self, name);
}

PyObject *
pyembed_added_get_source(OxidizedFinder *self, PyObject *name)
{
    PyObject *answer;
    return ask(self, "get_source", name, NULL, &answer) ? answer
                                                        : pyembed_loader_get_source(self, name);
}

PyObject *
pyembed_added_get_filename(OxidizedFinder *self, PyObject *name)
{
    PyObject *answer;
    return ask(self, "get_filename", name, NULL, &answer) ? answer
                                                          : pyembed_loader_get_filename(self, name);
}

PyObject *
pyembed_added_is_package(OxidizedFinder *self, PyObject *name)
{
    PyObject *answer;
    return ask(self, "is_package", name, NULL, &answer) ? answer
                                                        : pyembed_loader_is_package(self, name);
}

PyObject *
pyembed_added_get_resource_reader(OxidizedFinder *self, PyObject *name)
{
    PyObject *answer;
    return ask(self, "get_resource_reader", name, NULL, &answer)
               ? answer
               : pyembed_loader_get_resource_reader(self, name);
}

/* Data that the blob lacks: of an added resource, or a file of a package beside the executable. */
static PyObject *
other_data(OxidizedFinder *self, PyObject *path)
{
    PyObject *callable = pyembed_part("_oxidized_added_files", "get_data");
    PyObject *data =
        callable == NULL ? NULL : PyObject_CallFunctionObjArgs(callable, self, path, NULL);
    Py_XDECREF(callable);
    return data;
}

/* Below the origin, and not below the executable: 1; 0; -1 on an error. */
static int
is_app_relative(OxidizedFinder *self, PyObject *path)
{
    PyObject *given = PyOS_FSPath(path), *text = NULL;
    int result = given == NULL || PyUnicode_FSDecoder(given, &text) == 0 ? -1 : 0;
    PyObject *origin = result < 0 ? NULL : PyObject_GetAttrString((PyObject *)self, "origin");
    if (origin != NULL) {
        Py_ssize_t size = PyUnicode_GET_LENGTH(origin);
        while (size > 0 && PyUnicode_READ_CHAR(origin, size - 1) == '/') {
            size--;
        }
        result =
            pyembed_path_is_below(text, origin, size, "/") &&
            !pyembed_path_is_below(text, self->root, PyUnicode_GET_LENGTH(self->root) - 1, "/");
        Py_DECREF(origin);
    }
    else {
        result = -1;
    }
    Py_XDECREF(text);
    Py_XDECREF(given);
    return result;
}

PyObject *
pyembed_added_get_data(OxidizedFinder *self, PyObject *path)
{
    if (has_added(self)) {
        PyObject *data = other_data(self, path);
        return data != Py_None ? data : (Py_DECREF(data), pyembed_loader_get_data(self, path));
    }
    PyObject *packed = pyembed_loader_get_data(self, path);
    if (packed != NULL || !PyErr_ExceptionMatches(PyExc_FileNotFoundError)) {
        return packed;
    }
    PyObject *type, *error, *trace, *data = NULL;
    PyErr_Fetch(&type, &error, &trace);
    int app_relative = is_app_relative(self, path);
    if (app_relative > 0) {
        data = other_data(self, path);
    }
    if (app_relative == 0 || data == Py_None) {
        Py_XDECREF(data);
        PyErr_Restore(type, error, trace);
        return NULL;
    }
    Py_XDECREF(type);
    Py_XDECREF(error);
    Py_XDECREF(trace);
    return data;
}

/* ---- the inventory ---- */

/* Merges the blob's answer with the added resources' (in Python). Steals `packed`. */
static PyObject *
join(OxidizedFinder *self, const char *part, const char *function, PyObject *packed,
     PyObject *argument)
{
    if (packed == NULL || !has_added(self)) {
        return packed;
    }
    PyObject *callable = pyembed_part(part, function);
    PyObject *result = callable == NULL
                           ? NULL
                           : PyObject_CallFunctionObjArgs(callable, self, packed, argument, NULL);
    Py_XDECREF(callable);
    Py_DECREF(packed);
    return result;
}

PyObject *
pyembed_added_modules(OxidizedFinder *self, PyObject *prefix)
{
    return join(self, "_oxidized_added", "modules", pyembed_inventory_modules(self, prefix),
                prefix);
}

PyObject *
pyembed_added_distributions(OxidizedFinder *self, PyObject *ignored)
{
    return join(self, "_oxidized_added_files", "distributions",
                pyembed_inventory_distributions(self, ignored), NULL);
}

PyObject *
pyembed_added_flags(OxidizedFinder *self, PyObject *name)
{
    PyObject *answer;
    return ask(self, "flags", name, NULL, &answer) ? answer : pyembed_inventory_flags(self, name);
}

PyObject *
pyembed_added_file_name(OxidizedFinder *self, PyObject *name)
{
    PyObject *answer;
    return ask(self, "file_name", name, NULL, &answer) ? answer
                                                       : pyembed_inventory_file_name(self, name);
}

PyObject *
pyembed_added_resources(OxidizedFinder *self, PyObject *package)
{
    PyObject *answer;
    return ask(self, "resources", package, NULL, &answer)
               ? answer
               : pyembed_inventory_resources(self, package);
}

PyObject *
pyembed_added_resource(OxidizedFinder *self, PyObject *args)
{
    PyObject *package, *name, *answer;
    if (!PyArg_ParseTuple(args, "UU:_resource", &package, &name)) {
        return NULL;
    }
    return ask(self, "resource", package, name, &answer) ? answer
                                                         : pyembed_inventory_resource(self, args);
}

/* `name` is a distribution's, in the form in which they are compared; None: nothing of that name
 * was added. */
static PyObject *
ask_distribution(OxidizedFinder *self, PyObject *name, PyObject *file)
{
    PyObject *callable = pyembed_part("_oxidized_added_files",
                                      file == NULL ? "distribution_files" : "distribution_file");
    PyObject *answer =
        callable == NULL ? NULL : PyObject_CallFunctionObjArgs(callable, self, name, file, NULL);
    Py_XDECREF(callable);
    return answer;
}

PyObject *
pyembed_added_distribution_files(OxidizedFinder *self, PyObject *name)
{
    PyObject *answer = has_added(self) ? ask_distribution(self, name, NULL) : Py_NewRef(Py_None);
    return answer != Py_None
               ? answer
               : (Py_DECREF(answer), pyembed_inventory_distribution_files(self, name));
}

PyObject *
pyembed_added_distribution_file(OxidizedFinder *self, PyObject *args)
{
    PyObject *name, *file;
    if (!PyArg_ParseTuple(args, "UU:_distribution_file", &name, &file)) {
        return NULL;
    }
    PyObject *answer = has_added(self) ? ask_distribution(self, name, file) : Py_NewRef(Py_None);
    return answer != Py_None ? answer
                             : (Py_DECREF(answer), pyembed_inventory_distribution_file(self, args));
}
