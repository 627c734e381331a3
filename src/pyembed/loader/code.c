/* The code of a module: bytecode is unmarshalled straight from the mapped page, or the source is
 * compiled. */
#include "loader/code.h"

#include "reader/resources.h"
#include "values/errors.h"
#include "values/state.h"
#include "values/text.h"
#include "loader/app_relative.h"
#include "loader/parts.h"

/* Unmarshalling makes no garbage: a collection meanwhile would find nothing. */
static PyObject *
unmarshal(const pyembed_bytes *bytes)
{
    int enabled = PyGC_Disable();
    PyObject *code =
        PyMarshal_ReadObjectFromString((const char *)bytes->data, (Py_ssize_t)bytes->stored_size);
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
    pyembed_bytes plain = {(const unsigned char *)PyBytes_AS_STRING(raw),
                           (uint32_t)PyBytes_GET_SIZE(raw), (uint32_t)PyBytes_GET_SIZE(raw), 0};
    PyObject *code = unmarshal(&plain);
    Py_DECREF(raw);
    return code;
}

/* CPython reads the line of a syntax error from the file, which does not exist here: add it. */
static void
add_line_to_error(PyObject *source)
{
    PyObject *type, *error, *trace;
    PyErr_Fetch(&type, &error, &trace);
    PyErr_NormalizeException(&type, &error, &trace);
    PyObject *function = pyembed_part("_oxidized_fixups", "syntax_error");
    PyObject *done =
        function == NULL ? NULL : PyObject_CallFunctionObjArgs(function, error, source, NULL);
    Py_XDECREF(function);
    Py_XDECREF(done);
    PyErr_Restore(type, error, trace);
}

/* As importlib's loaders do: through the function at which tracebacks drop importlib's own frames.
 */
static PyObject *
compile_source(OxidizedFinder *self, const pyembed_module *module, PyObject *file)
{
    PyObject *source = pyembed_bytes_object(&module->source);
    PyObject *compile =
        source == NULL ? NULL : PyMapping_GetItemString(PyEval_GetBuiltins(), "compile");
    PyObject *name = compile == NULL   ? NULL
                     : file == Py_None ? pyembed_text(module->path)
                                       : Py_NewRef(file);
    PyObject *code = name == NULL ? NULL
                                  : PyObject_CallFunction(self->state->frames_removed, "OOOsii",
                                                          compile, source, name, "exec", 0, 1);
    if (code == NULL && source != NULL && PyErr_ExceptionMatches(PyExc_SyntaxError)) {
        add_line_to_error(source);
    }
    Py_XDECREF(name);
    Py_XDECREF(compile);
    Py_XDECREF(source);
    return code;
}

/* The errors that CPython raises for bytes that are no bytecode. Other errors (no memory, an
 * interrupt) pass unchanged. */
static int
is_of_damage(PyObject *error)
{
    PyObject *const kinds[] = {PyExc_EOFError, PyExc_ValueError, PyExc_TypeError,
                               PyExc_SystemError};
    for (size_t at = 0; at < sizeof kinds / sizeof kinds[0]; at++) {
        if (PyErr_GivenExceptionMatches(error, kinds[at])) {
            return 1;
        }
    }
    return 0;
}

/* `result` is what unmarshalling gave: an object of another type, or NULL with an exception.
 * Returns NULL. */
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
    pyembed_raise(PyExc_ImportError, "the packed bytecode of '%s' is damaged (%S)",
                  module->name.data, cause == NULL ? Py_None : cause);
    Py_XDECREF(type);
    Py_XDECREF(cause);
    Py_XDECREF(trace);
    return NULL;
}

PyObject *
pyembed_code_object(OxidizedFinder *self, const pyembed_module *module, PyObject *file)
{
    if (pyembed_is_app_relative(module)) {
        return pyembed_app_relative_ask(self, module, "get_code", NULL);
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

/* As importlib's loaders do: `exec` through the function at which tracebacks drop importlib's own
 * frames. */
int
pyembed_run_code(OxidizedFinder *self, const pyembed_module *module, PyObject *file,
                 PyObject *namespace)
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
