/* Makes the tree from the entries of the blob. Memory comes from the kernel, not from malloc: the
 * tree may be needed in a child between fork and exec. */
#include "files/tree.h"

#include "reader/resources.h"
#include "process/process.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static _Atomic(const pyembed_tree *) made_tree;

typedef struct {
    pyembed_tree *tree;
    pyembed_status status;
} builder;

/* ---- entries that have files ---- */

typedef struct {
    pyembed_string path;
    uint32_t section, entry;
    mode_t mode;
} packed_path;

static const unsigned sections[] = {PYEMBED_SECTION_MODULES, PYEMBED_SECTION_RESOURCES,
                                    PYEMBED_SECTION_FILES, PYEMBED_SECTION_LIBRARIES};

/* PYEMBED_NOT_FOUND: the entry is no packed file. */
static pyembed_status
path_of_entry(const pyembed_resources *resources, unsigned section, uint32_t entry,
              packed_path *found)
{
    pyembed_status status;
    uint32_t flags;
    int has_file;
    found->section = section;
    found->entry = entry;
    if (section == PYEMBED_SECTION_MODULES) {
        pyembed_module module;
        status = pyembed_module_at(resources, entry, &module);
        has_file = module.source.data != NULL || module.library.data != NULL;
        found->path = module.path;
        flags = module.flags;
        if (status == PYEMBED_OK && (flags & PYEMBED_MODULE_NAMESPACE) && module.path.size > 0 &&
            !(flags & PYEMBED_IN_FILESYSTEM)) {
            found->mode = S_IFDIR | 0755;
            return PYEMBED_OK;
        }
    }
    else {
        pyembed_file file;
        status = pyembed_file_at(resources, section, entry, &file);
        has_file = file.data.data != NULL;
        found->path = file.path;
        flags = file.flags;
        if (status == PYEMBED_OK && file.owner == UINT32_MAX && (flags & PYEMBED_EMPTY_FOLDER)) {
            found->mode = S_IFDIR | 0755;
            return PYEMBED_OK;
        }
        if (status == PYEMBED_OK && file.target.size > 0) {
            found->mode = S_IFLNK | 0777;
            return (flags & PYEMBED_IN_FILESYSTEM) || file.path.size == 0 ? PYEMBED_NOT_FOUND
                                                                          : PYEMBED_OK;
        }
    }
    if (status != PYEMBED_OK) {
        return status;
    }
    found->mode = S_IFREG | ((flags & PYEMBED_EXECUTABLE) ? 0755 : 0644);
    return has_file && !(flags & PYEMBED_IN_FILESYSTEM) && found->path.size > 0 ? PYEMBED_OK
                                                                                : PYEMBED_NOT_FOUND;
}

/* ---- nodes ---- */

static uint32_t
hash_of(uint32_t folder, const char *name, size_t size)
{
    uint32_t value = 2166136261u ^ (folder * 2654435761u);
    for (size_t at = 0; at < size; at++) {
        value = (value ^ (unsigned char)name[at]) * 16777619u;
    }
    return value ^ value >> 15;
}

/* The slot of that name, or the empty one where it would stand. */
static uint32_t *
slot_of(const pyembed_tree *tree, uint32_t folder, const char *name, size_t size)
{
    for (uint32_t probe = hash_of(folder, name, size);; probe++) {
        uint32_t *slot = &tree->slots[probe & tree->mask];
        const pyembed_node *node = &tree->nodes[*slot];
        if (*slot == 0 || (node->parent == folder && node->name_size == size &&
                           memcmp(node->name, name, size) == 0)) {
            return slot;
        }
    }
}

uint32_t
pyembed_tree_child(const pyembed_tree *tree, uint32_t folder, const char *name, size_t size)
{
    return *slot_of(tree, folder, name, size);
}

static uint32_t walk(const pyembed_tree *tree, uint32_t folder, const char *path, size_t size,
                     int *links);

/* The node behind a link. */
static uint32_t
follow(const pyembed_tree *tree, uint32_t link, int *links)
{
    pyembed_string target;
    return ++*links <= PYEMBED_MOST_LINKS && pyembed_tree_target(tree, link, &target) == 0
               ? walk(tree, tree->nodes[link].parent, target.data, target.size, links)
               : PYEMBED_NO_NODE;
}

static uint32_t
walk(const pyembed_tree *tree, uint32_t folder, const char *path, size_t size, int *links)
{
    const char *at = path, *end = path + size;
    while (at < end) {
        const char *slash = memchr(at, '/', (size_t)(end - at));
        size_t length = (size_t)((slash == NULL ? end : slash) - at);
        if (length == 2 && memcmp(at, "..", 2) == 0) {
            folder = tree->nodes[folder].parent;
        }
        else if (length > 0 && !(length == 1 && *at == '.')) {
            folder = pyembed_tree_child(tree, folder, at, length);
            if (folder == 0) {
                return PYEMBED_NO_NODE;
            }
            if (S_ISLNK(tree->nodes[folder].mode)) {
                folder = follow(tree, folder, links);
            }
            if (folder == PYEMBED_NO_NODE) {
                return folder;
            }
        }
        at += length + (slash == NULL ? 0 : 1);
    }
    return folder;
}

uint32_t
pyembed_tree_walk(const pyembed_tree *tree, uint32_t folder, const char *path, size_t size)
{
    int links = 0;
    return walk(tree, folder, path, size, &links);
}

/* The node of that name in a folder, made if it is missing. */
static uint32_t
add_node(pyembed_tree *tree, uint32_t folder, const char *name, size_t size, mode_t mode)
{
    uint32_t *slot = slot_of(tree, folder, name, size);
    if (*slot != 0) {
        return *slot;
    }
    uint32_t number = *slot = tree->count++;
    pyembed_node *node = &tree->nodes[number], *parent = &tree->nodes[folder];
    node->name = name;
    node->name_size = (uint32_t)size;
    node->parent = folder;
    node->mode = mode;
    if (parent->first_child == 0) {
        parent->first_child = number;
    }
    else {
        tree->nodes[parent->last_child].next = number;
    }
    parent->last_child = number;
    parent->folders += S_ISDIR(mode) ? 1 : 0;
    return number;
}

/* A file of a distribution may be named from its folder (`../pkg/x`). What would leave the root, or
 * go through a file or a link, has no node. Of two entries with one path the first has it. */
static void
add_path(pyembed_tree *tree, const packed_path *packed)
{
    const char *at = packed->path.data, *end = at + packed->path.size;
    uint32_t folder = 0;
    while (at < end) {
        const char *slash = memchr(at, '/', (size_t)(end - at));
        size_t size = (size_t)((slash == NULL ? end : slash) - at);
        int is_last = slash == NULL;
        if (size == 2 && memcmp(at, "..", 2) == 0) {
            if (folder == 0) {
                return;
            }
            folder = tree->nodes[folder].parent;
        }
        else if (size > 0 && !(size == 1 && *at == '.')) {
            uint32_t before = tree->count;
            folder = add_node(tree, folder, at, size, is_last ? packed->mode : S_IFDIR | 0755);
            if (is_last && folder == before) {
                tree->nodes[folder].section = packed->section;
                tree->nodes[folder].entry = packed->entry;
            }
            if (!is_last && !S_ISDIR(tree->nodes[folder].mode)) {
                return;
            }
        }
        at += size + (is_last ? 0 : 1);
        if (is_last) {
            return;
        }
    }
}

/* ---- the whole ---- */

/* Links come first: what else has a link's path, or is below it, is imported under that name, and
 * as a file is what the link leads to. */
static pyembed_status
each_link(const pyembed_resources *resources, pyembed_tree *tree)
{
    pyembed_run plain = pyembed_plain_files(resources);
    for (uint32_t at = 0; at < plain.count; at++) {
        packed_path packed;
        pyembed_status status =
            path_of_entry(resources, PYEMBED_SECTION_RESOURCES, plain.first + at, &packed);
        if (status == PYEMBED_OK && S_ISLNK(packed.mode)) {
            add_path(tree, &packed);
        }
        else if (status != PYEMBED_OK && status != PYEMBED_NOT_FOUND) {
            return status;
        }
    }
    return PYEMBED_OK;
}

/* Calls `add` for each packed file, or counts names when `tree` is NULL. */
static pyembed_status
each_path(const pyembed_resources *resources, pyembed_tree *tree, size_t *names)
{
    for (size_t at = 0; at < sizeof sections / sizeof sections[0]; at++) {
        for (uint32_t entry = 0; entry < pyembed_count(resources, sections[at]); entry++) {
            packed_path packed;
            pyembed_status status = path_of_entry(resources, sections[at], entry, &packed);
            if (status == PYEMBED_NOT_FOUND) {
                continue;
            }
            if (status != PYEMBED_OK) {
                return status;
            }
            if (tree != NULL) {
                add_path(tree, &packed);
                continue;
            }
            ++*names;
            for (uint32_t letter = 0; letter < packed.path.size; letter++) {
                *names += packed.path.data[letter] == '/';
            }
        }
    }
    return PYEMBED_OK;
}

static size_t
slots_for(size_t names)
{
    size_t slots = 16;
    while (slots < 2 * (names + 1)) {
        slots *= 2;
    }
    return slots;
}

/* One piece of memory: the tree, its nodes, its slots. `names` is an upper bound of the nodes. */
static pyembed_tree *
allocate(const pyembed_resources *resources, size_t names, size_t *size)
{
    size_t slots = slots_for(names), nodes = (names + 1) * sizeof(pyembed_node);
    if (names >= UINT32_MAX / 4) {
        errno = ENOMEM;
        return NULL;
    }
    *size = sizeof(pyembed_tree) + nodes + slots * sizeof(uint32_t);
    char *memory = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        errno = ENOMEM;
        return NULL;
    }
    pyembed_tree *tree = (pyembed_tree *)memory;
    tree->resources = resources;
    tree->nodes = (pyembed_node *)(memory + sizeof(pyembed_tree));
    tree->slots = (uint32_t *)(memory + sizeof(pyembed_tree) + nodes);
    tree->mask = (uint32_t)(slots - 1);
    tree->count = 1;
    tree->nodes[0].mode = S_IFDIR | 0755;
    return tree;
}

const pyembed_tree *
pyembed_tree_get(void)
{
    const pyembed_tree *made = atomic_load_explicit(&made_tree, memory_order_acquire);
    if (made != NULL) {
        return made;
    }
    const pyembed_resources *resources = &pyembed_this_process.resources;
    size_t names = 0, size;
    if (each_path(resources, NULL, &names) != PYEMBED_OK) {
        errno = EIO;
        return NULL;
    }
    pyembed_tree *tree = allocate(resources, names, &size);
    if (tree == NULL) {
        return NULL;
    }
    (void)each_link(resources, tree); /* what was readable is readable again */
    (void)each_path(resources, tree, NULL);
    if (!atomic_compare_exchange_strong(&made_tree, &made, tree)) {
        munmap(tree, size);
        return made;
    }
    return tree;
}

int
pyembed_tree_target(const pyembed_tree *tree, uint32_t number, pyembed_string *target)
{
    const pyembed_node *node = &tree->nodes[number];
    pyembed_file file;
    if (pyembed_file_at(tree->resources, node->section, node->entry, &file) != PYEMBED_OK ||
        file.target.size == 0) {
        errno = EIO;
        return -1;
    }
    *target = file.target;
    return 0;
}

int
pyembed_tree_bytes(const pyembed_tree *tree, uint32_t number, pyembed_bytes *bytes)
{
    const pyembed_node *node = &tree->nodes[number];
    pyembed_status status;
    if (node->section == PYEMBED_SECTION_MODULES) {
        pyembed_module module;
        status = pyembed_module_at(tree->resources, node->entry, &module);
        *bytes = module.library.data != NULL ? module.library : module.source;
    }
    else {
        pyembed_file file;
        status = pyembed_file_at(tree->resources, node->section, node->entry, &file);
        *bytes = file.data;
    }
    if (status != PYEMBED_OK) {
        errno = EIO;
        return -1;
    }
    return 0;
}

ssize_t
pyembed_tree_path(const pyembed_tree *tree, uint32_t number, char *path, size_t size)
{
    size_t length = 0;
    for (uint32_t at = number; at != 0; at = tree->nodes[at].parent) {
        length += tree->nodes[at].name_size + 1;
    }
    if (length >= size) {
        errno = ERANGE;
        return -1;
    }
    path[length] = '\0';
    size_t end = length;
    for (uint32_t at = number; at != 0; at = tree->nodes[at].parent) {
        end -= tree->nodes[at].name_size;
        memcpy(path + end, tree->nodes[at].name, tree->nodes[at].name_size);
        path[--end] = '/';
    }
    return (ssize_t)length;
}
