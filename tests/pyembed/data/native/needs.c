/* An extension module that needs a library, which needs another. */
#include <Python.h>

int outer_value(void);

static PyObject *
value(PyObject *self, PyObject *ignored)
{
    (void)self, (void)ignored;
    return PyLong_FromLong(outer_value());
}

static PyMethodDef methods[] = {{"value", value, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "needs",
                                        .m_methods = methods};

PyMODINIT_FUNC
PyInit_needs(void)
{
    return PyModuleDef_Init(&definition);
}
