/* OxidizedFinder's loading half. Bytecode is unmarshalled straight from the mapped page; sources,
 * resources and paths are only touched when something asks for them. */
#include "loader/loader.h"

#include "reader/resources.h"
#include "reader/settings.h"
#include "process/process.h"
#include "values/errors.h"
#include "values/lookup.h"
#include "values/path_lookup.h"
#include "values/paths.h"
#include "values/state.h"
#include "values/text.h"
#include "extensions/memory.h"
#include "loader/app_relative.h"
#include "loader/code.h"
#include "loader/fixups.h"
#include "loader/lazy.h"
#include "loader/parts.h"

#include <string.h>

/* The entry of a name; `__main__` is the module that the product started with. Raises ImportError
 * if there is none. */
static int
require(OxidizedFinder *self, PyObject *name, pyembed_module *module)
{
    if (!PyUnicode_Check(name)) {
        pyembed_raise(PyExc_TypeError, "a module name must be a str, not %.100s",
                      Py_TYPE(name)->tp_name);
        return -1;
    }
    int found = pyembed_finder_lookup(self, name, module);
    if (found == 0 && pyembed_this_process.main.name.size > 0 &&
        PyUnicode_CompareWithASCIIString(name, "__main__") == 0) {
        *module = pyembed_this_process.main;
        found = 1;
    }
    if (found == 0) {
        PyObject *message = PyUnicode_FromFormat("unknown module: '%U'", name);
        if (message != NULL) {
            PyErr_SetImportError(message, name, NULL);
            Py_DECREF(message);
        }
    }
    return found > 0 ? 0 : -1;
}

static int
require_spec(OxidizedFinder *self, PyObject *spec, pyembed_module *module)
{
    PyObject *name = PyObject_GetAttr(spec, self->state->str_name);
    int result = name == NULL ? -1 : require(self, name, module);
    Py_XDECREF(name);
    return result;
}

/* ---- the loader's protocol ---- */

PyObject *
pyembed_loader_create_module(OxidizedFinder *self, PyObject *spec)
{
    pyembed_module module;
    PyObject *name = PyObject_GetAttr(spec, self->state->str_name);
    PyObject *created = NULL;
    if (name == NULL || require(self, name, &module) < 0) {
        Py_XDECREF(name);
        return NULL;
    }
    if (pyembed_is_lazy(&module) &&
        ((created = pyembed_lazy_marked(self, spec)) != NULL || PyErr_Occurred())) {
        Py_DECREF(name);
        return created;
    }
    if (pyembed_is_app_relative(&module)) {
        Py_DECREF(name);
        return pyembed_app_relative_ask(self, &module, "create_module", spec);
    }
    if (!(module.flags & PYEMBED_MODULE_SHARED)) {
        Py_DECREF(name);
        Py_RETURN_NONE; /* importlib makes a plain module */
    }
    created = pyembed_memory_create(self, &module, name);
    Py_DECREF(name);
    /* CPython gave a single-phase module the path that it was loaded from. */
    if (created != NULL && self->module_file != PYEMBED_FILE_NONE) {
        PyObject *file = pyembed_file_of(self, &module);
        if (file == NULL || PyObject_SetAttr(created, self->state->str_file, file) < 0) {
            Py_CLEAR(created);
        }
        Py_XDECREF(file);
    }
    return created;
}

static int
execute(OxidizedFinder *self, PyObject *module, const pyembed_module *entry)
{
    if (entry->flags & PYEMBED_MODULE_SHARED) {
        PyObject *done = PyObject_CallOneArg(self->state->exec_dynamic, module);
        Py_XDECREF(done);
        return done == NULL ? -1 : 0;
    }
    if (entry->code.data == NULL && entry->source.data == NULL && !pyembed_is_app_relative(entry)) {
        return 0;
    }
    PyObject *namespace = PyModule_GetDict(module);
    if (namespace == NULL) {
        return -1;
    }
    PyObject *file =
        self->module_file == PYEMBED_FILE_NONE ? Py_NewRef(Py_None) : pyembed_file_of(self, entry);
    int result = file == NULL ? -1 : pyembed_run_code(self, entry, file, namespace);
    Py_XDECREF(file);
    return result;
}

PyObject *
pyembed_loader_exec_module(OxidizedFinder *self, PyObject *module)
{
    PyObject *spec = PyObject_GetAttr(module, self->state->str_spec);
    pyembed_module entry;
    int result = spec == NULL ? -1 : require_spec(self, spec, &entry);
    Py_XDECREF(spec);
    if (result == 0 && (result = pyembed_lazy_defer(&entry, module)) > 0) {
        Py_RETURN_NONE;
    }
    if (result < 0 || execute(self, module, &entry) < 0 ||
        pyembed_fixup_after(self, &entry, module) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyObject *
pyembed_loader_get_code(OxidizedFinder *self, PyObject *name)
{
    pyembed_module module;
    if (require(self, name, &module) < 0) {
        return NULL;
    }
    if (module.flags & PYEMBED_MODULE_NAMESPACE) {
        /* as importlib's NamespaceLoader: the code of an empty file */
        return Py_CompileString("", "<string>", Py_file_input);
    }
    if (pyembed_is_app_relative(&module)) {
        return pyembed_app_relative_ask(self, &module, "get_code", NULL);
    }
    if (module.code.data == NULL && module.source.data == NULL) {
        Py_RETURN_NONE;
    }
    PyObject *file = self->module_file == PYEMBED_FILE_NONE ? Py_NewRef(Py_None)
                                                            : pyembed_file_of(self, &module);
    PyObject *code = file == NULL ? NULL : pyembed_code_object(self, &module, file);
    Py_XDECREF(file);
    return code;
}

PyObject *
pyembed_loader_get_source(OxidizedFinder *self, PyObject *name)
{
    pyembed_module module;
    if (require(self, name, &module) < 0) {
        return NULL;
    }
    if (module.flags & PYEMBED_MODULE_NAMESPACE) {
        return PyUnicode_FromString("");
    }
    if (pyembed_is_app_relative(&module)) {
        return pyembed_app_relative_ask(self, &module, "get_source", NULL);
    }
    if (module.source.data == NULL) {
        Py_RETURN_NONE;
    }
    PyObject *bytes = pyembed_bytes_object(&module.source);
    PyObject *text = bytes == NULL ? NULL
                                   : PyObject_CallMethod(self->state->bootstrap_external,
                                                         "decode_source", "O", bytes);
    Py_XDECREF(bytes);
    return text;
}

PyObject *
pyembed_loader_get_data(OxidizedFinder *self, PyObject *path)
{
    PyObject *text = PyOS_FSPath(path);
    if (text == NULL) {
        return NULL;
    }
    PyObject *name = PyUnicode_Check(text)
                         ? PyUnicode_AsEncodedString(text, "utf-8", "surrogateescape")
                         : Py_NewRef(text);
    PyObject *result = NULL;
    pyembed_bytes bytes;
    if (name != NULL) {
        int found = pyembed_path_lookup(self, PyBytes_AS_STRING(name),
                                        (size_t)PyBytes_GET_SIZE(name), &bytes);
        if (found > 0) {
            result = pyembed_bytes_object(&bytes);
        }
        else if (found == 0) {
            PyObject *error = PyObject_CallFunction(PyExc_OSError, "isO", 2 /* ENOENT */,
                                                    "No such file in the packed resources", path);
            if (error != NULL) {
                PyErr_SetObject((PyObject *)Py_TYPE(error), error);
                Py_DECREF(error);
            }
        }
    }
    Py_XDECREF(name);
    Py_DECREF(text);
    return result;
}

PyObject *
pyembed_loader_get_filename(OxidizedFinder *self, PyObject *name)
{
    pyembed_module module;
    if (require(self, name, &module) < 0) {
        return NULL;
    }
    if ((self->module_file == PYEMBED_FILE_NONE && !pyembed_is_app_relative(&module)) ||
        (module.flags & (PYEMBED_MODULE_NAMESPACE | PYEMBED_MODULE_BUILTIN))) {
        PyObject *message = PyUnicode_FromFormat("module '%U' has no file name", name);
        if (message != NULL) {
            PyErr_SetImportError(message, name, NULL);
            Py_DECREF(message);
        }
        return NULL;
    }
    return pyembed_file_of(self, &module);
}

PyObject *
pyembed_loader_is_package(OxidizedFinder *self, PyObject *name)
{
    pyembed_module module;
    if (require(self, name, &module) < 0) {
        return NULL;
    }
    return PyBool_FromLong((module.flags & (PYEMBED_MODULE_PACKAGE | PYEMBED_MODULE_NAMESPACE)) !=
                           0);
}

PyObject *
pyembed_loader_get_resource_reader(OxidizedFinder *self, PyObject *name)
{
    pyembed_module module;
    int found = pyembed_finder_lookup(self, name, &module);
    if (found <= 0) {
        return found < 0 ? NULL : Py_NewRef(Py_None);
    }
    if (!(module.flags & (PYEMBED_MODULE_PACKAGE | PYEMBED_MODULE_NAMESPACE))) {
        Py_RETURN_NONE;
    }
    if (pyembed_is_app_relative(&module)) {
        return pyembed_app_relative_ask(self, &module, "get_resource_reader", NULL);
    }
    PyObject *type = pyembed_part("_oxidized_resources", "OxidizedResourceReader");
    PyObject *reader = type == NULL ? NULL : PyObject_CallFunctionObjArgs(type, self, name, NULL);
    Py_XDECREF(type);
    return reader;
}
