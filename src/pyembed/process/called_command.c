/* The name that the product is called by chooses; where that is a link, its target's name too. A
 * product that is called otherwise asks the variable OXIDIZER_ENTRY, and then its first argument,
 * which becomes sys.argv[0]. So `[sys.executable] + sys.argv` is the same command again: the first
 * word behind the executable is a path that leads to it, or the command's name. */
#include "process/called_command.h"

#include "process/environment.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* As the kernel has it. */
enum { MOST_LINKS = 40 };

/* Finds a command; its function goes to `run_module`. A damaged list has no command. */
static int
find(pyembed_process *process, const char *name)
{
    size_t length = strlen(name);
    pyembed_run commands = process->settings.run_commands;
    for (uint32_t at = 0; at < commands.count; at++) {
        pyembed_setting setting;
        if (pyembed_setting_at(&process->resources, commands.first + at, &setting) == PYEMBED_OK &&
            setting.value.size > length && setting.value.data[length] == '=' &&
            memcmp(setting.value.data, name, length) == 0) {
            process->settings.run_module = (pyembed_string){
                setting.value.data + length + 1, setting.value.size - (uint32_t)length - 1};
            return 1;
        }
    }
    return 0;
}

static const char *
last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* A name without a slash was looked up along PATH. */
static int
find_on_path(const char *name, char *path, size_t size)
{
    const char *folders = pyembed_variable("PATH");
    while (folders != NULL && *folders != '\0') {
        size_t length = strcspn(folders, ":");
        int written = snprintf(path, size, "%.*s/%s", (int)length, folders, name);
        if (length > 0 && written > 0 && (size_t)written < size && access(path, X_OK) == 0) {
            return 1;
        }
        folders += length + (folders[length] == ':');
    }
    return 0;
}

/* Replaces a path of a link by the one that it leads to. */
static int
follow(char *path, size_t size)
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length <= 0) {
        return 0;
    }
    target[length] = '\0';
    size_t folder = target[0] == '/' ? 0 : (size_t)(last_name(path) - path);
    if (folder + (size_t)length >= size) {
        return 0;
    }
    memcpy(path + folder, target, (size_t)length + 1);
    return 1;
}

static int
find_called(pyembed_process *process, const char *called)
{
    char path[PATH_MAX];
    if (find(process, last_name(called))) {
        return 1;
    }
    if (strchr(called, '/') != NULL) {
        if (strlen(called) >= sizeof path) {
            return 0;
        }
        memcpy(path, called, strlen(called) + 1);
    }
    else if (!find_on_path(called, path, sizeof path)) {
        return 0;
    }
    for (int links = 0; links < MOST_LINKS && follow(path, sizeof path); links++) {
        if (find(process, last_name(path))) {
            return 1;
        }
    }
    return 0;
}

static int
complain(const pyembed_process *process, const char *why, const char *name)
{
    fprintf(stderr, "%s: %s", process->executable, why);
    if (name != NULL) {
        fprintf(stderr, " `%s`", name);
    }
    fputs("; the commands are", stderr);
    pyembed_run commands = process->settings.run_commands;
    for (uint32_t at = 0; at < commands.count; at++) {
        pyembed_setting setting;
        if (pyembed_setting_at(&process->resources, commands.first + at, &setting) == PYEMBED_OK) {
            fprintf(stderr, "%s%.*s", at == 0 ? " " : ", ", (int)strcspn(setting.value.data, "="),
                    setting.value.data);
        }
    }
    fputc('\n', stderr);
    return -1;
}

int
pyembed_choose_command(pyembed_process *process, int argc, char **argv)
{
    pyembed_arguments *arguments = &process->arguments;
    if (process->settings.run_commands.count == 0 || process->is_hosted ||
        arguments->role != PYEMBED_AS_PROGRAM) {
        return 0;
    }
    if (argc >= arguments->first && find_called(process, argv[arguments->first - 1])) {
        return 0;
    }
    const char *wish = pyembed_variable("OXIDIZER_ENTRY");
    if (wish != NULL && *wish != '\0') {
        return find(process, wish)
                   ? 0
                   : complain(process, "the variable OXIDIZER_ENTRY names no command, but", wish);
    }
    if (argc <= arguments->first) {
        return complain(process, "name a command as the first argument, or call it by its name",
                        NULL);
    }
    if (!find(process, argv[arguments->first])) {
        return complain(process, "there is no command", argv[arguments->first]);
    }
    arguments->first++;
    return 0;
}
