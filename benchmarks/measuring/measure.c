/*
 * Runs one program to its end and prints what it cost, on one line:
 *
 *     <wall ns> <user us> <system us> <max resident KiB> <wait status>
 *
 * A program of its own, and not a call inside the benchmarks' process, because Linux counts the resident memory of the parent at the moment
 * of exec into ru_maxrss of the child: from a .NET process of 100 MB every child would have 100 MB. This one has 1 MB.
 *
 *     measure [-R] program arguments...        -R: without address-space randomisation, so that instruction counts repeat
 *
 * Standard input and output of the program are /dev/null; its standard error is ours. Its environment is ours.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

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
    printf("%lld %lld %lld %ld %d\n", nanoseconds() - start, microseconds(usage.ru_utime), microseconds(usage.ru_stime), usage.ru_maxrss, status);
    return 0;
}
