/* Keeps CPython from importing `zipimport` (and `time` with it) at each start.
 *
 * Problem: an interpreter imports it before anything of ours runs, to be ready for zip files on
 * sys.path; a product has none there at its start. It cannot be hidden in the
 * table of frozen modules, because it is a bootstrap module. Choice: `posix`, which importlib
 * imports just before, gets an init function that enters None for `zipimport` in sys.modules, which
 * makes the import fail, as CPython allows; bootstrap.c takes the entry out again, and puts a hook
 * into sys.path_hooks that imports `zipimport` when it is asked. Measured: 0.6 of 22.4 million
 * instructions of hello. What stops being true: `zipimport.zipimporter in sys.path_hooks`. */
#include "importer/zip_hook.h"

#include "compat.h"
#include "process/process.h"
#include "values/errors.h"
#include "values/items.h"
#include "loader/parts.h"

#include <string.h>
#include <sys/stat.h>

static PyObject *(*posix_init)(void);

/* 1 or 0, -1 with an exception. */
static int
is_there(PyObject *modules, const char *name)
{
    PyObject *module = pyembed_dict_item(modules, name);
    int there = module != NULL ? 1 : PyErr_Occurred() ? -1 : 0;
    Py_XDECREF(module);
    return there;
}

static PyObject *
init_posix_and_hide_zipimport(void)
{
    PyObject *modules = PyImport_GetModuleDict();
    if (pyembed_this_process.booting) {
        PyGC_Disable(); /* the first moment at which code of ours runs; bootstrap.c says why */
    }
    /* Later than the start (a reload, say) it is just `posix`. */
    int standing = is_there(modules, "encodings");
    if (standing == 0) {
        standing = is_there(modules, "zipimport");
    }
    if (standing < 0 ||
        (standing == 0 && PyDict_SetItemString(modules, "zipimport", Py_None) < 0)) {
        return NULL;
    }
    return posix_init();
}

/* The table is ours to change: PyImport_AppendInittab made a copy of it. */
void
pyembed_hide_zipimport(void)
{
    for (struct _inittab *entry = PyImport_Inittab; entry->name != NULL; entry++) {
        if (strcmp(entry->name, "posix") == 0) {
            posix_init = entry->initfunc;
            entry->initfunc = init_posix_and_hide_zipimport;
            return;
        }
    }
}

/* 1 if it was hidden, and is no longer. */
static int
show_zipimport(void)
{
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *module = pyembed_dict_item(modules, "zipimport");
    Py_XDECREF(module); /* sys.modules has it */
    if (module != Py_None) {
        return module == NULL && PyErr_Occurred() ? -1 : 0;
    }
    return PyDict_DelItemString(modules, "zipimport") < 0 ? -1 : 1;
}

int
pyembed_add_zip_hook(PyObject *module, PyObject *path_hooks, Py_ssize_t place)
{
    int hidden = show_zipimport();
    if (hidden <= 0 || path_hooks == NULL) {
        return hidden;
    }
    PyObject *hook = PyObject_GetAttrString(module, "_zip_hook");
    int result = hook == NULL ? -1 : PyList_Insert(path_hooks, place, hook);
    Py_XDECREF(hook);
    return result;
}

/* Most entries of sys.path are folders, which are no archives and need no `zipimport` to say so. */
static int
is_folder(PyObject *path)
{
    struct stat status;
    PyObject *encoded = PyUnicode_Check(path) ? PyUnicode_EncodeFSDefault(path) : NULL;
    int is_one = encoded != NULL && stat(PyBytes_AS_STRING(encoded), &status) == 0 &&
                 (status.st_mode & S_IFMT) == S_IFDIR;
    Py_XDECREF(encoded);
    PyErr_Clear(); /* `zipimport` will say what is wrong with it */
    return is_one;
}

PyObject *
pyembed_zip_hook(PyObject *Py_UNUSED(module), PyObject *path)
{
    if (is_folder(path)) {
        return pyembed_raise(PyExc_ImportError, "not a Zip file: %R", path);
    }
    PyObject *zipimporter = pyembed_part("zipimport", "zipimporter");
    PyObject *importer = zipimporter == NULL ? NULL : PyObject_CallOneArg(zipimporter, path);
    Py_XDECREF(zipimporter);
    return importer;
}
