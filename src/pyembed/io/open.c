/* `open(path)` of a packed file, for reading, makes the objects that `_io.open` makes, over a
 * FileIO that reads in place (file_io.c). Everything else goes to `_io.open`: real files, other
 * modes, what is an error, and what is rare. */
#include "io/open.h"

#include "compat.h"
#include "files/find.h"
#include "io/file_io.h"
#include "process/process.h"
#include "values/items.h"

#include <fcntl.h>
#include <string.h>

static PyObject *original, *reader_type, *text_type;

enum { FILE_NAME, MODE, BUFFERING, ENCODING, ERRORS, NEWLINE, CLOSE_FD, OPENER, ARGUMENTS };

static const char *const names[ARGUMENTS] = {"file",   "mode",    "buffering", "encoding",
                                             "errors", "newline", "closefd",   "opener"};

/* ---- arguments ---- */

/* Returns true if they are as `_io.open` names them. */
static int
read_arguments(PyObject *const *given, Py_ssize_t count, PyObject *keywords, PyObject *values[])
{
    if (count > ARGUMENTS) {
        return 0;
    }
    for (Py_ssize_t at = 0; at < ARGUMENTS; at++) {
        values[at] = at < count ? given[at] : NULL;
    }
    Py_ssize_t more = keywords == NULL ? 0 : PyTuple_GET_SIZE(keywords);
    for (Py_ssize_t at = 0; at < more; at++) {
        int number = 0;
        while (number < ARGUMENTS && PyUnicode_CompareWithASCIIString(
                                         PyTuple_GET_ITEM(keywords, at), names[number]) != 0) {
            number++;
        }
        if (number == ARGUMENTS || values[number] != NULL) {
            return 0;
        }
        values[number] = given[count + at];
    }
    return values[FILE_NAME] != NULL;
}

static int
is_default(PyObject *value)
{
    return value == NULL || value == Py_None;
}

/* 'b' or 't'; 0: it is not one of the modes for reading. */
static char
kind_of_mode(PyObject *mode)
{
    if (mode == NULL) {
        return 't';
    }
    if (!PyUnicode_Check(mode)) {
        return 0;
    }
    static const char *const modes[] = {"r", "rb", "rt", "br", "tr"};
    for (size_t at = 0; at < sizeof modes / sizeof modes[0]; at++) {
        if (PyUnicode_CompareWithASCIIString(mode, modes[at]) == 0) {
            return strchr(modes[at], 'b') != NULL ? 'b' : 't';
        }
    }
    return 0;
}

/* Returns true if the call is one that is answered here, should the file be a packed one. */
static int
is_usual(PyObject *values[], char *kind)
{
    *kind = kind_of_mode(values[MODE]);
    int is_binary = *kind == 'b';
    long buffering = -1;
    if (values[BUFFERING] != NULL) {
        buffering = PyLong_CheckExact(values[BUFFERING]) ? PyLong_AsLong(values[BUFFERING]) : -2;
        PyErr_Clear();
    }
    return *kind != 0 && (buffering == -1 || (buffering == 0 && is_binary)) &&
           is_default(values[OPENER]) &&
           (values[CLOSE_FD] == NULL || values[CLOSE_FD] == Py_True) &&
           (!is_binary || (is_default(values[ENCODING]) && is_default(values[ERRORS]) &&
                           is_default(values[NEWLINE])));
}

/* ---- the file ---- */

/* The node of a regular packed file; or -1. Never with an exception: `_io.open` raises it. */
static int64_t
packed_node(const char *path, Py_ssize_t size, const pyembed_tree **tree)
{
    pyembed_found found;
    if ((size_t)size != strlen(path) || !pyembed_claims(path) ||
        pyembed_find(AT_FDCWD, path, PYEMBED_FOLLOW, &found) != PYEMBED_FOUND_NODE ||
        !S_ISREG(found.tree->nodes[found.node].mode)) {
        return -1;
    }
    *tree = found.tree;
    return found.node;
}

static int64_t
find_packed(PyObject *file, const pyembed_tree **tree)
{
    if (PyUnicode_CheckExact(file) && PyUnicode_IS_ASCII(file)) {
        return packed_node((const char *)PyUnicode_1BYTE_DATA(file), PyUnicode_GET_LENGTH(file),
                           tree);
    }
    PyObject *bytes = NULL;
    int64_t node = -1;
    if (!PyLong_Check(file) && PyUnicode_FSConverter(file, &bytes)) {
        node = packed_node(PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes), tree);
        Py_DECREF(bytes);
    }
    PyErr_Clear();
    return node;
}

/* ---- the objects ---- */

static PyObject *
wrap_text(PyObject *buffer, PyObject *values[])
{
    PyObject *encoding = values[ENCODING] == NULL ? Py_None : values[ENCODING];
    PyObject *errors = values[ERRORS] == NULL ? Py_None : values[ERRORS];
    PyObject *newline = values[NEWLINE] == NULL ? Py_None : values[NEWLINE];
    PyObject *text =
        PyObject_CallFunctionObjArgs(text_type, buffer, encoding, errors, newline, Py_False, NULL);
    PyObject *mode = text == NULL ? NULL : values[MODE];
    PyObject *made = text != NULL && mode == NULL ? PyUnicode_FromString("r") : NULL;
    mode = mode == NULL ? made : mode;
    if (text != NULL && (mode == NULL || PyObject_SetAttrString(text, "mode", mode) < 0)) {
        Py_CLEAR(text);
    }
    Py_XDECREF(made);
    return text;
}

static PyObject *
open_packed(const pyembed_tree *tree, uint32_t node, PyObject *values[], char kind)
{
    if (PySys_Audit("open", "Osi", values[FILE_NAME], "r", O_RDONLY | O_CLOEXEC) < 0) {
        return NULL;
    }
    PyObject *raw = pyembed_file_io(tree, node, values[FILE_NAME]);
    int is_raw = values[BUFFERING] != NULL && PyLong_AsLong(values[BUFFERING]) == 0;
    if (raw == NULL || is_raw) {
        return raw;
    }
    PyObject *buffer = PyObject_CallOneArg(reader_type, raw);
    Py_DECREF(raw);
    if (buffer == NULL || kind == 'b') {
        return buffer;
    }
    PyObject *text = wrap_text(buffer, values);
    if (text == NULL) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        PyObject *closed = PyObject_CallMethod(buffer, "close", NULL);
        Py_XDECREF(closed);
        PyErr_Restore(type, value, traceback);
    }
    Py_DECREF(buffer);
    return text;
}

static PyObject *
open_file(PyObject *Py_UNUSED(module), PyObject *const *given, Py_ssize_t count, PyObject *keywords)
{
    PyObject *values[ARGUMENTS];
    const pyembed_tree *tree;
    char kind;
    if (read_arguments(given, count, keywords, values) && is_usual(values, &kind)) {
        int64_t node = find_packed(values[FILE_NAME], &tree);
        if (node >= 0) {
            return open_packed(tree, (uint32_t)node, values, kind);
        }
    }
    return PyObject_Vectorcall(original, given, (size_t)count, keywords);
}

/* ---- installing ---- */

/* `open` stays one object, with the documentation and the signature that it had. */
static PyObject *
make_function(PyObject *io)
{
    static PyMethodDef method = {"open", (PyCFunction)(void (*)(void))open_file,
                                 METH_FASTCALL | METH_KEYWORDS, NULL};
    PyObject *name = PyObject_GetAttrString(io, "__name__");
    method.ml_doc = ((PyCFunctionObject *)original)->m_ml->ml_doc;
    PyObject *function = name == NULL ? NULL : PyCFunction_NewEx(&method, io, name);
    Py_XDECREF(name);
    return function;
}

static int
replace_in(const char *module_name, PyObject *function)
{
    PyObject *module = PyImport_ImportModule(module_name);
    int result = -1;
    if (module != NULL) {
        PyObject *present = pyembed_dict_item(PyModule_GetDict(module), "open");
        result = PyErr_Occurred()      ? -1
                 : present == original ? PyObject_SetAttrString(module, "open", function)
                                       : 0;
        Py_XDECREF(present);
    }
    Py_XDECREF(module);
    return result;
}

int
pyembed_open_install(void)
{
    PyObject *io = PyImport_ImportModule("_io");
    original = io == NULL ? NULL : PyObject_GetAttrString(io, "open");
    reader_type = original == NULL ? NULL : PyObject_GetAttrString(io, "BufferedReader");
    text_type = reader_type == NULL ? NULL : PyObject_GetAttrString(io, "TextIOWrapper");
    PyObject *function =
        text_type == NULL || !PyCFunction_CheckExact(original) ? NULL : make_function(io);
    Py_XDECREF(io);
    if (function == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    int result = replace_in("_io", function) < 0 || replace_in("io", function) < 0 ||
                         replace_in("builtins", function) < 0
                     ? -1
                     : 0;
    Py_DECREF(function);
    return result;
}
