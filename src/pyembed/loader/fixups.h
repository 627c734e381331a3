/* Modules that must be changed after they ran to behave in a product as under `python3`. */
#ifndef PYEMBED_FIXUPS_H
#define PYEMBED_FIXUPS_H

#include "reader/resources.h"
#include "values/state.h"

/* Call it after the module ran. */
int pyembed_has_fixup(const pyembed_module *entry);
int pyembed_fixup_after(OxidizedFinder *self, const pyembed_module *entry, PyObject *module);

#endif
