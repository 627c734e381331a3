/* Folders that nobody but the user leads to or writes into. Whoever asks first and writes by path afterwards can be led elsewhere in between: everything
 * here goes by descriptors. Needs no Python. */
#ifndef PYEMBED_PRIVATE_FOLDER_H
#define PYEMBED_PRIVATE_FOLDER_H

/* Opens the folder of an absolute path, after it made what is missing of it. Each folder above must belong to the user or to root, and others must not be
 * able to exchange what stands in it; links are followed if they are of such an owner. The last must be private. Returns a descriptor; or -1 with errno,
 * which is EPERM when somebody else could interfere: then nothing was written beyond that place. */
int pyembed_private_open(const char *path);

/* Opens a folder by its name in another that is private: no link, and private itself. As above. */
int pyembed_private_open_at(int parent, const char *name);

/* Makes the folders of a path below a private folder. Returns 0; or -1 with errno. */
int pyembed_private_make_folders(int folder, const char *path);

/* A folder that is being filled. It is locked for as long as its process lives. */
typedef struct {
    int descriptor;
    char name[64];
} pyembed_temporary;

/* Makes one in a private folder, named `stem` and something random. Returns 0; or -1 with errno. */
int pyembed_temporary_make(int parent, const char *stem, pyembed_temporary *temporary);

/* Closes it, and removes it with all that it holds, if it is still under its name. */
void pyembed_temporary_remove(int parent, pyembed_temporary *temporary);

/* Removes those that processes left which were killed. */
void pyembed_temporary_sweep(int parent);

#endif
