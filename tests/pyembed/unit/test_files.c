/* The tree of packed files, and paths into it, on whole and mutated bytes. To be compiled with the
 * address and undefined-behaviour sanitizers.
 *
 * test_files BLOB: says `ok N checks`, or dies. */
#include "check.h"
#include "files/find.h"
#include "files/tree.h"
#include "files_world.h"
#include "mutation.h"
#include "process/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[2 * PATH_MAX];

static const char *
below(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", world_root, name);
    return path;
}

static int
errno_of(const char *name)
{
    struct stat status;
    return stat(below(name), &status) == 0 ? 0 : errno;
}

/* ---- the tree ---- */

static void
entries_have_the_files_that_the_format_says(void)
{
    struct stat status;
    static const char *const files[] = {
        "pkg/__init__.py",    "pkg/mod.py",     "pkg/_native.abi3.so",
        "pkg/data/table.txt", "pkg/data/empty", "bin/tool",
        "slash/doubled/name", "dots/name",      "over",
        "pkg/from_record",    "caf\u00e9/x",    "a.package-1.2.dist-info/METADATA"};
    static const char *const folders[] = {"",         "pkg",       "space", "hollow/inner",
                                          "pkg/data", "deep/deep", "up"};
    static const char *const missing[] = {"outside",    "pkg/bare.py", "beside.py",
                                          "beside.txt", "zlib",        "hollow/other"};
    for (size_t at = 0; at < sizeof files / sizeof files[0]; at++) {
        CHECK(stat(below(files[at]), &status) == 0 && S_ISREG(status.st_mode));
        CHECK((status.st_mode & 0111) == (strcmp(files[at], "bin/tool") == 0 ? 0111u : 0u));
    }
    for (size_t at = 0; at < sizeof folders / sizeof folders[0]; at++) {
        CHECK(stat(below(folders[at]), &status) == 0 && S_ISDIR(status.st_mode));
    }
    for (size_t at = 0; at < sizeof missing / sizeof missing[0]; at++) {
        CHECK(errno_of(missing[at]) == ENOENT);
    }
    CHECK(errno_of("pkg/mod.py/below") == ENOTDIR);
    CHECK(stat(below("pkg/twice"), &status) == 0 && status.st_size == 5); /* the first of two */
    CHECK(stat(below("pkg"), &status) == 0 && status.st_nlink == 3);
}

static void
a_node_is_found_by_the_path_that_it_has(void)
{
    const pyembed_tree *tree = pyembed_tree_get();
    CHECK(tree != NULL && tree == pyembed_tree_get());
    for (uint32_t node = 0; node < tree->count; node++) {
        char name[PATH_MAX];
        ssize_t size = pyembed_tree_path(tree, node, name, sizeof name);
        CHECK(size == (ssize_t)strlen(name) &&
              (S_ISLNK(tree->nodes[node].mode) ||
               pyembed_tree_walk(tree, 0, name, (size_t)size) == node));
        CHECK(pyembed_tree_path(tree, node, name, (size_t)size) == -1 && errno == ERANGE);
        CHECK(node == 0 ||
              pyembed_tree_child(tree, tree->nodes[node].parent, tree->nodes[node].name,
                                 tree->nodes[node].name_size) == node);
    }
    CHECK(pyembed_tree_walk(tree, 0, "pkg/../..//pkg/./data", 21) ==
          pyembed_tree_walk(tree, 0, "pkg/data", 8));
    CHECK(pyembed_tree_walk(tree, 0, "pkg/none/..", 11) == PYEMBED_NO_NODE);
}

/* ---- links ---- */

static void
a_link_is_what_it_says_and_leads_where_it_says(void)
{
    struct stat status, other;
    char target[PATH_MAX];
    CHECK(lstat(below("links/file"), &status) == 0 && S_ISLNK(status.st_mode) &&
          status.st_size == 13 && status.st_blocks == 0);
    CHECK(lstat(below("links/folder/"), &status) == 0 && S_ISDIR(status.st_mode));
    CHECK(readlink(below("links/file"), target, sizeof target) == 13 &&
          memcmp(target, "../pkg/mod.py", 13) == 0);
    CHECK(readlink(below("links/file"), target, 4) == 4);
    CHECK(readlink(below("pkg"), target, 4) == -1 && errno == EINVAL);
    static const char *const same[][2] = {{"links/file", "pkg/mod.py"},
                                          {"links/chain/table.txt", "pkg/data/table.txt"},
                                          {"links/slash/table.txt", "pkg/data/table.txt"},
                                          {"links/up/links/up/pkg/mod.py", "pkg/mod.py"},
                                          {"links/chain/..", "pkg"},
                                          {"pkg/linked.txt", "pkg/data/table.txt"},
                                          {"hops/10", "pkg/mod.py"}};
    for (size_t at = 0; at < sizeof same / sizeof same[0]; at++) {
        CHECK(stat(below(same[at][0]), &status) == 0 && stat(below(same[at][1]), &other) == 0 &&
              memcmp(&status, &other, sizeof status) == 0);
    }
    CHECK(lstat(below("pkg/linked.txt"), &status) == 0 && S_ISLNK(status.st_mode));
    CHECK(errno_of("hops/9") == ELOOP); /* 41 links */
    CHECK(errno_of("links/loop") == ELOOP && errno_of("links/self/x") == ELOOP &&
          errno_of("links/into/loop") == ELOOP);
    CHECK(errno_of("links/dangling") == ENOENT && errno_of("links/far/x") == ENOENT);
    CHECK(errno_of("links/no-folder") == ENOTDIR && errno_of("links/file/") == ENOTDIR);
    CHECK(errno_of("links/folder/copy") == ENOENT && errno_of("links/beside") == ENOENT);
    const pyembed_tree *tree = pyembed_tree_get();
    CHECK(pyembed_tree_walk(tree, 0, "links/chain/table.txt", 21) ==
          pyembed_tree_walk(tree, 0, "pkg/data/table.txt", 18));
    CHECK(pyembed_tree_walk(tree, 0, "links/self", 10) == PYEMBED_NO_NODE);
}

static int
errno_of_open(const char *name, int flags)
{
    int descriptor = open(below(name), flags | O_CLOEXEC, 0600);
    int error = descriptor < 0 ? errno : 0;
    if (descriptor >= 0) {
        close(descriptor);
    }
    return error;
}

static void
a_link_is_opened_and_changed_as_in_a_file_system(void)
{
    struct stat status;
    char target[16];
    CHECK(errno_of_open("links/file", O_RDONLY) == 0);
    CHECK(errno_of_open("links/file", O_NOFOLLOW) == ELOOP);
    CHECK(errno_of_open("links/file", O_NOFOLLOW | O_WRONLY) == ELOOP);
    CHECK(errno_of_open("links/folder", O_NOFOLLOW | O_DIRECTORY) == ENOTDIR);
    CHECK(errno_of_open("links/folder/", O_NOFOLLOW | O_DIRECTORY) == 0);
    CHECK(errno_of_open("links/dangling", O_RDONLY) == ENOENT);
    CHECK(errno_of_open("links/dangling", O_CREAT | O_WRONLY) == EROFS);
    CHECK(errno_of_open("links/far", O_CREAT | O_WRONLY) == ENOENT);
    CHECK(errno_of_open("links/dangling", O_CREAT | O_EXCL | O_WRONLY) == EEXIST);
    CHECK(errno_of_open("links/loop", O_RDONLY) == ELOOP);
    int descriptor = open(below("links/file"), O_PATH | O_NOFOLLOW | O_CLOEXEC);
    CHECK(descriptor >= 0 && fstat(descriptor, &status) == 0 && S_ISLNK(status.st_mode));
    CHECK(readlinkat(descriptor, "", target, sizeof target) == 13);
    close(descriptor);
    CHECK(unlink(below("links/loop")) == -1 && errno == EROFS);
    CHECK(symlink("x", below("links/dangling")) == -1 && errno == EEXIST);
    CHECK(mkdir(below("links/dangling"), 0700) == -1 && errno == EEXIST);
    CHECK(chmod(below("links/dangling"), 0600) == -1 && errno == ENOENT);
    CHECK(lchown(below("links/dangling"), 0, 0) == -1 && errno == EROFS);
    CHECK(truncate(below("links/folder"), 0) == -1 && errno == EISDIR);
}

/* A blob's links stay below the root by their letters; one may leave it nevertheless, as any path
 * with `..` may. */
static void
a_link_that_leaves_the_root_names_a_real_file(void)
{
    pyembed_found found;
    CHECK(pyembed_find(AT_FDCWD, below("links/out"), PYEMBED_FOLLOW, &found) ==
          PYEMBED_FOUND_ELSEWHERE);
    CHECK(pyembed_find(AT_FDCWD, below("links/out/some/name"), PYEMBED_FOLLOW, &found) ==
          PYEMBED_FOUND_ELSEWHERE);
    size_t size = strlen(found.elsewhere);
    CHECK(size > 10 && strcmp(found.elsewhere + size - 10, "/some/name") == 0);
}

/* ---- paths ---- */

static void
paths_fail_as_in_a_file_system(void)
{
    char name[PATH_MAX + 16];
    memset(name, 'x', sizeof name);
    name[NAME_MAX + 1] = '\0';
    CHECK(errno_of(name) == ENAMETOOLONG);
    name[NAME_MAX] = '\0';
    CHECK(errno_of(name) == ENOENT);
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    CHECK(errno_of(name) == ENAMETOOLONG);
    memset(name, '/', sizeof name);
    memcpy(name + PATH_MAX - strlen(world_root) - 6, "pkg", 4);
    CHECK(errno_of(name) == 0);
    CHECK(errno_of("pkg/mod.py/") == ENOTDIR && errno_of("pkg/mod.py/..") == ENOTDIR);
    CHECK(errno_of("none/..") == ENOENT && errno_of("none/") == ENOENT && errno_of("pkg/") == 0);
}

static void
what_is_real_is_left_to_the_system(void)
{
    pyembed_found found;
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", pyembed_this_process.folder);
    static const char *const real[] = {"/", "/etc/passwd", "/no/such/file", "etc", "."};
    for (size_t at = 0; at < sizeof real / sizeof real[0]; at++) {
        errno = 77;
        CHECK(pyembed_find(AT_FDCWD, real[at], PYEMBED_FOLLOW, &found) == PYEMBED_FOUND_REAL &&
              errno == 77);
    }
    CHECK(pyembed_find(AT_FDCWD, "", PYEMBED_FOLLOW, &found) == PYEMBED_FOUND_REAL);
    CHECK(pyembed_find(AT_FDCWD, world_root, PYEMBED_FOLLOW, &found) == PYEMBED_FOUND_REAL);
    snprintf(path, sizeof path, "%sx/pkg", world_root); /* another file's name begins as ours */
    CHECK(pyembed_find(AT_FDCWD, path, PYEMBED_FOLLOW, &found) == PYEMBED_FOUND_REAL);
    CHECK(pyembed_find(AT_FDCWD, below("pkg/../../x"), PYEMBED_FOLLOW, &found) ==
          PYEMBED_FOUND_ELSEWHERE);
    CHECK(strcmp(strrchr(found.elsewhere, '/'), "/x") == 0 &&
          strncmp(found.elsewhere, folder, strlen(folder)) == 0);
    snprintf(path, sizeof path, "%s/../%s/pkg/mod.py", world_root, strrchr(world_root, '/') + 1);
    CHECK(pyembed_find(AT_FDCWD, path, PYEMBED_FOLLOW, &found) == PYEMBED_FOUND_NODE);
}

/* A path may end right before a page that is not there, and begin as the executable's. */
static void
nothing_is_read_behind_a_path(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), whole = strlen(below("pkg/mod.py"));
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && whole < page && munmap(pages + page, page) == 0);
    for (size_t size = 0; size <= whole; size++) {
        char *text = pages + page - size - 1;
        memcpy(text, path, size);
        text[size] = '\0';
        int is_below = size > strlen(world_root);
        CHECK(pyembed_claims(text) == is_below);
        if (size > 1 && !is_below) { /* another letter in each place */
            text[size - 1]++;
            CHECK(!pyembed_claims(text) && open(text, O_RDONLY) < 0 && errno == ENOENT);
        }
    }
    for (size_t at = 0; at < strlen(world_root) + 1; at++) {
        char *text = pages + page - whole - 1;
        memcpy(text, path, whole);
        text[at] ^= 1;
        CHECK(!pyembed_claims(text));
    }
    munmap(pages, page);
}

static void
a_folder_is_listed_from_any_place_in_it(void)
{
    DIR *folder = opendir(below("pkg"));
    long places[64];
    char names[64][NAME_MAX + 1];
    int count = 0;
    CHECK(folder != NULL);
    for (struct dirent *entry;; count++) {
        places[count] = telldir(folder);
        if ((entry = readdir(folder)) == NULL) {
            break;
        }
        snprintf(names[count], sizeof names[count], "%s", entry->d_name);
    }
    CHECK(count > 5 && strcmp(names[0], ".") == 0 && strcmp(names[1], "..") == 0);
    for (int at = count; at >= 0; at--) {
        seekdir(folder, places[at]);
        struct dirent *entry = readdir(folder);
        CHECK(at == count ? entry == NULL : strcmp(entry->d_name, names[at]) == 0);
    }
    static const long wild[] = {-1, 3, 1L << 20, INT32_MAX, (long)UINT32_MAX, LONG_MAX, LONG_MIN};
    for (size_t at = 0; at < sizeof wild / sizeof wild[0]; at++) {
        seekdir(folder, wild[at]);
        (void)readdir(folder);
    }
    closedir(folder);
}

/* ---- mutated blobs ---- */

/* Asks for everything that the tree says is there. */
static void
ask_tree(void)
{
    const pyembed_tree *tree = pyembed_tree_get();
    checks++;
    if (tree == NULL) {
        CHECK(errno == EIO || errno == ENOMEM);
        return;
    }
    for (uint32_t node = 0; node < tree->count && node < 200; node++) {
        char name[2 * PATH_MAX];
        pyembed_bytes bytes;
        if (S_ISREG(tree->nodes[node].mode) && pyembed_tree_bytes(tree, node, &bytes) == 0) {
            volatile unsigned char last =
                bytes.stored_size > 0 ? bytes.data[bytes.stored_size - 1] : 0;
            (void)last;
        }
        if (pyembed_tree_path(tree, node, name, sizeof name) >= 0) {
            struct stat status;
            memmove(name + strlen(world_root), name,
                    strlen(name) + 1 <= PATH_MAX ? strlen(name) + 1 : 1);
            memcpy(name, world_root, strlen(world_root));
            (void)stat(name, &status);
        }
    }
    DIR *folder = opendir(below(""));
    while (folder != NULL && readdir(folder) != NULL) {
    }
    if (folder != NULL) {
        closedir(folder);
    }
}

static void
mutated_blobs_are_survived(const unsigned char *blob, size_t size, int count)
{
    for (int turn = 0; turn < count; turn++) {
        unsigned char *copy = malloc(size);
        memcpy(copy, blob, size);
        for (size_t changes = 1 + next(4); changes > 0; changes--) {
            /* the header and the index lie before the data */
            copy[next(4) == 0 ? next(size) : 64 + next(size < 8192 ? size - 64 : 8128)] =
                (unsigned char)next(256);
        }
        if (world_take(copy, size) == 0) {
            ask_tree();
        }
        memset(&pyembed_this_process.resources, 0, sizeof pyembed_this_process.resources);
        (void)world_take(blob, size);
        free(copy);
    }
}

/* ---- */

int
main(int argc, char **argv)
{
    size_t size;
    if (argc != 2) {
        return 2;
    }
    world_begin(argv[1]);
    entries_have_the_files_that_the_format_says();
    a_node_is_found_by_the_path_that_it_has();
    nothing_is_read_behind_a_path(); /* while no packed folder is open, below which a path may be */
    a_link_is_what_it_says_and_leads_where_it_says();
    a_link_is_opened_and_changed_as_in_a_file_system();
    a_link_that_leaves_the_root_names_a_real_file();
    paths_fail_as_in_a_file_system();
    what_is_real_is_left_to_the_system();
    a_folder_is_listed_from_any_place_in_it();
    unsigned char *blob = read_file(argv[1], &size);
    mutated_blobs_are_survived(blob, size, 20000);
    printf("ok %lu checks\n", checks);
    return 0;
}
