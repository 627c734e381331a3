/* Who loads shared objects: one thread of the process at a time, whichever interpreter it is of. */
#ifndef PYEMBED_LOADING_H
#define PYEMBED_LOADING_H

/* Takes the turn; a thread that has it may take it again. Needs the GIL, which others may have meanwhile. Returns 0, or -1 with MemoryError. */
int pyembed_loading_begin(void);

/* Gives it back, as often as it was taken. */
void pyembed_loading_end(void);

#endif
