/* An extension module for a Python that has more functions than this one. */
#include <Python.h>

extern PyObject *PyFunction_OfALaterPython(void);

PyMODINIT_FUNC
PyInit_newer(void)
{
    return PyFunction_OfALaterPython();
}
