/* Files of a test's own: a folder that goes when the test ends. */
#ifndef TESTS_SUPPORT_SCRATCH_H
#define TESTS_SUPPORT_SCRATCH_H
#include <stdint.h>

enum { SCRATCH_PATH = 256 };

/* Makes the folder (its name in folder[SCRATCH_PATH]); removes it with all its files. */
void scratch_open(char *folder);
void scratch_close(const char *folder);
/* path[SCRATCH_PATH] = folder/name. */
void scratch_path(char *path, const char *folder, const char *name);
/* Files that are not empty or above 16 MiB; asserts. To be released with free(). */
unsigned char *scratch_read(const char *path, int64_t *n);
void scratch_write(const char *path, const void *bytes, int64_t n);
#endif
