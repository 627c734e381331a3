/* OxidizedFinder's loading half. Bytecode is unmarshalled straight from the mapped page; sources, resources and paths are only touched when
 * something asks for them. */
#include "importer.h"
#include "decoder.h"

#include <string.h>

/* The entry of a name; `__main__` is the module that the product started with. Raises ImportError if there is none. */
static int
require(OxidizedFinder *self, PyObject *name, pyembed_module *module)
{
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "a module name must be a str, not %.100s", Py_TYPE(name)->tp_name);
        return -1;
    }
    int found = pyembed_finder_lookup(self, name, module);
    if (found == 0 && pyembed_this_process.main.name.size > 0 && PyUnicode_CompareWithASCIIString(name, "__main__") == 0) {
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

/* ---- bytes ---- */

PyObject *
pyembed_bytes_object(const pyembed_bytes *bytes)
{
    const char *wrong = pyembed_decode_check(bytes);
    PyObject *raw = wrong == NULL ? PyBytes_FromStringAndSize(NULL, (Py_ssize_t)bytes->raw_size) : NULL;
    if (raw != NULL && (wrong = pyembed_decode(bytes, PyBytes_AS_STRING(raw))) != NULL) {
        Py_CLEAR(raw);
    }
    if (wrong != NULL) {
        PyErr_SetString(wrong == pyembed_no_memory ? PyExc_MemoryError : PyExc_ImportError, wrong);
    }
    return raw;
}

/* ---- code ---- */

/* Nothing that unmarshalling makes can be garbage yet: a collection in the midst of it would only walk it. */
static PyObject *
unmarshal(const pyembed_bytes *bytes)
{
    int enabled = PyGC_Disable();
    PyObject *code = PyMarshal_ReadObjectFromString((const char *)bytes->data, (Py_ssize_t)bytes->stored_size);
    if (enabled) {
        PyGC_Enable();
    }
    return code;
}

static PyObject *
unmarshal_stored(const pyembed_bytes *bytes)
{
    if (bytes->codec == PYEMBED_CODEC_NONE) {
        return unmarshal(bytes);
    }
    PyObject *raw = pyembed_bytes_object(bytes);
    if (raw == NULL) {
        return NULL;
    }
    pyembed_bytes plain = {(const unsigned char *)PyBytes_AS_STRING(raw), (uint32_t)PyBytes_GET_SIZE(raw), (uint32_t)PyBytes_GET_SIZE(raw), 0};
    PyObject *code = unmarshal(&plain);
    Py_DECREF(raw);
    return code;
}

/* An error of the compiler's lacks its line: CPython reads that from the file, which is none here. */
static void
add_line_to_error(PyObject *source)
{
    PyObject *type, *error, *trace;
    PyErr_Fetch(&type, &error, &trace);
    PyErr_NormalizeException(&type, &error, &trace);
    PyObject *function = pyembed_part("_oxidized_fixups", "syntax_error");
    PyObject *done = function == NULL ? NULL : PyObject_CallFunctionObjArgs(function, error, source, NULL);
    Py_XDECREF(function);
    Py_XDECREF(done);
    PyErr_Restore(type, error, trace);
}

/* As importlib's loaders do: through the function at which tracebacks drop importlib's own frames. */
static PyObject *
compile_source(OxidizedFinder *self, const pyembed_module *module, PyObject *file)
{
    PyObject *source = pyembed_bytes_object(&module->source);
    PyObject *compile = source == NULL ? NULL : PyMapping_GetItemString(PyEval_GetBuiltins(), "compile");
    PyObject *name = compile == NULL ? NULL : file == Py_None ? pyembed_text(module->path) : Py_NewRef(file);
    PyObject *code = name == NULL ? NULL : PyObject_CallFunction(self->state->frames_removed, "OOOsii", compile, source, name, "exec", 0, 1);
    if (code == NULL && source != NULL && PyErr_ExceptionMatches(PyExc_SyntaxError)) {
        add_line_to_error(source);
    }
    Py_XDECREF(name);
    Py_XDECREF(compile);
    Py_XDECREF(source);
    return code;
}

/* What CPython raises for bytes that are no bytecode. Any other error (no memory, an interrupt) is not the bytes' fault, and passes as it is. */
static int
is_of_damage(PyObject *error)
{
    PyObject *const kinds[] = {PyExc_EOFError, PyExc_ValueError, PyExc_TypeError, PyExc_SystemError};
    for (size_t at = 0; at < sizeof kinds / sizeof kinds[0]; at++) {
        if (PyErr_GivenExceptionMatches(error, kinds[at])) {
            return 1;
        }
    }
    return 0;
}

/* `result` is what unmarshalling gave: an object of another type, or NULL with an exception. Returns NULL. */
static PyObject *
raise_for_code(const pyembed_module *module, PyObject *result)
{
    PyObject *type = NULL, *cause = NULL, *trace = NULL;
    Py_XDECREF(result);
    PyErr_Fetch(&type, &cause, &trace);
    if (type != NULL && !is_of_damage(type)) {
        PyErr_Restore(type, cause, trace);
        return NULL;
    }
    PyErr_Format(PyExc_ImportError, "the packed bytecode of '%s' is damaged (%S)", module->name.data, cause == NULL ? Py_None : cause);
    Py_XDECREF(type);
    Py_XDECREF(cause);
    Py_XDECREF(trace);
    return NULL;
}

PyObject *
pyembed_code_object(OxidizedFinder *self, const pyembed_module *module, PyObject *file)
{
    if (pyembed_is_beside(module)) {
        return pyembed_beside_ask(self, module, "get_code", NULL);
    }
    if (module->code.data == NULL) {
        return compile_source(self, module, file);
    }
    PyObject *code = unmarshal_stored(&module->code);
    if (code == NULL || !PyCode_Check(code)) {
        return raise_for_code(module, code);
    }
    if (file == Py_None) {
        return code;
    }
    PyObject *arguments[] = {code, file};
    PyObject *done = PyObject_Vectorcall(self->state->fix_co_filename, arguments, 2, NULL);
    if (done == NULL) {
        Py_CLEAR(code);
    }
    Py_XDECREF(done);
    return code;
}

/* As importlib's loaders do: `exec` through the function at which tracebacks drop importlib's own frames. */
int
pyembed_run_code(OxidizedFinder *self, const pyembed_module *module, PyObject *file, PyObject *namespace)
{
    PyObject *code = pyembed_code_object(self, module, file);
    if (code == NULL) {
        return -1;
    }
    PyObject *arguments[] = {self->state->exec, code, namespace};
    PyObject *done = PyObject_Vectorcall(self->state->frames_removed, arguments, 3, NULL);
    Py_DECREF(code);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
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
    if (pyembed_is_lazy(&module) && ((created = pyembed_lazy_marked(self, spec)) != NULL || PyErr_Occurred())) {
        Py_DECREF(name);
        return created;
    }
    if (pyembed_is_beside(&module)) {
        Py_DECREF(name);
        return pyembed_beside_ask(self, &module, "create_module", spec);
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
    if (entry->code.data == NULL && entry->source.data == NULL && !pyembed_is_beside(entry)) {
        return 0;
    }
    PyObject *namespace = PyModule_GetDict(module);
    if (namespace == NULL) {
        return -1;
    }
    PyObject *file = self->module_file == PYEMBED_FILE_NONE ? Py_NewRef(Py_None) : pyembed_file_of(self, entry);
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
    if (result < 0 || execute(self, module, &entry) < 0 || pyembed_fixup_after(self, &entry, module) < 0) {
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
    if (pyembed_is_beside(&module)) {
        return pyembed_beside_ask(self, &module, "get_code", NULL);
    }
    if (module.code.data == NULL && module.source.data == NULL) {
        Py_RETURN_NONE;
    }
    PyObject *file = self->module_file == PYEMBED_FILE_NONE ? Py_NewRef(Py_None) : pyembed_file_of(self, &module);
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
    if (pyembed_is_beside(&module)) {
        return pyembed_beside_ask(self, &module, "get_source", NULL);
    }
    if (module.source.data == NULL) {
        Py_RETURN_NONE;
    }
    PyObject *bytes = pyembed_bytes_object(&module.source);
    PyObject *text = bytes == NULL ? NULL : PyObject_CallMethod(self->state->bootstrap_external, "decode_source", "O", bytes);
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
    PyObject *name = PyUnicode_Check(text) ? PyUnicode_AsEncodedString(text, "utf-8", "surrogateescape") : Py_NewRef(text);
    PyObject *result = NULL;
    pyembed_bytes bytes;
    if (name != NULL) {
        int found = pyembed_path_lookup(self, PyBytes_AS_STRING(name), (size_t)PyBytes_GET_SIZE(name), &bytes);
        if (found > 0) {
            result = pyembed_bytes_object(&bytes);
        }
        else if (found == 0) {
            PyObject *error = PyObject_CallFunction(PyExc_OSError, "isO", 2 /* ENOENT */, "No such file in the packed resources", path);
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
    if ((self->module_file == PYEMBED_FILE_NONE && !pyembed_is_beside(&module)) || (module.flags & (PYEMBED_MODULE_NAMESPACE | PYEMBED_MODULE_BUILTIN))) {
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
    return PyBool_FromLong((module.flags & (PYEMBED_MODULE_PACKAGE | PYEMBED_MODULE_NAMESPACE)) != 0);
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
    if (pyembed_is_beside(&module)) {
        return pyembed_beside_ask(self, &module, "get_resource_reader", NULL);
    }
    PyObject *type = pyembed_part("_oxidized_resources", "OxidizedResourceReader");
    PyObject *reader = type == NULL ? NULL : PyObject_CallFunctionObjArgs(type, self, name, NULL);
    Py_XDECREF(type);
    return reader;
}
