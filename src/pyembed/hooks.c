/* The finder's methods that pkgutil and importlib.metadata call. They are seldom called, and written in Python; what stands here only decides
 * whether they are needed. */
#include "importer.h"

/* The executable itself, or a path below it. Where files are real, importlib's own finder serves their folders: programs put folders of theirs on
 * sys.path, whose modules have other names there. */
static int
is_virtual(OxidizedFinder *self, PyObject *path)
{
    if (self->module_file == PYEMBED_FILE_FILESYSTEM) {
        return 0;
    }
    return pyembed_path_is_below(path, self->root, PyUnicode_GET_LENGTH(self->root) - 1);
}

PyObject *
pyembed_hook_path_hook(OxidizedFinder *self, PyObject *path)
{
    PyObject *text = PyUnicode_Check(path) ? Py_NewRef(path) : PyOS_FSPath(path);
    PyObject *decoded = NULL;
    if (text == NULL || PyUnicode_FSDecoder(text, &decoded) == 0) {
        Py_XDECREF(text);
        if (PyErr_ExceptionMatches(PyExc_TypeError) || PyErr_ExceptionMatches(PyExc_ValueError)) { /* no path */
            PyErr_SetString(PyExc_ImportError, "only paths below the executable are supported");
        }
        return NULL;
    }
    Py_DECREF(text);
    int ours = is_virtual(self, decoded);
    PyObject *result = NULL;
    if (ours > 0) {
        PyObject *type = pyembed_part("_oxidized_paths", "OxidizedPathEntryFinder");
        result = type == NULL ? NULL : PyObject_CallMethod(type, "_of", "OO", self, decoded);
        Py_XDECREF(type);
    }
    else {
        PyErr_Format(PyExc_ImportError, "not a path below '%U'", self->root);
    }
    Py_DECREF(decoded);
    return result;
}

static PyObject *
call_part(OxidizedFinder *self, const char *module, const char *function, PyObject *argument)
{
    PyObject *callable = pyembed_part(module, function);
    PyObject *result = callable == NULL ? NULL : PyObject_CallFunctionObjArgs(callable, self, argument, NULL);
    Py_XDECREF(callable);
    return result;
}

PyObject *
pyembed_hook_iter_modules(OxidizedFinder *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"prefix", NULL};
    PyObject *prefix = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|U:iter_modules", names, &prefix)) {
        return NULL;
    }
    PyObject *given = prefix == NULL ? PyUnicode_FromString("") : Py_NewRef(prefix);
    PyObject *result = given == NULL ? NULL : call_part(self, "_oxidized_paths", "iter_top_modules", given);
    Py_XDECREF(given);
    return result;
}

PyObject *
pyembed_hook_find_distributions(OxidizedFinder *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"context", NULL};
    PyObject *context = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O:find_distributions", names, &context)) {
        return NULL;
    }
    return call_part(self, "_oxidized_metadata", "find_distributions", context);
}
