/* The settings that a product starts with: the table of docs/formats/packed-resources.md, read from the blob before CPython is
 * there. The texts point into the blob. */
#ifndef PYEMBED_SETTINGS_H
#define PYEMBED_SETTINGS_H

#include "reader/resources.h"

typedef enum { PYEMBED_RUN_REPL, PYEMBED_RUN_MODULE, PYEMBED_RUN_EVAL, PYEMBED_RUN_FILE, PYEMBED_RUN_NOOP } pyembed_run_mode;
typedef enum { PYEMBED_FILE_VIRTUAL, PYEMBED_FILE_NONE, PYEMBED_FILE_FILESYSTEM } pyembed_module_file;
typedef enum { PYEMBED_ALLOCATOR_DEFAULT, PYEMBED_ALLOCATOR_SYSTEM, PYEMBED_ALLOCATOR_PYMALLOC, PYEMBED_ALLOCATOR_MIMALLOC } pyembed_raw_allocator;
typedef enum { PYEMBED_TERMINFO_DYNAMIC, PYEMBED_TERMINFO_NONE, PYEMBED_TERMINFO_STATIC } pyembed_terminfo;
typedef enum { PYEMBED_START_AUTO, PYEMBED_START_FORK, PYEMBED_START_FORKSERVER, PYEMBED_START_SPAWN, PYEMBED_START_NONE } pyembed_start_method;

typedef struct {
    int run_mode; /* a pyembed_run_mode; the other choices likewise */
    int module_file;
    int raw_allocator;
    int terminfo_resolution;
    int multiprocessing_start_method;
    int optimize_level;
    int isolated;
    int ignore_environment;
    int ignore_library_environment; /* variables that steer linked-in C libraries are removed at the start */
    int no_site;
    int no_user_site_directory;
    int dont_write_bytecode;
    int unbuffered_stdio;
    int utf8_mode; /* -1: CPython decides by the locale */
    int filesystem_importer; /* -1: when there are sys_paths */
    int sys_frozen;
    int sys_meipass;
    int act_as_python;
    pyembed_string run_module;
    pyembed_string run_code;
    pyembed_string run_file;
    pyembed_string program_name;
    pyembed_string python_version;
    pyembed_string stdio_encoding;
    pyembed_string write_modules_directory_env;
    pyembed_run warnings; /* lists: runs of the settings section */
    pyembed_run sys_paths;
    pyembed_run terminfo_dirs;
    pyembed_run lazy_modules;
} pyembed_settings;

/* Reads all settings. On failure `message` (of `size` bytes) says which one, and what it may be.
 * Needs no GIL. Returns 0, or -1. */
int pyembed_settings_read(const pyembed_resources *resources, pyembed_settings *settings, char *message, size_t size);

#endif
