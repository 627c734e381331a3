/* What `python` would do with a command line. */
#ifndef PYEMBED_PYTHON_COMMAND_H
#define PYEMBED_PYTHON_COMMAND_H

typedef enum {
    PYEMBED_COMMAND_UNKNOWN, /* an option that it has not, or one without its value */
    PYEMBED_COMMAND_CODE,    /* it runs code or a module, or says something of itself */
    PYEMBED_COMMAND_INPUT,   /* it has no such word: standard input is read */
    PYEMBED_COMMAND_FILE     /* it runs a file */
} pyembed_command_kind;

typedef struct {
    pyembed_command_kind kind;
    int file; /* the place of the file's word */
} pyembed_command;

/* Needs nothing, allocates nothing; looks at no file. */
pyembed_command pyembed_read_command(int argc, char **argv);

#endif
