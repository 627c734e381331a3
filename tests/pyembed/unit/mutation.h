/* What tests change bytes with: the same changes in each run. */
#ifndef PYEMBED_MUTATION_H
#define PYEMBED_MUTATION_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t state = 0x9E3779B97F4A7C15u;

static inline size_t
next(size_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t)(state % limit);
}

static inline unsigned char *
read_file(const char *name, size_t *size)
{
    struct stat status;
    int descriptor = open(name, O_RDONLY);
    if (descriptor < 0 || fstat(descriptor, &status) < 0) {
        perror(name);
        exit(2);
    }
    unsigned char *bytes = malloc((size_t)status.st_size);
    *size = (size_t)read(descriptor, bytes, (size_t)status.st_size);
    close(descriptor);
    return bytes;
}

#endif
