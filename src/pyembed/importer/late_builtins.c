/* Programs call exit() without importing anything. `site` makes it, which products do not import by
 * themselves. Its helper `_sitebuiltins` alone, with six objects, costs a start 5.4 million
 * instructions (it imports `os`); six stand-ins cost 0.03. The first that is used has `site` make
 * all six (_oxidized_builtins.py), and is the true one from then on. */
#include "importer/late_builtins.h"

#include "process/process.h"
#include "values/items.h"
#include "loader/parts.h"

typedef struct {
    PyObject_HEAD PyObject *name;
    PyObject *real; /* NULL until it is used */
} late_builtin;

/* Borrowed, or NULL with an exception. */
static PyObject *
real_of(PyObject *object)
{
    late_builtin *self = (late_builtin *)object;
    if (self->real == NULL) {
        PyObject *settle = pyembed_part("_oxidized_builtins", "settle");
        PyObject *real = settle == NULL
                             ? NULL
                             : PyObject_CallFunctionObjArgs(settle, (PyObject *)Py_TYPE(object),
                                                            self->name, NULL);
        Py_XDECREF(settle);
        if (self->real == NULL) {
            self->real = real; /* else another thread was faster, or `site` used it */
        }
        else {
            Py_XDECREF(real);
        }
    }
    return self->real;
}

static PyObject *
late_call(PyObject *self, PyObject *args, PyObject *keywords)
{
    PyObject *real = real_of(self);
    return real == NULL ? NULL : PyObject_Call(real, args, keywords);
}

static PyObject *
late_repr(PyObject *self)
{
    PyObject *real = real_of(self);
    return real == NULL ? NULL : PyObject_Repr(real);
}

static PyObject *
late_get(PyObject *self, PyObject *name)
{
    PyObject *real = real_of(self);
    return real == NULL ? NULL : PyObject_GetAttr(real, name);
}

static int
late_set(PyObject *self, PyObject *name, PyObject *value)
{
    PyObject *real = real_of(self);
    return real == NULL ? -1 : PyObject_SetAttr(real, name, value);
}

static int
late_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((late_builtin *)self)->real);
    return 0;
}

static int
late_clear(PyObject *self)
{
    Py_CLEAR(((late_builtin *)self)->real);
    return 0;
}

static void
late_release(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    late_clear(self);
    Py_XDECREF(((late_builtin *)self)->name);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyType_Slot slots[] = {
    {Py_tp_call, (void *)late_call},         {Py_tp_repr, (void *)late_repr},
    {Py_tp_getattro, (void *)late_get},      {Py_tp_setattro, (void *)late_set},
    {Py_tp_traverse, (void *)late_traverse}, {Py_tp_clear, (void *)late_clear},
    {Py_tp_dealloc, (void *)late_release},   {0, NULL},
};

static PyType_Spec spec = {
    .name = "oxidized_importer._LateBuiltin",
    .basicsize = sizeof(late_builtin),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};

static int
add(PyObject *builtins, PyTypeObject *type, const char *name)
{
    PyObject *text = PyUnicode_InternFromString(name);
    late_builtin *object = text == NULL ? NULL : PyObject_GC_New(late_builtin, type);
    if (object == NULL) {
        Py_XDECREF(text);
        return -1;
    }
    object->name = text;
    object->real = NULL;
    PyObject_GC_Track(object);
    int result = PyObject_SetAttr(builtins, text, (PyObject *)object);
    Py_DECREF(object);
    return result;
}

int
pyembed_add_late_builtins(void)
{
    static const char *const names[] = {"exit", "quit", "help", "copyright", "credits", "license"};
    const pyembed_arguments *arguments = &pyembed_this_process.arguments;
    if (!pyembed_this_process.settings.no_site ||
        (arguments->role == PYEMBED_AS_PYTHON && !arguments->is_own)) {
        return 0;
    }
    PyObject *builtins = pyembed_dict_item(PyImport_GetModuleDict(), "builtins");
    PyObject *type = builtins == NULL ? NULL : PyType_FromSpec(&spec);
    int result = type == NULL ? -1 : 0;
    if (builtins != NULL && type == NULL && !PyErr_Occurred()) {
        PyErr_NoMemory(); /* PyType_FromSpec forgets it (3.11) */
    }
    for (size_t at = 0; result == 0 && at < sizeof names / sizeof names[0]; at++) {
        result = add(builtins, (PyTypeObject *)type, names[at]);
    }
    Py_XDECREF(type);
    Py_XDECREF(builtins);
    return result;
}
