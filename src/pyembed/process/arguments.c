/* multiprocessing starts its children with `sys.executable -c "from multiprocessing..."` (or
 * `--multiprocessing-fork`, when sys.frozen is set), and they must not run the program. Exactly
 * what multiprocessing itself writes is taken for that, with descriptors that were inherited
 * (child_command.c). Whatever else the program starts by the name of sys.executable is what
 * `python` would make of it, unless `python` could do nothing with it: then it is the program
 * (own_child.c tells who started the process). For other callers a product acts as `python` only
 * if the configuration allows it and the environment variable OXIDIZER_PYTHON, which children
 * inherit, asks for it. Under AT_SECURE a product does none of this: its caller has less rights
 * than the product. */
#include "process/arguments.h"

#include "process/child_command.h"
#include "process/environment.h"
#include "process/own_child.h"
#include "process/python_command.h"
#include "reader/settings.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many programs may stand above each other where an interpreter was expected. */
enum { MOST_GENERATIONS = 4 };

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

/* ---- what the program itself starts ---- */

typedef enum { IS_PRODUCT, IS_SCRIPT, IS_MISSING, IS_OTHER } file_kind;

static int
ends_with(const char *text, const char *const *endings)
{
    size_t size = strlen(text);
    for (; *endings != NULL; endings++) {
        size_t length = strlen(*endings);
        if (size > length && strcmp(text + size - length, *endings) == 0) {
            return 1;
        }
    }
    return 0;
}

/* A file that names its interpreter, or an archive. Without a name or a mark of a script a file is
 * a document: the program may open it, and nobody runs it. */
static int
begins_as_script(const char *path)
{
    char start[4] = "";
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t size = file < 0 ? 0 : read(file, start, sizeof start);
    if (file >= 0) {
        close(file);
    }
    return (size >= 2 && memcmp(start, "#!", 2) == 0) ||
           (size == 4 && memcmp(start, "PK\3\4", 4) == 0);
}

static int
has_main(const char *folder)
{
    char path[4096];
    int size = snprintf(path, sizeof path, "%s/__main__.py", folder);
    return size > 0 && (size_t)size < sizeof path && access(path, F_OK) == 0;
}

static file_kind
kind_of_file(const char *word, const char *executable)
{
    static const char *const endings[] = {".py", ".pyc", ".pyw", ".pyz", ".pyzw", ".zip", NULL};
    struct stat given, ours;
    size_t length = strlen(executable);
    const char *name = strrchr(executable, '/') + 1;
    if (strcmp(word, executable) == 0) {
        return IS_PRODUCT;
    }
    if (strncmp(word, executable, length) == 0 && word[length] == '/') {
        return IS_SCRIPT; /* a packed one */
    }
    if (stat(word, &given) < 0) {
        return strcmp(word, name) == 0                                 ? IS_PRODUCT
               : ends_with(word, endings) || strchr(word, '/') != NULL ? IS_SCRIPT
                                                                       : IS_MISSING;
    }
    if (stat(executable, &ours) == 0 && given.st_dev == ours.st_dev &&
        given.st_ino == ours.st_ino) {
        return IS_PRODUCT;
    }
    int is_script = (given.st_mode & S_IFMT) == S_IFDIR
                        ? has_main(word)
                        : ends_with(word, endings) || begins_as_script(word);
    return is_script ? IS_SCRIPT : IS_OTHER;
}

/* Sets the role of what the program started by the name of sys.executable. */
static void
take_own(pyembed_arguments *arguments, pyembed_command command, char **argv, const char *executable)
{
    file_kind file = command.kind == PYEMBED_COMMAND_FILE
                         ? kind_of_file(argv[command.file], executable)
                         : IS_OTHER;
    if (file == IS_PRODUCT) {
        /* `[sys.executable] + sys.argv`: under `python` the script is named here */
        arguments->first = command.file + 1;
    }
    else if (command.kind == PYEMBED_COMMAND_CODE || file == IS_SCRIPT ||
             (command.kind == PYEMBED_COMMAND_INPUT && pyembed_is_fed())) {
        arguments->role = PYEMBED_AS_PYTHON;
    }
    else if (arguments->generation > MOST_GENERATIONS) {
        arguments->refused =
            "the program has started itself again and again, where it may have meant `python`: sys.executable with these arguments is the program";
    }
}

/* The program does not run code of its own children: what another program would give to `python`
 * starts it. */
static void
refuse_endless(pyembed_arguments *arguments, pyembed_command command)
{
    if (command.kind == PYEMBED_COMMAND_CODE && arguments->generation > MOST_GENERATIONS) {
        arguments->refused =
            "the program has started itself again and again, where it meant `python`: `act_as_python = false` forbids that";
    }
}

static void
find_own(int argc, char **argv, int act_as_python, const char *executable,
         pyembed_arguments *arguments)
{
    pyembed_command command = pyembed_read_command(argc, argv);
    int may_look = act_as_python != PYEMBED_PYTHON_FALSE &&
                   (command.kind == PYEMBED_COMMAND_CODE || command.kind == PYEMBED_COMMAND_FILE);
    pyembed_origin origin =
        pyembed_find_origin(argc > 0 ? argv[0] : "", executable, may_look, &arguments->generation);
    arguments->is_own = origin != PYEMBED_FOREIGN;
    arguments->is_marked = origin == PYEMBED_MARKED;
    if (arguments->is_own && act_as_python != PYEMBED_PYTHON_FALSE) {
        take_own(arguments, command, argv, executable);
    }
    else if (arguments->is_own) {
        refuse_endless(arguments, command);
    }
}

pyembed_arguments
pyembed_arguments_read(int argc, char **argv, int act_as_python, const char *executable)
{
    pyembed_arguments arguments = {.role = PYEMBED_AS_PROGRAM, .first = 1}, child = arguments;
    pyembed_descriptors descriptors = {.count = 0};
    const char *wish = pyembed_variable("OXIDIZER_PYTHON");
    if (act_as_python == PYEMBED_PYTHON_TRUE && wish != NULL && wish[0] != '\0') {
        arguments.role = PYEMBED_AS_PYTHON;
    }
    else if (find_child(argc, argv, &child, &descriptors)) {
        arguments = child;
        arguments.role = PYEMBED_AS_CHILD;
        arguments.refused = refusal(&descriptors);
    }
    if (executable != NULL) {
        pyembed_arguments own = arguments;
        find_own(argc, argv, act_as_python, executable, &own);
        arguments.generation = own.generation;
        if (arguments.role == PYEMBED_AS_PROGRAM) {
            arguments = own;
        }
    }
    return arguments;
}
