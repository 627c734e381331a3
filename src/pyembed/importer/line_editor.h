/* What `readline` lacks with libedit. */
#ifndef PYEMBED_LINE_EDITOR_H
#define PYEMBED_LINE_EDITOR_H

#include "compat.h"

/* Call before CPython starts: a `readline` that is linked in is mended when it is imported. */
void pyembed_line_editor_prepare(void);

/* _line_hook(place, function): what is called, with or without the GIL's holder, when a line
 * begins: at place 0 the startup hook, at 1 the hook before input. None takes it away. */
PyObject *pyembed_line_hook(PyObject *module, PyObject *args);

/* _line_redisplay(): draws the line that is being edited. */
PyObject *pyembed_line_redisplay(PyObject *module, PyObject *none);

#endif
