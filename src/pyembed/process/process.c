/* Finds the executable and reads its packed resources: all that the boot needs before CPython
 * starts. */
#include "process/process.h"

#include "compat.h"
#include "reader/location.h"
#include "reader/resources.h"
#include "reader/settings.h"
#include "process/arguments.h"
#include "process/environment.h"
#include "process/executable.h"
#include "process/extract.h"
#include "process/own_mark.h"

#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

pyembed_process pyembed_this_process;

static char executable_path[PATH_MAX];
static char folder_path[PATH_MAX];
static char files_path[PATH_MAX];

static int
complain(const char *message)
{
    if (pyembed_this_process.is_hosted) {
        snprintf(pyembed_this_process.problem, sizeof pyembed_this_process.problem, "%.511s",
                 message); /* it may hold a long path */
        return -1;
    }
    fprintf(stderr, "%s: %s\n", executable_path[0] != '\0' ? executable_path : "product", message);
    return -1;
}

/* ---- a file that was cut ---- */

typedef struct {
    uintptr_t end; /* of the resources */
    const char *file;
    uint64_t needed; /* bytes that the file must have */
} file_end;

/* Finds the file and the segment that the resources are mapped from. */
static int
look_for_resources(struct dl_phdr_info *image, size_t size, void *found)
{
    file_end *end = found;
    (void)size;
    for (int at = 0; at < image->dlpi_phnum; at++) {
        const ElfW(Phdr) *part = &image->dlpi_phdr[at];
        uintptr_t start = image->dlpi_addr + part->p_vaddr;
        if (part->p_type == PT_LOAD && end->end > start && end->end <= start + part->p_filesz) {
            end->file = image->dlpi_name;
            end->needed = part->p_offset + (end->end - start);
            return 1;
        }
    }
    return 0;
}

static int
has_size(const char *file, uint64_t size)
{
    struct stat status;
    return stat(file, &status) < 0 || (uint64_t)status.st_size >= size;
}

/* If the file was cut, its last pages are mapped all the same, and reading one ends the process
 * with SIGBUS. Check the size before. */
static int
file_is_whole(const unsigned char *blob)
{
    file_end end = {(uintptr_t)blob + (uintptr_t)pyembed_location.size, NULL, 0};
    if (dl_iterate_phdr(look_for_resources, &end) == 0) {
        return 1;
    }
    if (end.file != NULL && end.file[0] != '\0') {
        return has_size(end.file, end.needed);
    }
    /* /proc/self/exe is exact, but it may be valgrind or the dynamic linker. */
    return has_size("/proc/self/exe", end.needed) || has_size(executable_path, end.needed);
}

/* ---- */

static int
check_version(const pyembed_settings *settings)
{
    if (settings->python_version.size == 0 ||
        strcmp(settings->python_version.data, PYEMBED_PYTHON_VERSION) == 0) {
        return 0;
    }
    char message[128];
    snprintf(message, sizeof message,
             "the packed resources are for Python %.20s, the runtime is of " PYEMBED_PYTHON_VERSION
             "; package it again",
             settings->python_version.data);
    return complain(message);
}

/* Call before anything reads a variable. A host keeps its own variables. Under AT_SECURE the
 * process ignores the environment, whatever the settings say. */
static void
restrict_environment(pyembed_settings *settings)
{
    if (pyembed_is_secure()) {
        settings->ignore_environment = settings->no_user_site_directory =
            settings->ignore_library_environment = 1;
    }
    if (settings->ignore_library_environment && !pyembed_this_process.is_hosted) {
        pyembed_close_environment();
    }
}

static int
read_resources(pyembed_process *process, char *message, size_t size)
{
    const unsigned char *blob = (const unsigned char *)&pyembed_location + pyembed_location.offset;
    pyembed_status status =
        file_is_whole(blob)
            ? pyembed_resources_open(blob, (size_t)pyembed_location.size, &process->resources)
            : PYEMBED_TRUNCATED;
    if (status != PYEMBED_OK) {
        snprintf(message, size, "the packed resources are damaged: %s",
                 pyembed_status_text(status));
        return -1;
    }
    return pyembed_settings_read(&process->resources, &process->settings, message, size);
}

/* After it children are marked as ours. */
static void
choose_role(pyembed_process *process, int argc, char **argv)
{
    pyembed_settings *settings = &process->settings;
    if (settings->act_as_python < 0) { /* the configuration leaves it open */
        settings->act_as_python =
            settings->sys_frozen ? PYEMBED_PYTHON_FALSE : PYEMBED_PYTHON_CHILDREN;
    }
    process->arguments = pyembed_arguments_read(argc, argv, settings->act_as_python,
                                                process->is_hosted ? NULL : executable_path);
    const pyembed_arguments *arguments = &process->arguments;
    int is_open = arguments->role == PYEMBED_AS_PYTHON && !arguments->is_own;
    if (!process->is_hosted && !pyembed_is_secure()) {
        pyembed_mark_children(executable_path, arguments->generation,
                              arguments->role == PYEMBED_AS_PROGRAM,
                              settings->ignore_environment && !is_open);
    }
}

int
pyembed_process_open(int argc, char **argv)
{
    pyembed_process *process = &pyembed_this_process;
    if (pyembed_find_executable(argc > 0 ? argv[0] : NULL, process->is_hosted, executable_path,
                                sizeof executable_path) < 0) {
        return complain("cannot find the executable's own path");
    }
    process->executable = executable_path;
    memcpy(folder_path, executable_path, sizeof folder_path);
    char *slash = strrchr(folder_path, '/');
    slash[slash == folder_path ? 1 : 0] = '\0';
    process->folder = folder_path;

    char message[PATH_MAX + 256];
    if (read_resources(process, message, sizeof message) < 0) {
        return complain(message);
    }
    restrict_environment(&process->settings);
    choose_role(process, argc, argv);
    if (process->arguments.refused != NULL) {
        return complain(process->arguments.refused);
    }
    process->files = executable_path;
    if (process->settings.module_file == PYEMBED_FILE_FILESYSTEM) {
        if (pyembed_extract(&process->resources, files_path, sizeof files_path, message,
                            sizeof message) < 0) {
            return complain(message);
        }
        process->files = files_path;
    }
    process->prefix =
        process->settings.module_file == PYEMBED_FILE_NONE ? folder_path : process->files;
    if (process->arguments.role == PYEMBED_AS_PYTHON && !process->arguments.is_own) {
        process->settings.filesystem_importer = 1;
    }
    return check_version(&process->settings);
}
