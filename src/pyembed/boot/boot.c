/* The boot in stages, one function each, with a comment that says what holds after it. Uses the
 * public API only. No stage searches the disk: all paths that CPython would search for are set, and
 * modules are in memory. */
#include "boot/boot.h"

#include "compat.h"
#include "reader/resources.h"
#include "reader/settings.h"
#include "process/arguments.h"
#include "process/called_command.h"
#include "process/process.h"
#include "files/files.h"
#include "values/items.h"
#include "extensions/terminfo.h"
#include "importer/line_editor.h"
#include "importer/module.h"
#include "importer/quiet.h"
#include "importer/zip_hook.h"
#include "io/open.h"
#include "boot/arenas.h"
#include "boot/configure.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    int argc;
    char **argv;
    PyConfig config;
    const char *stage; /* for messages */
} boot;

/* ---- stage 1: the blob ---- */

/* After it: resources, settings and the executable's path are known, and packed files can be opened
 * by their paths. No Python function was called. */
static int
open_resources(boot *self)
{
    self->stage = "packed resources";
    if (pyembed_process_open(self->argc, self->argv) < 0) {
        return -1;
    }
    pyembed_files_begin();
    return 0;
}

/* After it: what the program runs is one function or module, also if it has several commands. */
static int
choose_command(boot *self)
{
    self->stage = "command";
    return pyembed_choose_command(&pyembed_this_process, self->argc, self->argv);
}

/* ---- stage 2: memory, locale, encodings ---- */

/* After it: allocators and LC_CTYPE are set, as `python3` sets them (coercion of the C locale,
 * UTF-8 mode); strings can be decoded. */
static PyStatus
preinitialize(boot *self)
{
    const pyembed_settings *settings = &pyembed_this_process.settings;
    self->stage = "preinitialization";
    pyembed_populate_arenas();
    PyPreConfig preconfig;
    /* Not the isolated form, which does not set the locale: a product is a program, not a library.
     */
    PyPreConfig_InitPythonConfig(&preconfig);
    if (pyembed_this_process.arguments.role == PYEMBED_AS_PYTHON) {
        pyembed_preconfigure_python(&preconfig);
        return Py_PreInitializeFromBytesArgs(&preconfig, self->argc, self->argv);
    }
    preconfig.parse_argv = 0;
    preconfig.isolated = settings->isolated;
    preconfig.use_environment = !settings->ignore_environment && !settings->isolated;
    preconfig.utf8_mode = settings->utf8_mode;
    if (settings->raw_allocator == PYEMBED_ALLOCATOR_SYSTEM) {
        preconfig.allocator = PYMEM_ALLOCATOR_MALLOC;
    }
    else if (settings->raw_allocator == PYEMBED_ALLOCATOR_PYMALLOC) {
        preconfig.allocator = PYMEM_ALLOCATOR_PYMALLOC;
    }
#if PY_VERSION_HEX >= 0x030D0000
    else if (settings->raw_allocator == PYEMBED_ALLOCATOR_MIMALLOC) {
        preconfig.allocator = PYMEM_ALLOCATOR_MIMALLOC;
    }
#endif
    return Py_PreInitialize(&preconfig);
}

/* ---- stage 3: what Py_InitializeFromConfig imports ---- */

/* After it: the import of `encodings` runs _pyembed_boot.py, which installs the finder
 * (bootstrap.c). */
static PyStatus
freeze_boot_module(boot *self)
{
    static struct _frozen table[2];
    self->stage = "boot module";
    pyembed_module module;
    pyembed_status status =
        pyembed_module_find(&pyembed_this_process.resources, "_pyembed_boot", 13, &module);
    if (status == PYEMBED_NOT_FOUND ||
        (status == PYEMBED_OK &&
         (module.code.data == NULL || module.code.codec != PYEMBED_CODEC_NONE))) {
        return PyStatus_Error("the packed resources hold no bytecode of `_pyembed_boot`");
    }
    if (status != PYEMBED_OK) {
        return PyStatus_Error("the packed resources are damaged at module `_pyembed_boot`");
    }
    struct _frozen entry =
        PYEMBED_FROZEN("encodings", module.code.data, (int)module.code.stored_size, 1);
    table[0] = entry;
    PyImport_FrozenModules = table;
    if (PyImport_AppendInittab("oxidized_importer", pyembed_importer_init) < 0) {
        return PyStatus_NoMemory();
    }
    pyembed_terminfo_prepare();
    pyembed_line_editor_prepare();
    if (pyembed_this_process.is_hosted) {
        pyembed_quiet_prepare();
    }
    const pyembed_arguments *arguments = &pyembed_this_process.arguments;
    if (arguments->role != PYEMBED_AS_PYTHON || arguments->is_own) {
        pyembed_hide_zipimport();
    }
    return PyStatus_Ok();
}

/* ---- stage 4: the configuration ---- */

/* After it: `config` holds all that CPython would otherwise search for or take from the
 * environment. */
static PyStatus
configure(boot *self)
{
    self->stage = "configuration";
    if (pyembed_this_process.arguments.role == PYEMBED_AS_PYTHON) {
        return pyembed_configure_python(&self->config, self->argc, self->argv);
    }
    return pyembed_configure_program(&self->config, self->argc, self->argv);
}

/* ---- stage 5: CPython ---- */

/* After it: the GIL is held, sys.meta_path begins with our finder, and anything can be imported. */
static PyStatus
initialize(boot *self)
{
    self->stage = "initialization";
    pyembed_this_process.booting = 1;
    return Py_InitializeFromConfig(&self->config);
}

/* ---- stage 6: the collector ---- */

/* At exit CPython drops `__main__` and runs the collector, which calls `__del__` of the program's
 * globals. So the collector must still track the module and its namespace. */
static void
keep_collected(PyObject *object)
{
    if (object != NULL && PyObject_GC_IsTracked(object)) {
        PyObject_GC_UnTrack(object);
        PyObject_GC_Track(object);
    }
}

/* Objects of the boot live as long as the process. After it: the garbage collector skips them,
 * while the program runs and at the end. (`gc.unfreeze()` undoes it; `__del__` of what a program
 * makes is not concerned.) */
static int
freeze_objects(void)
{
    PyObject *gc = PyImport_ImportModule("gc");
    PyObject *done = gc == NULL ? NULL : PyObject_CallMethod(gc, "freeze", NULL);
    Py_XDECREF(gc);
    Py_XDECREF(done);
    PyObject *main = done == NULL ? NULL : pyembed_dict_item(PyImport_GetModuleDict(), "__main__");
    int failed = main == NULL && PyErr_Occurred();
    if (main != NULL && PyModule_Check(main)) {
        keep_collected(main);
        keep_collected(PyModule_GetDict(main));
    }
    Py_XDECREF(main);
    pyembed_this_process.booting = 0;
    PyGC_Enable();
    return failed ? -1 : 0;
}

/* Returns only when hosted; `problem` has the text. */
static int
fail(boot *self, PyStatus status)
{
    if (pyembed_this_process.is_hosted) {
        snprintf(pyembed_this_process.problem, sizeof pyembed_this_process.problem,
                 "cannot start Python (%s): %s", self->stage,
                 status.err_msg == NULL ? "it asked to exit" : status.err_msg);
        PyConfig_Clear(&self->config);
        return 1;
    }
    if (!PyStatus_IsExit(
            status)) { /* `--version` and `--help` have done their work, and end here too */
        fprintf(stderr, "%s: cannot start Python (%s)\n", pyembed_this_process.executable,
                self->stage);
    }
    PyConfig_Clear(&self->config);
    Py_ExitStatusException(status);
}

/* The interpreter is running. When hosted, `problem` gets the exception's text. */
static int
fail_in_python(void)
{
    if (!pyembed_this_process.is_hosted) {
        PyErr_Print();
        return 1;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *text = value == NULL ? NULL : PyObject_Str(value);
    const char *utf8 = text == NULL ? NULL : PyUnicode_AsUTF8(text);
    snprintf(pyembed_this_process.problem, sizeof pyembed_this_process.problem,
             "cannot start Python (paths): %.400s",
             utf8 == NULL ? "an exception that has no text" : utf8);
    PyErr_Clear();
    Py_XDECREF(text);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return 1;
}

int
pyembed_boot(int argc, char **argv)
{
    boot self = {.argc = argc, .argv = argv};
    if (open_resources(&self) < 0) {
        return 1;
    }
    if (choose_command(&self) < 0) {
        return 2; /* as a shell and argparse have it for a wrong command line */
    }
    PyStatus status = preinitialize(&self);
    if (!PyStatus_Exception(status)) {
        status = freeze_boot_module(&self);
    }
    if (!PyStatus_Exception(status)) {
        status = configure(&self);
    }
    if (!PyStatus_Exception(status)) {
        status = initialize(&self);
    }
    if (PyStatus_Exception(status)) {
        return fail(&self, status);
    }
    PyConfig_Clear(&self.config);
    if (pyembed_open_install() < 0 || freeze_objects() < 0) {
        return fail_in_python();
    }
    return 0;
}
