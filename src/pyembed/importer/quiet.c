/* A library must not print to its host's stderr. A failing start of CPython prints by itself
 * (`Python path configuration: ...`), to a sys.stderr that exists before `io`. We set one that
 * drops everything; CPython replaces it later in its start. */
#include "importer/quiet.h"

#include "compat.h"
#include "process/process.h"

#include <string.h>

static PyObject *(*init_marshal)(void);

static PyObject *
write_nothing(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(text))
{
    Py_RETURN_NONE;
}

static int
replace_stderr(void)
{
    static PyMethodDef method = {"write", write_nothing, METH_O, NULL};
    PyObject *write = PyCFunction_New(&method, NULL);
    PyObject *quiet = write == NULL ? NULL : PyModule_New("quiet");
    int result = quiet == NULL ? -1 : PyObject_SetAttrString(quiet, "write", write);
    if (result == 0) {
        result = PySys_SetObject("stderr", quiet);
    }
    Py_XDECREF(quiet);
    Py_XDECREF(write);
    return result;
}

/* The first module that each interpreter takes from the table. Later (a reload) it is just
 * `marshal`. */
static PyObject *
init_marshal_quietly(void)
{
    if (pyembed_this_process.booting && replace_stderr() < 0) {
        return NULL;
    }
    return init_marshal();
}

void
pyembed_quiet_prepare(void)
{
    for (struct _inittab *entry = PyImport_Inittab; entry->name != NULL; entry++) {
        if (strcmp(entry->name, "marshal") == 0) {
            init_marshal = entry->initfunc;
            entry->initfunc = init_marshal_quietly;
        }
    }
}
