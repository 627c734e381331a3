/* Which of the program's commands a start runs, when it has several. */
#ifndef PYEMBED_CALLED_COMMAND_H
#define PYEMBED_CALLED_COMMAND_H

#include "process/process.h"

/* Sets `run_module` of the settings to the chosen command's function, and takes a command's name
 * off the arguments. A program without commands, and what is not the program, stay as they are. The
 * process is open. Returns 0; or -1 after it wrote to stderr which commands there are. */
int pyembed_choose_command(pyembed_process *process, int argc, char **argv);

#endif
