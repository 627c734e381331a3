/* Modules that need something done to behave in a product as they do under `python3`. The table is all that an import pays for it. */
#include "importer.h"

#include <stdlib.h>
#include <string.h>

/* Sorted by name; the function's name is the module's with `_` for dots. */
static const struct {
    const char *module;
    const char *function; /* of _oxidized_fixups.py */
} fixups[] = {
    {"lib2to3.pgen2.driver", "lib2to3_pgen2_driver"},
    {"linecache", "linecache"},
    {"multiprocessing", "multiprocessing"},
    {"multiprocessing.spawn", "multiprocessing_spawn"},
    {"pkg_resources", "pkg_resources"},
    {"pydoc", "pydoc"},
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
    return bsearch(entry->name.data, fixups, sizeof fixups / sizeof fixups[0], sizeof fixups[0], compare_fixups);
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
    PyObject *done = function == NULL ? NULL : PyObject_CallFunctionObjArgs(function, self, module, NULL);
    Py_XDECREF(function);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

/* ncurses was compiled with its distribution's folders; an empty item stands for these. Only the C environment is changed: programs that look
 * at os.environ see what they were given. */
static void
set_terminfo_dirs(void)
{
    const pyembed_process *process = &pyembed_this_process;
    char text[1024] = "/etc/terminfo:/lib/terminfo:/usr/share/terminfo:/usr/lib/terminfo:/usr/share/lib/terminfo:";
    if (process->settings.terminfo_resolution == PYEMBED_TERMINFO_STATIC) {
        size_t size = 0;
        pyembed_run dirs = process->settings.terminfo_dirs;
        text[0] = '\0';
        for (uint32_t at = 0; at < dirs.count; at++) {
            pyembed_setting setting;
            if (pyembed_setting_at(&process->resources, dirs.first + at, &setting) != PYEMBED_OK || size + setting.value.size + 2 > sizeof text) {
                return;
            }
            memcpy(text + size, setting.value.data, setting.value.size);
            size += setting.value.size;
            memcpy(text + size++, ":", 2);
        }
    }
    setenv("TERMINFO_DIRS", text, 0);
}

void
pyembed_fixup_before(const pyembed_module *entry)
{
    if (pyembed_this_process.settings.terminfo_resolution != PYEMBED_TERMINFO_NONE
        && (strcmp(entry->name.data, "_curses") == 0 || strcmp(entry->name.data, "readline") == 0)) {
        set_terminfo_dirs();
    }
}
