/* The blob's strings and bytes as Python objects. */
#include "values/text.h"

#include "compat.h"
#include "reader/decoder.h"
#include "reader/resources.h"
#include "values/errors.h"

PyObject *
pyembed_text(pyembed_string string)
{
    return PyUnicode_DecodeUTF8(string.data, (Py_ssize_t)string.size, "surrogateescape");
}

PyObject *
pyembed_bytes_object(const pyembed_bytes *bytes)
{
    const char *wrong = pyembed_decode_check(bytes);
    PyObject *raw =
        wrong == NULL ? PyBytes_FromStringAndSize(NULL, (Py_ssize_t)bytes->raw_size) : NULL;
    if (raw != NULL && (wrong = pyembed_decode(bytes, PyBytes_AS_STRING(raw))) != NULL) {
        Py_CLEAR(raw);
    }
    if (wrong != NULL) {
        pyembed_raise(wrong == pyembed_no_memory ? PyExc_MemoryError : PyExc_ImportError, "%s",
                      wrong);
    }
    return raw;
}
