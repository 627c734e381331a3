/* What an exec of the product leaves to the process that it becomes. */
#ifndef PYEMBED_OWN_MARK_H
#define PYEMBED_OWN_MARK_H

#include <spawn.h>

/* Names a descriptor: the reading end of a pipe that holds one `pyembed_mark`. Or it is the mark
 * itself, as PYEMBED_SPAWNED writes it: then `process` is the parent, who is to be looked at. */
#define PYEMBED_MARK_VARIABLE "OXIDIZER_STARTED_BY_ITSELF"
#define PYEMBED_SPAWNED "spawned %d %d"

typedef struct {
    int process;    /* which wrote it; it is still the same after exec */
    int generation; /* how often the program was started in place of an interpreter */
} pyembed_mark;

/* From now on exec of the product marks the process. `generation` is this process's; it is the
 * program, or an interpreter. `closes_environment` keeps the `PYTHON*` variables from the child
 * that this process itself got from outside. `executable` is kept. */
void pyembed_mark_children(const char *executable, int generation, int is_program,
                           int closes_environment);

/* `execve`, with a mark for the product itself. */
int pyembed_execute(const char *path, char *const argv[], char *const variables[]);

typedef int (*pyembed_spawn_function)(pid_t *, const char *, const posix_spawn_file_actions_t *,
                                      const posix_spawnattr_t *, char *const[], char *const[]);

/* `spawn`, which is posix_spawn or posix_spawnp, with a mark for the product itself. */
int pyembed_spawn(pyembed_spawn_function spawn, pid_t *child, const char *path,
                  const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                  char *const argv[], char *const variables[]);

#endif
