/* An extension module whose init function fails. */
#include <Python.h>

PyMODINIT_FUNC
PyInit_fails(void)
{
    PyErr_SetString(PyExc_RuntimeError, "init failed on purpose");
    return NULL;
}
