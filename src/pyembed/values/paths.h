/* From an entry to its paths. */
#ifndef PYEMBED_PATHS_H
#define PYEMBED_PATHS_H

#include "reader/resources.h"
#include "values/state.h"

/* `<executable>/<path>`, or below the product's folder for what lives in the file system. */
PyObject *pyembed_virtual_path(OxidizedFinder *self, pyembed_string path);
PyObject *pyembed_real_path(pyembed_string root, pyembed_string path);
PyObject *pyembed_file_of(OxidizedFinder *self, const pyembed_module *module);

/* Of a package: its path below the executable; and the n-th of its folders beside the product, or
 * None. */
PyObject *pyembed_package_path_of(OxidizedFinder *self, const pyembed_module *module);
PyObject *pyembed_package_folder_of(const pyembed_module *module, unsigned number);
int pyembed_root_at(pyembed_string root, unsigned number, pyembed_string *found);
PyObject *pyembed_cached_of(OxidizedFinder *self, const pyembed_module *module);

/* Whether a path is the folder that the first `length` characters of `folder` name, without a slash
 * at the end, or lies below it, behind one of the separators. Cannot fail. */
int pyembed_path_is_below(PyObject *path, PyObject *folder, Py_ssize_t length,
                          const char *separators);

#endif
