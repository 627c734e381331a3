/* A shared library that is packed, and asks the C library for files: each function returns a number
 * that says what it saw, or minus errno. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern int __xstat(int version, const char *path, struct stat *status);
extern int __lxstat(int version, const char *path, struct stat *status);

long
ask_open(const char *path, int flags)
{
    char bytes[4096];
    int descriptor = open(path, flags, 0600);
    if (descriptor < 0) {
        return -errno;
    }
    long size = 0;
    for (ssize_t got; (got = read(descriptor, bytes, sizeof bytes)) > 0; size += got) {
    }
    close(descriptor);
    return size;
}

long
ask_openat(const char *folder, const char *path)
{
    int opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) {
        return -errno;
    }
    struct stat status;
    int descriptor = openat(opened, path, O_RDONLY), error = errno;
    long result = descriptor < 0 ? -error
                  : fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)
                      ? 0
                      : lseek(descriptor, 0, SEEK_END);
    if (descriptor >= 0) {
        close(descriptor);
    }
    close(opened);
    return result;
}

long
ask_fopen(const char *path, const char *mode)
{
    FILE *stream = fopen(path, mode);
    if (stream == NULL) {
        return -errno;
    }
    long sum = 0;
    for (int letter; (letter = getc(stream)) != EOF; sum += letter) {
    }
    rewind(stream);
    sum += fgetc(stream);
    fclose(stream);
    return sum;
}

long
ask_freopen(const char *first, const char *second)
{
    FILE *stream = fopen(first, "r");
    if (stream == NULL) {
        return -errno;
    }
    stream = freopen(second, "r", stream);
    if (stream == NULL) {
        return -errno;
    }
    struct stat status;
    fseek(stream, 0, SEEK_END);
    long size = fstat(fileno(stream), &status) == 0 && S_ISDIR(status.st_mode) ? 0 : ftell(stream);
    fclose(stream);
    return size;
}

long
ask_stat(const char *path)
{
    struct stat status;
    return stat(path, &status) < 0 ? -errno : status.st_size * 1000 + (long)(status.st_mode & 0777);
}

long
ask_xstat(const char *path)
{
    struct stat status, other;
    return __xstat(1, path, &status) < 0 || __lxstat(1, path, &other) < 0 ? -errno
           : status.st_size != other.st_size                              ? -1
                                                                          : status.st_size;
}

long
ask_statx(const char *path)
{
    struct statx status;
    return statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &status) < 0
               ? -errno
               : (long)status.stx_size * 1000 + (status.stx_mode & 0777);
}

long
ask_folder(const char *path)
{
    DIR *folder = opendir(path);
    long sum = 0, places = 0;
    if (folder == NULL) {
        return -errno;
    }
    long third = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL; places++) {
        sum += (long)strlen(entry->d_name) * (entry->d_type == DT_DIR ? 3 : 1);
        third = places == 2 ? telldir(folder) : third;
    }
    rewinddir(folder);
    while (readdir(folder) != NULL) {
        sum++;
    }
    if (third != 0) { /* all but three follow */
        seekdir(folder, third);
        while (readdir(folder) != NULL) {
            sum += 100000;
        }
    }
    struct stat status;
    if (dirfd(folder) < 0 || fstat(dirfd(folder), &status) < 0 || !S_ISDIR(status.st_mode)) {
        sum = -1;
    }
    closedir(folder);
    return sum;
}

long
ask_scandir(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    if (count < 0) {
        return -errno;
    }
    long sum = 0;
    for (int at = 0; at < count; at++) {
        sum = (sum * 31 + (unsigned char)entries[at]->d_name[0]) % 1000003;
        free(entries[at]);
    }
    free(entries);
    return sum;
}

long
ask_realpath(const char *path, char *resolved)
{
    char *answer = realpath(path, NULL);
    if (answer == NULL) {
        return -errno;
    }
    strcpy(resolved, answer);
    free(answer);
    return (long)strlen(resolved) > 0;
}

long
ask_dlopen(const char *path, const char *function)
{
    void *library = dlopen(path, RTLD_NOW);
    if (library == NULL) {
        return -1;
    }
    int (*called)(void) = (int (*)(void))dlsym(library, function);
    void *again = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
    return called == NULL || again != library ? -2 : called();
}

/* What dlerror says after another function was used, perhaps for the first time. */
long
ask_dlerror(const char *path, char *text)
{
    const char *error;
    if (dlopen("libno_such_library.so", RTLD_NOW) != NULL) {
        return -1;
    }
    free(canonicalize_file_name(path));
    error = dlerror();
    strcpy(text, error == NULL ? "nothing" : error);
    return dlerror() == NULL;
}
