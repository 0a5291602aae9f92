/* What the fuzzers that go through files share. */
#ifndef FUZZ_FILES_H
#define FUZZ_FILES_H
#include <stddef.h>
#include <stdint.h>

enum { FUZZ_PATH = 96, FUZZ_UNPACKED = 1 << 24 /* limit_bytes */ };

/* Ends the program with `what` unless it holds: a finding. */
void fuzz_require(int holds, const char *what);
/* path[FUZZ_PATH] of a file of this process, in memory where there is such a folder:
 * files that are written whole are synced, which a disk takes long for. */
void fuzz_path(char *path, const char *name);
void fuzz_write(const char *path, const uint8_t *data, size_t size);
#endif
