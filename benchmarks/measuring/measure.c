/*
 * Runs one program to its end and prints what it cost, on one line:
 *
 *     <wall ns> <user us> <system us> <max resident KiB> <page faults, or -1: the machine does not
 * let us count> <wait status>
 *
 * A program of its own, and not a call inside the benchmarks' process, because Linux counts the
 * resident memory of the parent at the moment of exec into ru_maxrss of the child: from a .NET
 * process of 100 MB every child would have 100 MB. This one has 1 MB.
 *
 *     measure [-R] program arguments...        -R: without address-space randomisation, so that
 * instruction counts repeat
 *
 * Page faults are those that the program took, as `perf stat -e page-faults` counts them. ru_minflt
 * is another figure: it counts pages, and those too that a program has the kernel bring by one call
 * (MADV_POPULATE_WRITE).
 *
 * Standard input and output of the program are /dev/null; its standard error is ours. Its
 * environment is ours.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long
nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long
microseconds(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

/* A counter that each child of this process gets, and that runs from its exec on. -1 where the
 * machine forbids it (perf_event_paranoid above 2, or a container's filter). */
static int
open_fault_counter(void)
{
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof attributes,
        .config = PERF_COUNT_SW_PAGE_FAULTS,
        .disabled = 1,
        .inherit = 1,
        .enable_on_exec = 1,
    };
    int counter = (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (counter < 0 && (errno == EACCES || errno == EPERM)) {
        /* Without the few that the kernel takes for the program. */
        attributes.exclude_kernel = attributes.exclude_hv = 1;
        counter = (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    }
    return counter;
}

static long long
read_counter(int counter)
{
    long long count;
    return counter >= 0 && read(counter, &count, sizeof count) == (ssize_t)sizeof count ? count
                                                                                        : -1;
}

int
main(int argc, char **argv)
{
    int first = 1;
    if (argc > first && strcmp(argv[first], "-R") == 0) {
        if (personality(ADDR_NO_RANDOMIZE) == -1) {
            perror("measure: personality");
            return 2;
        }
        first++;
    }
    if (argc <= first) {
        fputs("usage: measure [-R] program arguments...\n", stderr);
        return 2;
    }

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);

    int faults = open_fault_counter();
    pid_t child;
    long long start = nanoseconds();
    int error = posix_spawn(&child, argv[first], &actions, NULL, argv + first, environ);
    if (error != 0) {
        fprintf(stderr, "measure: %s: %s\n", argv[first], strerror(error));
        return 2;
    }
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) == -1) {
        perror("measure: wait4");
        return 2;
    }
    long long wall = nanoseconds() - start;
    printf("%lld %lld %lld %ld %lld %d\n", wall, microseconds(usage.ru_utime),
           microseconds(usage.ru_stime), usage.ru_maxrss, read_counter(faults), status);
    return 0;
}
