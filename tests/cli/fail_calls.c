/* Preloaded into the command: its FAIL_RENAME-th rename fails; with STOP_RENAME it stops
 * (SIGSTOP) before each; with FAIL_OPENDIR no folder can be listed. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((visibility("default"))) int rename(const char *from, const char *to)
{
    static int n;
    const char *wanted = getenv("FAIL_RENAME");
    if (getenv("STOP_RENAME") != NULL) raise(SIGSTOP);
    if (wanted != NULL && ++n == atoi(wanted)) {
        errno = EIO;
        return -1;
    }
    int (*real)(const char *, const char *) = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "rename");
    return real(from, to);
}

__attribute__((visibility("default"))) DIR *opendir(const char *name)
{
    if (getenv("FAIL_OPENDIR") != NULL) {
        errno = EMFILE;
        return NULL;
    }
    DIR *(*real)(const char *) = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "opendir");
    return real(name);
}
