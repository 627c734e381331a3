/* What the module `oxidized_importer` and its finders hold. All functions of this room and of those
 * above it need the GIL and follow CPython's habit: NULL or -1 with an exception set on failure; a
 * returned PyObject is a new reference. */
#ifndef PYEMBED_STATE_H
#define PYEMBED_STATE_H

#include "compat.h"
#include "reader/resources.h"

/* One for each interpreter: its module object, types and finder. */
typedef struct {
    PyTypeObject *finder_type;
    PyObject *finder;                      /* the one over the product's resources, or NULL */
    PyObject *excepthook, *unraisablehook; /* sys's own */
    PyObject *thread_excepthook;           /* _thread's own */
    PyObject *io_open;                     /* io's own, while `displaying` hooks print */
    int displaying;
    PyObject *module_spec; /* importlib's ModuleSpec */
    PyObject *builtin_importer, *frozen_importer;
    PyObject *bootstrap; /* _frozen_importlib */
    PyObject *bootstrap_external;
    PyObject *frames_removed; /* importlib's _call_with_frames_removed: tracebacks end at it */
    PyObject *exec;
    PyObject *fix_co_filename;
    PyObject *is_frozen;
    PyObject *find_frozen;
    PyObject *frozen_module_names;
    PyObject *create_dynamic;
    PyObject *exec_dynamic;
    PyObject *spec_keywords; /* ("origin", "is_package") */
    PyObject *str_name, *str_spec, *str_loader, *str_cached, *str_set_fileattr, *str_locations,
        *str_builtins, *str_builtin_origin, *str_path, *str_file, *str_open, *str_loader_state;
} importer_state;

typedef struct {
    PyObject_HEAD importer_state *state; /* of `module` */
    PyObject *module;
    pyembed_resources resources; /* a view; `blob` owns the bytes, unless they are static */
    PyObject *blob;              /* the buffer's object, or NULL */
    PyObject *root; /* `<executable>/`, or that of extracted files: what virtual paths begin with */
    PyObject *added;  /* dict: name -> OxidizedResource, or NULL while nothing was added */
    PyObject *origin; /* str: what relative paths begin at, or NULL: the executable's folder */
    PyObject *set_start_method; /* str or None; NULL: what the product was packaged with */
    int module_file;            /* a pyembed_module_file */
    int filesystem_importer;
    int register_pkg_resources;
} OxidizedFinder;

/* Without its methods and slots, which module.c gives it. */
extern struct PyModuleDef pyembed_importer_module;

static inline importer_state *
pyembed_state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

/* Borrows from importlib what the state holds. */
int pyembed_state_fill(PyObject *module);

#endif
