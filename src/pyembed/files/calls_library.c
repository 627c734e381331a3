/* dlopen of a packed library: from memory, after the packed libraries that it needs. The dynamic
 * linker takes a needed library by its SONAME from those that are loaded already. */
#include "files/real.h"

#include "files/descriptor.h"
#include "files/files.h"
#include "files/find.h"
#include "files/needs.h"
#include "process/memory_file.h"
#include "process/process.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

DECLARE(dlopen);
DECLARE(dlerror);

/* ---- needs ---- */

enum { DEEPEST = 32 };

typedef struct {
    const pyembed_tree *tree;
    uint32_t node;
    int mode, depth;
    const char *path; /* as it was asked for */
} load;

static void *load_node(load self);

/* A shared library that the packager brought, whatever its folder is. */
static int
find_by_soname(const char *soname, pyembed_file *library)
{
    const pyembed_resources *resources = &pyembed_this_process.resources;
    pyembed_run all = {0, pyembed_count(resources, PYEMBED_SECTION_LIBRARIES)};
    return pyembed_file_find(resources, PYEMBED_SECTION_LIBRARIES, all, soname, strlen(soname),
                             library) == PYEMBED_OK &&
           library->data.data != NULL;
}

static uint32_t
node_of_soname(const pyembed_tree *tree, const char *soname)
{
    pyembed_file library;
    return find_by_soname(soname, &library)
               ? pyembed_tree_walk(tree, 0, library.path.data, library.path.size)
               : PYEMBED_NO_NODE;
}

/* Along the folders that the library itself names (DT_RUNPATH, DT_RPATH) from its own one. */
static uint32_t
find_along(const load *self, const char *folders, const char *soname)
{
    static const char *const origins[] = {"$ORIGIN", "${ORIGIN}"};
    uint32_t folder = self->tree->nodes[self->node].parent;
    while (folders != NULL && *folders != '\0') {
        size_t size = strcspn(folders, ":");
        for (size_t at = 0; at < sizeof origins / sizeof origins[0]; at++) {
            size_t origin = strlen(origins[at]);
            if (size >= origin && memcmp(folders, origins[at], origin) == 0) {
                uint32_t below =
                    pyembed_tree_walk(self->tree, folder, folders + origin, size - origin);
                uint32_t node = below == PYEMBED_NO_NODE
                                    ? PYEMBED_NO_NODE
                                    : pyembed_tree_walk(self->tree, below, soname, strlen(soname));
                if (node != PYEMBED_NO_NODE) {
                    return node;
                }
            }
        }
        folders += size + (folders[size] == ':' ? 1 : 0);
    }
    return PYEMBED_NO_NODE;
}

static void
load_need(void *context, const char *soname, const char *folders)
{
    const load *self = context;
    if (self->depth >= DEEPEST || REAL(dlopen)(soname, RTLD_LAZY | RTLD_NOLOAD) != NULL) {
        return;
    }
    uint32_t node = find_along(self, folders, soname);
    node = node != PYEMBED_NO_NODE ? node : node_of_soname(self->tree, soname);
    if (node != PYEMBED_NO_NODE && node != self->node && S_ISREG(self->tree->nodes[node].mode)) {
        (void)load_node((load){self->tree, node, RTLD_LAZY | RTLD_LOCAL, self->depth + 1, soname});
    }
}

/* ---- errors ---- */

/* What dlerror says of a packed library: the dynamic linker knows it by a descriptor's name. */
static _Thread_local char error_text[PATH_MAX + 512];
static _Thread_local int has_error_text;

static void
set_error(const char *path, const char *text)
{
    has_error_text = 1;
    snprintf(error_text, sizeof error_text, "%s%s", path, text);
}

static void
set_error_of_open(const char *path, int error)
{
    char text[256];
    snprintf(text, sizeof text, ": cannot open shared object file: %s", strerror(error));
    set_error(path, text);
}

/* Takes the dynamic linker's words for `image`, with the path in its place. */
static void
take_error(const char *path, const char *image)
{
    const char *text = REAL(dlerror)();
    size_t size = strlen(image);
    if (text != NULL && strncmp(text, image, size) == 0) {
        set_error(path, text + size);
    }
    else if (text != NULL) {
        set_error("", text);
    }
}

void
pyembed_keep_error(void)
{
    const char *text = REAL(dlerror)();
    if (text != NULL && !has_error_text) {
        set_error("", text);
    }
}

char *
NAME(dlerror)(void)
{
    char *real = REAL(dlerror)();
    if (has_error_text) {
        has_error_text = 0;
        return error_text;
    }
    return real;
}

/* ---- the library ---- */

/* The same library again is the same handle, as long as it is loaded. */
static void *
load_again(const pyembed_node *node, int mode)
{
    const char *path = atomic_load_explicit(&node->image, memory_order_acquire);
    return path == NULL ? NULL : REAL(dlopen)(path, mode | RTLD_NOLOAD);
}

static void *
load_node(load self)
{
    pyembed_node *node = &self.tree->nodes[self.node];
    void *handle = load_again(node, self.mode);
    size_t size;
    if (handle != NULL || (self.mode & RTLD_NOLOAD) != 0) {
        return handle;
    }
    const unsigned char *content = pyembed_node_content(self.tree, self.node, &size);
    int descriptor =
        content == NULL ? -1 : pyembed_descriptor_open(self.tree, self.node, O_CLOEXEC);
    if (descriptor < 0) {
        set_error_of_open(self.path, errno);
        return NULL;
    }
    pyembed_each_need(content, size, load_need, &self);
    char *path = malloc(PYEMBED_SPELLED_SIZE);
    if (path != NULL) {
        pyembed_spell_descriptor(descriptor, path, PYEMBED_SPELLED_SIZE);
        handle = REAL(dlopen)(path, self.mode);
        if (handle == NULL) {
            take_error(self.path, path);
        }
    }
    close(descriptor);
    if (handle == NULL) {
        free(path);
        return NULL;
    }
    /* A reader may have the older path: it stays. */
    atomic_store_explicit(&node->image, path, memory_order_release);
    return handle;
}

/* ---- dlopen ---- */

/* A packed library goes before one of the machine with its name. */
static void *
load_by_name(const char *name, int mode)
{
    const pyembed_tree *tree = pyembed_tree_get();
    uint32_t node = tree == NULL ? PYEMBED_NO_NODE : node_of_soname(tree, name);
    void *handle = REAL(dlopen)(name, mode | RTLD_NOLOAD);
    if (handle == NULL && node != PYEMBED_NO_NODE) {
        handle = load_node((load){tree, node, mode, 0, name});
    }
    return handle != NULL ? handle : REAL(dlopen)(name, mode);
}

/* Not a packed library: the system is to be asked. */
static char not_packed;

/* A path with a slash, that of the executable or another name of it. */
static void *
load_by_path(const char *path, int mode)
{
    pyembed_found found;
    pyembed_found_kind kind = pyembed_find(AT_FDCWD, path, PYEMBED_FOLLOW, &found);
    if (!pyembed_is_packed(kind)) {
        return &not_packed;
    }
    if (kind != PYEMBED_FOUND_NODE) {
        set_error_of_open(path, errno);
        return NULL;
    }
    if (!S_ISREG(found.tree->nodes[found.node].mode)) {
        set_error(path, ": cannot read file data: Is a directory");
        return NULL;
    }
    return load_node((load){found.tree, found.node, mode, 0, path});
}

static __attribute__((noinline)) void *
open_packed(const char *path, int mode)
{
    pyembed_file library;
    has_error_text = 0;
    if (path == NULL || pyembed_root.root == NULL) {
        return &not_packed;
    }
    void *handle = strchr(path, '/') != NULL        ? load_by_path(path, mode)
                   : find_by_soname(path, &library) ? load_by_name(path, mode)
                                                    : &not_packed;
    if (handle != NULL) {
        has_error_text = 0; /* of a library that was needed, and is no more */
    }
    return handle;
}

/* The library's own function sees the address that it returns to, and searches the folders of that
 * library: so the compiler must be able to jump to it, and no local has its address taken. */
void *
NAME(dlopen)(const char *path, int mode)
{
    void *handle = open_packed(path, mode);
    return handle != &not_packed ? handle : REAL(dlopen)(path, mode);
}
