/* Temporary files and folders beside their final path. The library and the command share
 * this file, which uses only the C library. */
#ifndef RG_BASE_TEMPORARY_H
#define RG_BASE_TEMPORARY_H
#include <limits.h>
#include <sys/stat.h>

/* A file .NAME.regatta-XXXXXX in NAME's folder; NAME is truncated if the name would be
 * too long. It is locked (flock) while it is in use: an unlocked one is left over from a
 * killed process and is removed when the next one for this NAME is created. On a file
 * system without locks such files stay. */
typedef struct rg_temporary {
    char path[PATH_MAX]; /* "" when there is none */
    int lock;            /* a descriptor of its own; -1 = none */
} rg_temporary;

#define RG_TEMPORARY_NONE                                                                \
    {                                                                                    \
        "", -1                                                                           \
    }

/* Creates a file for `path` with the permissions of the file it replaces, or by the umask
 * if `replaced` is NULL. Returns a descriptor for writing, which the caller closes; -1
 * with errno set. */
int rg_temporary_file(rg_temporary *t, const char *path, const struct stat *replaced);
/* Creates an empty folder for `path`. Returns 0, or -1 with errno set, as the next
 * functions do. */
int rg_temporary_folder(rg_temporary *t, const char *path);
/* Creates a second name of the file at `path`, so that the file survives a rename over
 * it. */
int rg_temporary_link(rg_temporary *t, const char *path);

/* Renames it to `path`; the lock is kept. */
int rg_temporary_rename(rg_temporary *t, const char *path);
/* Removes the file or folder, and the lock; a no-op if there is none. */
void rg_temporary_drop(rg_temporary *t);
/* Returns the number of the open descriptor that `path` names (/dev/fd/3, /dev/stdout,
 * /proc/self/fd/3); -1 for any other path. Its file is written at its present position,
 * not replaced. */
int rg_descriptor_of(const char *path);
/* Locks the folder of `path`: renames of files that belong together are serialised.
 * Returns a descriptor to close, or -1. */
int rg_lock_folder(const char *path);
/* Syncs the folder of `path`, so that a rename is durable. A folder that cannot be read
 * or synced is not a failure. */
int rg_sync_folder(const char *path);
#endif
