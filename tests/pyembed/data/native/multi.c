/* An extension module with multi-phase init, in a package. */
#include <Python.h>

static int
execute(PyObject *module)
{
    return PyModule_AddIntConstant(module, "VALUE", 7);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "multi", .m_slots = slots};

PyMODINIT_FUNC
PyInit_multi(void)
{
    return PyModuleDef_Init(&definition);
}
