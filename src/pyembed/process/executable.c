/* /proc/self/exe is exact, but for one case: who starts a product as `ld-linux.so product` finds
 * the dynamic linker there. Then the file is asked for that the resources are mapped from. Without
 * /proc (a chroot) the kernel's and the dynamic linker's word counts (AT_EXECFN), then argv[0]. */
#include "process/executable.h"

#include "reader/location.h"

#include <limits.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static int
has_interpreter(struct dl_phdr_info *image, size_t size, void *found)
{
    (void)size;
    for (int at = 0; at < image->dlpi_phnum; at++) {
        *(int *)found |= image->dlpi_phdr[at].p_type == PT_INTERP;
    }
    return 1; /* the first image is the program */
}

/* The kernel loaded no interpreter (AT_BASE), and the program asks for one. */
static int
is_started_by_loader(void)
{
    int found = 0;
    if (getauxval(AT_BASE) == 0) {
        dl_iterate_phdr(has_interpreter, &found);
    }
    return found;
}

/* Copies a path that names a file, absolute and without links. */
static int
take(const char *given, char *path, size_t size)
{
    char found[PATH_MAX];
    if (given == NULL || realpath(given, found) == NULL || strlen(found) >= size) {
        return 0;
    }
    memcpy(path, found, strlen(found) + 1);
    return 1;
}

/* The file that the resources are mapped from. */
static int
take_mapped(char *path, size_t size)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[PATH_MAX + 128];
    int found = 0;
    while (maps != NULL && !found && fgets(line, sizeof line, maps) != NULL) {
        uintptr_t start, end, place = (uintptr_t)&pyembed_location;
        int text = 0;
        if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %n", &start, &end, &text) == 2 && text > 0 &&
            start <= place && place < end) {
            line[strcspn(line, "\n")] = '\0';
            found = line[text] == '/' && take(line + text, path, size);
            break;
        }
    }
    if (maps != NULL) {
        fclose(maps);
    }
    return found;
}

int
pyembed_find_executable(const char *argv0, int is_hosted, char *path, size_t size)
{
    int by_loader = !is_hosted && is_started_by_loader();
    ssize_t length = by_loader ? -1 : readlink("/proc/self/exe", path, size - 1);
    if (length > 0) {
        path[length] = '\0';
        return 0;
    }
    if ((by_loader && take_mapped(path, size)) ||
        take((const char *)getauxval(AT_EXECFN), path, size)) {
        return 0;
    }
    return take(argv0, path, size) ? 0 : -1;
}
