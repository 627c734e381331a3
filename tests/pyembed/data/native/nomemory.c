/* Makes one allocation of CPython's allocators fail, as the first one that is asked when memory is
 * out: `call(n, function)` calls the function, in which the n-th allocation of this thread fails,
 * and tells what came of it. As _testcapi.set_nomemory, which distributions need not have, and for
 * one thread alone. */
#include "../failing.h"

#include <pthread.h>

static pthread_t victim;
static int paused;
/* Allocations until the one that fails; less than 0: it has failed, or none is to. */
static long left;

static int
fails(void)
{
    return left >= 0 && !paused && pthread_equal(pthread_self(), victim) && left-- == 0;
}

/* (whether there was an n-th allocation, what was returned or None, what was raised or None) */
static PyObject *
call(PyObject *self, PyObject *args)
{
    PyObject *function, *type, *value, *traceback;
    long number;
    (void)self;
    if (!PyArg_ParseTuple(args, "lO", &number, &function)) {
        return NULL;
    }
    if (originals[0].malloc == NULL) {
        install_hooks();
    }
    victim = pthread_self();
    left = number - 1;
    PyObject *result = PyObject_CallNoArgs(function);
    int was_reached = left < 0;
    left = -1;
    int is_raised_too = result != NULL && PyErr_Occurred() != NULL;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (is_raised_too || (result == NULL && value == NULL)) {
        Py_FatalError(is_raised_too ? "a result and an exception"
                                    : "neither a result nor an exception");
    }
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return Py_BuildValue("(NNN)", PyBool_FromLong(was_reached),
                         result == NULL ? Py_NewRef(Py_None) : result,
                         value == NULL ? Py_NewRef(Py_None) : value);
}

/* Calls a function of CPython's, in which no allocation fails or counts: some of them do not stand
 * it. */
static PyObject *
spare(PyObject *self, PyObject *args, PyObject *keywords)
{
    PyObject *function = PyTuple_Size(args) > 0 ? PyTuple_GetItem(args, 0) : NULL;
    (void)self;
    paused++;
    PyObject *rest = function == NULL ? NULL : PyTuple_GetSlice(args, 1, PyTuple_Size(args));
    PyObject *result = rest == NULL ? NULL : PyObject_Call(function, rest, keywords);
    Py_XDECREF(rest);
    paused--;
    return result;
}

static PyMethodDef methods[] = {
    {"call", call, METH_VARARGS, NULL},
    {"spare", (PyCFunction)(void (*)(void))spare, METH_VARARGS | METH_KEYWORDS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "nomemory", .m_size = 0,
                                        .m_methods = methods};

PyMODINIT_FUNC
PyInit_nomemory(void)
{
    return PyModuleDef_Init(&definition);
}
