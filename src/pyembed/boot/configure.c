/* The configuration of a product that runs as a program: the settings of the packed resources
 * count, and the environment only where they allow it. */
#include "boot/configure.h"

#include "compat.h"
#include "reader/resources.h"
#include "reader/settings.h"
#include "process/arguments.h"
#include "process/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    wchar_t **field;
    const char *value;
} path_setting;

/* With `home` set CPython searches for neither a virtual environment nor the standard library; it
 * splits `home` at a colon, so that a folder with one is set right afterwards (correct_paths,
 * bootstrap.c). */
PyStatus
pyembed_set_paths(PyConfig *config)
{
    const char *executable = pyembed_this_process.executable;
    const char *prefix = pyembed_this_process.prefix;
    const path_setting paths[] = {
        {&config->executable, executable},
        {&config->base_executable, executable},
        {&config->home, prefix},
        {&config->prefix, prefix},
        {&config->exec_prefix, prefix},
        {&config->base_prefix, prefix},
        {&config->base_exec_prefix, prefix},
    };
    PyStatus status = PyStatus_Ok();
    for (size_t at = 0; at < sizeof paths / sizeof paths[0] && !PyStatus_Exception(status); at++) {
        status = PyConfig_SetBytesString(config, paths[at].field, paths[at].value);
    }
    if (!PyStatus_Exception(status) &&
        pyembed_this_process.settings.module_file != PYEMBED_FILE_NONE) {
        status = PyConfig_SetBytesString(config, &config->stdlib_dir, pyembed_this_process.files);
    }
    return status;
}

PyStatus
pyembed_append_list(PyWideStringList *list, pyembed_run run, int expand)
{
    const pyembed_process *process = &pyembed_this_process;
    for (uint32_t at = 0; at < run.count; at++) {
        pyembed_setting setting;
        if (pyembed_setting_at(&process->resources, run.first + at, &setting) != PYEMBED_OK) {
            return PyStatus_Error("the packed resources are damaged at a list of settings");
        }
        const char *text = setting.value.data;
        char *expanded = NULL;
        if (expand && strncmp(text, "$ORIGIN", 7) == 0 &&
            asprintf(&expanded, "%s%s", process->folder, text + 7) < 0) {
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

PyStatus
pyembed_append_root(PyWideStringList *list)
{
    wchar_t *root = Py_DecodeLocale(pyembed_this_process.files, NULL);
    PyStatus status = root == NULL ? PyStatus_NoMemory() : PyWideStringList_Append(list, root);
    PyMem_RawFree(root);
    return status;
}

PyStatus
pyembed_set_stdio(PyConfig *config)
{
    const pyembed_settings *settings = &pyembed_this_process.settings;
    config->buffered_stdio = !settings->unbuffered_stdio;
    if (settings->stdio_encoding.size == 0) {
        return PyStatus_Ok();
    }
    char encoding[64];
    const char *colon = strchr(settings->stdio_encoding.data, ':');
    size_t size = colon == NULL ? settings->stdio_encoding.size
                                : (size_t)(colon - settings->stdio_encoding.data);
    if (size >= sizeof encoding) {
        return PyStatus_Error("setting `stdio_encoding` is too long");
    }
    memcpy(encoding, settings->stdio_encoding.data, size);
    encoding[size] = '\0';
    PyStatus status = size == 0
                          ? PyStatus_Ok()
                          : PyConfig_SetBytesString(config, &config->stdio_encoding, encoding);
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
    if (settings->run_mode == PYEMBED_MODE_EVAL) {
        return PyConfig_SetBytesString(config, &config->run_command, settings->run_code.data);
    }
    if (settings->run_mode == PYEMBED_MODE_FILE) {
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
    config->site_import = !settings->no_site; /* CPython imports it when the finder stands */
    config->write_bytecode = !settings->dont_write_bytecode;
    config->optimization_level = settings->optimize_level;
    config->parse_argv = 0;
    config->safe_path = 1; /* the working folder is never on sys.path */
    config->install_signal_handlers = 1;
    config->configure_c_stdio = 1;
    config->pathconfig_warnings = 0;
    config->module_search_paths_set = 1;
}

/* sys.orig_argv of one command among several is that of a script: the interpreter stands before
 * sys.argv. Without it `[sys.executable] + sys.orig_argv[1:]` would name no command. */
static PyStatus
set_original_arguments(PyConfig *config, int argc, char **argv)
{
    wchar_t *wide = Py_DecodeLocale(pyembed_this_process.executable, NULL);
    PyStatus status =
        wide == NULL ? PyStatus_NoMemory() : PyWideStringList_Append(&config->orig_argv, wide);
    PyMem_RawFree(wide);
    for (int at = 0; at < argc && !PyStatus_Exception(status); at++) {
        wide = Py_DecodeLocale(argv[at], NULL);
        status =
            wide == NULL ? PyStatus_NoMemory() : PyWideStringList_Append(&config->orig_argv, wide);
        PyMem_RawFree(wide);
    }
    return status;
}

/* sys.argv is the program's; that of a child begins behind its code, and that of a program that
 * `python` would be told of behind the options. */
static PyStatus
set_arguments(PyConfig *config, int argc, char **argv)
{
    const pyembed_arguments *arguments = &pyembed_this_process.arguments;
    if (argc == 0) {
        return PyStatus_Ok();
    }
    int skipped = arguments->first - 1;
    PyStatus status = PyConfig_SetBytesArgv(config, argc - skipped, argv + skipped);
    return PyStatus_Exception(status) || arguments->role != PYEMBED_AS_PROGRAM ||
                   pyembed_this_process.settings.run_commands.count == 0
               ? status
               : set_original_arguments(config, argc - skipped, argv + skipped);
}

PyStatus
pyembed_configure_program(PyConfig *config, int argc, char **argv)
{
    const pyembed_settings *settings = &pyembed_this_process.settings;
    PyConfig_InitIsolatedConfig(config);
    set_flags(config, settings);
    PyStatus status = pyembed_set_paths(config);
    if (!PyStatus_Exception(status)) {
        status = set_arguments(config, argc, argv);
    }
    if (!PyStatus_Exception(status) && settings->program_name.size > 0) {
        status =
            PyConfig_SetBytesString(config, &config->program_name, settings->program_name.data);
    }
    if (!PyStatus_Exception(status)) {
        status = pyembed_append_list(&config->warnoptions, settings->warnings, 0);
    }
    if (!PyStatus_Exception(status)) {
        status = pyembed_append_root(&config->module_search_paths);
    }
    if (!PyStatus_Exception(status)) {
        status = pyembed_append_list(&config->module_search_paths, settings->sys_paths, 1);
    }
    if (!PyStatus_Exception(status)) {
        status = pyembed_set_stdio(config);
    }
    return PyStatus_Exception(status) ? status : set_run(config, settings);
}
