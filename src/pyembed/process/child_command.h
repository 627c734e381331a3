/* The command lines that multiprocessing of CPython 3.11 to 3.14 gives to its children. */
#ifndef PYEMBED_CHILD_COMMAND_H
#define PYEMBED_CHILD_COMMAND_H

#define PYEMBED_FORK_OPTION "--multiprocessing-fork"

enum { PYEMBED_CHILD_DESCRIPTORS = 3 };

/* What a command line says that the child has inherited. */
typedef struct {
    int count;
    struct {
        int number;
        int is_socket; /* else it is a pipe */
    } items[PYEMBED_CHILD_DESCRIPTORS];
} pyembed_descriptors;

/* Whether `text` is, to the last character, code that multiprocessing writes, and the words after
 * it are those that it adds. */
int pyembed_is_child_command(const char *text, int argc, char **argv,
                             pyembed_descriptors *descriptors);

/* The same for the words after `--multiprocessing-fork`, with which a program starts a child when
 * it says that it is frozen. */
int pyembed_is_frozen_child(int argc, char **argv, pyembed_descriptors *descriptors);

/* Whether all descriptors are open and of the right kind. A standard stream does not count, because
 * any caller can set it. */
int pyembed_are_inherited(const pyembed_descriptors *descriptors);

#endif
