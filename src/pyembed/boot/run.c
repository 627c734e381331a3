/* The run modes. `repl`, `eval` and `file` are CPython's own (Py_RunMain); `module` is done here:
 * what runpy does, without importing runpy. */
#include "boot/run.h"

#include "reader/resources.h"
#include "reader/settings.h"
#include "process/arguments.h"
#include "process/environment.h"
#include "process/process.h"
#include "values/items.h"
#include "values/lookup.h"
#include "values/paths.h"
#include "values/state.h"
#include "values/text.h"
#include "loader/app_relative.h"
#include "loader/code.h"
#include "loader/parts.h"
#include "loader/specs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the end ---- */

/* As CPython's main: SystemExit gives its code, an unhandled KeyboardInterrupt ends the process by
 * SIGINT, so that a shell sees it. */
static int
finish(int failed)
{
    int interrupted = 0;
    if (failed) {
        interrupted = PyErr_ExceptionMatches(PyExc_KeyboardInterrupt);
        PyErr_Print(); /* with SystemExit the process ends in here */
    }
    if (Py_FinalizeEx() < 0) {
        return 120;
    }
    if (interrupted) {
        signal(SIGINT, SIG_DFL);
        kill(getpid(), SIGINT);
        return 128 + SIGINT;
    }
    return failed;
}

/* ---- module ---- */

static int
set_main(PyObject *namespace, const char *key, PyObject *value)
{
    int result = value == NULL ? -1 : PyDict_SetItemString(namespace, key, value);
    Py_XDECREF(value);
    return result;
}

/* `__main__` of a script has no spec, as with `python script.py`; of a module it has the module's,
 * as with `python -m`. */
static int
fill_main(OxidizedFinder *finder, PyObject *spec, PyObject *file, int is_script,
          PyObject *namespace)
{
    int result = set_main(namespace, "__spec__", is_script ? Py_NewRef(Py_None) : Py_NewRef(spec));
    if (result == 0) {
        result = set_main(namespace, "__package__",
                          is_script ? Py_NewRef(Py_None) : PyObject_GetAttrString(spec, "parent"));
    }
    if (result == 0) {
        result = PyDict_SetItemString(namespace, "__loader__", (PyObject *)finder);
    }
    if (result == 0 && file != Py_None) {
        result = PyDict_SetItemString(namespace, "__file__", file);
    }
    if (result == 0) {
        result = set_main(namespace, "__cached__",
                          is_script || file == Py_None ? Py_NewRef(Py_None)
                                                       : PyObject_GetAttrString(spec, "cached"));
    }
    return result == 0 ? set_main(namespace, "__doc__", Py_NewRef(Py_None)) : result;
}

static int
run_entry(OxidizedFinder *finder, const pyembed_module *entry, int is_script)
{
    pyembed_this_process.main = *entry;
    PyObject *main = PyImport_AddModule("__main__");
    PyObject *namespace = main == NULL ? NULL : PyModule_GetDict(main);
    PyObject *name = namespace == NULL ? NULL : pyembed_text(entry->name);
    PyObject *spec = name == NULL ? NULL : pyembed_finder_spec_of(finder, name, entry, NULL);
    PyObject *file = spec == NULL                               ? NULL
                     : finder->module_file == PYEMBED_FILE_NONE ? Py_NewRef(Py_None)
                                                                : pyembed_file_of(finder, entry);
    int result = file == NULL ? -1 : fill_main(finder, spec, file, is_script, namespace);
    PyObject *code = result < 0 ? NULL : pyembed_code_object(finder, entry, file);
    PyObject *value = code == NULL ? NULL : PyEval_EvalCode(code, namespace, namespace);
    Py_XDECREF(code);
    Py_XDECREF(file);
    Py_XDECREF(spec);
    Py_XDECREF(name);
    Py_XDECREF(value);
    return value == NULL ? -1 : 0;
}

/* Modules of the file system, and those that CPython has frozen: runpy knows them. */
static int
run_by_runpy(const char *name)
{
    PyObject *runpy = PyImport_ImportModule("runpy");
    PyObject *value = runpy == NULL
                          ? NULL
                          : PyObject_CallMethod(runpy, "_run_module_as_main", "sO", name, Py_False);
    Py_XDECREF(runpy);
    Py_XDECREF(value);
    return value == NULL ? -1 : 0;
}

/* The packages above a module run first. */
static int
import_parent(const char *name, size_t size)
{
    const char *dot = memrchr(name, '.', size);
    if (dot == NULL) {
        return 0;
    }
    PyObject *parent = PyUnicode_FromStringAndSize(name, dot - name);
    PyObject *module = parent == NULL ? NULL : PyImport_Import(parent);
    Py_XDECREF(parent);
    Py_XDECREF(module);
    return module == NULL ? -1 : 0;
}

static int
run_main_module(OxidizedFinder *finder, pyembed_string name)
{
    char main_name[1024];
    pyembed_module entry;
    pyembed_status status = pyembed_module_find(&finder->resources, name.data, name.size, &entry);
    if (status == PYEMBED_OK &&
        (entry.flags & (PYEMBED_MODULE_PACKAGE | PYEMBED_MODULE_NAMESPACE)) &&
        name.size + 10 < sizeof main_name) {
        /* a package runs its `__main__` */
        name.size = (uint32_t)snprintf(main_name, sizeof main_name, "%s.__main__", name.data);
        name.data = main_name;
        status = pyembed_module_find(&finder->resources, name.data, name.size, &entry);
    }
    if (status != PYEMBED_OK && status != PYEMBED_NOT_FOUND) {
        pyembed_raise_damaged("module", name.data, status);
        return -1;
    }
    /* A script is no module that runpy could find. */
    int is_script = status == PYEMBED_OK && pyembed_is_app_relative(&entry) &&
                    strcmp(entry.name.data, "__main__") == 0;
    if (!is_script && (status == PYEMBED_NOT_FOUND || entry.code.data == NULL ||
                       (entry.flags & PYEMBED_IN_FILESYSTEM))) {
        /* it also has the words for what cannot be run */
        return run_by_runpy(pyembed_this_process.settings.run_module.data);
    }
    return import_parent(name.data, name.size) < 0
               ? -1
               : run_entry(finder, &entry, strcmp(entry.name.data, "__main__") == 0);
}

/* `package.module:object.attribute`, as a console script: sys.exit(object.attribute()) */
static int
run_entry_point(const char *module_name, size_t size, const char *attributes)
{
    PyObject *name = PyUnicode_FromStringAndSize(module_name, (Py_ssize_t)size);
    PyObject *object = name == NULL ? NULL : PyImport_Import(name);
    Py_XDECREF(name);
    while (object != NULL && *attributes != '\0') {
        size_t length = strcspn(attributes, ".");
        PyObject *attribute = PyUnicode_FromStringAndSize(attributes, (Py_ssize_t)length);
        PyObject *next = attribute == NULL ? NULL : PyObject_GetAttr(object, attribute);
        Py_XDECREF(attribute);
        Py_DECREF(object);
        object = next;
        attributes += length + (attributes[length] == '.');
    }
    PyObject *code = object == NULL ? NULL : PyObject_CallNoArgs(object);
    Py_XDECREF(object);
    if (code == NULL) {
        return -1;
    }
    PyErr_SetObject(PyExc_SystemExit, code);
    Py_DECREF(code);
    return -1;
}

static int
run_module(void)
{
    pyembed_string name = pyembed_this_process.settings.run_module;
    const char *colon = memchr(name.data, ':', name.size);
    if (colon != NULL) {
        return run_entry_point(name.data, (size_t)(colon - name.data), colon + 1);
    }
    PyObject *importer = PyImport_ImportModule("oxidized_importer");
    PyObject *finder = importer == NULL ? NULL : Py_NewRef(pyembed_state_of(importer)->finder);
    int result = finder == NULL ? -1 : run_main_module((OxidizedFinder *)finder, name);
    Py_XDECREF(finder);
    Py_XDECREF(importer);
    return result;
}

/* ---- a packed script ---- */

/* The script's folder stands first on sys.path, as with `python folder/script.py`. */
static int
insert_folder(PyObject *path)
{
    Py_ssize_t slash = PyUnicode_FindChar(path, '/', 0, PyUnicode_GET_LENGTH(path), -1);
    PyObject *folder = slash < 0 ? NULL : PyUnicode_Substring(path, 0, slash);
    PyObject *items = folder == NULL ? NULL : pyembed_sys_item("path");
    int result = items == NULL ? -1 : PyList_Insert(items, 0, folder);
    Py_XDECREF(items);
    Py_XDECREF(folder);
    return result;
}

/* The module whose source a virtual path names: `[sys.executable, __file__]`. 0: the path is none.
 */
static int
find_script(OxidizedFinder *finder, PyObject *path, pyembed_module *entry)
{
    PyObject *find = pyembed_part("_oxidized_paths", "module_at");
    PyObject *name = find == NULL ? NULL : PyObject_CallFunctionObjArgs(find, finder, path, NULL);
    int found = name == NULL      ? -1
                : name == Py_None ? 0
                                  : pyembed_finder_lookup(finder, name, entry);
    Py_XDECREF(name);
    Py_XDECREF(find);
    return found;
}

/* 1: it was a packed script, and `*failed` says how it ended. */
static int
run_packed_script(int *failed)
{
    PyObject *importer = PyImport_ImportModule("oxidized_importer");
    OxidizedFinder *finder =
        importer == NULL ? NULL : (OxidizedFinder *)pyembed_state_of(importer)->finder;
    PyObject *arguments = finder == NULL ? NULL : pyembed_sys_item("argv");
    PyObject *path = arguments == NULL || PyList_GET_SIZE(arguments) == 0
                         ? NULL
                         : PyList_GET_ITEM(arguments, 0); /* borrowed: `arguments` has it */
    pyembed_module entry;
    int found =
        path == NULL || !PyUnicode_Check(path) ||
                PyUnicode_Tailmatch(path, finder->root, 0, PyUnicode_GET_LENGTH(path), -1) <= 0
            ? 0
            : find_script(finder, path, &entry);
    if (found > 0) {
        *failed = insert_folder(path) < 0 || run_entry(finder, &entry, 1) < 0;
    }
    else if (found < 0 || PyErr_Occurred()) {
        *failed = found = 1;
    }
    Py_XDECREF(arguments);
    Py_XDECREF(importer);
    return found;
}

/* ---- repl ---- */

static int
call_site(const char *function)
{
    PyObject *site = PyImport_ImportModule("site");
    PyObject *value = site == NULL ? NULL : PyObject_CallMethod(site, function, NULL);
    Py_XDECREF(site);
    Py_XDECREF(value);
    return value == NULL ? -1 : 0;
}

/* What `site` gives an interactive interpreter: `exit`, `help`, line editing, completion and
 * history. An isolated CPython imports no readline. */
static int
prepare_repl(void)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        return 0;
    }
    if (call_site("setquit") < 0 || call_site("setcopyright") < 0 || call_site("sethelper") < 0 ||
        call_site("enablerlcompleter") < 0) {
        return -1;
    }
    PyObject *readline = PyImport_ImportModule("readline");
    if (readline == NULL) {
        PyErr_Clear(); /* not linked in: lines are read without editing */
    }
    Py_XDECREF(readline);
    return 0;
}

/* ---- */

/* The setting names an environment variable, and that one a folder. */
static int
start_recording(void)
{
    const char *variable = pyembed_this_process.settings.write_modules_directory_env.data;
    const char *folder = *variable == '\0' ? NULL : pyembed_variable(variable);
    if (folder == NULL || *folder == '\0') {
        return 0;
    }
    PyObject *function = pyembed_part("_oxidized_record", "record_into");
    PyObject *path = function == NULL ? NULL : PyUnicode_DecodeFSDefault(folder);
    PyObject *done = path == NULL ? NULL : PyObject_CallOneArg(function, path);
    Py_XDECREF(function);
    Py_XDECREF(path);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

int
pyembed_run_program(void)
{
    if (pyembed_this_process.arguments.role != PYEMBED_AS_PROGRAM) {
        int failed;
        return run_packed_script(&failed) ? finish(failed) : Py_RunMain();
    }
    if (start_recording() < 0) {
        return finish(1);
    }
    switch (pyembed_this_process.settings.run_mode) {
    case PYEMBED_MODE_MODULE:
        return finish(run_module() < 0);
    case PYEMBED_MODE_NOOP:
        return finish(0);
    case PYEMBED_MODE_REPL:
        if (prepare_repl() < 0) {
            return finish(1);
        }
        break;
    default:
        break;
    }
    return Py_RunMain();
}
