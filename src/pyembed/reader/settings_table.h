/* The settings of the packed resources, made from the keys that src/Oxidizer.Packager/Configuration declares: not to be edited.
 * `OXIDIZER_REWRITE=1 dotnet test tests/Oxidizer.Packager.Tests --filter RuntimeSettingsTests` writes it. */
#ifndef PYEMBED_SETTINGS_TABLE_H
#define PYEMBED_SETTINGS_TABLE_H

#include "reader/resources.h"

/* The words of each choice. A choice, a flag or a number that is left open is -1. */
enum { PYEMBED_PYTHON_FALSE, PYEMBED_PYTHON_CHILDREN, PYEMBED_PYTHON_TRUE };
enum { PYEMBED_FILE_VIRTUAL, PYEMBED_FILE_NONE, PYEMBED_FILE_FILESYSTEM };
enum { PYEMBED_METHOD_AUTO, PYEMBED_METHOD_FORK, PYEMBED_METHOD_FORKSERVER, PYEMBED_METHOD_SPAWN, PYEMBED_METHOD_NONE };
enum { PYEMBED_ALLOCATOR_SYSTEM, PYEMBED_ALLOCATOR_PYMALLOC, PYEMBED_ALLOCATOR_MIMALLOC };
enum { PYEMBED_MODE_REPL, PYEMBED_MODE_MODULE, PYEMBED_MODE_EVAL, PYEMBED_MODE_FILE, PYEMBED_MODE_NOOP };
enum { PYEMBED_RESOLUTION_DYNAMIC, PYEMBED_RESOLUTION_NONE, PYEMBED_RESOLUTION_STATIC };

typedef struct {
    int act_as_python; /* PYEMBED_PYTHON_... */
    int dont_write_bytecode;
    int filesystem_importer;
    int ignore_environment;
    int ignore_library_environment;
    int isolated;
    pyembed_run lazy_modules;
    int module_file; /* PYEMBED_FILE_... */
    int multiprocessing_start_method; /* PYEMBED_METHOD_... */
    int no_site;
    int no_user_site_directory;
    int optimize_level;
    pyembed_string program_name;
    pyembed_string python_version;
    int raw_allocator; /* PYEMBED_ALLOCATOR_... */
    pyembed_string run_code;
    pyembed_run run_commands;
    pyembed_string run_file;
    int run_mode; /* PYEMBED_MODE_... */
    pyembed_string run_module;
    pyembed_string stdio_encoding;
    int sys_frozen;
    int sys_meipass;
    pyembed_run sys_paths;
    pyembed_run terminfo_dirs;
    int terminfo_resolution; /* PYEMBED_RESOLUTION_... */
    int unbuffered_stdio;
    int utf8_mode;
    pyembed_run warnings;
    pyembed_string write_modules_directory_env;
} pyembed_settings;

/* Each with its value where the blob has none. */
#define PYEMBED_EACH_SETTING(FLAG, NUMBER, CHOICE, TEXT, LIST) \
    CHOICE(act_as_python, "false children true ", -1) \
    FLAG(dont_write_bytecode, 1) \
    FLAG(filesystem_importer, 1) \
    FLAG(ignore_environment, 1) \
    FLAG(ignore_library_environment, 0) \
    FLAG(isolated, 1) \
    LIST(lazy_modules) \
    CHOICE(module_file, "virtual none filesystem ", PYEMBED_FILE_VIRTUAL) \
    CHOICE(multiprocessing_start_method, "auto fork forkserver spawn none ", PYEMBED_METHOD_AUTO) \
    FLAG(no_site, 1) \
    FLAG(no_user_site_directory, 1) \
    NUMBER(optimize_level, 0) \
    TEXT(program_name) \
    TEXT(python_version) \
    CHOICE(raw_allocator, "system pymalloc mimalloc ", -1) \
    TEXT(run_code) \
    LIST(run_commands) \
    TEXT(run_file) \
    CHOICE(run_mode, "repl module eval file noop ", PYEMBED_MODE_REPL) \
    TEXT(run_module) \
    TEXT(stdio_encoding) \
    FLAG(sys_frozen, 0) \
    FLAG(sys_meipass, 0) \
    LIST(sys_paths) \
    LIST(terminfo_dirs) \
    CHOICE(terminfo_resolution, "dynamic none static ", PYEMBED_RESOLUTION_DYNAMIC) \
    FLAG(unbuffered_stdio, 0) \
    FLAG(utf8_mode, -1) \
    LIST(warnings) \
    TEXT(write_modules_directory_env)

#endif
