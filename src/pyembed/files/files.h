/* Packed files as files: the C library's functions answer for paths below the executable. */
#ifndef PYEMBED_FILES_H
#define PYEMBED_FILES_H

/* From here on `<executable>/<path>` names packed files. Call it once, when
 * pyembed_this_process is filled in. */
void pyembed_files_begin(void);

/* Part of the above. */
void pyembed_real_prepare(void);

/* Keeps what dlerror would say: to look a function up makes the dynamic linker forget it. */
void pyembed_keep_error(void);

#endif
