/* An extension module whose init function raises, and returns a module all the same. */
#include <Python.h>

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "unreported",
                                        .m_size = -1};

PyMODINIT_FUNC
PyInit_unreported(void)
{
    PyObject *module = PyModule_Create(&definition);
    PyErr_SetString(PyExc_RuntimeError, "nobody reports this");
    return module;
}
