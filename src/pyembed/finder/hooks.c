/* The finder's methods that pkgutil and importlib.metadata call. They are called seldom, so they
 * are written in Python; this file only decides whether to call them. */
#include "finder/hooks.h"

#include "reader/settings.h"
#include "process/process.h"
#include "values/errors.h"
#include "values/paths.h"
#include "values/state.h"
#include "loader/parts.h"

#include <string.h>

/* The executable itself, or a path below it. With real files, importlib's own finder serves their
 * folders: programs put such folders on sys.path, and their modules have other names there. */
static int
is_virtual(OxidizedFinder *self, PyObject *path)
{
    if (self->module_file == PYEMBED_FILE_FILESYSTEM) {
        return 0;
    }
    return pyembed_path_is_below(path, self->root, PyUnicode_GET_LENGTH(self->root) - 1, "/\\");
}

/* A hook must raise ImportError; its cause says why the path is refused. Other errors (no memory,
 * an interrupt) pass unchanged. */
static PyObject *
refuse(void)
{
    PyObject *type, *cause, *trace;
    PyErr_Fetch(&type, &cause, &trace);
    PyErr_NormalizeException(&type, &cause, &trace); /* without memory it becomes a MemoryError */
    if (!PyErr_GivenExceptionMatches(type, PyExc_ValueError) &&
        !PyErr_GivenExceptionMatches(type, PyExc_TypeError)) {
        PyErr_Restore(type, cause, trace);
        return NULL;
    }
    Py_XDECREF(type);
    Py_XDECREF(trace);
    pyembed_raise(PyExc_ImportError, "error running OxidizedFinder.path_hook");
    PyObject *error;
    PyErr_Fetch(&type, &error, &trace);
    PyErr_NormalizeException(&type, &error, &trace);
    PyException_SetCause(error, cause);
    PyErr_Restore(type, error, trace);
    return NULL;
}

/* importlib's finder for a folder of the product's packages beside it, if no other hook serves
 * files. None: the path is no such folder. */
static PyObject *
app_relative_finder(OxidizedFinder *self, PyObject *path)
{
    const char *folder = pyembed_this_process.folder;
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(path, &size);
    if (text == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeError)) {
            return NULL;
        }
        PyErr_Clear(); /* not UTF-8: no name of a package */
    }
    if (text == NULL || self->filesystem_importer || (PyObject *)self != self->state->finder ||
        strncmp(text, folder, strlen(folder)) != 0) {
        Py_RETURN_NONE;
    }
    PyObject *find = pyembed_part("_oxidized_paths", "app_relative_finder");
    PyObject *finder = find == NULL ? NULL : PyObject_CallFunctionObjArgs(find, self, path, NULL);
    Py_XDECREF(find);
    return finder;
}

PyObject *
pyembed_hook_path_hook(OxidizedFinder *self, PyObject *path)
{
    if (!PyUnicode_Check(path)) {
        pyembed_raise(PyExc_TypeError, "an item of a path must be a str, not %.100s",
                      Py_TYPE(path)->tp_name);
        return refuse();
    }
    int ours = is_virtual(self, path);
    PyObject *result = NULL;
    if (ours > 0) {
        PyObject *type = pyembed_part("_oxidized_paths", "OxidizedPathEntryFinder");
        result = type == NULL ? NULL : PyObject_CallMethod(type, "_of", "OO", self, path);
        Py_XDECREF(type);
        return result == NULL ? refuse() : result;
    }
    if (ours == 0 && (result = app_relative_finder(self, path)) == Py_None) {
        Py_CLEAR(result);
        pyembed_raise(PyExc_ValueError, "%U is not prefixed by %U", path, self->root);
        return refuse();
    }
    return result;
}

static PyObject *
call_part(OxidizedFinder *self, const char *module, const char *function, PyObject *argument)
{
    PyObject *callable = pyembed_part(module, function);
    PyObject *result =
        callable == NULL ? NULL : PyObject_CallFunctionObjArgs(callable, self, argument, NULL);
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
    PyObject *result =
        given == NULL ? NULL : call_part(self, "_oxidized_paths", "iter_top_modules", given);
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
