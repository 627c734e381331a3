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
    int first;           /* argv[first] and on are sys.argv[1:], but of `python` */
    const char *refused; /* why a child's arguments are not obeyed: neither its code nor the program
                            may run; else NULL */
    int is_own;          /* the program started it in place of `python`: the configuration counts */
    int is_marked;       /* and gave it the environment */
    int generation;      /* programs above it that started each other */
} pyembed_arguments;

/* `act_as_python` is the setting; `executable` is NULL in a host, which starts no such children.
 * Allocates nothing. */
pyembed_arguments pyembed_arguments_read(int argc, char **argv, int act_as_python,
                                         const char *executable);

#endif
