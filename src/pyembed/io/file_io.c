/* `open` of a packed file needs no system call: the bytes are mapped already. This subclass of
 * `_io.FileIO` reads them in place. The first use that needs a descriptor (`fileno`, `isatty`,
 * whatever is not below) opens one, at the same offset, and from then on it is a plain FileIO. */
#include "io/file_io.h"

#include "compat.h"
#include "files/descriptor.h"
#include "files/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef enum { IN_MEMORY, WITH_DESCRIPTOR, CLOSED } packed_state;

/* Stands behind the members of FileIO, whose size is known at run time only. */
typedef struct {
    const pyembed_tree *tree;
    const unsigned char *content;
    Py_ssize_t size, position;
    uint32_t node;
    packed_state state;
} packed_part;

/* Of the main interpreter; made when the first packed file is opened. */
static PyTypeObject *base_type, *packed_type;
static size_t part_offset;

static packed_part *
part_of(PyObject *self)
{
    return (packed_part *)((char *)self + part_offset);
}

/* ---- the plain FileIO ---- */

static PyObject *
call_base(const char *name, PyObject *self, PyObject *first, PyObject *second)
{
    PyObject *method = PyObject_GetAttrString((PyObject *)base_type, name);
    PyObject *result =
        method == NULL ? NULL : PyObject_CallFunctionObjArgs(method, self, first, second, NULL);
    Py_XDECREF(method);
    return result;
}

/* FileIO's own initialisation, from a descriptor; it sets `name` to the number. */
static int
initialise_base(PyObject *self, int descriptor)
{
    PyObject *name = PyObject_GetAttrString(self, "name");
    PyObject *arguments = name == NULL ? NULL : Py_BuildValue("(is)", descriptor, "rb");
    int result = arguments == NULL ? -1 : base_type->tp_init(self, arguments, NULL);
    Py_XDECREF(arguments);
    if (result == 0) {
        result = PyObject_SetAttrString(self, "name", name);
    }
    Py_XDECREF(name);
    return result;
}

static int
take_descriptor(PyObject *self)
{
    packed_part *part = part_of(self);
    int descriptor = pyembed_descriptor_open(part->tree, part->node, O_CLOEXEC);
    if (descriptor < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    if (initialise_base(self, descriptor) < 0) {
        close(descriptor);
        return -1;
    }
    part->state = WITH_DESCRIPTOR;
    /* By FileIO's own, which notes that the file can be sought in. */
    PyObject *position = PyLong_FromSsize_t(part->position);
    PyObject *sought = position == NULL ? NULL : call_base("seek", self, position, NULL);
    Py_XDECREF(position);
    Py_XDECREF(sought);
    return sought == NULL ? -1 : 0;
}

/* True when the object still reads in memory; false with an exception when it is closed, or without
 * one when it is a plain FileIO. */
static int
is_in_memory(PyObject *self)
{
    packed_state state = part_of(self)->state;
    if (state == CLOSED) {
        PyErr_SetString(PyExc_ValueError, "I/O operation on closed file");
    }
    return state == IN_MEMORY;
}

#define RETURN_BASE_UNLESS_IN_MEMORY(name, first, second)                          \
    if (!is_in_memory(self)) {                                                     \
        return PyErr_Occurred() ? NULL : call_base(name, self, (first), (second)); \
    }

/* ---- reading ---- */

static Py_ssize_t
take(packed_part *part, void *to, Py_ssize_t size)
{
    Py_ssize_t left = part->position < part->size ? part->size - part->position : 0;
    size = size < left ? size : left;
    if (to != NULL) {
        memcpy(to, part->content + part->position, (size_t)size);
    }
    part->position += size;
    return size;
}

static PyObject *
read_bytes(packed_part *part, Py_ssize_t size)
{
    Py_ssize_t left = part->position < part->size ? part->size - part->position : 0;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size < 0 || size > left ? left : size);
    if (bytes != NULL) {
        (void)take(part, PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes));
    }
    return bytes;
}

static PyObject *
file_readall(PyObject *self, PyObject *Py_UNUSED(nothing))
{
    RETURN_BASE_UNLESS_IN_MEMORY("readall", NULL, NULL);
    return read_bytes(part_of(self), -1);
}

static PyObject *
file_read(PyObject *self, PyObject *arguments)
{
    PyObject *given = Py_None;
    if (!PyArg_ParseTuple(arguments, "|O:read", &given)) {
        return NULL;
    }
    RETURN_BASE_UNLESS_IN_MEMORY("read", given, NULL);
    Py_ssize_t size = given == Py_None ? -1 : PyNumber_AsSsize_t(given, PyExc_OverflowError);
    return size == -1 && PyErr_Occurred() ? NULL : read_bytes(part_of(self), size);
}

static PyObject *
file_readinto(PyObject *self, PyObject *buffer)
{
    Py_buffer view;
    RETURN_BASE_UNLESS_IN_MEMORY("readinto", buffer, NULL);
    if (PyObject_GetBuffer(buffer, &view, PyBUF_WRITABLE | PyBUF_C_CONTIGUOUS) < 0) {
        return NULL;
    }
    Py_ssize_t size = take(part_of(self), view.buf, view.len);
    PyBuffer_Release(&view);
    return PyLong_FromSsize_t(size);
}

/* ---- the position ---- */

static PyObject *
file_tell(PyObject *self, PyObject *Py_UNUSED(nothing))
{
    RETURN_BASE_UNLESS_IN_MEMORY("tell", NULL, NULL);
    return PyLong_FromSsize_t(part_of(self)->position);
}

/* What is out of the ordinary (SEEK_DATA, a wrong `whence`, a negative position) is the kernel's to
 * answer. */
static PyObject *
file_seek(PyObject *self, PyObject *arguments)
{
    PyObject *given, *whence = NULL;
    if (!PyArg_ParseTuple(arguments, "O|O:seek", &given, &whence)) {
        return NULL;
    }
    RETURN_BASE_UNLESS_IN_MEMORY("seek", given, whence);
    packed_part *part = part_of(self);
    long from = whence == NULL ? SEEK_SET : PyLong_Check(whence) ? PyLong_AsLong(whence) : -1;
    Py_ssize_t offset = PyLong_Check(given) ? PyLong_AsSsize_t(given) : -1;
    PyErr_Clear();
    Py_ssize_t base = from == SEEK_CUR ? part->position : from == SEEK_END ? part->size : 0;
    if (from < SEEK_SET || from > SEEK_END || !PyLong_Check(given) ||
        (offset < 0 && base + offset < 0) || offset > PY_SSIZE_T_MAX - base) {
        return take_descriptor(self) < 0 ? NULL : call_base("seek", self, given, whence);
    }
    part->position = base + offset;
    return PyLong_FromSsize_t(part->position);
}

/* ---- what it is ---- */

static PyObject *
say(const char *question, PyObject *self, PyObject *answer)
{
    RETURN_BASE_UNLESS_IN_MEMORY(question, NULL, NULL);
    return Py_NewRef(answer);
}

static PyObject *
file_readable(PyObject *self, PyObject *Py_UNUSED(nothing))
{
    return say("readable", self, Py_True);
}

static PyObject *
file_seekable(PyObject *self, PyObject *Py_UNUSED(nothing))
{
    return say("seekable", self, Py_True);
}

static PyObject *
file_writable(PyObject *self, PyObject *Py_UNUSED(nothing))
{
    return say("writable", self, Py_False);
}

static PyObject *
file_isatty(PyObject *self, PyObject *Py_UNUSED(nothing))
{
    return say("isatty", self, Py_False);
}

/* With a descriptor the plain FileIO says the same as below: only `closed` can differ. */
static PyObject *
get_closed(PyObject *self, void *Py_UNUSED(closure))
{
    if (part_of(self)->state != WITH_DESCRIPTOR) {
        return PyBool_FromLong(part_of(self)->state == CLOSED);
    }
    PyObject *getter = PyObject_GetAttrString((PyObject *)base_type, "closed");
    PyObject *closed =
        getter == NULL ? NULL : Py_TYPE(getter)->tp_descr_get(getter, self, (PyObject *)base_type);
    Py_XDECREF(getter);
    return closed;
}

static PyObject *
get_mode(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyUnicode_FromString("rb");
}

static PyObject *
get_closefd(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    Py_RETURN_TRUE;
}

static PyObject *
file_repr(PyObject *self)
{
    if (part_of(self)->state == WITH_DESCRIPTOR) {
        return base_type->tp_repr(self);
    }
    if (part_of(self)->state == CLOSED) {
        return PyUnicode_FromString("<_io.FileIO [closed]>");
    }
    PyObject *name = PyObject_GetAttrString(self, "name");
    PyObject *text =
        name == NULL ? NULL
                     : PyUnicode_FromFormat("<_io.FileIO name=%R mode='rb' closefd=True>", name);
    Py_XDECREF(name);
    return text;
}

/* ---- what needs a descriptor ---- */

static PyObject *
call_with_descriptor(const char *name, PyObject *self, PyObject *first)
{
    if (is_in_memory(self) && take_descriptor(self) < 0) {
        return NULL;
    }
    return PyErr_Occurred() ? NULL : call_base(name, self, first, NULL);
}

static PyObject *
file_fileno(PyObject *self, PyObject *Py_UNUSED(nothing))
{
    return call_with_descriptor("fileno", self, NULL);
}

static PyObject *
file_write(PyObject *self, PyObject *bytes)
{
    return call_with_descriptor("write", self, bytes);
}

static PyObject *
file_truncate(PyObject *self, PyObject *arguments)
{
    PyObject *size = NULL;
    return PyArg_ParseTuple(arguments, "|O:truncate", &size)
               ? call_with_descriptor("truncate", self, size)
               : NULL;
}

/* ---- the end ---- */

/* As FileIO warns of a descriptor that nobody closed. */
static PyObject *
file_dealloc_warn(PyObject *self, PyObject *source)
{
    if (part_of(self)->state == WITH_DESCRIPTOR) {
        return call_base("_dealloc_warn", self, source, NULL);
    }
    if (part_of(self)->state == IN_MEMORY &&
        PyErr_ResourceWarning(source, 1, "unclosed file %R", source) < 0 &&
        PyErr_ExceptionMatches(PyExc_Warning)) {
        PyErr_WriteUnraisable(self);
    }
    PyErr_Clear();
    Py_RETURN_NONE;
}

static PyObject *
file_close(PyObject *self, PyObject *Py_UNUSED(nothing))
{
    packed_part *part = part_of(self);
    if (part->state == IN_MEMORY) {
        PyObject *finalizing = PyObject_GetAttrString(self, "_finalizing");
        if (finalizing == Py_True) {
            Py_XDECREF(file_dealloc_warn(self, self));
        }
        PyErr_Clear();
        Py_XDECREF(finalizing);
        part->state = CLOSED;
    }
    return call_base("close", self, NULL, NULL);
}

/* ---- the type ---- */

static PyMethodDef methods[] = {
    {"read", file_read, METH_VARARGS, NULL},
    {"readall", file_readall, METH_NOARGS, NULL},
    {"readinto", file_readinto, METH_O, NULL},
    {"seek", file_seek, METH_VARARGS, NULL},
    {"tell", file_tell, METH_NOARGS, NULL},
    {"readable", file_readable, METH_NOARGS, NULL},
    {"seekable", file_seekable, METH_NOARGS, NULL},
    {"writable", file_writable, METH_NOARGS, NULL},
    {"isatty", file_isatty, METH_NOARGS, NULL},
    {"fileno", file_fileno, METH_NOARGS, NULL},
    {"write", file_write, METH_O, NULL},
    {"truncate", file_truncate, METH_VARARGS, NULL},
    {"close", file_close, METH_NOARGS, NULL},
    {"_dealloc_warn", file_dealloc_warn, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef attributes[] = {
    {"closed", get_closed, NULL, NULL, NULL},
    {"mode", get_mode, NULL, NULL, NULL},
    {"closefd", get_closefd, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* Named as its base, because programs and tracebacks show the name. */
static int
make_type(void)
{
    static PyType_Slot slots[] = {
        {Py_tp_methods, methods},
        {Py_tp_getset, attributes},
        {Py_tp_repr, file_repr},
        {0, NULL},
    };
    PyObject *io = PyImport_ImportModule("_io");
    PyObject *base = io == NULL ? NULL : PyObject_GetAttrString(io, "FileIO");
    Py_XDECREF(io);
    if (base == NULL) {
        return -1;
    }
    base_type = (PyTypeObject *)base;
    const size_t alignment = _Alignof(packed_part);
    part_offset = ((size_t)base_type->tp_basicsize + alignment - 1) / alignment * alignment;
    PyType_Spec spec = {
        .name = "_io.FileIO",
        .basicsize = (int)(part_offset + sizeof(packed_part)),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
        .slots = slots,
    };
    packed_type = (PyTypeObject *)PyType_FromSpecWithBases(&spec, base);
    return packed_type == NULL ? -1 : 0;
}

PyObject *
pyembed_file_io(const pyembed_tree *tree, uint32_t node, PyObject *name)
{
    size_t size;
    const unsigned char *content = pyembed_node_content(tree, node, &size);
    if (content == NULL) {
        return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, name);
    }
    if (packed_type == NULL && make_type() < 0) {
        return NULL;
    }
    PyObject *nothing = PyTuple_New(0);
    PyObject *self = nothing == NULL ? NULL : base_type->tp_new(packed_type, nothing, NULL);
    Py_XDECREF(nothing);
    if (self == NULL) {
        return NULL;
    }
    packed_part *part = part_of(self);
    *part = (packed_part){tree, content, (Py_ssize_t)size, 0, node, IN_MEMORY};
    if (PyObject_SetAttrString(self, "name", name) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    return self;
}
