/* multiprocessing starts its children with `sys.executable -c "from multiprocessing..."` (or
 * `--multiprocessing-fork`, when sys.frozen is set), and they must not run the program. Exactly
 * what multiprocessing itself writes is taken for that, with descriptors that were inherited
 * (child_command.c). For other callers a product acts as `python` only if the configuration allows
 * it and the environment variable OXIDIZER_PYTHON, which children inherit, asks for it. Under
 * AT_SECURE a product does neither: its caller has less rights than the product. */
#include "process/arguments.h"

#include "process/child_command.h"
#include "process/environment.h"

#include <stddef.h>
#include <string.h>

/* The options that subprocess._args_from_interpreter_flags writes: one letter, also repeated; `-W`
 * with its text; `-X` and a word. Returns how many words the option takes; 0 if it is none of
 * these. */
static int
option_words(const char *option)
{
    if (option[0] != '-' || option[1] == '\0') {
        return 0;
    }
    if (option[1] == 'W') {
        return option[2] != '\0';
    }
    if (option[1] == 'X') {
        return option[2] == '\0' ? 2 : 0;
    }
    size_t same = strspn(option + 1, (char[]){option[1], '\0'});
    return strchr("OdBSvbqIEsP", option[1]) != NULL && option[1 + same] == '\0';
}

static int
find_child(int argc, char **argv, pyembed_arguments *arguments, pyembed_descriptors *descriptors)
{
    if (argc > 1 && strcmp(argv[1], PYEMBED_FORK_OPTION) == 0) {
        arguments->command = "from multiprocessing.spawn import freeze_support; freeze_support()";
        return pyembed_is_frozen_child(argc - 2, argv + 2, descriptors);
    }
    int at = 1;
    for (int words; at + 1 < argc && (words = option_words(argv[at])) > 0; at += words) {
    }
    if (at + 1 >= argc || strcmp(argv[at], "-c") != 0) {
        return 0;
    }
    arguments->command = argv[at + 1];
    arguments->first = at + 2;
    return pyembed_is_child_command(argv[at + 1], argc - arguments->first, argv + arguments->first,
                                    descriptors);
}

/* Do not run the program instead: it would start such children again, endlessly. */
static const char *
refusal(const pyembed_descriptors *descriptors)
{
    if (pyembed_is_secure()) {
        return "the arguments are those of a child of multiprocessing, and a program with more rights than its caller takes none";
    }
    return pyembed_are_inherited(descriptors)
               ? NULL
               : "the arguments are those of a child of multiprocessing, and the descriptors that they name are not what multiprocessing hands on";
}

pyembed_arguments
pyembed_arguments_read(int argc, char **argv, int may_be_python)
{
    pyembed_arguments arguments = {PYEMBED_AS_PROGRAM, NULL, 1, NULL};
    pyembed_descriptors descriptors = {.count = 0};
    const char *wish = pyembed_variable("OXIDIZER_PYTHON");
    if (may_be_python && wish != NULL && wish[0] != '\0') {
        arguments.role = PYEMBED_AS_PYTHON;
    }
    else if (find_child(argc, argv, &arguments, &descriptors)) {
        arguments.role = PYEMBED_AS_CHILD;
        arguments.refused = refusal(&descriptors);
    }
    return arguments;
}
