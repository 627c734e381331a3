/* Modules that must be changed after they ran to behave in a product as under `python3`. An import
 * pays one search in the table. */
#include "loader/fixups.h"

#include "reader/resources.h"
#include "values/state.h"
#include "loader/parts.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *module;
    const char *function; /* of _oxidized_fixups.py; NULL: see pyembed_fixup_after */
} fixup;

/* Sorted by name. */
static const fixup fixups[] = {
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
    {"subprocess", NULL},
    {"xmlrpc.server", "xmlrpc_server"},
};

static int
compare_fixups(const void *key, const void *element)
{
    const char *const *name = element;
    return strcmp(key, *name);
}

static const fixup *
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
    const fixup *found = find_fixup(entry);
    if (found == NULL) {
        return 0;
    }
    if (found->function == NULL) {
        /* 3.13 calls posix_spawn where it can, and a child of that is known by its parent alone
         * (own_mark.c), which may have ended. The name is documented for this. vfork, which
         * subprocess has instead, is as fast. */
        return PyObject_SetAttrString(module, "_USE_POSIX_SPAWN", Py_False);
    }
    PyObject *function = pyembed_part("_oxidized_fixups", found->function);
    PyObject *done =
        function == NULL ? NULL : PyObject_CallFunctionObjArgs(function, self, module, NULL);
    Py_XDECREF(function);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}
