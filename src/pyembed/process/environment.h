/* What of the environment counts. */
#ifndef PYEMBED_ENVIRONMENT_H
#define PYEMBED_ENVIRONMENT_H

/* Whether the kernel says that the caller has less rights than the process (AT_SECURE: set-user-ID, set-group-ID, file capabilities). Then nothing that
 * the caller gives is obeyed. */
int pyembed_is_secure(void);

/* The variable's value; NULL when it is not set, or its setter has less rights than the process. The only way to ask for a variable. */
const char *pyembed_variable(const char *name);

/* Removes the variables that lead the C libraries within to files of somebody's choice, from this process and so from its children: what the dynamic
 * linker does before a set-user-ID program. To be called before there is a second thread. */
void pyembed_close_environment(void);

#endif
