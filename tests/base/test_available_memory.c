#include "base/available_memory.h"
#include "support/folder.h"
#include "support/suite.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const FOLDERS[] = {"proc",
                                      "proc/self",
                                      "sys",
                                      "sys/fs",
                                      "sys/fs/cgroup",
                                      "sys/fs/cgroup/a",
                                      "sys/fs/cgroup/a/b",
                                      "sys/fs/cgroup/memory",
                                      "sys/fs/cgroup/memory/c"};
enum { N_FOLDERS = sizeof FOLDERS / sizeof *FOLDERS };

static void put(const char *name, const char *text)
{
    folder_put(name, text, strlen(text));
}

static void drop(const char *name)
{
    CU_ASSERT_EQUAL(unlink(in_folder(name)), 0);
}

static int64_t left(void)
{
    return rg_available_memory(folder_path());
}

static void begin(void)
{
    for (int k = 0; k < N_FOLDERS; k++) mkdir(in_folder(FOLDERS[k]), 0700);
}

static void end(void)
{
    for (int k = N_FOLDERS - 1; k >= 0; k--)
        CU_ASSERT_EQUAL(rmdir(in_folder(FOLDERS[k])), 0);
}

static void test_available_memory__machine(void)
{
    begin();
    CU_ASSERT_EQUAL(left(), INT64_MAX);
    put("proc/meminfo", "MemTotal: 100 kB\nMemFree: 1 kB\nMemAvailable:    40 kB\n");
    CU_ASSERT_EQUAL(left(), 40960);
    put("proc/meminfo", "MemTotal: 100 kB\nMemAvailable: many\n");
    CU_ASSERT_EQUAL(left(), INT64_MAX);
    drop("proc/meminfo");
    end();
}

static void test_available_memory__groups(void)
{
    begin();
    put("proc/meminfo", "MemTotal: 100 kB\nMemAvailable: 1000000 kB\n");
    put("proc/self/cgroup", "0::/a/b\n");
    CU_ASSERT_EQUAL(left(), 1024000000);
    put("sys/fs/cgroup/a/b/memory.max", "max\n");
    put("sys/fs/cgroup/a/b/memory.current", "5000\n");
    CU_ASSERT_EQUAL(left(), 1024000000);
    put("sys/fs/cgroup/a/memory.max", "900000\n"); /* of the group around it */
    put("sys/fs/cgroup/a/memory.current", "500000\n");
    CU_ASSERT_EQUAL(left(), 400000);
    put("sys/fs/cgroup/a/memory.stat", "anon 1\nfile 300000\ninactive_file 200000\n");
    CU_ASSERT_EQUAL(left(), 600000);
    put("sys/fs/cgroup/a/b/memory.max", "6000\n");
    CU_ASSERT_EQUAL(left(), 1000);
    put("sys/fs/cgroup/a/b/memory.current", "7000\n");
    CU_ASSERT_EQUAL(left(), 0);
    put("proc/self/cgroup", "5:cpu:/x\n4:memory:/c\n0::/\n");
    put("sys/fs/cgroup/memory/c/memory.limit_in_bytes", "8000\n");
    put("sys/fs/cgroup/memory/c/memory.usage_in_bytes", "6000\n");
    put("sys/fs/cgroup/memory/c/memory.stat", "cache 9\ntotal_inactive_file 500\n");
    CU_ASSERT_EQUAL(left(), 2500);
    drop("proc/meminfo");
    drop("proc/self/cgroup");
    drop("sys/fs/cgroup/a/b/memory.max");
    drop("sys/fs/cgroup/a/b/memory.current");
    drop("sys/fs/cgroup/a/memory.max");
    drop("sys/fs/cgroup/a/memory.current");
    drop("sys/fs/cgroup/a/memory.stat");
    drop("sys/fs/cgroup/memory/c/memory.limit_in_bytes");
    drop("sys/fs/cgroup/memory/c/memory.usage_in_bytes");
    drop("sys/fs/cgroup/memory/c/memory.stat");
    end();
}

static void test_available_memory__here(void)
{
    const int64_t n = rg_available_memory("");
    CU_ASSERT(n > 0);
}

static const test_case cases[] = {
    {"machine", test_available_memory__machine},
    {"groups", test_available_memory__groups},
    {"here", test_available_memory__here},
};

int test_available_memory(void)
{
    return TEST_MAIN_IN_FOLDER("available_memory", cases);
}
