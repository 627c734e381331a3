/* The configuration of a product that acts as `python`: its options and environment count, as
 * CPython reads them. One that the program itself started is closed as the program is. */
#include "compat.h"
#include "reader/settings.h"
#include "process/process.h"
#include "boot/configure.h"

#include <wchar.h>

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

/* Variables that came from outside do not count if the configuration says so. The program's own do:
 * those that it marked get no others (own_mark.c). */
static int
obeys_environment(void)
{
    const pyembed_process *process = &pyembed_this_process;
    return !process->arguments.is_own || process->arguments.is_marked ||
           !process->settings.ignore_environment;
}

void
pyembed_preconfigure_python(PyPreConfig *preconfig)
{
    if (!obeys_environment()) {
        preconfig->use_environment = 0;
    }
    if (pyembed_this_process.arguments.is_own && pyembed_this_process.settings.utf8_mode >= 0) {
        preconfig->utf8_mode = pyembed_this_process.settings.utf8_mode;
    }
}

/* What the configuration closes; options can close more. */
static PyStatus
set_own(PyConfig *config, const pyembed_settings *settings)
{
    config->use_environment = obeys_environment();
    config->optimization_level = settings->optimize_level;
    if (settings->no_site) {
        config->site_import = 0;
    }
    if (settings->no_user_site_directory) {
        config->user_site_directory = 0;
    }
    if (settings->dont_write_bytecode) {
        config->write_bytecode = 0;
    }
    PyStatus status = pyembed_append_list(&config->warnoptions, settings->warnings, 0);
    return PyStatus_Exception(status) ? status : pyembed_set_stdio(config);
}

static PyStatus
begin_python(PyConfig *config, int argc, char **argv)
{
    PyConfig_InitPythonConfig(config);
    config->module_search_paths_set = 1;
    config->pathconfig_warnings = 0;
    PyStatus status = pyembed_set_paths(config);
    if (!PyStatus_Exception(status) && pyembed_this_process.arguments.is_own) {
        status = set_own(config, &pyembed_this_process.settings);
    }
    return PyStatus_Exception(status) ? status : PyConfig_SetBytesArgv(config, argc, argv);
}

/* As `python`: its options and environment count, and what they say of paths, before those of the
 * configuration; modules still come from memory first. `site` is imported unless an option forbids
 * it. Whether PYTHONPATH counts is known when options were read; that is tried on a configuration
 * of its own, because 3.11 forgets some options of one that is read twice. */
PyStatus
pyembed_configure_python(PyConfig *config, int argc, char **argv)
{
    PyConfig tried;
    PyStatus status = begin_python(&tried, argc, argv);
    if (!PyStatus_Exception(status)) {
        status = PyConfig_Read(&tried);
    }
    if (!PyStatus_Exception(status)) {
        status = begin_python(config, argc, argv);
    }
    if (!PyStatus_Exception(status)) {
        status = append_python_path(config, tried.pythonpath_env);
    }
    PyConfig_Clear(&tried);
    if (!PyStatus_Exception(status)) {
        status = pyembed_append_list(&config->module_search_paths,
                                     pyembed_this_process.settings.sys_paths, 1);
    }
    /* As the library's folder does, ours ends sys.path. */
    return PyStatus_Exception(status) ? status : pyembed_append_root(&config->module_search_paths);
}
