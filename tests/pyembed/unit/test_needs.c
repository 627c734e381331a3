/* What shared objects need: on whole, cut and changed ones. To be compiled with the address and
 * undefined-behaviour sanitizers.
 *
 * test_needs LIBRARY: says `ok N checks`, or dies. */
#include "check.h"
#include "files/needs.h"
#include "mutation.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    int count;
    size_t letters;
    char folders[256];
} needs;

static void
take(void *context, const char *soname, const char *folders)
{
    needs *all = context;
    all->count++;
    all->letters += strlen(soname);
    snprintf(all->folders, sizeof all->folders, "%s", folders == NULL ? "" : folders);
}

static void
a_library_says_what_it_needs_and_where(const unsigned char *image, size_t size)
{
    needs all = {0};
    pyembed_each_need(image, size, take, &all);
    CHECK(all.count == 2 && strcmp(all.folders, "$ORIGIN/deps") == 0);
    needs none = {0};
    pyembed_each_need((const unsigned char *)"#!/bin/sh", 9, take, &none);
    pyembed_each_need(NULL, 0, take, &none);
    CHECK(none.count == 0);
}

static void
cut_and_changed_libraries_are_survived(const unsigned char *image, size_t size, int count)
{
    needs all = {0};
    for (int turn = 0; turn < count; turn++) {
        size_t length = next(3) == 0 ? next(size) : size;
        unsigned char *copy = malloc(length == 0 ? 1 : length);
        memcpy(copy, image, length);
        for (size_t changes = length > 0 ? next(5) : 0; changes > 0; changes--) {
            size_t dynamic = size > 0x2e00 ? 0x2e00 : 0, at = next(2) == 0   ? next(length)
                                                              : next(2) == 0 ? next(512)
                                                                             : dynamic + next(512);
            if (at < length) {
                copy[at] = (unsigned char)next(256);
            }
        }
        pyembed_each_need(copy, length, take, &all);
        free(copy);
        checks++;
    }
}

int
main(int argc, char **argv)
{
    size_t size;
    if (argc != 2) {
        return 2;
    }
    unsigned char *library = read_file(argv[1], &size);
    a_library_says_what_it_needs_and_where(library, size);
    cut_and_changed_libraries_are_survived(library, size, 100000);
    free(library);
    printf("ok %lu checks\n", checks);
    return 0;
}
