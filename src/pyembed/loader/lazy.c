/* `lazy_modules`: a module's code runs when the module is first used. Spec and loader are the usual
 * ones; only `exec_module` hands the code to _oxidized_lazy.py. */
#include "loader/lazy.h"

#include "reader/resources.h"
#include "process/process.h"
#include "values/state.h"
#include "loader/parts.h"

#include <string.h>

static int
is_chosen(const pyembed_module *module)
{
    const pyembed_process *process = &pyembed_this_process;
    if (module->flags & PYEMBED_MODULE_LAZY) {
        return 1;
    }
    for (uint32_t at = 0; at < process->settings.lazy_modules.count; at++) {
        pyembed_setting setting;
        if (pyembed_setting_at(&process->resources, process->settings.lazy_modules.first + at,
                               &setting) == PYEMBED_OK &&
            (strcmp(setting.value.data, "*") == 0 ||
             strcmp(setting.value.data, module->name.data) == 0)) {
            return 1;
        }
    }
    return 0;
}

/* Never lazy: modules without code of their own, codecs, which C code reads, and the parts of this
 * importer. */
int
pyembed_is_lazy(const pyembed_module *module)
{
    if (pyembed_this_process.booting || !is_chosen(module)) {
        return 0;
    }
    if (module->flags &
        (PYEMBED_MODULE_BUILTIN | PYEMBED_MODULE_SHARED | PYEMBED_MODULE_NAMESPACE)) {
        return 0;
    }
    return strncmp(module->name.data, "_oxidized_", 10) != 0 &&
           strncmp(module->name.data, "encodings", 9) != 0;
}

int
pyembed_lazy_mark(OxidizedFinder *self, PyObject *name, PyObject *spec)
{
    PyObject *module = PyDict_GetItemWithError(PyImport_GetModuleDict(), name);
    if (module == NULL || !PyModule_Check(module)) {
        return PyErr_Occurred() ? -1 : 0;
    }
    return PyObject_SetAttr(spec, self->state->str_loader_state, module);
}

PyObject *
pyembed_lazy_marked(OxidizedFinder *self, PyObject *spec)
{
    PyObject *module = PyObject_GetAttr(spec, self->state->str_loader_state);
    if (module == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear(); /* not importlib's type of spec */
    }
    else if (module != NULL && !PyModule_Check(module)) {
        Py_CLEAR(module);
    }
    return module;
}

int
pyembed_lazy_defer(const pyembed_module *entry, PyObject *module)
{
    if (!pyembed_is_lazy(entry)) {
        return 0;
    }
    PyObject *defer = pyembed_part("_oxidized_lazy", "defer");
    PyObject *answer = defer == NULL ? NULL : PyObject_CallOneArg(defer, module);
    int deferred = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(defer);
    Py_XDECREF(answer);
    return deferred;
}
