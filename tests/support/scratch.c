#include "support/scratch.h"
#include <CUnit/CUnit.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void scratch_open(char *folder)
{
    const char *base = getenv("TMPDIR");
    if (base == NULL || strlen(base) > 200) /* memory where there is, for speed */
        base = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(folder, SCRATCH_PATH, "%s/regatta-test-XXXXXX", base);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
}

void scratch_path(char *path, const char *folder, const char *name)
{
    const int n = snprintf(path, SCRATCH_PATH, "%s/%s", folder, name);
    CU_ASSERT_FATAL(n > 0 && n < SCRATCH_PATH);
}

void scratch_close(const char *folder)
{
    char path[SCRATCH_PATH];
    DIR *d = opendir(folder);
    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    for (const struct dirent *entry; (entry = readdir(d)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        scratch_path(path, folder, entry->d_name);
        CU_ASSERT_EQUAL(unlink(path), 0);
    }
    closedir(d);
    CU_ASSERT_EQUAL(rmdir(folder), 0);
}

unsigned char *scratch_read(const char *path, int64_t *n)
{
    FILE *f = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    CU_ASSERT_EQUAL_FATAL(fseek(f, 0, SEEK_END), 0);
    *n = ftell(f);
    CU_ASSERT_FATAL(*n > 0);
    rewind(f);
    /* Of the size of the file: sanitizers touch all of a block. */
    unsigned char *bytes = malloc((size_t)*n);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    CU_ASSERT_EQUAL(fread(bytes, 1, (size_t)*n, f), (size_t)*n);
    fclose(f);
    return bytes;
}

void scratch_write(const char *path, const void *bytes, int64_t n)
{
    FILE *f = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    CU_ASSERT_EQUAL(fwrite(bytes, 1, (size_t)n, f), (size_t)n);
    CU_ASSERT_EQUAL(fclose(f), 0);
}
