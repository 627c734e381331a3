/* Modules that must be changed after they ran to behave in a product as under `python3`. An import
 * pays one search in the table. */
#include "loader/fixups.h"

#include "reader/resources.h"
#include "values/state.h"
#include "loader/parts.h"

#include <stdlib.h>
#include <string.h>

/* Sorted by name. */
static const struct {
    const char *module;
    const char *function; /* of _oxidized_fixups.py */
} fixups[] = {
    {"importlib.metadata", "importlib_metadata"},
    {"importlib_metadata", "importlib_metadata"},
    {"lib2to3.pgen2.driver", "lib2to3_pgen2_driver"},
    {"linecache", "linecache"},
    {"multiprocessing", "multiprocessing"},
    {"multiprocessing.spawn", "multiprocessing_spawn"},
    {"pkg_resources", "pkg_resources"},
    {"pkgutil", "pkgutil"},
    {"pydoc", "pydoc"},
    {"readline", "readline"},
    {"ssl", "ssl"},
    {"xmlrpc.server", "xmlrpc_server"},
};

static int
compare_fixups(const void *key, const void *element)
{
    const char *const *name = element;
    return strcmp(key, *name);
}

static const void *
find_fixup(const pyembed_module *entry)
{
    return bsearch(entry->name.data, fixups, sizeof fixups / sizeof fixups[0], sizeof fixups[0],
                   compare_fixups);
}

int
pyembed_has_fixup(const pyembed_module *entry)
{
    return find_fixup(entry) != NULL;
}

int
pyembed_fixup_after(OxidizedFinder *self, const pyembed_module *entry, PyObject *module)
{
    const void *found = find_fixup(entry);
    if (found == NULL) {
        return 0;
    }
    size_t at = (size_t)((const char *)found - (const char *)fixups) / sizeof fixups[0];
    PyObject *function = pyembed_part("_oxidized_fixups", fixups[at].function);
    PyObject *done =
        function == NULL ? NULL : PyObject_CallFunctionObjArgs(function, self, module, NULL);
    Py_XDECREF(function);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}
