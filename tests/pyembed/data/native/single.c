/* An extension module with single-phase init, which makes a type: its `__module__` must have the
 * package's name. */
#include <Python.h>

static PyType_Slot slots[] = {{0, NULL}};
static PyType_Spec spec = {"native.single.Thing", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, slots};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "single", .m_size = -1};

PyMODINIT_FUNC
PyInit_single(void)
{
    PyObject *module = PyModule_Create(&definition);
    PyObject *type = module == NULL ? NULL : PyType_FromSpec(&spec);
    if (type == NULL || PyModule_AddObjectRef(module, "Thing", type) < 0) {
        Py_CLEAR(module);
        if (!PyErr_Occurred()) {
            PyErr_NoMemory(); /* PyType_FromSpec forgets it (3.11) */
        }
    }
    Py_XDECREF(type);
    return module;
}
