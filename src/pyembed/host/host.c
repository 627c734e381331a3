/* The embedding API of pyembed.h, for C programs that host an interpreter. The part that is simpler
 * in Python is in _oxidized_embed.py. */
#include "pyembed.h"

#include "compat.h"
#include "process/process.h"
#include "values/errors.h"
#include "boot/boot.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum { NOT_STARTED, STARTED, ENDED } stage;
static PyThreadState *main_thread;
static pthread_once_t error_once = PTHREAD_ONCE_INIT;
static pthread_key_t error_key; /* the text of each thread, which goes with it */

/* ---- errors ---- */

static void
make_error_key(void)
{
    if (pthread_key_create(&error_key, free) != 0) {
        abort(); /* a process has 1024 of them */
    }
}

static char *
error_text(void)
{
    pthread_once(&error_once, make_error_key);
    return pthread_getspecific(error_key);
}

static void
set_error(const char *text)
{
    free(error_text());
    pthread_setspecific(error_key, strdup(text));
}

/* A traceback may hold what UTF-8 cannot, or a NUL: it is escaped, and the rest of the text is not
 * lost for it. */
static void
set_error_from_text(PyObject *text)
{
    PyObject *whole = text == NULL ? NULL : PyObject_CallMethod(text, "replace", "Cs", 0, "\\x00");
    PyObject *utf8 =
        whole == NULL ? NULL : PyUnicode_AsEncodedString(whole, "utf-8", "backslashreplace");
    set_error(utf8 == NULL ? "an exception that has no text" : PyBytes_AS_STRING(utf8));
    PyErr_Clear();
    Py_XDECREF(utf8);
    Py_XDECREF(whole);
}

/* The exception that is set, in one line: for failures outside of the program's own code. Needs the
 * GIL, and clears it. */
static void
set_error_from_python(void)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *text = value == NULL ? NULL : PyObject_Str(value);
    set_error_from_text(text);
    Py_XDECREF(text);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    PyErr_Clear();
}

const char *
pyembed_error(void)
{
    const char *text = error_text();
    return text == NULL ? "" : text;
}

static int
is_started(void)
{
    if (stage != STARTED) {
        set_error(stage == ENDED ? "the interpreter was ended"
                                 : "the interpreter is not started: call pyembed_initialize first");
    }
    return stage == STARTED;
}

/* ---- start and end ---- */

/* A host has its own way to take Ctrl-C. */
static const int signals[] = {SIGINT, SIGPIPE, SIGXFSZ};
enum { SIGNAL_COUNT = sizeof signals / sizeof signals[0] };

int
pyembed_initialize(int argc, char **argv)
{
    if (stage != NOT_STARTED) {
        set_error("the interpreter can be started once in a process");
        return -1;
    }
    struct sigaction before[SIGNAL_COUNT];
    for (int at = 0; at < SIGNAL_COUNT; at++) {
        sigaction(signals[at], NULL, &before[at]);
    }
    pyembed_this_process.is_hosted = 1;
    int failed = pyembed_boot(argc, argv);
    for (int at = 0; at < SIGNAL_COUNT; at++) {
        sigaction(signals[at], &before[at], NULL);
    }
    if (failed) {
        stage = ENDED;
        set_error(pyembed_this_process.problem[0] != '\0'
                      ? pyembed_this_process.problem
                      : "the interpreter stands, and could not be set up");
        return -1;
    }
    stage = STARTED;
    main_thread = PyEval_SaveThread();
    return 0;
}

int
pyembed_finalize(void)
{
    if (!is_started()) {
        return -1;
    }
    PyEval_RestoreThread(main_thread);
    stage = ENDED;
    if (Py_FinalizeEx() < 0) {
        set_error("a stream could not be flushed");
        return -1;
    }
    return 0;
}

int
pyembed_gil_acquire(void)
{
    return (int)PyGILState_Ensure();
}

void
pyembed_gil_release(int state)
{
    PyGILState_Release((PyGILState_STATE)state);
}

/* ---- from C to Python ---- */

/* Calls a function of _oxidized_embed.py, which gives a status and a text. Returns the status, -1
 * for a failure; `*text` is the caller's if it asks. */
static int
call_part(char **text, const char *function, const char *format, ...)
{
    va_list arguments;
    int status = -1;
    if (!is_started()) {
        return -1;
    }
    PyGILState_STATE gil = PyGILState_Ensure();
    va_start(arguments, format);
    PyObject *values = Py_VaBuildValue(format, arguments);
    va_end(arguments);
    PyObject *module = values == NULL ? NULL : PyImport_ImportModule("_oxidized_embed");
    PyObject *callable = module == NULL ? NULL : PyObject_GetAttrString(module, function);
    PyObject *result = callable == NULL ? NULL : PyObject_CallObject(callable, values);
    PyObject *given;
    const char *utf8 = "";
    if (result == NULL || !PyArg_ParseTuple(result, "iU", &status, &given) ||
        (status >= 0 && text != NULL && (utf8 = PyUnicode_AsUTF8(given)) == NULL)) {
        status = -1;
        set_error_from_python();
    }
    else if (status < 0) {
        set_error_from_text(given);
    }
    else if (text != NULL) {
        *text = strdup(utf8);
    }
    Py_XDECREF(result);
    Py_XDECREF(callable);
    Py_XDECREF(module);
    Py_XDECREF(values);
    PyGILState_Release(gil);
    return status;
}

int
pyembed_run_module(const char *module)
{
    return call_part(NULL, "run_module", "(s)", module);
}

int
pyembed_run_source(const char *code)
{
    return call_part(NULL, "run_code", "(s)", code);
}

char *
pyembed_call(const char *module, const char *function, const char *argument)
{
    char *text = NULL;
    call_part(&text, "call", "(ssz)", module, function, argument);
    return text;
}

void
pyembed_free(char *text)
{
    free(text);
}

/* ---- from Python to C ---- */

typedef struct {
    PyMethodDef method; /* with the name, which CPython does not copy */
    pyembed_function function;
    void *context;
} host_function;

static PyObject *
call_host(PyObject *capsule, PyObject *argument)
{
    const host_function *host = PyCapsule_GetPointer(capsule, NULL);
    Py_ssize_t size;
    const char *text = host == NULL ? NULL : PyUnicode_AsUTF8AndSize(argument, &size);
    if (text == NULL) {
        return NULL;
    }
    if (strlen(text) != (size_t)size) {
        pyembed_raise(PyExc_ValueError,
                      "the argument holds a NUL character, and a text of the host's ends there");
        return NULL;
    }
    char *answer = host->function(text, host->context);
    if (answer == NULL) {
        return pyembed_raise(PyExc_RuntimeError, "the host's function '%s' failed",
                             host->method.ml_name);
    }
    PyObject *result = PyUnicode_FromString(answer);
    free(answer);
    return result;
}

static void
free_host(PyObject *capsule)
{
    host_function *host = PyCapsule_GetPointer(capsule, NULL);
    free((char *)host->method.ml_name);
    free(host);
}

static PyObject *
host_object(const char *name, pyembed_function function, void *context)
{
    host_function *host = calloc(1, sizeof *host);
    char *own_name = strdup(name);
    if (host == NULL || own_name == NULL) {
        free(own_name);
        free(host);
        return PyErr_NoMemory();
    }
    host->method = (PyMethodDef){own_name, call_host, METH_O, NULL};
    host->function = function;
    host->context = context;
    PyObject *capsule = PyCapsule_New(host, NULL, free_host);
    if (capsule == NULL) {
        free(own_name);
        free(host);
        return NULL;
    }
    PyObject *object = PyCFunction_New(&host->method, capsule);
    Py_DECREF(capsule);
    return object;
}

int
pyembed_add_function(const char *module, const char *name, pyembed_function function, void *context)
{
    if (!is_started()) {
        return -1;
    }
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *holder = PyImport_AddModule(module); /* borrowed */
    PyObject *object = holder == NULL ? NULL : host_object(name, function, context);
    int result = object == NULL ? -1 : PyObject_SetAttrString(holder, name, object);
    if (result < 0) {
        set_error_from_python();
    }
    Py_XDECREF(object);
    PyGILState_Release(gil);
    return result;
}
