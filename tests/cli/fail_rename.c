/* Preloaded into the command: its FAIL_RENAME-th rename fails. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((visibility("default"))) int rename(const char *from, const char *to)
{
    static int n;
    const char *wanted = getenv("FAIL_RENAME");
    if (wanted != NULL && ++n == atoi(wanted)) {
        errno = EIO;
        return -1;
    }
    int (*real)(const char *, const char *) = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "rename");
    return real(from, to);
}
