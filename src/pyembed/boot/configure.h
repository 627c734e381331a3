/* Stage 4 of the boot: what CPython is told before it starts. After either of the first two
 * `config` holds all that CPython would otherwise search for, and is the caller's to clear, also on
 * a failure. The process is open and CPython preinitialized. */
#ifndef PYEMBED_CONFIGURE_H
#define PYEMBED_CONFIGURE_H

#include "compat.h"
#include "reader/resources.h"

/* Sets, of what is decided before that, what the configuration says of `python`. */
void pyembed_preconfigure_python(PyPreConfig *preconfig);

PyStatus pyembed_configure_program(PyConfig *config, int argc, char **argv);
PyStatus pyembed_configure_python(PyConfig *config, int argc, char **argv);

/* The paths of the executable, of the prefixes and of the standard library. */
PyStatus pyembed_set_paths(PyConfig *config);

/* Appends what the product's own modules are found along: what virtual paths begin with, or the
 * folder of their real files. */
PyStatus pyembed_append_root(PyWideStringList *list);

/* The standard streams, as the configuration has them. */
PyStatus pyembed_set_stdio(PyConfig *config);

/* Appends the values of a run of settings; with `expand` a `$ORIGIN` at the beginning becomes the
 * product's folder. */
PyStatus pyembed_append_list(PyWideStringList *list, pyembed_run run, int expand);

#endif
