/* libedit behind CPython's `readline`: completion is bound in other words than GNU readline's,
 * which _oxidized_fixups.py translates; and the startup hook is never called, because CPython reads
 * keys by callbacks. libedit empties its line when a callback is installed. So a hook that inserts
 * text is called after that: by PyOS_InputHook, which CPython calls before it hands on the first
 * key, or a tenth of a second after the prompt. */
#include "importer/line_editor.h"

#include "values/errors.h"
#include "loader/parts.h"

#include <stdio.h>
#include <string.h>

static PyObject *(*readline_init)(void);

/* CPython has one line editor for all interpreters, and so have we. The GIL guards the hooks. */
static PyObject *hooks[2];
static char *(*edit)(FILE *, FILE *, const char *);
static int (*standing_hook)(void);

/* libedit's, or GNU readline's, if one is linked in. */
extern int rl_forced_update_display(void) __attribute__((weak));
extern FILE *rl_outstream __attribute__((weak));

/* libedit draws the prompt and the line from where the cursor stands, which it takes for the left
 * edge. Its own `rl_redisplay` presses Ctrl-R, which it has bound to a search. */
static void
draw_line(void)
{
    if (rl_forced_update_display != NULL && &rl_outstream != NULL && rl_outstream != NULL) {
        fputc('\r', rl_outstream);
        rl_forced_update_display();
    }
}

static void
call_hooks(void)
{
    PyGILState_STATE held = PyGILState_Ensure();
    for (size_t at = 0; at < sizeof hooks / sizeof hooks[0]; at++) {
        PyObject *hook = Py_XNewRef(hooks[at]);
        PyObject *done = hook == NULL ? NULL : PyObject_CallNoArgs(hook);
        if (hook != NULL && done == NULL) {
            PyErr_Clear(); /* as CPython's readline does */
        }
        Py_XDECREF(done);
        Py_XDECREF(hook);
    }
    PyGILState_Release(held);
}

/* ---- Ctrl-R ---- */

/* libedit searches within one call, and gives the key that ended the search back to itself. CPython
 * asks the terminal before it calls again, so that Enter would run the line with the next key. So
 * Ctrl-R presses MARK, and then itself. From MARK on CPython is told twice that there is input,
 * whatever the terminal has: for the search, and for the key behind it. (After a search that was
 * given up there is no such key: libedit waits for one, and Ctrl-C counts at the end of the line.)
 */
#define MARK 0x1e
#define BIND_MARK "bind -s ^R ^^^R"
#define BIND_SEARCH "bind ^R em-inc-search-prev"

extern const char *rl_library_version __attribute__((weak));
extern FILE *rl_instream __attribute__((weak));
extern int rl_parse_and_bind(char *line) __attribute__((weak));
extern int rl_read_init_file(const char *name) __attribute__((weak));
extern int rl_add_defun(const char *name, int (*function)(int, int), int key) __attribute__((weak));

static FILE *terminal; /* not NULL within a search: `rl_instream` is a file that has input then */
static int turns;
static int (*hook_of_others)(void);

static void
end_search(void)
{
    fclose(rl_instream);
    rl_instream = terminal;
    terminal = NULL;
    PyOS_InputHook = hook_of_others;
    (void)rl_parse_and_bind((char[]){BIND_MARK});
}

static int
count_turn(void)
{
    if (++turns == 2) {
        end_search();
    }
    return hook_of_others == NULL ? 0 : hook_of_others();
}

static int
begin_search(int Py_UNUSED(count), int Py_UNUSED(key))
{
    FILE *ready = terminal == NULL ? fopen("/dev/null", "re") : NULL;
    if (ready != NULL) {
        terminal = rl_instream;
        rl_instream = ready;
        turns = 0;
        hook_of_others = PyOS_InputHook;
        PyOS_InputHook = count_turn;
    }
    return rl_parse_and_bind((char[]){BIND_SEARCH}); /* for the Ctrl-R that follows, and more */
}

/* What the user's file binds stands above this. */
static void
bind_search(void)
{
    if (&rl_library_version != NULL && strncmp(rl_library_version, "EditLine", 8) == 0 &&
        rl_add_defun("oxidizer-search", begin_search, MARK) == 0) {
        (void)rl_parse_and_bind((char[]){BIND_MARK});
        (void)rl_read_init_file(NULL);
    }
}

static int
begin_line(void)
{
    PyOS_InputHook = standing_hook;
    call_hooks();
    draw_line();
    return standing_hook == NULL ? 0 : standing_hook();
}

/* Called without the GIL. */
static char *
read_line(FILE *input, FILE *output, const char *prompt)
{
    int hooked = hooks[0] != NULL || hooks[1] != NULL;
    if (hooked) {
        standing_hook = PyOS_InputHook;
        PyOS_InputHook = begin_line;
    }
    char *line = edit(input, output, prompt);
    if (terminal != NULL) {
        end_search(); /* it was interrupted */
    }
    if (hooked && PyOS_InputHook == begin_line) {
        PyOS_InputHook = standing_hook; /* it was interrupted before it began */
    }
    return line;
}

static void
take_editing(void)
{
    if (PyOS_ReadlineFunctionPointer != read_line) {
        edit = PyOS_ReadlineFunctionPointer;
        PyOS_ReadlineFunctionPointer = edit == NULL ? NULL : read_line;
    }
}

PyObject *
pyembed_line_hook(PyObject *Py_UNUSED(module), PyObject *args)
{
    int place;
    PyObject *function;
    if (!PyArg_ParseTuple(args, "iO:_line_hook", &place, &function)) {
        return NULL;
    }
    if (place < 0 || place > 1) {
        return pyembed_raise(PyExc_ValueError, "there are two hooks");
    }
    Py_XSETREF(hooks[place], function == Py_None ? NULL : Py_NewRef(function));
    take_editing();
    Py_RETURN_NONE;
}

PyObject *
pyembed_line_redisplay(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    draw_line();
    Py_RETURN_NONE;
}

/* A linked-in module does not come from our loader, which mends the others (fixups.c). */
static PyObject *
init_and_mend_readline(void)
{
    PyObject *module = readline_init();
    if (module == NULL || !PyModule_Check(module)) {
        return module;
    }
    PyObject *mend = pyembed_part("_oxidized_fixups", "readline");
    PyObject *done =
        mend == NULL ? NULL : PyObject_CallFunctionObjArgs(mend, Py_None, module, NULL);
    Py_XDECREF(mend);
    if (done == NULL) {
        Py_DECREF(module);
        return NULL;
    }
    Py_DECREF(done);
    bind_search();
    take_editing();
    return module;
}

/* The table is ours to change: PyImport_AppendInittab made a copy of it. */
void
pyembed_line_editor_prepare(void)
{
    for (struct _inittab *entry = PyImport_Inittab; entry->name != NULL; entry++) {
        if (strcmp(entry->name, "readline") == 0) {
            readline_init = entry->initfunc;
            entry->initfunc = init_and_mend_readline;
            return;
        }
    }
}
