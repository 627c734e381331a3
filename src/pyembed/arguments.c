/* multiprocessing starts its children with `sys.executable -c "from multiprocessing..."` (or `--multiprocessing-fork`, when sys.frozen is set), and
 * they must not run the program. Only the texts that multiprocessing itself writes are taken for that. Being `python` for everybody else has to be
 * allowed by the configuration, and asked for by the environment variable OXIDIZER_PYTHON, which children inherit. */
#include "arguments.h"

#include <stdlib.h>
#include <string.h>

static const char *const child_commands[] = {
    "from multiprocessing.spawn import spawn_main; ",
    "from multiprocessing.resource_tracker import main;",
    "from multiprocessing.forkserver import main; ",
    "import sys; from multiprocessing.forkserver import main; ", /* 3.14 */
};

static int
is_child_command(const char *text)
{
    for (size_t at = 0; at < sizeof child_commands / sizeof child_commands[0]; at++) {
        if (strncmp(text, child_commands[at], strlen(child_commands[at])) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Options of the interpreter may stand before `-c`; two of them take a word of their own. */
static int
find_child(int argc, char **argv, pyembed_arguments *arguments)
{
    for (int at = 1; at + 1 < argc && argv[at][0] == '-'; at++) {
        if (strcmp(argv[at], "-c") == 0) {
            arguments->command = argv[at + 1];
            arguments->first = at + 2;
            return is_child_command(argv[at + 1]);
        }
        if (strcmp(argv[at], "-X") == 0 || strcmp(argv[at], "-W") == 0) {
            at++;
        }
    }
    return 0;
}

pyembed_arguments
pyembed_arguments_read(int argc, char **argv, int may_be_python)
{
    pyembed_arguments arguments = {PYEMBED_AS_PROGRAM, NULL, 1};
    const char *wish = getenv("OXIDIZER_PYTHON");
    if (may_be_python && wish != NULL && wish[0] != '\0') {
        arguments.role = PYEMBED_AS_PYTHON;
    }
    else if (argc > 1 && strcmp(argv[1], "--multiprocessing-fork") == 0) {
        arguments.role = PYEMBED_AS_CHILD;
        arguments.command = "from multiprocessing.spawn import freeze_support; freeze_support()";
    }
    else if (find_child(argc, argv, &arguments)) {
        arguments.role = PYEMBED_AS_CHILD;
    }
    return arguments;
}
