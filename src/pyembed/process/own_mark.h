/* What an exec of the product leaves to the process that it becomes. */
#ifndef PYEMBED_OWN_MARK_H
#define PYEMBED_OWN_MARK_H

/* Names a descriptor: the reading end of a pipe that holds one `pyembed_mark`. */
#define PYEMBED_MARK_VARIABLE "OXIDIZER_STARTED_BY_ITSELF"

typedef struct {
    int process;    /* which wrote it, and is still the same after exec */
    int generation; /* how often the program was started in place of an interpreter */
} pyembed_mark;

/* From now on exec of the product marks the process. `generation` is this process's; it is the
 * program, or an interpreter. `closes_environment` keeps the `PYTHON*` variables from the child
 * that this process itself got from outside. `executable` is kept. */
void pyembed_mark_children(const char *executable, int generation, int is_program,
                           int closes_environment);

/* `execve`, with a mark for the product itself. */
int pyembed_execute(const char *path, char *const argv[], char *const variables[]);

#endif
