/* The runtime of a product: a CPython that imports everything from the packed resources that are
 * linked into this executable or library.
 *
 * A product of `output = "executable"` calls pyembed_main and nothing else. With `output =
 * "static-library"` or `"shared-library"` a C program does as it likes: it starts the interpreter,
 * runs and calls Python, is called by it, and ends it.
 *
 * The GIL. pyembed_initialize returns without it. Every function below takes it for as long as it
 * runs, and may be called from any thread, unless its comment says otherwise. Who uses CPython's
 * own API (Python.h of the same minor version; its functions are exported) takes the GIL by
 * pyembed_gil_acquire first.
 * Texts. They are UTF-8 and end with a NUL. What a function is given stays the caller's; what it
 * returns belongs to whom its comment says. One interpreter. It can be started once in a process,
 * and not again after pyembed_finalize. */
#ifndef PYEMBED_H
#define PYEMBED_H

#define PYEMBED_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

/* Boots CPython, does what the product's settings say (a module, a REPL, nothing, ...), and ends
 * CPython. `argv` is main's, and stays the caller's. To be called once, from the main thread, and
 * with none of the functions below. Returns the exit code; a program that exits through SystemExit
 * may end the process inside. */
PYEMBED_API int pyembed_main(int argc, char **argv);

/* Starts CPython with the product's settings, and runs nothing. `argv` becomes sys.argv; 0 and
 * NULL: it is empty. The calling thread is Python's main thread. Handlers of signals are left as
 * they were. Returns 0; or -1, and pyembed_error says why. */
PYEMBED_API int pyembed_initialize(int argc, char **argv);

/* Runs a module or package as `python -m` does, in the namespace of `__main__`. Returns 0 when it
 * came to its end, the exit code (0 to 255) when it left by SystemExit; or -1 when it raised an
 * exception, and pyembed_error has the traceback. The process goes on in each case. */
PYEMBED_API int pyembed_run_module(const char *module);

/* Runs statements in the namespace of `__main__`, as `python -c` does. Returns as
 * pyembed_run_module. */
PYEMBED_API int pyembed_run_source(const char *code);

/* Calls `module.function(argument)`: imports the module if need be; `function` may have dots;
 * `argument` NULL calls it with nothing. The result is passed through str(), but None gives an
 * empty text. Returns a text that is the caller's, to be freed by pyembed_free; or NULL, and
 * pyembed_error has the traceback. */
PYEMBED_API char *pyembed_call(const char *module, const char *function, const char *argument);

/* A function of the host. It is called with the GIL, on the thread of the Python code that calls
 * it; `argument` is Python's and dies with the call. It returns a text from malloc, which pyembed
 * frees; or NULL, and Python's side gets a RuntimeError. It may call the functions of this file. */
typedef char *(*pyembed_function)(const char *argument, void *context);

/* Makes `function` callable from Python as `module.name(text)`; `import module` finds it, even when
 * it is no other module. `context` is handed on as it is, and stays the caller's; it must live
 * until pyembed_finalize. Returns 0; or -1, and pyembed_error says why. */
PYEMBED_API int pyembed_add_function(const char *module, const char *name,
                                     pyembed_function function, void *context);

/* Takes the GIL for CPython's own API; may be nested. Needs a started interpreter. Returns what
 * pyembed_gil_release, on the same thread, wants back. */
PYEMBED_API int pyembed_gil_acquire(void);
PYEMBED_API void pyembed_gil_release(int state);

/* Ends CPython: runs what atexit knows, waits for threads that are no daemons, flushes the streams.
 * To be called on the thread of pyembed_initialize, without the GIL. Returns 0; or -1 when a stream
 * could not be flushed or nothing was started. */
PYEMBED_API int pyembed_finalize(void);

/* Why the last function that failed on this thread did so. Never NULL. The text is pyembed's, and
 * good until the thread's next call. */
PYEMBED_API const char *pyembed_error(void);

/* Frees what pyembed_call returned; NULL is allowed. Needs no GIL. */
PYEMBED_API void pyembed_free(char *text);

#ifdef __cplusplus
}
#endif

#endif
