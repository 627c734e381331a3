/* Which command lines are those of multiprocessing's children: the texts that CPython 3.11 to 3.14
 * write, and everything that only looks like them.
 *
 * test_arguments: says `ok N checks`, or dies. */
#include "process/arguments.h"
#include "process/python_command.h"
#include "check.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SPAWN \
    "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5, pipe_handle=7)"
#define TRACKER "from multiprocessing.resource_tracker import main;main(5)"
#define SERVER "from multiprocessing.forkserver import main; main(6, 7, "
#define SERVER_3_14 "import sys; from multiprocessing.forkserver import main; main(6, 7, "
#define FORK "--multiprocessing-fork"

/* Reads a command line; its words end with NULL. */
static pyembed_arguments
read_words(char **words)
{
    int count = 0;
    while (words[count] != NULL) {
        count++;
    }
    return pyembed_arguments_read(count, words, 0, NULL);
}

#define READ(...) read_words((char *[]){"product", __VA_ARGS__, NULL})
#define IS_CHILD(...) \
    (READ(__VA_ARGS__).role == PYEMBED_AS_CHILD && READ(__VA_ARGS__).refused == NULL)
#define IS_REFUSED(...) \
    (READ(__VA_ARGS__).role == PYEMBED_AS_CHILD && READ(__VA_ARGS__).refused != NULL)
#define IS_PROGRAM(...) (READ(__VA_ARGS__).role == PYEMBED_AS_PROGRAM)

/* Descriptors 5, 7 and 8 are pipes, 6 is a socket, 9 a file, 10 is closed. */
static void
open_descriptors(void)
{
    int pair[2];
    CHECK(pipe(pair) == 0 && dup2(pair[0], 25) == 25 && dup2(pair[1], 26) == 26);
    CHECK(dup2(25, 5) == 5 && dup2(26, 7) == 7 && dup2(25, 8) == 8);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(listener >= 0 && dup2(listener, 6) == 6);
    int file = open("/dev/null", O_RDONLY);
    CHECK(file >= 0 && dup2(file, 9) == 9);
    close(10);
    CHECK(dup2(25, 0) == 0); /* a caller can give any standard stream */
}

static void
what_the_library_writes(void)
{
    CHECK(IS_CHILD("-c", SPAWN, FORK));
    CHECK(IS_CHILD(FORK, "tracker_fd=5", "pipe_handle=7"));
    CHECK(IS_CHILD("-c", TRACKER));
    CHECK(IS_CHILD("-c", SERVER "['__main__'], **{})"));
    CHECK(IS_CHILD("-c", SERVER "[], **{})"));
    CHECK(IS_CHILD(
        "-c", SERVER
        "['__main__', \"it's\"], **{'main_path': '/a b/c.py', 'sys_path': ['', '/x\\'y', \"'\"]})"));
    CHECK(IS_CHILD("-c", SERVER
                   "['__main__'], **{'sys_path': ['/a'], 'main_path': None, 'authkey_r': 8})"));
    CHECK(IS_CHILD("-c", SERVER "('a',), **{'authkey_r': 8})") &&
          IS_CHILD("-c", SERVER "('a', 'b'), **{})"));
    CHECK(IS_CHILD("-c",
                   SERVER_3_14
                   "['__main__'], sys_argv=sys.argv[1:], **{'authkey_r': 8, 'on_error': 'ignore'})",
                   "an", "argument"));
    CHECK(IS_CHILD("-c", SERVER_3_14 "['__main__'], sys_argv=sys.argv[1:], **{'authkey_r': 8})"));
    CHECK(IS_CHILD("-B", "-S", "-I", "-OO", "-bb", "-Wignore::UserWarning", "-X", "dev", "-c",
                   TRACKER));
    CHECK(READ("-B", "-X", "utf8", "-c", SPAWN, FORK).first == 6);
}

static void
what_only_begins_so(void)
{
    CHECK(IS_PROGRAM("-c", SPAWN "; print(1)", FORK) && IS_PROGRAM("-c", SPAWN "\n", FORK) &&
          IS_PROGRAM("-c", SPAWN));
    CHECK(IS_PROGRAM("-c", SPAWN, FORK, "more") && IS_PROGRAM("-c", SPAWN, "--other"));
    CHECK(IS_PROGRAM("-c", "from multiprocessing.spawn import spawn_main; print(1)", FORK));
    CHECK(IS_PROGRAM(
        "-c",
        "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=05, pipe_handle=7)",
        FORK));
    CHECK(IS_PROGRAM(
        "-c",
        "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5, pipe_handle=f())",
        FORK));
    CHECK(IS_PROGRAM("-c", TRACKER "#") && IS_PROGRAM("-c", TRACKER, "more") &&
          IS_PROGRAM("-c", " " TRACKER));
    CHECK(IS_PROGRAM("-c", "from multiprocessing.resource_tracker import main;main(5 or f())"));
    CHECK(IS_PROGRAM("-c", "from multiprocessing.resource_tracker import main;main(99999999)"));
    CHECK(IS_PROGRAM("-c", SERVER "['a', f()], **{})") &&
          IS_PROGRAM("-c", SERVER "['a'] + f(), **{})") &&
          IS_PROGRAM("-c", SERVER "['a'.x()], **{})"));
    CHECK(IS_PROGRAM("-c", SERVER "[f'{f()}'], **{})") &&
          IS_PROGRAM("-c", SERVER "['a' 'b'], **{})") && IS_PROGRAM("-c", SERVER "['a, **{})"));
    CHECK(IS_PROGRAM("-c", SERVER "['a\\'], **{})") &&
          IS_PROGRAM("-c", SERVER "['a'], **{f(): 1})") &&
          IS_PROGRAM("-c", SERVER "['a'], **{'other': 'x'})"));
    CHECK(IS_PROGRAM("-c", SERVER "['a'], **{'authkey_r': f()})") &&
          IS_PROGRAM("-c", SERVER "['a'], **{'sys_path': ['a') }"));
    CHECK(IS_PROGRAM("-c", SERVER "['a'], **{'authkey_r': 8, 'authkey_r': 8})"));
    CHECK(IS_PROGRAM("-c", SERVER "['a'], **{})", "more") &&
          IS_PROGRAM("-c", SERVER_3_14 "['a'], sys_argv=f(), **{})"));
    CHECK(IS_PROGRAM("--", "-c", TRACKER) && IS_PROGRAM("-", "-c", TRACKER) &&
          IS_PROGRAM("x", "-c", TRACKER) && IS_PROGRAM("-m", "-c", TRACKER));
    CHECK(IS_PROGRAM("-i", "-c", TRACKER) && IS_PROGRAM("-W", "-c", TRACKER) &&
          IS_PROGRAM("-Bc", TRACKER) && IS_PROGRAM("-BS", "-c", TRACKER));
    CHECK(IS_PROGRAM("-c") && IS_PROGRAM("-X", "-c", TRACKER) && IS_PROGRAM("-X") &&
          IS_PROGRAM("", "-c", TRACKER));
    CHECK(IS_PROGRAM(FORK) && IS_PROGRAM(FORK, "tracker_fd=5") &&
          IS_PROGRAM(FORK, "pipe_handle=7", "tracker_fd=5"));
    CHECK(IS_PROGRAM(FORK, "tracker_fd=5", "pipe_handle=7", "parent_pid=1") &&
          IS_PROGRAM(FORK, "tracker_fd=5", "pipe_handle=7x"));
    CHECK(IS_PROGRAM(FORK, "tracker_fd=None", "pipe_handle=7") &&
          IS_PROGRAM(FORK, "tracker_fd=-5", "pipe_handle=7"));
}

/* Neither the program, which would start itself for ever, nor the child. */
static void
descriptors_that_are_not_inherited_pipes(void)
{
    CHECK(IS_REFUSED(FORK, "tracker_fd=0", "pipe_handle=0") &&
          IS_REFUSED(FORK, "tracker_fd=5", "pipe_handle=0") &&
          IS_REFUSED(FORK, "tracker_fd=2", "pipe_handle=7"));
    CHECK(IS_REFUSED(FORK, "tracker_fd=5", "pipe_handle=9") &&
          IS_REFUSED(FORK, "tracker_fd=5", "pipe_handle=10") &&
          IS_REFUSED(FORK, "tracker_fd=5", "pipe_handle=6"));
    CHECK(IS_REFUSED("-c", "from multiprocessing.resource_tracker import main;main(0)"));
    CHECK(IS_REFUSED("-c", "from multiprocessing.forkserver import main; main(5, 7, [], **{})"));
    CHECK(IS_REFUSED("-c", SERVER "[], **{'authkey_r': 1})"));
}

/* ---- what `python` would do ---- */

static pyembed_command
read_command(char **words)
{
    int count = 0;
    while (words[count] != NULL) {
        count++;
    }
    return pyembed_read_command(count, words);
}

#define COMMAND(...) read_command((char *[]){"product", __VA_ARGS__, NULL})
#define RUNS_CODE(...) (COMMAND(__VA_ARGS__).kind == PYEMBED_COMMAND_CODE)
#define READS_INPUT(...) (COMMAND(__VA_ARGS__).kind == PYEMBED_COMMAND_INPUT)
#define IS_UNKNOWN(...) (COMMAND(__VA_ARGS__).kind == PYEMBED_COMMAND_UNKNOWN)
#define RUNS_FILE(place, ...) \
    (COMMAND(__VA_ARGS__).kind == PYEMBED_COMMAND_FILE && COMMAND(__VA_ARGS__).file == (place))

static void
what_python_would_do(void)
{
    CHECK(RUNS_CODE("-c", "1") && RUNS_CODE("-c1") && RUNS_CODE("-Ec", "1") &&
          RUNS_CODE("-E", "-m", "x") && RUNS_CODE("-") && RUNS_CODE("-V") && RUNS_CODE("--help"));
    CHECK(RUNS_CODE("-X", "dev", "-W", "error", "-OO", "-bb", "-c", "1") &&
          RUNS_CODE("-Xdev", "-Werror", "-c", "1") &&
          RUNS_CODE("--check-hash-based-pycs", "never", "-m", "x"));
    CHECK(RUNS_CODE("-i") && RUNS_CODE("-qi") && READS_INPUT("-Wi") && RUNS_FILE(2, "-i", "x"));
    CHECK(READS_INPUT("-u") && READS_INPUT("-E", "-S") && READS_INPUT("--"));
    CHECK(RUNS_FILE(1, "x") && RUNS_FILE(1, "x", "-c", "1") && RUNS_FILE(3, "-X", "c", "x") &&
          RUNS_FILE(2, "-uB", "x", "y") && RUNS_FILE(2, "--", "-c") && RUNS_FILE(1, ""));
    CHECK(IS_UNKNOWN("--worker") && IS_UNKNOWN("-c") && IS_UNKNOWN("-m") && IS_UNKNOWN("-X") &&
          IS_UNKNOWN("-W") && IS_UNKNOWN("-z") && IS_UNKNOWN("-Ez") && IS_UNKNOWN("-J") &&
          IS_UNKNOWN("--check-hash-based-pycs") && IS_UNKNOWN("--helpless"));
    CHECK(read_command((char *[]){NULL}).kind == PYEMBED_COMMAND_INPUT);
}

/* Every text that is cut, and every byte that is another, is another text or is the program's. */
static void
every_text_that_is_cut(void)
{
    static const char text[] = SERVER
        "['__main__', 'b\\'c'], **{'sys_path': ['/a', \"'\"], 'main_path': '/m.py', 'authkey_r': 8})";
    for (size_t size = 0; size + 1 < sizeof text; size++) {
        char *cut = strndup(text, size);
        CHECK(IS_PROGRAM("-c", cut));
        free(cut);
    }
}

int
main(void)
{
    open_descriptors();
    what_the_library_writes();
    what_only_begins_so();
    descriptors_that_are_not_inherited_pipes();
    what_python_would_do();
    every_text_that_is_cut();
    printf("ok %lu checks\n", checks);
    return 0;
}
