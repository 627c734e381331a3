/* Looks up items of dicts and attributes of `sys`, and reports errors. */
#ifndef PYEMBED_ITEMS_H
#define PYEMBED_ITEMS_H

#include "compat.h"

/* An item of a dict. NULL without an exception: it is not there; NULL with one: the lookup failed.
 * PyDict_GetItemString cannot tell the two. */
PyObject *pyembed_dict_item(PyObject *dict, const char *key);

/* An attribute of `sys`; AttributeError if there is none. PySys_GetObject hides a lack of memory.
 */
PyObject *pyembed_sys_item(const char *name);

#endif
