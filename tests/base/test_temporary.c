#include "base/files/temporary.h"
#include "support/folder.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int is_there(const char *path)
{
    struct stat s;
    return lstat(path, &s) == 0;
}

static void test_temporary__becomes_the_file(void)
{
    rg_temporary t = RG_TEMPORARY_NONE;
    const int fd = rg_temporary_file(&t, in_folder("out"), NULL);
    CU_ASSERT_TRUE_FATAL(fd >= 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(t.path, "/.out.regatta-"));
    CU_ASSERT_EQUAL(write(fd, "new", 3), 3);
    close(fd);
    CU_ASSERT_EQUAL(rg_temporary_rename(&t, in_folder("out")), 0);
    rg_temporary_drop(&t);
    CU_ASSERT_TRUE(is_there(in_folder("out")));
    CU_ASSERT_EQUAL(folder_count(), 1);
    unlink(in_folder("out"));
}

/* What nobody has locked goes, what is locked or not ours stays. */
static void test_temporary__leftovers(void)
{
    static const char *const others[] = {".out.Ab12Cd",           ".out.regatta-short",
                                         ".out.regatta-toolong",  ".out.regatta-ABCDEF",
                                         ".other.regatta-abcdef", "out.regatta-abcdef"};
    enum { N = sizeof others / sizeof *others };
    rg_temporary held = RG_TEMPORARY_NONE, t = RG_TEMPORARY_NONE;
    const int first = rg_temporary_file(&held, in_folder("out"), NULL);
    CU_ASSERT_TRUE_FATAL(first >= 0);
    for (int k = 0; k < N; k++) folder_put(others[k], "", 0);
    folder_put(".out.regatta-abcdef", "left", 4);
    CU_ASSERT_EQUAL(mkdir(in_folder(".out.regatta-123456"), 0700), 0);
    folder_put(".out.regatta-123456/part", "left", 4);
    const int second = rg_temporary_file(&t, in_folder("out"), NULL);
    CU_ASSERT_TRUE_FATAL(second >= 0);
    CU_ASSERT_FALSE(is_there(in_folder(".out.regatta-abcdef")));
    CU_ASSERT_FALSE(is_there(in_folder(".out.regatta-123456")));
    CU_ASSERT_TRUE(is_there(held.path));
    for (int k = 0; k < N; k++) {
        CU_ASSERT_TRUE(is_there(in_folder(others[k])));
        unlink(in_folder(others[k]));
    }
    close(first);
    CU_ASSERT_TRUE(is_there(held.path)); /* the lock has its own descriptor */
    rg_temporary_drop(&held);
    close(second);
    rg_temporary_drop(&t);
    CU_ASSERT_EQUAL(folder_count(), 0);
}

/* Any name that a file may have. */
static void test_temporary__long_names(void)
{
    char name[256];
    for (int n = 225; n <= 255; n++) {
        rg_temporary t = RG_TEMPORARY_NONE;
        for (int k = 0; k < n; k++) name[k] = "\xc3\xa4"[k % 2]; /* two bytes each */
        if (n % 2) name[n - 1] = 'x';
        name[n] = '\0';
        const int fd = rg_temporary_file(&t, in_folder(name), NULL);
        CU_ASSERT_TRUE_FATAL(fd >= 0);
        const char *mark = strstr(t.path, ".regatta-");
        CU_ASSERT_PTR_NOT_NULL_FATAL(mark);
        CU_ASSERT_TRUE(mark[-1] == 'x' || (unsigned char)mark[-1] == 0xa4);
        close(fd);
        CU_ASSERT_EQUAL(rg_temporary_rename(&t, in_folder(name)), 0);
        rg_temporary_drop(&t);
        unlink(in_folder(name));
    }
    CU_ASSERT_EQUAL(folder_count(), 0);
}

static void test_temporary__folder(void)
{
    rg_temporary t = RG_TEMPORARY_NONE;
    CU_ASSERT_EQUAL_FATAL(rg_temporary_folder(&t, in_folder("parts")), 0);
    char file[PATH_MAX + 8];
    snprintf(file, sizeof file, "%s/one", strrchr(t.path, '/') + 1);
    folder_put(file, "1", 1);
    rg_temporary_drop(&t);
    CU_ASSERT_EQUAL(folder_count(), 0);
    CU_ASSERT_EQUAL(rg_temporary_folder(&t, in_folder("no/parts")), -1);
    CU_ASSERT_EQUAL(errno, ENOENT);
}

/* The second name has what a rename over the first would have lost. */
static void test_temporary__link(void)
{
    rg_temporary t = RG_TEMPORARY_NONE;
    char text[8] = {0};
    folder_put("out", "old", 3);
    CU_ASSERT_EQUAL_FATAL(rg_temporary_link(&t, in_folder("out")), 0);
    folder_put("new", "new", 3);
    CU_ASSERT_EQUAL(rename(in_folder("new"), in_folder("out")), 0);
    CU_ASSERT_EQUAL(rg_temporary_rename(&t, in_folder("out")), 0);
    rg_temporary_drop(&t);
    FILE *f = fopen(in_folder("out"), "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    CU_ASSERT_PTR_NOT_NULL(fgets(text, sizeof text, f));
    CU_ASSERT_STRING_EQUAL(text, "old");
    fclose(f);
    unlink(in_folder("out"));
    CU_ASSERT_EQUAL(folder_count(), 0);
}

static void test_temporary__descriptors(void)
{
    CU_ASSERT_EQUAL(rg_descriptor_of("/dev/fd/3"), 3);
    CU_ASSERT_EQUAL(rg_descriptor_of("/proc/self/fd/12"), 12);
    CU_ASSERT_EQUAL(rg_descriptor_of("/dev/stdout"), 1);
    CU_ASSERT_EQUAL(rg_descriptor_of("/dev/stderr"), 2);
    static const char *const none[] = {"/dev/fd/",     "/dev/fd/3x", "/dev/fd/-1",
                                       "/dev/null",    "dev/fd/3",   "/dev/fd/99999999",
                                       "/dev/stdout/x"};
    for (size_t k = 0; k < sizeof none / sizeof *none; k++)
        CU_ASSERT_EQUAL(rg_descriptor_of(none[k]), -1);
}

static const test_case cases[] = {
    {"becomes the file", test_temporary__becomes_the_file},
    {"leftovers", test_temporary__leftovers},
    {"long names", test_temporary__long_names},
    {"folder", test_temporary__folder},
    {"link", test_temporary__link},
    {"descriptors", test_temporary__descriptors},
};

int test_temporary(void)
{
    return TEST_MAIN_IN_FOLDER("temporary", cases);
}
