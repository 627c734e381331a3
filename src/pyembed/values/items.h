/* Items of dicts and of `sys`, with the errors of looking for them. */
#ifndef PYEMBED_ITEMS_H
#define PYEMBED_ITEMS_H

#include "compat.h"

/* An item of a dict, or NULL: without an exception if there is none, with one if looking failed. PyDict_GetItemString cannot tell the two. */
PyObject *pyembed_dict_item(PyObject *dict, const char *key);

/* An attribute of `sys`; AttributeError if there is none. PySys_GetObject says nothing when memory is out. */
PyObject *pyembed_sys_item(const char *name);

#endif
