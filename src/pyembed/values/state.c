/* The state of an interpreter's `oxidized_importer`: objects of importlib that a finder uses at
 * each import, and interned names. */
#include "values/state.h"

#include "compat.h"
#include "values/errors.h"
#include "values/items.h"

#include <stddef.h>

/* The objects of importlib that a finder uses at each import. */
static const struct {
    const char *module;
    const char *name; /* NULL: the module itself */
    size_t offset;
} borrowed[] = {
    {"_frozen_importlib", "ModuleSpec", offsetof(importer_state, module_spec)},
    {"_frozen_importlib", "BuiltinImporter", offsetof(importer_state, builtin_importer)},
    {"_frozen_importlib", "FrozenImporter", offsetof(importer_state, frozen_importer)},
    {"_frozen_importlib", "_call_with_frames_removed", offsetof(importer_state, frames_removed)},
    {"_frozen_importlib", NULL, offsetof(importer_state, bootstrap)},
    {"_frozen_importlib_external", NULL, offsetof(importer_state, bootstrap_external)},
    {"_imp", "_fix_co_filename", offsetof(importer_state, fix_co_filename)},
    {"_imp", "is_frozen", offsetof(importer_state, is_frozen)},
    {"_imp", "find_frozen", offsetof(importer_state, find_frozen)},
    {"_imp", "_frozen_module_names", offsetof(importer_state, frozen_module_names)},
    {"_imp", "create_dynamic", offsetof(importer_state, create_dynamic)},
    {"_imp", "exec_dynamic", offsetof(importer_state, exec_dynamic)},
    {"builtins", "exec", offsetof(importer_state, exec)},
};

static const struct {
    const char *text;
    size_t offset;
} strings[] = {
    {"name", offsetof(importer_state, str_name)},
    {"__spec__", offsetof(importer_state, str_spec)},
    {"loader", offsetof(importer_state, str_loader)},
    {"_cached", offsetof(importer_state, str_cached)},
    {"_set_fileattr", offsetof(importer_state, str_set_fileattr)},
    {"submodule_search_locations", offsetof(importer_state, str_locations)},
    {"__builtins__", offsetof(importer_state, str_builtins)},
    {"built-in", offsetof(importer_state, str_builtin_origin)},
    {"__path__", offsetof(importer_state, str_path)},
    {"__file__", offsetof(importer_state, str_file)},
    {"open", offsetof(importer_state, str_open)},
    {"loader_state", offsetof(importer_state, str_loader_state)},
};

enum {
    BORROWED_COUNT = sizeof borrowed / sizeof borrowed[0],
    STRING_COUNT = sizeof strings / sizeof strings[0]
};

static PyObject **
field_of(importer_state *state, size_t offset)
{
    return (PyObject **)(void *)((char *)state + offset);
}

static PyObject *
borrow(size_t at)
{
    /* All are in sys.modules before any hook runs. A lookup there is a hundred times cheaper than
     * an import. */
    PyObject *module = pyembed_dict_item(PyImport_GetModuleDict(), borrowed[at].module);
    if (module == NULL) {
        return PyErr_Occurred() ? NULL
                                : pyembed_raise(PyExc_ImportError, "CPython has no module '%s'",
                                                borrowed[at].module);
    }
    PyObject *value = borrowed[at].name == NULL ? Py_NewRef(module)
                                                : PyObject_GetAttrString(module, borrowed[at].name);
    Py_DECREF(module);
    return value;
}

int
pyembed_state_fill(PyObject *module)
{
    importer_state *state = pyembed_state_of(module);
    for (size_t at = 0; at < BORROWED_COUNT; at++) {
        if ((*field_of(state, borrowed[at].offset) = borrow(at)) == NULL) {
            return -1;
        }
    }
    for (size_t at = 0; at < STRING_COUNT; at++) {
        if ((*field_of(state, strings[at].offset) = PyUnicode_InternFromString(strings[at].text)) ==
            NULL) {
            return -1;
        }
    }
    state->spec_keywords = Py_BuildValue("(ss)", "origin", "is_package");
    return state->spec_keywords == NULL ? -1 : 0;
}

static int
traverse(PyObject *module, visitproc visit, void *arg)
{
    importer_state *state = pyembed_state_of(module);
    Py_VISIT(state->finder_type);
    Py_VISIT(state->finder);
    Py_VISIT(state->excepthook);
    Py_VISIT(state->thread_excepthook);
    Py_VISIT(state->unraisablehook);
    Py_VISIT(state->io_open);
    for (size_t at = 0; at < BORROWED_COUNT; at++) {
        Py_VISIT(*field_of(state, borrowed[at].offset));
    }
    return 0;
}

static int
clear(PyObject *module)
{
    importer_state *state = pyembed_state_of(module);
    Py_CLEAR(state->finder_type);
    Py_CLEAR(state->finder);
    Py_CLEAR(state->excepthook);
    Py_CLEAR(state->thread_excepthook);
    Py_CLEAR(state->unraisablehook);
    Py_CLEAR(state->io_open);
    Py_CLEAR(state->spec_keywords);
    for (size_t at = 0; at < BORROWED_COUNT; at++) {
        Py_CLEAR(*field_of(state, borrowed[at].offset));
    }
    for (size_t at = 0; at < STRING_COUNT; at++) {
        Py_CLEAR(*field_of(state, strings[at].offset));
    }
    return 0;
}

static void
release(void *module)
{
    clear(module);
}

struct PyModuleDef pyembed_importer_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "oxidized_importer",
    .m_doc = PyDoc_STR("Imports Python modules from packed resources in memory."),
    .m_size = sizeof(importer_state),
    .m_traverse = traverse,
    .m_clear = clear,
    .m_free = release,
};
