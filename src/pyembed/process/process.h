/* Values of the whole process. The boot sets them once, before CPython starts; then they are only
 * read. */
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
    const char *files;  /* what paths of embedded files begin with: the executable, or the folder
                           that they were extracted to */
    const char *prefix; /* sys.prefix: where embedded files are, because packages look into its
                           `share` for what their wheels install there; the executable's folder if
                           modules have no files */
    pyembed_arguments arguments;
    int booting;   /* true until the main interpreter is ready */
    int is_hosted; /* a C program called pyembed_initialize: write nothing to stderr, and do not end
                      the process */
    char problem[512];   /* why it did not start, when it is hosted */
    pyembed_module main; /* of run mode `module`, when it was found; else its name is empty */
} pyembed_process;

extern pyembed_process pyembed_this_process;

/* Fills in all but `main`. Returns 0; or -1 after it wrote what is wrong to stderr, or to `problem`
 * when hosted. */
int pyembed_process_open(int argc, char **argv);

#endif
