/* The parts of the module that are written in Python. They are imported when one of their names is
 * first used. The product's finder imports them even when the program has replaced sys.meta_path.
 */
#include "loader/parts.h"

#include "values/items.h"
#include "values/state.h"

/* The product's finder: new; or NULL, without an exception if there is none. */
static PyObject *
own_finder(void)
{
    PyObject *module = pyembed_dict_item(PyImport_GetModuleDict(), "oxidized_importer");
    int is_ours = module != NULL && PyModule_Check(module) &&
                  PyModule_GetDef(module) == &pyembed_importer_module;
    PyObject *finder = is_ours ? Py_XNewRef(pyembed_state_of(module)->finder) : NULL;
    Py_XDECREF(module);
    return finder;
}

/* The finder at the end of sys.meta_path, for the time of an import of ours. */
typedef struct {
    PyObject *finder;
    PyObject *meta_path; /* NULL: the finder was there already */
} loan;

/* The place of an object in a list, -1 if it is not there. */
static Py_ssize_t
place_in(PyObject *list, PyObject *object)
{
    Py_ssize_t at = PyList_GET_SIZE(list) - 1;
    while (at >= 0 && PyList_GET_ITEM(list, at) != object) {
        at--;
    }
    return at;
}

/* Puts the finder at the end of sys.meta_path, if it is not there: for the part's own imports.
 * Returns 0 or -1. */
static int
lend_finder(loan *self)
{
    *self = (loan){own_finder(), NULL};
    if (self->finder == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    PyObject *meta_path = pyembed_sys_item("meta_path");
    int result = meta_path == NULL ? -1 : 0;
    if (result == 0 && PyList_Check(meta_path) && place_in(meta_path, self->finder) < 0) {
        result = PyList_Append(meta_path, self->finder);
        self->meta_path = result < 0 ? NULL : Py_NewRef(meta_path);
    }
    Py_XDECREF(meta_path);
    if (result < 0) {
        Py_CLEAR(self->finder);
    }
    return result;
}

/* Takes the finder out of the list again. Returns 0 or -1. */
static int
remove_lent(loan *self)
{
    Py_ssize_t at = self->meta_path == NULL ? -1 : place_in(self->meta_path, self->finder);
    return at < 0 ? 0 : PyList_SetSlice(self->meta_path, at, at + 1, NULL);
}

/* Steals `result`, and returns it; or NULL with an exception. An exception of the import stays. */
static PyObject *
take_finder_back(loan *self, PyObject *result)
{
    PyObject *type, *error, *trace;
    PyErr_Fetch(&type, &error, &trace);
    if (remove_lent(self) < 0) { /* a list that shrinks may need memory */
        Py_CLEAR(result);
        (void)remove_lent(self); /* with the memory that the result had */
    }
    if (type != NULL) {
        PyErr_Restore(type, error, trace);
    }
    Py_CLEAR(self->meta_path);
    Py_CLEAR(self->finder);
    return result;
}

static PyObject *
import_part(const char *module)
{
    PyObject *loaded = pyembed_dict_item(PyImport_GetModuleDict(), module);
    int is_there = loaded != NULL && loaded != Py_None;
    Py_XDECREF(loaded);
    if (loaded == NULL && PyErr_Occurred()) {
        return NULL;
    }
    if (is_there) {
        return PyImport_ImportModule(module); /* waits if another thread is importing it */
    }
    loan lent;
    return lend_finder(&lent) < 0 ? NULL : take_finder_back(&lent, PyImport_ImportModule(module));
}

PyObject *
pyembed_part(const char *module, const char *name)
{
    PyObject *part = import_part(module);
    PyObject *value = part == NULL ? NULL : PyObject_GetAttrString(part, name);
    Py_XDECREF(part);
    return value;
}

/* For functions that import more of the standard library when they run. */
PyObject *
pyembed_part_call(const char *module, const char *name, PyObject *args)
{
    if (args == NULL) {
        return NULL;
    }
    loan lent;
    PyObject *callable = pyembed_part(module, name);
    int failed = callable == NULL || lend_finder(&lent) < 0;
    PyObject *result = failed ? NULL : take_finder_back(&lent, PyObject_CallObject(callable, args));
    Py_XDECREF(callable);
    Py_DECREF(args);
    return result;
}
