/* Folders that only the user can reach and write to. Everything works on descriptors: between a
 * check of a path and a write to it, another user could replace the path. Needs no Python. */
#ifndef PYEMBED_PRIVATE_FOLDER_H
#define PYEMBED_PRIVATE_FOLDER_H

/* Opens an absolute path, and makes the folders that are missing. Each folder above must belong to
 * the user or to root, and others must not be able to replace its entries; links of such an owner
 * are followed. The last folder must be private. Returns a descriptor; or -1 with errno. EPERM:
 * somebody else could interfere, and nothing was written below that folder. */
int pyembed_private_open(const char *path);

/* Opens a folder in a private folder by its name. It must be private and no link. Returns as above.
 */
int pyembed_private_open_at(int parent, const char *name);

/* Makes the folders of a path below a private folder. Returns 0; or -1 with errno. */
int pyembed_private_make_folders(int folder, const char *path);

/* A temporary folder. Its process holds a lock on it for as long as it lives. */
typedef struct {
    int descriptor;
    char name[64];
} pyembed_temporary;

/* Makes one in a private folder; its name is `stem` with a random ending. Returns 0; or -1 with
 * errno. */
int pyembed_temporary_make(int parent, const char *stem, pyembed_temporary *temporary);

/* Closes it. Removes it with its content, unless it was renamed. */
void pyembed_temporary_remove(int parent, pyembed_temporary *temporary);

/* Removes the temporary folders of killed processes. */
void pyembed_temporary_sweep(int parent);

#endif
