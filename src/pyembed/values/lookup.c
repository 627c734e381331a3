/* From a module's name to its entry in the blob. A name that is not ours costs one probe of the
 * hash index. */
#include "values/lookup.h"

#include "reader/resources.h"
#include "values/errors.h"
#include "values/state.h"

PyObject *
pyembed_raise_damaged(const char *what, const char *name, pyembed_status status)
{
    pyembed_raise(PyExc_ImportError, "the packed resources are damaged at %s '%s': %s", what, name,
                  pyembed_status_text(status));
    return NULL;
}

/* `from .__init__ import X` asks for `<package>.__init__`: on disk importlib loads the package's
 * file again, as a plain module. */
static pyembed_status
find_init(OxidizedFinder *self, const char *name, size_t size, pyembed_module *module)
{
    static const char ending[] = ".__init__";
    size_t length = sizeof ending - 1;
    if (size <= length || memcmp(name + size - length, ending, length) != 0) {
        return PYEMBED_NOT_FOUND;
    }
    pyembed_status status = pyembed_module_find(&self->resources, name, size - length, module);
    if (status == PYEMBED_OK && ((module->flags & PYEMBED_MODULE_PACKAGE) == 0 ||
                                 (module->flags & PYEMBED_MODULE_SHARED) != 0)) {
        return PYEMBED_NOT_FOUND;
    }
    module->flags &= ~(uint32_t)PYEMBED_MODULE_PACKAGE;
    module->name = (pyembed_string){name, (uint32_t)size};
    module->resources.count = 0;
    return status;
}

int
pyembed_finder_lookup(OxidizedFinder *self, PyObject *name, pyembed_module *module)
{
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(name, &size);
    if (text == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeError)) {
            return -1;
        }
        PyErr_Clear(); /* a name with a lone surrogate is not ours */
        return 0;
    }
    pyembed_status status = pyembed_module_find(&self->resources, text, (size_t)size, module);
    if (status == PYEMBED_NOT_FOUND) {
        status = find_init(self, text, (size_t)size, module);
    }
    if (status == PYEMBED_OK) {
        return 1;
    }
    if (status == PYEMBED_NOT_FOUND) {
        return 0;
    }
    pyembed_raise_damaged("module", text, status);
    return -1;
}
