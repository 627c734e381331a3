/* Who starts the product: a person, or a module of CPython that takes sys.executable for `python`.
 */
#ifndef PYEMBED_ARGUMENTS_H
#define PYEMBED_ARGUMENTS_H

typedef enum {
    PYEMBED_AS_PROGRAM, /* the configured run mode */
    PYEMBED_AS_CHILD,   /* a child of multiprocessing's: `command` is its code */
    PYEMBED_AS_PYTHON   /* as `python` with the same arguments */
} pyembed_role;

typedef struct {
    pyembed_role role;
    const char *command; /* of a child */
    int first;           /* argv[first] and on are the child's sys.argv[1:] */
    const char *refused; /* why a child's arguments are not obeyed: neither its code nor the program
                            may run; else NULL */
} pyembed_arguments;

/* `may_be_python` is the setting `act_as_python`. Needs nothing, allocates nothing. */
pyembed_arguments pyembed_arguments_read(int argc, char **argv, int may_be_python);

#endif
