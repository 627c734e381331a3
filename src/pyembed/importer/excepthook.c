/* Exceptions that nobody catches are printed by CPython's own hooks, word for word. Some of these
 * (compat.h says which) look for source lines on disk only, through `io.open`. While one of them
 * prints, `io.open` is a function of ours that also finds packed sources. It opens everything else
 * as before, so other threads may call it. */
#include "importer/excepthook.h"

#include "reader/settings.h"
#include "values/state.h"
#include "loader/loader.h"

#include <sys/mman.h>
#include <unistd.h>

/* The virtual path of a code object's file name that may be one of ours, or NULL without an
 * exception. Where modules have no `__file__`, code has relative names. */
static PyObject *
packed_path(OxidizedFinder *finder, PyObject *name)
{
    if (finder == NULL || !PyUnicode_Check(name) || PyUnicode_GET_LENGTH(name) == 0) {
        return NULL;
    }
    if (PyUnicode_Tailmatch(name, finder->root, 0, PyUnicode_GET_LENGTH(finder->root), -1) > 0) {
        return Py_NewRef(name);
    }
    Py_UCS4 first = PyUnicode_READ_CHAR(name, 0);
    return finder->module_file != PYEMBED_FILE_NONE || first == '/' || first == '<'
               ? NULL
               : PyUnicode_Concat(finder->root, name);
}

/* A descriptor with the bytes of `data`, or -1: the tokenizer, which looks for the encoding, reads
 * descriptors only. */
static int
descriptor_of(PyObject *data)
{
    int descriptor = memfd_create("source", MFD_CLOEXEC);
    const char *bytes = PyBytes_AS_STRING(data);
    Py_ssize_t left = PyBytes_GET_SIZE(data);
    while (descriptor >= 0 && left > 0) {
        ssize_t written = write(descriptor, bytes, (size_t)left);
        if (written <= 0) {
            close(descriptor);
            return -1;
        }
        bytes += written;
        left -= written;
    }
    if (descriptor >= 0) {
        lseek(descriptor, 0, SEEK_SET);
    }
    return descriptor;
}

PyObject *
pyembed_excepthook_open(PyObject *module, PyObject *const *args, Py_ssize_t count,
                        PyObject *keywords)
{
    importer_state *state = pyembed_state_of(module);
    OxidizedFinder *finder = (OxidizedFinder *)state->finder;
    PyObject *path = count == 2 && keywords == NULL ? packed_path(finder, args[0]) : NULL;
    if (path != NULL) {
        PyObject *data = pyembed_loader_get_data(finder, path);
        int descriptor = data == NULL ? -1 : descriptor_of(data);
        Py_XDECREF(data);
        Py_DECREF(path);
        if (descriptor >= 0) {
            return PyObject_CallFunction(state->io_open, "iO", descriptor, args[1]);
        }
        if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_OSError) &&
            !PyErr_ExceptionMatches(PyExc_ImportError)) {
            return NULL;
        }
        PyErr_Clear(); /* not packed, or damaged */
    }
    else if (PyErr_Occurred()) {
        return NULL;
    }
    return PyObject_Vectorcall(state->io_open, args, (size_t)count, keywords);
}

/* The module `io`, or NULL without an exception: at the very end there is none. */
static PyObject *
find_io(void)
{
    PyObject *name = PyUnicode_FromString("io");
    PyObject *io = name == NULL ? NULL : PyImport_GetModule(name);
    Py_XDECREF(name);
    if (io == NULL) {
        PyErr_Clear();
    }
    return io;
}

/* Hooks nest, and several threads may be in them: the first to enter replaces `io.open`, the last
 * to leave restores it. Returns `io`; or NULL, and no source lines are printed. */
static PyObject *
enter(importer_state *state, PyObject *module)
{
    PyObject *io = find_io();
    if (io == NULL || state->displaying++ > 0) {
        return io;
    }
    PyObject *ours = PyObject_GetAttrString(module, "_open");
    PyObject *standing = ours == NULL ? NULL : PyObject_GetAttr(io, state->str_open);
    if (standing == NULL || PyObject_SetAttr(io, state->str_open, ours) < 0) {
        PyErr_Clear();
        state->displaying--;
        Py_CLEAR(io);
    }
    else if (standing !=
             ours) { /* else a hook without memory left ours there; ours must not call itself */
        Py_XSETREF(state->io_open, Py_NewRef(standing));
    }
    Py_XDECREF(standing);
    Py_XDECREF(ours);
    return io;
}

static void
leave(importer_state *state, PyObject *io)
{
    if (io != NULL && --state->displaying == 0) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        if (PyObject_SetAttr(io, state->str_open, state->io_open) <
            0) { /* with a name that needs no memory */
            PyErr_Clear();
        }
        PyErr_Restore(type, value, traceback);
    }
    Py_XDECREF(io);
}

static PyObject *
display(PyObject *module, PyObject *hook, PyObject *args)
{
    importer_state *state = pyembed_state_of(module);
    if (hook == NULL) {
        Py_RETURN_NONE; /* the module was cleared, and somebody kept the function */
    }
    Py_INCREF(hook);
    PyObject *io = enter(state, module);
    PyObject *done = PyObject_Call(hook, args, NULL);
    leave(state, io);
    Py_DECREF(hook);
    return done;
}

PyObject *
pyembed_excepthook_exception(PyObject *module, PyObject *args)
{
    return display(module, pyembed_state_of(module)->excepthook, args);
}

PyObject *
pyembed_excepthook_thread(PyObject *module, PyObject *args)
{
    return display(module, pyembed_state_of(module)->thread_excepthook, args);
}

PyObject *
pyembed_excepthook_unraisable(PyObject *module, PyObject *args)
{
    return display(module, pyembed_state_of(module)->unraisablehook, args);
}
