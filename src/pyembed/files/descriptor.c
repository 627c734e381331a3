/* What a descriptor of a packed file is: one of memory (memfd) with the file's bytes, sealed, and
 * opened again for reading through /proc/self/fd, so that it has an offset of its own. Where memory
 * is forbidden, an unlinked file in the temporary folder. */
#include "files/real.h"

#include "files/descriptor.h"

#include "files/find.h"
#include "process/memory_file.h"
#include "reader/decoder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

DECLARE(open);
DECLARE(futimens);

/* ---- content ---- */

/* Once a process. */
static const unsigned char *
unpack(const pyembed_tree *tree, uint32_t number, const pyembed_bytes *bytes)
{
    pyembed_node *node = &tree->nodes[number];
    const unsigned char *known = atomic_load_explicit(&node->raw, memory_order_acquire);
    if (known != NULL) {
        return known;
    }
    if (pyembed_decode_check(bytes) != NULL) {
        errno = EIO;
        return NULL;
    }
    size_t size = bytes->raw_size > 0 ? bytes->raw_size : 1;
    unsigned char *raw =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (raw == MAP_FAILED) {
        errno = ENOMEM;
        return NULL;
    }
    const char *problem = pyembed_decode(bytes, raw);
    if (problem != NULL) {
        munmap(raw, size);
        errno = problem == pyembed_no_memory ? ENOMEM : EIO;
        return NULL;
    }
    if (!atomic_compare_exchange_strong(&node->raw, &known, raw)) {
        munmap(raw, size);
        return known;
    }
    return raw;
}

/* ---- memory, or a file that has no name ---- */

static int
make_unlinked_file(void)
{
    const char *folders[] = {secure_getenv("TMPDIR"), "/tmp", "/var/tmp", "/dev/shm"};
    for (size_t at = 0; at < sizeof folders / sizeof folders[0]; at++) {
        int descriptor =
            folders[at] == NULL
                ? -1
                : REAL(open)(folders[at], O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0700);
        if (descriptor >= 0) {
            return descriptor;
        }
    }
    return -1;
}

static int
make_empty(const pyembed_node *node, int *is_memory)
{
    char label[64];
    snprintf(label, sizeof label, "%.*s", (int)node->name_size, node->name);
    int descriptor = pyembed_memory_file(label), error = errno;
    *is_memory = descriptor >= 0;
    if (descriptor < 0 && pyembed_memory_file_is_forbidden(error)) {
        descriptor = make_unlinked_file();
        errno = error;
    }
    return descriptor;
}

const unsigned char *
pyembed_node_content(const pyembed_tree *tree, uint32_t number, size_t *size)
{
    pyembed_bytes bytes;
    if (pyembed_tree_bytes(tree, number, &bytes) < 0) {
        return NULL;
    }
    *size = bytes.raw_size;
    return bytes.codec == PYEMBED_CODEC_NONE ? bytes.data : unpack(tree, number, &bytes);
}

static int
fill(const pyembed_tree *tree, uint32_t number, int descriptor, int is_memory)
{
    struct timespec mark[2];
    if (S_ISREG(tree->nodes[number].mode)) {
        size_t size;
        const unsigned char *raw = pyembed_node_content(tree, number, &size);
        if (raw == NULL || pyembed_write_over_limit(descriptor, raw, size) < 0) {
            return -1;
        }
    }
    pyembed_mark_of(number, mark);
    if (REAL(futimens)(descriptor, mark) < 0) {
        return -1;
    }
    if (is_memory) {
        (void)fcntl(descriptor, F_ADD_SEALS,
                    F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    }
    return 0;
}

/* ---- opening ---- */

/* Opens what a descriptor is of once more, for reading. */
static int
open_again(int descriptor, int flags)
{
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    return REAL(open)(link, O_RDONLY | flags);
}

/* The number of a descriptor that was of this file is known; the program may have closed it, and
 * opened something else by it: ask before and after. */
static int
open_known(pyembed_node *node, uint32_t number, int flags)
{
    int known = atomic_load_explicit(&node->descriptor, memory_order_relaxed) - 1;
    if (known < 0 || pyembed_node_of_descriptor(known) != (int64_t)number) {
        return -1;
    }
    int descriptor = open_again(known, flags | O_NONBLOCK);
    if (descriptor < 0) {
        return -1;
    }
    if (pyembed_node_of_descriptor(descriptor) != (int64_t)number) {
        close(descriptor);
        return -1;
    }
    if (!(flags & (O_NONBLOCK | O_PATH))) {
        (void)fcntl(descriptor, F_SETFL, flags & O_APPEND);
    }
    return descriptor;
}

int
pyembed_descriptor_open(const pyembed_tree *tree, uint32_t number, int flags)
{
    pyembed_node *node = &tree->nodes[number];
    int is_memory, kept = flags & (O_CLOEXEC | O_PATH | O_NONBLOCK | O_APPEND);
    int descriptor = open_known(node, number, kept);
    if (descriptor < 0) {
        int made = make_empty(node, &is_memory);
        if (made < 0) {
            return -1;
        }
        if (fill(tree, number, made, is_memory) < 0) {
            int error = errno;
            close(made);
            errno = error == ENOSPC ? ENOMEM : error;
            return -1;
        }
        /* Without /proc the program gets the memory itself; it is sealed. */
        descriptor = open_again(made, kept);
        if (descriptor < 0) {
            descriptor = errno == EMFILE || errno == ENFILE ? -1 : made;
            if (descriptor == made && !(kept & O_CLOEXEC)) {
                (void)fcntl(made, F_SETFD, 0);
            }
        }
        if (descriptor != made) {
            int error = errno;
            close(made);
            errno = error;
        }
        if (descriptor == made && lseek(made, 0, SEEK_SET) != 0) {
            close(made);
            return -1;
        }
    }
    if (descriptor >= 0) {
        atomic_store_explicit(&node->descriptor, descriptor + 1, memory_order_relaxed);
        if (S_ISDIR(node->mode)) {
            atomic_store_explicit(&pyembed_has_packed_folders, 1, memory_order_relaxed);
        }
    }
    return descriptor;
}
