#include "support/folder.h"
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

int folder_run(const char *suite, const test_case *cases, int n_cases)
{
    snprintf(folder, sizeof folder, "/tmp/regatta-test-XXXXXX");
    if (mkdtemp(folder) == NULL) return 1;
    const int failed = test_run(suite, cases, n_cases);
    return rmdir(folder) == 0 ? failed : 1;
}

const char *folder_path(void)
{
    return folder;
}

const char *in_folder(const char *name)
{
    static char path[4][PATH_MAX];
    static int turn = 0;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

const char *folder_put(const char *name, const void *bytes, size_t n)
{
    const char *path = in_folder(name);
    FILE *f = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    CU_ASSERT_EQUAL(fwrite(bytes, 1, n, f), n);
    fclose(f);
    return path;
}

const char *folder_get(const char *path)
{
    static char text[4096];
    FILE *f = fopen(path, "rb");
    if (f == NULL) return "(no file)";
    const size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    return text;
}

int folder_count(void)
{
    int n = 0;
    DIR *d = opendir(folder);
    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    for (const struct dirent *e; (e = readdir(d)) != NULL;)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}
