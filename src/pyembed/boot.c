/* The staged boot: only the public API, one function a stage, each says what holds after it. No stage searches the disk: every path that
 * CPython would look for is set, and modules are in memory. */
#include "boot.h"

#include "importer.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

typedef struct {
    int argc;
    char **argv;
    PyConfig config;
    const char *stage; /* for messages */
} boot;

/* ---- stage 1: the blob ---- */

/* After it: resources, settings and the executable's path are known. No Python function was called. */
static int
open_resources(boot *self)
{
    self->stage = "packed resources";
    return pyembed_process_open(self->argc, self->argv);
}

/* ---- stage 2: memory, locale, encodings ---- */

/* After it: allocators and LC_CTYPE are set, as `python3` sets them (coercion of the C locale, UTF-8 mode); strings can be decoded. */
static PyStatus
preinitialize(boot *self)
{
    const pyembed_settings *settings = &pyembed_this_process.settings;
    self->stage = "preinitialization";
    PyPreConfig preconfig;
    /* The isolated form would leave the locale alone; ours is a program, not a library. */
    PyPreConfig_InitPythonConfig(&preconfig);
    if (pyembed_this_process.arguments.role == PYEMBED_AS_PYTHON) {
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

/* After it: the import of `encodings` runs _pyembed_boot.py, which installs the finder (install.c). */
static PyStatus
freeze_boot_module(boot *self)
{
    static struct _frozen table[2];
    self->stage = "boot module";
    pyembed_module module;
    pyembed_status status = pyembed_module_find(&pyembed_this_process.resources, "_pyembed_boot", 13, &module);
    if (status == PYEMBED_NOT_FOUND || (status == PYEMBED_OK && (module.code.data == NULL || module.code.codec != PYEMBED_CODEC_NONE))) {
        return PyStatus_Error("the packed resources hold no bytecode of `_pyembed_boot`");
    }
    if (status != PYEMBED_OK) {
        return PyStatus_Error("the packed resources are damaged at module `_pyembed_boot`");
    }
    struct _frozen entry = PYEMBED_FROZEN("encodings", module.code.data, (int)module.code.stored_size, 1);
    table[0] = entry;
    PyImport_FrozenModules = table;
    if (PyImport_AppendInittab("oxidized_importer", pyembed_importer_init) < 0) {
        return PyStatus_NoMemory();
    }
    if (!pyembed_this_process.settings.filesystem_importer) {
        pyembed_hide_zipimport();
    }
    return PyStatus_Ok();
}

/* ---- stage 4: the configuration ---- */

typedef struct {
    wchar_t **field;
    const char *value;
} path_setting;

/* Prefixes are the product's folder. With `home` set CPython searches for neither a virtual environment nor the standard library; it
 * splits `home` at a colon, so that a folder with one is set right afterwards (correct_paths). */
static PyStatus
set_paths(PyConfig *config)
{
    const char *executable = pyembed_this_process.executable, *folder = pyembed_this_process.folder;
    const path_setting paths[] = {
        {&config->executable, executable}, {&config->base_executable, executable}, {&config->home, folder},
        {&config->prefix, folder},         {&config->exec_prefix, folder},         {&config->base_prefix, folder},
        {&config->base_exec_prefix, folder},
    };
    PyStatus status = PyStatus_Ok();
    for (size_t at = 0; at < sizeof paths / sizeof paths[0] && !PyStatus_Exception(status); at++) {
        status = PyConfig_SetBytesString(config, paths[at].field, paths[at].value);
    }
    if (!PyStatus_Exception(status) && pyembed_this_process.settings.module_file != PYEMBED_FILE_NONE) {
        status = PyConfig_SetBytesString(config, &config->stdlib_dir, pyembed_this_process.files);
    }
    return status;
}

static PyStatus
append_list(PyWideStringList *list, pyembed_run run, int expand)
{
    const pyembed_process *process = &pyembed_this_process;
    for (uint32_t at = 0; at < run.count; at++) {
        pyembed_setting setting;
        if (pyembed_setting_at(&process->resources, run.first + at, &setting) != PYEMBED_OK) {
            return PyStatus_Error("the packed resources are damaged at a list of settings");
        }
        const char *text = setting.value.data;
        char *expanded = NULL;
        if (expand && strncmp(text, "$ORIGIN", 7) == 0 && asprintf(&expanded, "%s%s", process->folder, text + 7) < 0) {
            return PyStatus_NoMemory();
        }
        wchar_t *wide = Py_DecodeLocale(expanded != NULL ? expanded : text, NULL);
        free(expanded);
        if (wide == NULL) {
            return PyStatus_NoMemory();
        }
        PyStatus status = PyWideStringList_Append(list, wide);
        PyMem_RawFree(wide);
        if (PyStatus_Exception(status)) {
            return status;
        }
    }
    return PyStatus_Ok();
}

static PyStatus
set_stdio(PyConfig *config, const pyembed_settings *settings)
{
    config->buffered_stdio = !settings->unbuffered_stdio;
    if (settings->stdio_encoding.size == 0) {
        return PyStatus_Ok();
    }
    char encoding[64];
    const char *colon = strchr(settings->stdio_encoding.data, ':');
    size_t size = colon == NULL ? settings->stdio_encoding.size : (size_t)(colon - settings->stdio_encoding.data);
    if (size >= sizeof encoding) {
        return PyStatus_Error("setting `stdio_encoding` is too long");
    }
    memcpy(encoding, settings->stdio_encoding.data, size);
    encoding[size] = '\0';
    PyStatus status = size == 0 ? PyStatus_Ok() : PyConfig_SetBytesString(config, &config->stdio_encoding, encoding);
    if (!PyStatus_Exception(status) && colon != NULL && colon[1] != '\0') {
        status = PyConfig_SetBytesString(config, &config->stdio_errors, colon + 1);
    }
    return status;
}

static PyStatus
set_run(PyConfig *config, const pyembed_settings *settings)
{
    const pyembed_arguments *arguments = &pyembed_this_process.arguments;
    if (arguments->role == PYEMBED_AS_CHILD) {
        return PyConfig_SetBytesString(config, &config->run_command, arguments->command);
    }
    if (settings->run_mode == PYEMBED_RUN_EVAL) {
        return PyConfig_SetBytesString(config, &config->run_command, settings->run_code.data);
    }
    if (settings->run_mode == PYEMBED_RUN_FILE) {
        return PyConfig_SetBytesString(config, &config->run_filename, settings->run_file.data);
    }
    return PyStatus_Ok();
}

static void
set_flags(PyConfig *config, const pyembed_settings *settings)
{
    config->isolated = settings->isolated;
    config->use_environment = !settings->ignore_environment && !settings->isolated;
    config->user_site_directory = !settings->no_user_site_directory && !settings->isolated;
    config->site_import = 0; /* run.c imports it, when the finder stands */
    config->write_bytecode = !settings->dont_write_bytecode;
    config->optimization_level = settings->optimize_level;
    config->parse_argv = 0;
    config->safe_path = 1; /* the working folder is never on sys.path */
    config->install_signal_handlers = 1;
    config->configure_c_stdio = 1;
    config->pathconfig_warnings = 0;
    config->module_search_paths_set = 1;
}

/* sys.argv is the program's; that of a child begins behind its code. */
static PyStatus
set_arguments(boot *self)
{
    PyConfig *config = &self->config;
    const pyembed_arguments *arguments = &pyembed_this_process.arguments;
    if (self->argc == 0) {
        return PyStatus_Ok();
    }
    int skipped = arguments->role == PYEMBED_AS_CHILD ? arguments->first - 1 : 0;
    return PyConfig_SetBytesArgv(config, self->argc - skipped, self->argv + skipped);
}

static PyStatus
append_python_path(PyConfig *config, const wchar_t *path)
{
    PyStatus status = PyStatus_Ok();
    while (!PyStatus_Exception(status) && path != NULL && *path != L'\0') {
        size_t length = wcscspn(path, L":");
        wchar_t *item = PyMem_RawMalloc((length + 1) * sizeof(wchar_t));
        if (item == NULL) {
            return PyStatus_NoMemory();
        }
        wmemcpy(item, path, length);
        item[length] = L'\0';
        status = PyWideStringList_Append(&config->module_search_paths, item);
        PyMem_RawFree(item);
        path += length + (path[length] == L':');
    }
    return status;
}

/* The library's folder ends sys.path, where there is one. Its modules come from memory all the same: the finder owns paths below it. */
static PyStatus
append_files(PyConfig *config)
{
    if (pyembed_this_process.settings.module_file != PYEMBED_FILE_FILESYSTEM) {
        return PyStatus_Ok();
    }
    wchar_t *files = Py_DecodeLocale(pyembed_this_process.files, NULL);
    PyStatus status = files == NULL ? PyStatus_NoMemory() : PyWideStringList_Append(&config->module_search_paths, files);
    PyMem_RawFree(files);
    return status;
}

static PyStatus
begin_python(boot *self, PyConfig *config)
{
    PyConfig_InitPythonConfig(config);
    config->module_search_paths_set = 1;
    config->pathconfig_warnings = 0;
    PyStatus status = set_paths(config);
    return PyStatus_Exception(status) ? status : PyConfig_SetBytesArgv(config, self->argc, self->argv);
}

/* As `python`: its options and environment count, and what they say of paths, before those of the configuration; modules still come from memory
 * first. `site` is imported unless an option forbids it. Whether PYTHONPATH counts is known when options were read; that is tried on a configuration
 * of its own, because 3.11 forgets some options of one that is read twice. */
static PyStatus
configure_python(boot *self)
{
    PyConfig tried;
    PyStatus status = begin_python(self, &tried);
    if (!PyStatus_Exception(status)) {
        status = PyConfig_Read(&tried);
    }
    if (!PyStatus_Exception(status)) {
        status = begin_python(self, &self->config);
    }
    if (!PyStatus_Exception(status)) {
        status = append_python_path(&self->config, tried.pythonpath_env);
    }
    PyConfig_Clear(&tried);
    if (!PyStatus_Exception(status)) {
        status = append_list(&self->config.module_search_paths, pyembed_this_process.settings.sys_paths, 1);
    }
    return PyStatus_Exception(status) ? status : append_files(&self->config);
}

/* After it: `config` holds all that CPython would otherwise search for or take from the environment. */
static PyStatus
configure(boot *self)
{
    const pyembed_settings *settings = &pyembed_this_process.settings;
    PyConfig *config = &self->config;
    self->stage = "configuration";
    if (pyembed_this_process.arguments.role == PYEMBED_AS_PYTHON) {
        return configure_python(self);
    }
    PyConfig_InitIsolatedConfig(config);
    set_flags(config, settings);
    PyStatus status = set_paths(config);
    if (!PyStatus_Exception(status)) {
        status = set_arguments(self);
    }
    if (!PyStatus_Exception(status) && settings->program_name.size > 0) {
        status = PyConfig_SetBytesString(config, &config->program_name, settings->program_name.data);
    }
    if (!PyStatus_Exception(status)) {
        status = append_list(&config->warnoptions, settings->warnings, 0);
    }
    if (!PyStatus_Exception(status)) {
        status = append_list(&config->module_search_paths, settings->sys_paths, 1);
    }
    if (!PyStatus_Exception(status)) {
        status = set_stdio(config, settings);
    }
    return PyStatus_Exception(status) ? status : set_run(config, settings);
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

static int
set_path(const char *name, const char *value)
{
    PyObject *path = PyUnicode_DecodeFSDefault(value);
    int result = path == NULL ? -1 : PySys_SetObject(name, path);
    Py_XDECREF(path);
    return result;
}

/* CPython splits a folder with a colon in its name, takes the executable from PYTHONEXECUTABLE and __PYVENV_LAUNCHER__, isolated or not, and from 3.14 on prefixes from a
 * `pyvenv.cfg` beside or above the executable. After it: sys.prefix
 * and its kin are right for every folder, and sys.executable in every environment but that of a start as `python`. */
static int
correct_paths(void)
{
    static const char *const names[] = {"prefix", "exec_prefix", "base_prefix", "base_exec_prefix"};
    if (pyembed_this_process.arguments.role != PYEMBED_AS_PYTHON && set_path("executable", pyembed_this_process.executable) < 0) {
        return -1;
    }
    int may_differ = PY_VERSION_HEX >= 0x030E0000 || strchr(pyembed_this_process.folder, ':') != NULL, result = 0;
    for (size_t at = 0; may_differ && result == 0 && at < sizeof names / sizeof names[0]; at++) {
        result = set_path(names[at], pyembed_this_process.folder);
    }
    return result;
}

/* ---- stage 6: the collector ---- */

/* At the end CPython drops `__main__` and has the collector find what hung on it, with the `__del__` of a program's globals: the module and its
 * namespace must be among what is collected. */
static void
keep_collected(PyObject *object)
{
    if (object != NULL && PyObject_GC_IsTracked(object)) {
        PyObject_GC_UnTrack(object);
        PyObject_GC_Track(object);
    }
}

/* What the boot made lives as long as the process. After it: the garbage collector does not walk it, neither while the program runs nor twice at
 * the end. (`gc.unfreeze()` undoes it; `__del__` of what a program makes is not concerned.) */
static int
freeze_objects(void)
{
    PyObject *gc = PyImport_ImportModule("gc");
    PyObject *done = gc == NULL ? NULL : PyObject_CallMethod(gc, "freeze", NULL);
    Py_XDECREF(gc);
    Py_XDECREF(done);
    PyObject *main = PyDict_GetItemString(PyImport_GetModuleDict(), "__main__");
    if (main != NULL && PyModule_Check(main)) {
        keep_collected(main);
        keep_collected(PyModule_GetDict(main));
    }
    pyembed_this_process.booting = 0;
    PyGC_Enable();
    return done == NULL ? -1 : 0;
}

/* Comes back only to a host, which is told in `problem`. */
static int
fail(boot *self, PyStatus status)
{
    if (pyembed_this_process.is_hosted) {
        snprintf(pyembed_this_process.problem, sizeof pyembed_this_process.problem, "cannot start Python (%s): %s", self->stage,
                 status.err_msg == NULL ? "it asked to exit" : status.err_msg);
        PyConfig_Clear(&self->config);
        return 1;
    }
    if (!PyStatus_IsExit(status)) { /* `--version` and `--help` have done their work, and end here too */
        fprintf(stderr, "%s: cannot start Python (%s)\n", pyembed_this_process.executable, self->stage);
    }
    PyConfig_Clear(&self->config);
    Py_ExitStatusException(status);
}

int
pyembed_boot(int argc, char **argv)
{
    boot self = {.argc = argc, .argv = argv};
    if (open_resources(&self) < 0) {
        return 1;
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
    if (correct_paths() < 0 || freeze_objects() < 0) {
        PyErr_Print();
        return 1;
    }
    return 0;
}
