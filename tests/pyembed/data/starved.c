/* Linked into a product: each allocation of CPython's allocators fails once, in a start and in a
 * run. The process that was started lives on with every allocation it asked for; for each it forks
 * a child, for which that one failed, and waits for its end. A child that dies by a signal, hangs,
 * or ends otherwise than with the program's own output or an error that speaks of memory, is
 * reported on file descriptor 3. */
#include "failing.h"
#include "process/process.h"
#include "values/state.h"

#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FRAMES = 40 };

static long number, forks;
static int is_child, was_started;

/* Whether an allocation is to fail here: before CPython starts, and from the moment at which it
 * makes our module until it ends. In between it makes its own types and modules, and some of that
 * it does not survive. */
static int
is_wanted(void)
{
    int is_started = Py_IsInitialized(), is_ending = was_started && !is_started;
    was_started |= is_started;
    return !is_ending &&
           (!pyembed_this_process.booting || pyembed_importer_module.m_base.m_index != 0);
}

static void
on_crash(int signal_number)
{
    void *frames[FRAMES];
    int count = backtrace(frames, FRAMES);
    dprintf(2, "\ncrashed at\n");
    backtrace_symbols_fd(frames, count, 2);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* 120: the output could not be written at the end. */
static int
is_good(int status, const char *text)
{
    int is_said = strstr(text, "emory") != NULL || strstr(text, "can't ") != NULL;
    if (!WIFEXITED(status)) {
        return 0;
    }
    return WEXITSTATUS(status) == 0
               ? strcmp(text, getenv("STARVED_OUTPUT")) == 0
               : is_said && (WEXITSTATUS(status) == 1 || WEXITSTATUS(status) == 120);
}

static void
judge(int status, int output)
{
    void *frames[FRAMES];
    char text[16384] = "";
    ssize_t size = pread(output, text, sizeof text - 1, 0);
    text[size < 0 ? 0 : size] = '\0';
    if (!is_good(status, text)) {
        dprintf(3, "%callocation %ld: %s %d\n%s\n", '\f', number,
                WIFSIGNALED(status) ? "signal" : "exit code",
                WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), text);
        dprintf(3, "\nfailed at\n");
        backtrace_symbols_fd(frames, backtrace(frames, FRAMES),
                             3); /* the child failed where this process stands */
    }
}

static void
begin_child(int output)
{
    is_child = 1;
    dup2(output, 1);
    dup2(output, 2);
    signal(SIGSEGV, on_crash);
    signal(SIGBUS, on_crash);
    alarm(60); /* one that hangs dies */
}

static int
fails(void)
{
    if (is_child || !is_wanted()) {
        return 0;
    }
    number++;
    int output = memfd_create("output", MFD_CLOEXEC), status;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        begin_child(output);
        return 1;
    }
    if (output < 0 || child < 0 || waitpid(child, &status, 0) < 0) {
        abort();
    }
    forks++;
    judge(status, output);
    close(output);
    return 0;
}

__attribute__((constructor)) static void
begin(void)
{
    if (getenv("STARVED_OUTPUT") == NULL) {
        return;
    }
    void *frames[FRAMES];
    (void)backtrace(frames, FRAMES); /* the first call allocates */
    install_hooks();
}

__attribute__((destructor)) static void
tell(void)
{
    if (forks > 0 && !is_child) {
        dprintf(3, "\f%ld allocations\n", forks);
    }
}
