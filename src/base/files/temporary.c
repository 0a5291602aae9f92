#include "base/files/temporary.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define MARK ".regatta-"
#define LETTERS "abcdefghijklmnopqrstuvwxyz0123456789"
enum { MARK_LENGTH = sizeof MARK - 1, N_LETTERS = 6, MAX_TRIES = 100 };
enum { TAIL = MARK_LENGTH + N_LETTERS };

/* The parts of a path that temporary names are made of. */
typedef struct place {
    const char *path;
    size_t folder; /* bytes up to and with the last slash; 0 without one */
    size_t stem;   /* bytes of the name after it that are repeated */
} place;

typedef int make_fn(const char *temp, const char *path);

/* 0 with errno set when the folder alone is too long. */
static int place_of(place *p, const char *path)
{
    const char *slash = strrchr(path, '/');
    p->path = path;
    p->folder = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    const char *name = path + p->folder;
    if (p->folder + 1 + TAIL >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return 0;
    }
    const size_t room = PATH_MAX - 1 - p->folder - 1 - TAIL;
    const size_t most = room < NAME_MAX - 1 - TAIL ? room : NAME_MAX - 1 - TAIL;
    p->stem = strlen(name);
    if (p->stem <= most) return 1;
    p->stem = most;
    /* Not inside a character of UTF-8: some file systems take nothing else. */
    while (p->stem > 0 && ((unsigned char)name[p->stem] & 0xc0) == 0x80) p->stem--;
    return 1;
}

static int is_ours(const place *p, const char *entry)
{
    const char *name = p->path + p->folder;
    if (strlen(entry) != 1 + p->stem + TAIL || entry[0] != '.') return 0;
    const char *mark = entry + 1 + p->stem;
    return memcmp(entry + 1, name, p->stem) == 0 &&
           memcmp(mark, MARK, MARK_LENGTH) == 0 &&
           strspn(mark + MARK_LENGTH, LETTERS) == N_LETTERS;
}

/* Removes the files of a folder and then the folder. */
static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (folder != NULL) {
        for (const struct dirent *e; (e = readdir(folder)) != NULL;)
            unlinkat(dirfd(folder), e->d_name, 0); /* fails for . and .. */
        closedir(folder);
    }
    rmdir(path);
}

/* Removes a file or folder unless it is locked. */
static void clear_leftover(const char *path)
{
    struct stat s;
    if (lstat(path, &s) != 0) return;
    const int is_folder = S_ISDIR(s.st_mode);
    if (!is_folder && !S_ISREG(s.st_mode)) return;
    /* Locks of network file systems want a descriptor that may write. */
    const int fd = open(path, (is_folder ? O_RDONLY | O_DIRECTORY : O_WRONLY) |
                                  O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        if (is_folder)
            remove_folder(path);
        else
            unlink(path);
    }
    close(fd);
}

static void clear_leftovers(const place *p)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%.*s", p->folder > 0 ? (int)p->folder : 1,
             p->folder > 0 ? p->path : ".");
    DIR *folder = opendir(path);
    if (folder == NULL) return;
    for (const struct dirent *e; (e = readdir(folder)) != NULL;) {
        if (!is_ours(p, e->d_name)) continue;
        snprintf(path, sizeof path, "%.*s%s", (int)p->folder, p->path, e->d_name);
        clear_leftover(path);
    }
    closedir(folder);
}

/* Makes a random name; the file is created only if the name is new. */
static void name_it(char *temp, const place *p, int try)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t bits = (uint64_t)now.tv_nsec * 1000003u + (uint64_t)now.tv_sec * 31u +
                    (uint64_t)getpid() * 7919u + (uint64_t)try;
    char letters[N_LETTERS + 1] = {0};
    for (int k = 0; k < N_LETTERS; k++) {
        letters[k] = LETTERS[bits % (sizeof LETTERS - 1)];
        bits /= sizeof LETTERS - 1;
    }
    snprintf(temp, PATH_MAX, "%.*s.%.*s" MARK "%s", (int)p->folder, p->path, (int)p->stem,
             p->path + p->folder, letters);
}

/* Locks the file; waits only for a process that is removing leftovers. Returns 0 if
 * the file was removed just before it was locked. A file system without locks is not a
 * failure. */
static int is_kept(int lock)
{
    struct stat s;
    while (flock(lock, LOCK_EX) != 0 && errno == EINTR) {
    }
    return fstat(lock, &s) != 0 || s.st_nlink > 0;
}

/* open(2) applies the umask, which cannot be read without changing it for all threads. */
static int make_file(const char *temp, const char *path)
{
    (void)path;
    return open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

static int make_folder(const char *temp, const char *path)
{
    (void)path;
    return mkdir(temp, 0777);
}

static int make_link(const char *temp, const char *path)
{
    return link(path, temp);
}

/* Makes and locks a temporary; returns the result of `make`, -1 with errno set. */
static int create(rg_temporary *t, const char *path, make_fn *make, int flags)
{
    place p;
    int made = -1;
    t->lock = -1;
    t->path[0] = '\0';
    if (!place_of(&p, path)) return -1;
    clear_leftovers(&p);
    for (int try = 0; try < MAX_TRIES; try++) {
        name_it(t->path, &p, try);
        made = make(t->path, path);
        if (made < 0 && errno == EEXIST) continue;
        if (made < 0) break;
        t->lock = open(t->path, flags | O_CLOEXEC);
        const int is_gone = t->lock < 0 && errno == ENOENT;
        if (!is_gone && (t->lock < 0 || is_kept(t->lock))) return made;
        if (t->lock >= 0) close(t->lock);
        if (make == make_file) close(made);
        made = -1;
        errno = EEXIST;
    }
    t->path[0] = '\0';
    t->lock = -1;
    return -1;
}

int rg_temporary_file(rg_temporary *t, const char *path, const struct stat *replaced)
{
    const int fd = create(t, path, make_file, O_WRONLY);
    if (fd < 0 || replaced == NULL || fchmod(fd, replaced->st_mode & 0777) == 0)
        return fd;
    const int error = errno;
    close(fd);
    rg_temporary_drop(t);
    errno = error;
    return -1;
}

int rg_temporary_folder(rg_temporary *t, const char *path)
{
    return create(t, path, make_folder, O_RDONLY | O_DIRECTORY);
}

int rg_temporary_link(rg_temporary *t, const char *path)
{
    return create(t, path, make_link, O_WRONLY);
}

int rg_temporary_rename(rg_temporary *t, const char *path)
{
    if (rename(t->path, path) != 0) return -1;
    t->path[0] = '\0';
    return 0;
}

void rg_temporary_drop(rg_temporary *t)
{
    struct stat s;
    if (t->path[0] != '\0' && lstat(t->path, &s) == 0) {
        if (S_ISDIR(s.st_mode))
            remove_folder(t->path);
        else
            unlink(t->path);
    }
    if (t->lock >= 0) close(t->lock);
    t->lock = -1;
    t->path[0] = '\0';
}

int rg_descriptor_of(const char *path)
{
    static const char *const folder[] = {"/dev/fd/", "/proc/self/fd/"};
    if (strcmp(path, "/dev/stdout") == 0) return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0) return STDERR_FILENO;
    for (int k = 0; k < 2; k++) {
        const size_t n = strlen(folder[k]);
        if (strncmp(path, folder[k], n) != 0) continue;
        const size_t digits = strlen(path + n);
        if (digits == 0 || digits > 6 || strspn(path + n, "0123456789") != digits)
            return -1;
        return (int)strtol(path + n, NULL, 10);
    }
    return -1;
}

static int open_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash != NULL ? (int)(slash - path) + 1 : 1,
             slash != NULL ? path : ".");
    return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int rg_lock_folder(const char *path)
{
    const int fd = open_folder(path);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR) {
    }
    return fd;
}

int rg_sync_folder(const char *path)
{
    const int fd = open_folder(path);
    if (fd < 0) return errno == EACCES ? 0 : -1;
    const int good = fsync(fd) == 0 || errno == EINVAL;
    const int error = errno;
    close(fd);
    errno = error;
    return good ? 0 : -1;
}
