/* What holds for the whole process: set once by the boot, before CPython starts, and only read from then on. */
#ifndef PYEMBED_PROCESS_H
#define PYEMBED_PROCESS_H

#include "reader/resources.h"
#include "reader/settings.h"
#include "process/arguments.h"

typedef struct {
    pyembed_resources resources;
    pyembed_settings settings;
    const char *executable; /* absolute, in the file system's bytes; owned by the process */
    const char *folder;     /* the executable's; owned by the process */
    const char *files;      /* what paths of embedded files begin with: the executable, or the folder that they were extracted to */
    pyembed_arguments arguments;
    int booting; /* the main interpreter is not ready yet */
    int is_hosted;     /* a C program started it by pyembed_initialize: nothing is written to stderr, and the process is not ended */
    char problem[512]; /* why it did not start, when it is hosted */
    pyembed_module main;    /* of run mode `module`, when it was found; else its name is empty */
} pyembed_process;

extern pyembed_process pyembed_this_process;

/* Fills in all but `main`. Returns 0; or -1 after it said what is wrong: on stderr, or in `problem` when it is hosted. */
int pyembed_process_open(int argc, char **argv);

#endif
