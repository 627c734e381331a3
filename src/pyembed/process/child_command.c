/* What multiprocessing of CPython 3.11 to 3.14 starts:
 *
 *   spawn             -c "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5,
 * pipe_handle=7)" --multiprocessing-fork
 *                     --multiprocessing-fork tracker_fd=5 pipe_handle=7                    (when
 * sys.frozen is set) resource_tracker  -c "from multiprocessing.resource_tracker import
 * main;main(6)" forkserver        -c "from multiprocessing.forkserver import main; main(6, 7,
 * ['__main__'], **{'sys_path': ['/a'], 'authkey_r': 9})" -c "import sys; from
 * multiprocessing.forkserver import main; main(6, 7, ['__main__'], sys_argv=sys.argv[1:], **{...})"
 * ARGUMENT...
 *
 * Numbers are `%d`, the rest is `%r` of lists and dictionaries of texts. A text with anything more,
 * or with another expression, is not multiprocessing's. */
#include "process/child_command.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each function below moves `*at` behind what it takes, and returns 1; or it returns 0. */
static int
take(const char **at, const char *text)
{
    size_t size = strlen(text);
    int same = strncmp(*at, text, size) == 0;
    *at += same ? size : 0;
    return same;
}

static int
take_descriptor(const char **at, int is_socket, pyembed_descriptors *descriptors)
{
    size_t digits = strspn(*at, "0123456789");
    if (digits == 0 || digits > 7 || (digits > 1 && **at == '0') ||
        descriptors->count == PYEMBED_CHILD_DESCRIPTORS) {
        return 0;
    }
    int number = 0;
    for (size_t place = 0; place < digits; place++) {
        number = number * 10 + (*(*at)++ - '0');
    }
    descriptors->items[descriptors->count].number = number;
    descriptors->items[descriptors->count++].is_socket = is_socket;
    return 1;
}

/* `repr` of a str: escapes hide what would end it. */
static int
take_text(const char **at)
{
    char quote = **at;
    if (quote != '\'' && quote != '"') {
        return 0;
    }
    for ((*at)++; **at != quote; (*at)++) {
        if (**at == '\\') {
            (*at)++;
        }
        if (**at == '\0' || **at == '\n') {
            return 0;
        }
    }
    (*at)++;
    return 1;
}

/* `repr` of a list or a tuple of str. */
static int
take_texts(const char **at)
{
    const char *end = **at == '(' ? ")" : "]";
    if (!take(at, "[") && !take(at, "(")) {
        return 0;
    }
    int count = 0;
    while (!take(at, end)) {
        if (count > 0 && !take(at, ", ")) {
            return count == 1 && *end == ')' && take(at, ",)");
        }
        if (!take_text(at)) {
            return 0;
        }
        count++;
    }
    return 1;
}

/* One of the keywords of forkserver's `main`, and its value. */
static int
take_keyword(const char **at, pyembed_descriptors *descriptors)
{
    if (take(at, "'authkey_r': ")) {
        return take_descriptor(at, 0, descriptors);
    }
    if (take(at, "'sys_path': ") || take(at, "'sys_argv': ")) {
        return take_texts(at);
    }
    return (take(at, "'main_path': ") || take(at, "'on_error': ")) &&
           (take(at, "None") || take_text(at));
}

static int
take_keywords(const char **at, pyembed_descriptors *descriptors)
{
    if (!take(at, "{")) {
        return 0;
    }
    for (int count = 0; !take(at, "}"); count++) {
        if ((count > 0 && !take(at, ", ")) || !take_keyword(at, descriptors)) {
            return 0;
        }
    }
    return 1;
}

static int
is_spawn(const char *at, pyembed_descriptors *descriptors)
{
    return take(&at, "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=") &&
           take_descriptor(&at, 0, descriptors) && take(&at, ", pipe_handle=") &&
           take_descriptor(&at, 0, descriptors) && strcmp(at, ")") == 0;
}

static int
is_tracker(const char *at, pyembed_descriptors *descriptors)
{
    return take(&at, "from multiprocessing.resource_tracker import main;main(") &&
           take_descriptor(&at, 0, descriptors) && strcmp(at, ")") == 0;
}

static int
is_forkserver(const char *at, int hands_arguments_on, pyembed_descriptors *descriptors)
{
    return take(&at, hands_arguments_on
                         ? "import sys; from multiprocessing.forkserver import main; main("
                         : "from multiprocessing.forkserver import main; main(") &&
           take_descriptor(&at, 1, descriptors) && take(&at, ", ") &&
           take_descriptor(&at, 0, descriptors) && take(&at, ", ") && take_texts(&at) &&
           take(&at, hands_arguments_on ? ", sys_argv=sys.argv[1:], **" : ", **") &&
           take_keywords(&at, descriptors) && strcmp(at, ")") == 0;
}

int
pyembed_is_child_command(const char *text, int argc, char **argv, pyembed_descriptors *descriptors)
{
    if (argc == 1 && strcmp(argv[0], PYEMBED_FORK_OPTION) == 0) {
        descriptors->count = 0;
        if (is_spawn(text, descriptors)) {
            return 1;
        }
    }
    descriptors->count = 0;
    if (argc == 0 && is_tracker(text, descriptors)) {
        return 1;
    }
    descriptors->count = 0;
    if (argc == 0 && is_forkserver(text, 0, descriptors)) {
        return 1;
    }
    descriptors->count = 0;
    return is_forkserver(text, 1, descriptors);
}

int
pyembed_is_frozen_child(int argc, char **argv, pyembed_descriptors *descriptors)
{
    if (argc != 2) {
        return 0;
    }
    const char *tracker = argv[0], *handle = argv[1];
    return take(&tracker, "tracker_fd=") && take_descriptor(&tracker, 0, descriptors) &&
           *tracker == '\0' && take(&handle, "pipe_handle=") &&
           take_descriptor(&handle, 0, descriptors) && *handle == '\0';
}

int
pyembed_are_inherited(const pyembed_descriptors *descriptors)
{
    for (int at = 0; at < descriptors->count; at++) {
        struct stat status;
        int number = descriptors->items[at].number;
        if (number <= STDERR_FILENO || fstat(number, &status) < 0 ||
            (status.st_mode & S_IFMT) != (descriptors->items[at].is_socket ? S_IFSOCK : S_IFIFO)) {
            return 0;
        }
    }
    return 1;
}
