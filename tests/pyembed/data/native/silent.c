/* An extension module whose init function fails and does not say why. */
#include <Python.h>

PyMODINIT_FUNC
PyInit_silent(void)
{
    return NULL;
}
