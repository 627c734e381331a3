/* Modules that need something done to behave in a product as they do under `python3`. */
#ifndef PYEMBED_FIXUPS_H
#define PYEMBED_FIXUPS_H

#include "reader/resources.h"
#include "values/state.h"

/* To be called for a module after it ran. */
int pyembed_has_fixup(const pyembed_module *entry);
int pyembed_fixup_after(OxidizedFinder *self, const pyembed_module *entry, PyObject *module);

#endif
