/* OxidizedFinder's constructor and the methods that give it resources. A finder of a program's own
 * starts empty; it reads blobs in place, from a bytes-like object that it keeps, or from a file
 * that it maps. */
#include "finder/indexing.h"

#include "reader/resources.h"
#include "values/errors.h"
#include "values/state.h"
#include "values/text.h"
#include "loader/parts.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *
explain(pyembed_status status, size_t size)
{
    return size < 8                      ? "error reading 8 byte magic header"
           : status == PYEMBED_BAD_MAGIC ? "unrecognized file format"
                                         : pyembed_status_text(status);
}

/* Steals `args`. */
static PyObject *
call_inventory(const char *function, PyObject *args)
{
    return pyembed_part_call("_oxidized_inventory", function, args);
}

/* Attributes that entries of a blob cannot hold are stored as one text (_oxidized_inventory.py). */
static int
restore_added(OxidizedFinder *self)
{
    int result = 0;
    for (uint32_t at = 0;
         result == 0 && at < pyembed_count(&self->resources, PYEMBED_SECTION_SETTINGS); at++) {
        pyembed_setting setting;
        if (pyembed_setting_at(&self->resources, at, &setting) == PYEMBED_OK &&
            strcmp(setting.name.data, "oxidized_importer.resources") == 0) {
            PyObject *done =
                call_inventory("restore", Py_BuildValue("(ON)", self, pyembed_text(setting.value)));
            result = done == NULL ? -1 : 0;
            Py_XDECREF(done);
        }
    }
    return result;
}

static PyObject *take_blob(OxidizedFinder *self, PyObject *owner, const void *data, size_t size);

/* A finder reads one blob in place. Resources of a second blob are added as copies. */
static PyObject *
add_blob(OxidizedFinder *self, PyObject *owner, const void *data, size_t size)
{
    PyObject *other = PyObject_CallNoArgs((PyObject *)self->state->finder_type);
    PyObject *taken = other == NULL ? NULL : take_blob((OxidizedFinder *)other, owner, data, size);
    PyObject *resources =
        taken == NULL ? NULL : pyembed_index_resources((OxidizedFinder *)other, NULL);
    PyObject *done = resources == NULL ? NULL : pyembed_index_add_all(self, resources);
    Py_XDECREF(resources);
    Py_XDECREF(taken);
    Py_XDECREF(other);
    return done;
}

static PyObject *
take_blob(OxidizedFinder *self, PyObject *owner, const void *data, size_t size)
{
    pyembed_resources resources;
    pyembed_status status = pyembed_resources_open(data, size, &resources);
    if (status != PYEMBED_OK) {
        return pyembed_raise(PyExc_ValueError, "these are no packed resources: %s",
                             explain(status, size));
    }
    if (self->resources.base != NULL) {
        return add_blob(self, owner, data, size);
    }
    self->resources = resources;
    self->blob = Py_NewRef(owner);
    if (restore_added(self) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyObject *
pyembed_index_bytes(OxidizedFinder *self, PyObject *bytes)
{
    /* A memoryview pins the buffer: a bytearray cannot be resized while it lives. */
    PyObject *view = PyMemoryView_FromObject(bytes);
    if (view == NULL) {
        return NULL;
    }
    Py_buffer *buffer = PyMemoryView_GET_BUFFER(view);
    PyObject *result = PyBuffer_IsContiguous(buffer, 'C')
                           ? take_blob(self, view, buffer->buf, (size_t)buffer->len)
                           : pyembed_raise(PyExc_ValueError,
                                           "the bytes of packed resources must lie in one piece");
    Py_DECREF(view);
    return result;
}

static void
unmap(PyObject *capsule)
{
    void *data = PyCapsule_GetPointer(capsule, NULL);
    size_t size = (size_t)(uintptr_t)PyCapsule_GetContext(capsule);
    munmap(data, size);
}

/* Raises ValueError, with the OSError as its cause. */
static PyObject *
raise_unread(PyObject *path)
{
    PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
    PyObject *type, *cause, *trace, *error;
    PyErr_Fetch(&type, &cause, &trace);
    PyErr_NormalizeException(&type, &cause, &trace);
    if (!PyErr_GivenExceptionMatches(type, PyExc_OSError)) {
        PyErr_Restore(type, cause, trace); /* no memory */
        return NULL;
    }
    Py_XDECREF(type);
    Py_XDECREF(trace);
    pyembed_raise(PyExc_ValueError, "cannot read packed resources from a file: %S", cause);
    PyErr_Fetch(&type, &error, &trace);
    PyErr_NormalizeException(&type, &error, &trace);
    PyException_SetCause(error, cause);
    PyErr_Restore(type, error, trace);
    return NULL;
}

PyObject *
pyembed_index_file(OxidizedFinder *self, PyObject *path)
{
    PyObject *name = NULL;
    if (PyUnicode_FSConverter(path, &name) == 0) {
        return NULL;
    }
    int descriptor = open(PyBytes_AS_STRING(name), O_RDONLY | O_CLOEXEC);
    Py_DECREF(name);
    struct stat status;
    if (descriptor < 0 || fstat(descriptor, &status) < 0) {
        if (descriptor >= 0) {
            close(descriptor);
        }
        return raise_unread(path);
    }
    void *data = status.st_size == 0
                     ? MAP_FAILED
                     : mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    close(descriptor);
    if (data == MAP_FAILED) {
        return pyembed_raise(
            PyExc_ValueError,
            "these are no packed resources: the file %R is empty, or cannot be mapped", path);
    }
    PyObject *owner = PyCapsule_New(data, NULL, unmap);
    if (owner == NULL || PyCapsule_SetContext(owner, (void *)(uintptr_t)status.st_size) < 0) {
        munmap(data, (size_t)status.st_size);
        return NULL;
    }
    PyObject *result = take_blob(self, owner, data, (size_t)status.st_size);
    Py_DECREF(owner);
    return result;
}

/* ---- resources that are added when the program runs ---- */

static PyObject *
added_of(OxidizedFinder *self)
{
    if (self->added == NULL) {
        self->added = PyDict_New();
    }
    return self->added;
}

PyObject *
pyembed_index_added(OxidizedFinder *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *added = added_of(self);
    return added == NULL ? NULL : PyDict_Copy(added);
}

/* The finder keeps a copy: later changes of the program's object do not change what is found. */
PyObject *
pyembed_index_add(OxidizedFinder *self, PyObject *resource)
{
    PyObject *checked = pyembed_part("_oxidized_inventory", "checked");
    PyObject *copy = checked == NULL ? NULL : PyObject_CallOneArg(checked, resource);
    PyObject *name = copy == NULL ? NULL : PyObject_GetAttr(copy, self->state->str_name);
    PyObject *added = name == NULL ? NULL : added_of(self);
    int result = added == NULL ? -1 : PyDict_SetItem(added, name, copy);
    Py_XDECREF(name);
    Py_XDECREF(copy);
    Py_XDECREF(checked);
    if (result < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyObject *
pyembed_index_add_all(OxidizedFinder *self, PyObject *resources)
{
    PyObject *items = PySequence_List(resources);
    for (Py_ssize_t at = 0; items != NULL && at < PyList_GET_SIZE(items); at++) {
        PyObject *done = pyembed_index_add(self, PyList_GET_ITEM(items, at));
        if (done == NULL) {
            Py_CLEAR(items);
        }
        Py_XDECREF(done);
    }
    if (items == NULL) {
        return NULL;
    }
    Py_DECREF(items);
    Py_RETURN_NONE;
}

PyObject *
pyembed_index_resources(OxidizedFinder *self, PyObject *Py_UNUSED(ignored))
{
    return call_inventory("indexed_resources", PyTuple_Pack(1, self));
}

PyObject *
pyembed_index_serialize(OxidizedFinder *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"ignore_builtin", "ignore_frozen", NULL};
    int ignore_builtin = 1, ignore_frozen = 1;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|pp:serialize_indexed_resources", names,
                                     &ignore_builtin, &ignore_frozen)) {
        return NULL;
    }
    return call_inventory("serialize", PyTuple_Pack(3, self, ignore_builtin ? Py_True : Py_False,
                                                    ignore_frozen ? Py_True : Py_False));
}
