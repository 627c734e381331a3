/* libFuzzer's entry to paths of packed files: the first bytes say what is asked, and from where;
 * the rest is the path (run.py DISTRIBUTION fuzz). FILES_BLOB names the blob.
 *
 * Whatever the path is: nothing is changed, what is found has a name by which it is found again,
 * and every function says the same of it. */
#include "check.h"
#include "files/find.h"
#include "files_world.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int folders[3];

static void
begin(void)
{
    char path[PATH_MAX];
    world_begin(getenv("FILES_BLOB"));
    static const char *const names[] = {"", "pkg", "deep/deep"};
    for (size_t at = 0; at < 3; at++) {
        snprintf(path, sizeof path, "%s/%s", world_root, names[at]);
        folders[at] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        CHECK(folders[at] >= 0);
    }
}

static void
ask_node(int folder, const char *path, const pyembed_found *found)
{
    char name[PATH_MAX];
    struct stat status, other;
    pyembed_found again;
    memcpy(name, world_root, strlen(world_root) + 1);
    CHECK(pyembed_tree_path(found->tree, found->node, name + strlen(world_root),
                            sizeof name - strlen(world_root)) >= 0);
    CHECK(pyembed_find(AT_FDCWD, name, PYEMBED_FOLLOW, &again) ==
          (found->node == 0 ? PYEMBED_FOUND_REAL : PYEMBED_FOUND_NODE));
    CHECK(found->node == 0 || again.node == found->node);
    CHECK(fstatat(folder, path, &status, 0) == 0 && status.st_ino == found->node + 1);
    CHECK(faccessat(folder, path, R_OK, 0) == 0);
    int descriptor = openat(folder, path, O_RDONLY | O_CLOEXEC);
    CHECK(descriptor >= 0 && fstat(descriptor, &other) == 0 &&
          memcmp(&status, &other, sizeof status) == 0);
    DIR *listed = S_ISDIR(status.st_mode) ? fdopendir(descriptor) : NULL;
    CHECK(S_ISDIR(status.st_mode) == (listed != NULL));
    while (listed != NULL && readdir(listed) != NULL) {
    }
    if (listed == NULL) {
        close(descriptor);
    }
    else {
        closedir(listed);
    }
}

static void
ask(int folder, const char *path, int flags)
{
    pyembed_found found;
    struct stat status;
    errno = 77;
    pyembed_found_kind kind = pyembed_find(folder, path, PYEMBED_FOLLOW, &found);
    int error = errno;
    if (!pyembed_is_packed(kind)) {
        CHECK(kind == PYEMBED_FOUND_ELSEWHERE || error == 77);
        return; /* what is real is nobody's to open here */
    }
    if (kind == PYEMBED_FOUND_NODE) {
        ask_node(folder, path, &found);
    }
    else {
        CHECK(error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == ELOOP);
        CHECK((kind == PYEMBED_FOUND_MISSING) <= (error == ENOENT));
        CHECK(fstatat(folder, path, &status, 0) < 0 && errno == error);
        CHECK(faccessat(folder, path, F_OK, 0) < 0 && errno == error);
    }
    char target[PATH_MAX];
    int is_link =
        fstatat(folder, path, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode);
    CHECK(!is_link || readlinkat(folder, path, target, sizeof target) == status.st_size);
    int descriptor = openat(folder, path, flags | O_CLOEXEC | O_NONBLOCK, 0600);
    CHECK(descriptor < 0 || (kind == PYEMBED_FOUND_NODE &&
                             ((flags & O_ACCMODE) == O_RDONLY || (flags & O_PATH) != 0)));
    if (descriptor >= 0) {
        close(descriptor);
    }
    CHECK(unlinkat(folder, path, 0) < 0 && mkdirat(folder, path, 0700) < 0 &&
          renameat(folder, path, folder, path) < 0);
    DIR *listed = folder == AT_FDCWD ? opendir(path) : NULL;
    if (listed != NULL) {
        CHECK(kind == PYEMBED_FOUND_NODE);
        closedir(listed);
    }
    char *resolved = folder == AT_FDCWD ? realpath(path, NULL) : NULL;
    CHECK(folder != AT_FDCWD || (resolved != NULL) == (kind == PYEMBED_FOUND_NODE));
    free(resolved);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int has_begun;
    static const int flags[] = {
        O_RDONLY, O_RDWR,  O_WRONLY | O_CREAT, O_CREAT | O_EXCL, O_DIRECTORY,
        O_PATH,   O_TRUNC, O_TMPFILE | O_RDWR, O_NOFOLLOW,       O_APPEND};
    static char path[3 * PATH_MAX];
    if (!has_begun) {
        has_begun = 1;
        begin();
    }
    if (size < 2 || size > PATH_MAX) {
        return 0;
    }
    int from = data[0] % 5, chosen = flags[data[1] % (sizeof flags / sizeof flags[0])];
    size_t used = 0;
    if (from == 0) {
        used = strlen(world_root) + 1;
        memcpy(path, world_root, used - 1);
        path[used - 1] = '/';
    }
    memcpy(path + used, data + 2, size - 2);
    path[used + size - 2] = '\0';
    if (from == 1) { /* a working folder */
        CHECK(fchdir(folders[data[1] % 3]) == 0);
    }
    ask(from >= 2 ? folders[from - 2] : AT_FDCWD, path, chosen);
    if (from == 1) {
        CHECK(chdir("/") == 0);
    }
    return 0;
}
