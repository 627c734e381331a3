/* Raises exceptions with a text. */
#include "values/errors.h"

#include <stdarg.h>

PyObject *
pyembed_raise(PyObject *type, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    PyObject *text = PyUnicode_FromFormatV(format, values);
    va_end(values);
    if (text != NULL) {
        PyErr_SetObject(type, text);
        Py_DECREF(text);
    }
    return NULL;
}
