/* Everything that differs between CPython 3.11 and 3.14. The runtime uses the public API only, so
 * this is short. */
#ifndef PYEMBED_COMPAT_H
#define PYEMBED_COMPAT_H

#define PY_SSIZE_T_CLEAN
#if defined(__GNUC__)
/* CPython's headers convert freely in their inline functions; our own code does not. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#endif
#include <Python.h>
#include <marshal.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#if PY_VERSION_HEX < 0x030B0000 || PY_VERSION_HEX >= 0x030F0000
#error "this runtime is for CPython 3.11 to 3.14"
#endif

#define PYEMBED_STRING_(text) #text
#define PYEMBED_STRING(text) PYEMBED_STRING_(text)
#define PYEMBED_PYTHON_VERSION PYEMBED_STRING(PY_MAJOR_VERSION) "." PYEMBED_STRING(PY_MINOR_VERSION)
#define PYEMBED_CACHE_TAG \
    "cpython-" PYEMBED_STRING(PY_MAJOR_VERSION) PYEMBED_STRING(PY_MINOR_VERSION)

/* `struct _frozen`: 3.11 and 3.12 have a function at the end that makes the code object. */
#if PY_VERSION_HEX < 0x030D0000
#define PYEMBED_FROZEN(name_, code_, size_, package_)                                \
    {                                                                                \
        .name = (name_), .code = (code_), .size = (size_), .is_package = (package_), \
        .get_code = NULL                                                             \
    }
#else
#define PYEMBED_FROZEN(name_, code_, size_, package_)                               \
    {                                                                               \
        .name = (name_), .code = (code_), .size = (size_), .is_package = (package_) \
    }
#endif

/* 3.12 lets a module say that it works in interpreters with a GIL of their own. The module does not
 * say that it works without a GIL (3.13), because it does not: decision 0035 lists what the GIL
 * guards. */
#if PY_VERSION_HEX >= 0x030C0000
#define PYEMBED_SLOT_INTERPRETERS \
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#else
#define PYEMBED_SLOT_INTERPRETERS
#endif

/* Methods from before ModuleSpec that CPython's own finders and loaders still have. */
#define PYEMBED_HAS_FIND_MODULE (PY_VERSION_HEX < 0x030C0000)
#define PYEMBED_HAS_LOAD_MODULE (PY_VERSION_HEX < 0x030F0000)

/* Before 3.13, tracebacks of uncaught exceptions look for sources on disk only; 3.13 asks the
 * loader. Those of unraisable exceptions still look on disk only. */
#define PYEMBED_NEEDS_EXCEPTHOOK (PY_VERSION_HEX < 0x030D0000)

#endif
