/* Which environment variables the process obeys. */
#ifndef PYEMBED_ENVIRONMENT_H
#define PYEMBED_ENVIRONMENT_H

/* Whether the kernel says that the caller has less rights than the process (AT_SECURE: set-user-ID,
 * set-group-ID, file capabilities). Then the process obeys nothing that the caller sets. */
int pyembed_is_secure(void);

/* The variable's value; NULL when it is not set, or under AT_SECURE. All files read variables
 * through this function. */
const char *pyembed_variable(const char *name);

/* Removes the variables that name files for linked-in C libraries, from this process and so from
 * its children, as the dynamic linker does before a set-user-ID program. Call it while the process
 * has one thread. */
void pyembed_close_environment(void);

#endif
