/* Whether the program itself has started this process as another of its own (decision 0042). */
#ifndef PYEMBED_OWN_CHILD_H
#define PYEMBED_OWN_CHILD_H

typedef enum {
    PYEMBED_FOREIGN, /* somebody else started it */
    PYEMBED_MARKED,  /* the product did, by exec */
    PYEMBED_BELOW    /* the parent process is the product, or a shell whose parent is the product */
} pyembed_origin;

/* Reads the mark that exec left, and removes it from the environment. Sets how many programs that
 * started each other stand above this process. `argv0` and `executable` are not NULL. Looks at
 * other processes only if `may_look`. Allocates nothing. */
pyembed_origin pyembed_find_origin(const char *argv0, const char *executable, int may_look,
                                   int *generation);

/* Whether standard input is a pipe, a socket or a file that the parent process gave it, and not the
 * parent's own. */
int pyembed_is_fed(void);

#endif
