/* Lets one thread of the process load shared objects at a time, across interpreters. */
#ifndef PYEMBED_LOADING_H
#define PYEMBED_LOADING_H

/* Takes the lock, again if the thread has it already. Needs the GIL, and releases it while it
 * waits. Returns 0, or -1 with MemoryError. */
int pyembed_loading_begin(void);

/* Releases it. Call it once for each time it was taken. */
void pyembed_loading_end(void);

#endif
