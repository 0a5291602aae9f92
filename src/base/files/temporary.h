/* Files and folders that are made beside their final place, under another name. The
 * library and the command share this file, which uses only the C library. */
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

/* A file for `path`, with the permissions of the file it replaces, or with what the umask
 * gives where `replaced` is NULL. Returns a descriptor to write to, the caller's; -1 with
 * errno set. */
int rg_temporary_file(rg_temporary *t, const char *path, const struct stat *replaced);
/* An empty folder for `path`. These return 0, or -1 with errno set. */
int rg_temporary_folder(rg_temporary *t, const char *path);
/* A second name of the file at `path`, so that it outlives a rename over it. */
int rg_temporary_link(rg_temporary *t, const char *path);

/* Renames it to `path`; the lock goes on. */
int rg_temporary_rename(rg_temporary *t, const char *path);
/* Removes the file or folder, and the lock; a no-op if there is none. */
void rg_temporary_drop(rg_temporary *t);
/* The number that `path` means as the name of an open descriptor (/dev/fd/3, /dev/stdout,
 * /proc/self/fd/3); -1 for any other path. What is behind it is the opener's: it is
 * written where it stands, not replaced. */
int rg_descriptor_of(const char *path);
/* Makes a rename in the folder of `path` last. A folder that cannot be read or synced is
 * no failure. */
int rg_sync_folder(const char *path);
#endif
