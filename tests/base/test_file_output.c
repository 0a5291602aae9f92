#include "base/files/file.h"
#include "support/fault.h"
#include "support/folder.h"
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static regatta_ctx *context(void)
{
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    return ctx;
}

static regatta_status write_to(regatta_ctx *ctx, const char *path, int gz, int lines)
{
    regatta_status status = REGATTA_OK;
    rg_output *o = NULL;
    RG_TRY(rg_output_open(ctx, &o, path, gz));
    for (int k = 0; k < lines; k++) RG_TRY(rg_output_printf(o, "line %d\n", k));
    RG_TRY(rg_output_write(o, "end\n", 4));
    status = rg_output_commit(o);
    o = NULL;
done:
    rg_output_abandon(o);
    return rg_end(ctx, status);
}

static void test_file_output__replaces(void)
{
    regatta_ctx *ctx = context();
    const char *path = folder_put("out", "old", 3);
    chmod(path, 0640);
    rg_output *o = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_output_open(ctx, &o, path, 0), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_output_write(o, "new", 3), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(folder_get(path), "old");
    rg_output_abandon(o);
    CU_ASSERT_STRING_EQUAL(folder_get(path), "old");
    CU_ASSERT_EQUAL(write_to(ctx, path, 0, 2), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(folder_get(path), "line 0\nline 1\nend\n");
    struct stat info;
    stat(path, &info);
    CU_ASSERT_EQUAL(info.st_mode & 0777, 0640);
    CU_ASSERT_EQUAL(write_to(ctx, path, 1, 2), REGATTA_OK);
    char text[64] = "";
    gzFile packed = gzopen(path, "rb");
    CU_ASSERT_EQUAL(gzdirect(packed), 0);
    CU_ASSERT_EQUAL(gzread(packed, text, sizeof text - 1), 18);
    CU_ASSERT_STRING_EQUAL(text, "line 0\nline 1\nend\n");
    gzclose(packed);
    CU_ASSERT_EQUAL(folder_count(), 1);
    regatta_ctx_free(ctx);
}

static void test_file_output__follows_links(void)
{
    regatta_ctx *ctx = context();
    struct stat info;
    folder_put("real", "old", 3);
    CU_ASSERT_EQUAL(symlink("real", in_folder("link")), 0);
    CU_ASSERT_EQUAL(symlink("later", in_folder("dangling")), 0);
    CU_ASSERT_EQUAL(symlink("loop", in_folder("loop")), 0);
    CU_ASSERT_EQUAL(write_to(ctx, in_folder("link"), 0, 0), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(folder_get(in_folder("real")), "end\n");
    CU_ASSERT_EQUAL(write_to(ctx, in_folder("dangling"), 0, 0), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(folder_get(in_folder("later")), "end\n");
    CU_ASSERT_EQUAL(write_to(ctx, in_folder("loop"), 0, 0), REGATTA_EIO);
    lstat(in_folder("link"), &info);
    CU_ASSERT(S_ISLNK(info.st_mode));
    const char *all[] = {"real", "link", "dangling", "later", "loop"};
    for (int k = 0; k < 5; k++) unlink(in_folder(all[k]));
    regatta_ctx_free(ctx);
}

static void test_file_output__that_cannot_be(void)
{
    regatta_ctx *ctx = context();
    CU_ASSERT_EQUAL(write_to(ctx, folder_path(), 0, 0), REGATTA_EFORMAT);
    CU_ASSERT_EQUAL(write_to(ctx, in_folder("no/such"), 0, 0), REGATTA_EIO);
    CU_ASSERT_EQUAL(write_to(ctx, "/dev/full", 0, 1), REGATTA_EIO);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "/dev/full: No space left on device");
    CU_ASSERT_EQUAL(write_to(ctx, "/dev/full", 1, 1), REGATTA_EIO);
    CU_ASSERT_EQUAL(write_to(ctx, "/dev/full", 0, 50000), REGATTA_EIO);
    CU_ASSERT_EQUAL(write_to(ctx, "/dev/null", 0, 50000), REGATTA_OK);
    CU_ASSERT_EQUAL(access("/dev/null", W_OK), 0);
    regatta_ctx_free(ctx);
}

static regatta_status write_gzip(regatta_ctx *ctx, void *arg)
{
    (void)arg;
    return write_to(ctx, in_folder("out"), 1, 3);
}

static void test_file_output__survives_failures(void)
{
    fault_sweep_memory(write_gzip, NULL);
    fault_sweep_io(write_gzip, NULL);
    CU_ASSERT_EQUAL(folder_count(), 1); /* no temporary file is left */
}

/* Up to the rename, a failure leaves the old file. */
static void test_file_output__a_failure_keeps_the_old_file(void)
{
    for (long at = 0; at < 6; at++) {
        regatta_ctx *ctx = context();
        fault_io io = {.fail_at = at, .error = 28};
        fault_io_install(ctx, &io);
        folder_put("out", "old", 3);
        CU_ASSERT_EQUAL(write_to(ctx, in_folder("out"), 0, 1), REGATTA_EIO);
        CU_ASSERT_STRING_EQUAL(folder_get(in_folder("out")), "old");
        regatta_ctx_free(ctx);
    }
    unlink(in_folder("out"));
    CU_ASSERT_EQUAL(folder_count(), 0);
}

static const test_case cases[] = {
    {"replaces", test_file_output__replaces},
    {"follows links", test_file_output__follows_links},
    {"that cannot be", test_file_output__that_cannot_be},
    {"survives failures", test_file_output__survives_failures},
    {"a failure keeps the old file", test_file_output__a_failure_keeps_the_old_file},
};

int test_file_output(void)
{
    return TEST_MAIN_IN_FOLDER("file_output", cases);
}
