/* A temporary folder that is removed at the end of the test. */
#ifndef TESTS_SUPPORT_SCRATCH_H
#define TESTS_SUPPORT_SCRATCH_H
#include <stdint.h>

enum { SCRATCH_PATH = 256 };

/* Create the folder (its name in folder[SCRATCH_PATH]); remove it with all its files. */
void scratch_open(char *folder);
void scratch_close(const char *folder);
/* Sets path[SCRATCH_PATH] to folder/name. */
void scratch_path(char *path, const char *folder, const char *name);
/* Reads a file of 1 byte to 16 MiB; asserts success. Release with free(). */
unsigned char *scratch_read(const char *path, int64_t *n);
void scratch_write(const char *path, const void *bytes, int64_t n);
#endif
