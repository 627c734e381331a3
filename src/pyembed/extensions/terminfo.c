/* ncurses was compiled with its distribution's folders, and a product runs on others: more are
 * named by TERMINFO_DIRS. ncurses reads the variable when it opens a terminal. So it is set only
 * around these calls, in C's environment: the program, which reads os.environ, and its children do
 * not see it. An empty item stands for the compiled folders. A variable that the user has set stays
 * as it is. */
#include "extensions/terminfo.h"

#include "compat.h"
#include "reader/resources.h"
#include "reader/settings.h"
#include "process/process.h"

#include <stdlib.h>
#include <string.h>

#define VARIABLE "TERMINFO_DIRS"

/* ---- the variable ---- */

#define MACHINE \
    "/etc/terminfo:/lib/terminfo:/usr/share/terminfo:/usr/lib/terminfo:/usr/share/lib/terminfo:"

/* The folders of the setting, each with a colon behind it. Returns NULL without memory; the caller
 * frees it. */
static char *
own_folders(void)
{
    const pyembed_process *process = &pyembed_this_process;
    pyembed_run dirs = process->settings.terminfo_dirs;
    char *text = calloc(1, 1);
    size_t used = 0;
    for (uint32_t at = 0; at < dirs.count && text != NULL; at++) {
        pyembed_setting setting;
        if (pyembed_setting_at(&process->resources, dirs.first + at, &setting) != PYEMBED_OK) {
            continue; /* pyembed_settings_read has read them all */
        }
        char *longer = realloc(text, used + setting.value.size + 2);
        if (longer == NULL) {
            free(text);
            return NULL;
        }
        text = longer;
        memcpy(text + used, setting.value.data, setting.value.size);
        used += setting.value.size;
        memcpy(text + used++, ":", 2);
    }
    return text;
}

/* Returns 1 if it was set, and is to be removed. Without memory ncurses looks where it was compiled
 * to look. */
static int
set_variable(void)
{
    int resolution = pyembed_this_process.settings.terminfo_resolution;
    if (resolution == PYEMBED_RESOLUTION_NONE || getenv(VARIABLE) != NULL) {
        return 0;
    }
    if (resolution == PYEMBED_RESOLUTION_DYNAMIC) {
        return setenv(VARIABLE, MACHINE, 0) == 0;
    }
    char *text = own_folders();
    int was_set = text != NULL && setenv(VARIABLE, text, 0) == 0;
    free(text);
    return was_set;
}

static void
remove_variable(int was_set)
{
    if (was_set) {
        unsetenv(VARIABLE);
    }
}

/* ---- _curses: its functions that open a terminal ---- */

typedef PyObject *(*function_with_keywords)(PyObject *, PyObject *const *, Py_ssize_t, PyObject *);

static PyCFunction original_initscr;
static function_with_keywords original_setupterm;

static PyObject *
initscr(PyObject *module, PyObject *ignored)
{
    int was_set = set_variable();
    PyObject *result = original_initscr(module, ignored);
    remove_variable(was_set);
    return result;
}

static PyObject *
setupterm(PyObject *module, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords)
{
    int was_set = set_variable();
    PyObject *result = original_setupterm(module, arguments, count, keywords);
    remove_variable(was_set);
    return result;
}

/* In the module's own table, so that its functions stay the objects that they are. `made` is what
 * its PyInit_ function gave: a module, or its definition. */
static void
replace_methods(PyObject *made)
{
    PyModuleDef *definition = PyModule_Check(made)                          ? PyModule_GetDef(made)
                              : PyObject_TypeCheck(made, &PyModuleDef_Type) ? (PyModuleDef *)made
                                                                            : NULL;
    for (PyMethodDef *method = definition == NULL ? NULL : definition->m_methods;
         method != NULL && method->ml_name != NULL; method++) {
        if (strcmp(method->ml_name, "initscr") == 0 && method->ml_flags == METH_NOARGS &&
            method->ml_meth != initscr) {
            original_initscr = method->ml_meth;
            method->ml_meth = initscr;
        }
        else if (strcmp(method->ml_name, "setupterm") == 0 &&
                 method->ml_flags == (METH_FASTCALL | METH_KEYWORDS) &&
                 method->ml_meth != (PyCFunction)(void (*)(void))setupterm) {
            original_setupterm = (function_with_keywords)(void (*)(void))method->ml_meth;
            method->ml_meth = (PyCFunction)(void (*)(void))setupterm;
        }
    }
}

/* ---- modules that are linked in ---- */

static PyObject *(*init_curses)(void);
static PyObject *(*init_readline)(void);

static PyObject *
init_curses_with_folders(void)
{
    PyObject *made = init_curses();
    if (made != NULL) {
        replace_methods(made);
    }
    return made;
}

/* readline opens the terminal when it is imported. */
static PyObject *
init_readline_with_folders(void)
{
    int was_set = set_variable();
    PyObject *made = init_readline();
    remove_variable(was_set);
    return made;
}

void
pyembed_terminfo_prepare(void)
{
    for (struct _inittab *entry = PyImport_Inittab; entry->name != NULL; entry++) {
        if (strcmp(entry->name, "_curses") == 0) {
            init_curses = entry->initfunc;
            entry->initfunc = init_curses_with_folders;
        }
        else if (strcmp(entry->name, "readline") == 0) {
            init_readline = entry->initfunc;
            entry->initfunc = init_readline_with_folders;
        }
    }
}

/* ---- modules that are shared objects ---- */

int
pyembed_terminfo_begin(const pyembed_module *module)
{
    return strcmp(module->name.data, "readline") == 0 && set_variable();
}

void
pyembed_terminfo_end(const pyembed_module *module, int begun, PyObject *created)
{
    remove_variable(begun);
    if (created != NULL && strcmp(module->name.data, "_curses") == 0) {
        replace_methods(created);
    }
}
