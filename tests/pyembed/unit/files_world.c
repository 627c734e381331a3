#include "files_world.h"

/* It is part of the test, because nothing else may forget a tree. */
#include "files/tree.c"

#include "files/files.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

pyembed_process pyembed_this_process;
char world_root[PATH_MAX];
static char folder[PATH_MAX];

static void
forget_tree(void)
{
    const pyembed_tree *tree = atomic_exchange(&made_tree, NULL);
    if (tree == NULL) {
        return;
    }
    for (uint32_t number = 0; number < tree->count; number++) {
        pyembed_bytes bytes;
        const unsigned char *raw = atomic_load(&tree->nodes[number].raw);
        if (raw != NULL && pyembed_tree_bytes(tree, number, &bytes) == 0) {
            munmap((void *)raw, bytes.raw_size > 0 ? bytes.raw_size : 1);
        }
    }
    /* one piece of memory: it ends after the slots */
    munmap((void *)tree,
           (size_t)((const char *)(tree->slots + tree->mask + 1) - (const char *)tree));
}

int
world_take(const unsigned char *bytes, size_t size)
{
    forget_tree();
    return pyembed_resources_open(bytes, size, &pyembed_this_process.resources) == PYEMBED_OK ? 0
                                                                                              : -1;
}

void
world_begin(const char *blob)
{
    FILE *file = fopen(blob, "rb");
    ssize_t length = readlink("/proc/self/exe", world_root, sizeof world_root - 1);
    if (file == NULL || length < 0) {
        perror(blob);
        exit(2);
    }
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    unsigned char *bytes = malloc(size);
    rewind(file);
    if (bytes == NULL || fread(bytes, 1, size, file) != size || world_take(bytes, size) < 0) {
        fprintf(stderr, "%s is no blob\n", blob);
        exit(2);
    }
    fclose(file);
    memcpy(folder, world_root, sizeof folder);
    *strrchr(folder, '/') = '\0';
    pyembed_this_process.executable = world_root;
    pyembed_this_process.folder = folder;
    pyembed_files_begin();
}
