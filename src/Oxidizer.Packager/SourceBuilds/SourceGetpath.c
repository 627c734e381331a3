/* Takes the place of CPython's Modules/getpath.c in products, which gives a configuration the paths
 * that it lacks: it turns the whole configuration into a dictionary, runs a Python program that
 * asks the environment and the file system, and reads all of it back. A product gives every path
 * before CPython starts, so that nothing is left but defaults. Compiled once with CPython's
 * sources, as CPython's own file is. */
#include "Python.h"
#include "pycore_initconfig.h"
#include "pycore_pathconfig.h"
#include "marshal.h"
#include "../frozen_modules/getpath.h"

/* For `_testinternalcapi`, which tests the search itself. */
PyObject *
_Py_Get_Getpath_CodeObject(void)
{
    return PyMarshal_ReadObjectFromString((const char *)_Py_M__getpath, sizeof _Py_M__getpath);
}

static PyStatus
set_default(PyConfig *config, wchar_t **path, const wchar_t *value)
{
    return *path == NULL ? PyConfig_SetString(config, path, value) : PyStatus_Ok();
}

static int
is_complete(const PyConfig *config)
{
    return config->home != NULL && config->executable != NULL && config->prefix != NULL &&
           config->exec_prefix != NULL && config->module_search_paths_set;
}

PyStatus
_PyConfig_InitPathConfig(PyConfig *config, int compute_path_config)
{
    PyStatus status = _PyPathConfig_ReadGlobal(config);
    if (PyStatus_Exception(status) || !compute_path_config) {
        return status;
    }
    if (!is_complete(config)) {
        return PyStatus_Error(
            "who embeds this CPython sets home, executable, prefix, exec_prefix and module_search_paths");
    }
    int has_name = config->orig_argv.length > 0 && config->orig_argv.items[0][0] != L'\0';
    struct {
        wchar_t **path;
        const wchar_t *value;
    } defaults[] = {
        {&config->program_name, has_name ? config->orig_argv.items[0] : L"python3"},
        {&config->base_executable, config->executable},
        {&config->base_prefix, config->prefix},
        {&config->base_exec_prefix, config->exec_prefix},
        {&config->platlibdir, L"" PLATLIBDIR},
        {&config->stdlib_dir, L""},
    };
    for (size_t at = 0; at < Py_ARRAY_LENGTH(defaults) && !PyStatus_Exception(status); at++) {
        status = set_default(config, defaults[at].path, defaults[at].value);
    }
#if PY_VERSION_HEX < 0x030C0000
    /* As CPython's own does when `home` is set. */
    if (!PyStatus_Exception(status)) {
        status = PyConfig_SetString(config, &config->stdlib_dir, L"");
    }
#endif
    return status;
}
