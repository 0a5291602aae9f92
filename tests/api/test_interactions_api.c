#include "base/ctx.h"
#include "support/fault.h"
#include "support/folder.h"
#include <regatta/regatta.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char rows[] = "user,item,rating,time\n"
                           "b,x,2.5,1600000000\n"
                           "a,x,1,20210130\n"
                           "b,\"y, \"\"z\"\"\",0.1,1600000002\n"
                           "b,x,4,1600000003\n";
static const char bare[] = "user,item\nb,x\na,x\nb,y\nb,x\n";

typedef struct job {
    const char *from, *to;
    uint32_t format;
    const char *table;
    uint32_t rows_in_memory, ids_in_memory;
} job;

static regatta_status run(regatta_ctx *ctx, void *arg)
{
    const job *j = arg;
    regatta_interactions_options o = REGATTA_INTERACTIONS_OPTIONS_INIT;
    o.format = j->format;
    o.table = j->table;
    o.rows_in_memory = j->rows_in_memory;
    o.ids_in_memory = j->ids_in_memory;
    return regatta_interactions_convert(ctx, j->from, NULL, j->to, &o, NULL);
}

static void converts(const char *text, const char *name, const char *expected)
{
    char from[256], to[256];
    regatta_ctx *ctx = NULL;
    snprintf(from, sizeof from, "%s", folder_put("rows.csv", text, strlen(text)));
    snprintf(to, sizeof to, "%s", in_folder(name));
    job j = {.from = from, .to = to};
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(run(ctx, &j), REGATTA_OK);
    if (strcmp(folder_get(to), expected) != 0) {
        printf("%s:\n%s\n", name, folder_get(to));
        CU_FAIL("another text");
    }
    unlink(from);
    unlink(to);
    regatta_ctx_free(ctx);
}

/* A time that would be read as a day has a sign. */
static void test_interactions_api__rows(void)
{
    converts(rows, "r.tsv",
             "user\titem\tweight\ttimestamp\nb\tx\t2.5\t1600000000\na\tx\t1\t+20210130\n"
             "b\ty, \"z\"\t0.1\t1600000002\nb\tx\t4\t1600000003\n");
    converts(rows, "r.csv",
             "user,item,weight,timestamp\nb,x,2.5,1600000000\na,x,1,+20210130\n"
             "b,\"y, \"\"z\"\"\",0.1,1600000002\nb,x,4,1600000003\n");
    converts(rows, "r.JSONL",
             "{\"user\":\"b\",\"item\":\"x\",\"weight\":2.5,\"timestamp\":1600000000}\n"
             "{\"user\":\"a\",\"item\":\"x\",\"weight\":1,\"timestamp\":20210130}\n"
             "{\"user\":\"b\",\"item\":\"y, \\\"z\\\"\",\"weight\":0.1,\"timestamp\":"
             "1600000002}\n"
             "{\"user\":\"b\",\"item\":\"x\",\"weight\":4,\"timestamp\":1600000003}\n");
    converts(bare, "r.inter", "user_id:token\titem_id:token\nb\tx\na\tx\nb\ty\nb\tx\n");
    converts(bare, "r.adj", "b x y x\na x\n");
}

static void test_interactions_api__matrix(void)
{
    char to[256];
    snprintf(to, sizeof to, "%s", in_folder("r.mtx.users.txt"));
    converts(bare, "r.mtx",
             "%%MatrixMarket matrix coordinate pattern general\n2 2 4\n1 1\n2 1\n1 2\n"
             "1 1\n");
    CU_ASSERT_STRING_EQUAL(folder_get(to), "b\na\n");
    unlink(to);
    snprintf(to, sizeof to, "%s", in_folder("r.mtx.items.txt"));
    CU_ASSERT_STRING_EQUAL(folder_get(to), "x\ny\n");
    unlink(to);
}

/* Rows of users, and the same ids again. */
static void test_interactions_api__npz(void)
{
    char from[256], to[256], back[256];
    regatta_ctx *ctx = NULL;
    snprintf(from, sizeof from, "%s", folder_put("rows.csv", bare, strlen(bare)));
    snprintf(to, sizeof to, "%s", in_folder("r.npz"));
    snprintf(back, sizeof back, "%s", in_folder("back.tsv"));
    job there = {.from = from, .to = to};
    job again = {.from = to, .to = back};
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(run(ctx, &there), REGATTA_OK);
    CU_ASSERT_EQUAL(run(ctx, &again), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(folder_get(back),
                           "user\titem\tweight\nb\tx\t1\nb\ty\t1\nb\tx\t1\na\tx\t1\n");
    unlink(from);
    unlink(to);
    unlink(back);
    regatta_ctx_free(ctx);
}

static void refuses(const char *text, const char *name, uint32_t format,
                    const char *table, regatta_status expected, const char *words)
{
    char from[256], to[256];
    regatta_ctx *ctx = NULL;
    snprintf(from, sizeof from, "%s", folder_put("rows.csv", text, strlen(text)));
    snprintf(to, sizeof to, "%s", in_folder(name));
    job j = {.from = from, .to = to, .format = format, .table = table};
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(run(ctx, &j), expected);
    if (strstr(regatta_last_error(ctx), words) == NULL) {
        printf("%s\n  has not: %s\n", regatta_last_error(ctx), words);
        CU_FAIL("another message");
    }
    CU_ASSERT_NOT_EQUAL(access(to, F_OK), 0);
    unlink(from);
    regatta_ctx_free(ctx);
}

static void test_interactions_api__refusals(void)
{
    refuses(rows, "r.xyz", 0, NULL, REGATTA_EINVAL, "no format has this extension");
    refuses(rows, "r.adj", 0, NULL, REGATTA_EINVAL, "lists hold no weights");
    refuses(rows, "r.mtx", 0, NULL, REGATTA_EINVAL, "this format holds no times");
    refuses(bare, "r.npz.gz", REGATTA_FORMAT_NPZ, NULL, REGATTA_EINVAL,
            "not compressed again");
    refuses(bare, "r.tsv", 0, "recs", REGATTA_EINVAL, "only a database has tables");
    refuses(bare, "r.db", 0, NULL, REGATTA_EINVAL, "a database needs a table");
    refuses(bare, "r.db", REGATTA_FORMAT_TSV, "t", REGATTA_EINVAL, "no other format");
    refuses(bare, "r.tsv", REGATTA_FORMAT_NETFLIX, NULL, REGATTA_EINVAL, "not written");
    refuses("user,item\nb c,x\n", "r.adj", 0, NULL, REGATTA_EFORMAT,
            "the id 'b c' holds a blank");
    refuses("user,item\n,x\n", "r.tsv", 0, NULL, REGATTA_EFORMAT, "the user");
}

/* Writes n rows of users and items in no order; the last date alone says that the day is
 * before the month. */
static void write_dates(char *text, size_t size, int n, int has_numbers)
{
    size_t at = (size_t)snprintf(text, size,
                                 has_numbers ? "user,item,rating,date\n" : "user,item\n");
    for (int k = 0; k < n; k++)
        at += (size_t)snprintf(text + at, size - at,
                               has_numbers ? "u%d,i%d,%d,%02d/0%d/2020\n" : "u%d,i%d\n",
                               k * 7 % 11, k * 5 % 13, 1 + k % 5,
                               k == n - 1 ? 31 : 1 + k % 9, 1 + k % 5);
}

/* The bytes do not depend on how much is held in memory. */
static void same_in_little_memory(const char *text, const char *name)
{
    static const uint32_t few[][2] = {{1, 1}, {1, 1000}, {1000, 1}, {2, 5}, {7, 9}};
    char from[256], to[256], whole[4096];
    regatta_ctx *ctx = NULL;
    snprintf(from, sizeof from, "%s", folder_put("rows.csv", text, strlen(text)));
    snprintf(to, sizeof to, "%s", in_folder(name));
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    job j = {.from = from, .to = to};
    CU_ASSERT_EQUAL(run(ctx, &j), REGATTA_OK);
    snprintf(whole, sizeof whole, "%s", folder_get(to));
    CU_ASSERT(strlen(whole) > 100);
    for (size_t k = 0; k < sizeof few / sizeof *few; k++) {
        j.rows_in_memory = few[k][0];
        j.ids_in_memory = few[k][1];
        CU_ASSERT_EQUAL(run(ctx, &j), REGATTA_OK);
        CU_ASSERT_STRING_EQUAL(folder_get(to), whole);
    }
    unlink(from);
    unlink(to);
    regatta_ctx_free(ctx);
}

static void test_interactions_api__little_memory(void)
{
    char text[4096];
    write_dates(text, sizeof text, 50, 1);
    same_in_little_memory(text, "m.tsv");
    same_in_little_memory(text, "m.jsonl");
    write_dates(text, sizeof text, 50, 0);
    same_in_little_memory(text, "m.adj");
    same_in_little_memory(text, "m.mtx");
    unlink(in_folder("m.mtx.users.txt"));
    unlink(in_folder("m.mtx.items.txt"));
}

/* The same for .npz, which has NULs. */
static void test_interactions_api__npz_in_little_memory(void)
{
    char from[256], to[256], back[256], text[4096], whole[4096];
    regatta_ctx *ctx = NULL;
    write_dates(text, sizeof text, 50, 0);
    snprintf(from, sizeof from, "%s", folder_put("rows.csv", text, strlen(text)));
    snprintf(to, sizeof to, "%s", in_folder("m.npz"));
    snprintf(back, sizeof back, "%s", in_folder("back.tsv"));
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    for (uint32_t rows_in_memory = 0; rows_in_memory < 4; rows_in_memory++) {
        job there = {.from = from, .to = to, .rows_in_memory = rows_in_memory};
        job again = {.from = to, .to = back, .rows_in_memory = rows_in_memory};
        CU_ASSERT_EQUAL(run(ctx, &there), REGATTA_OK);
        CU_ASSERT_EQUAL(run(ctx, &again), REGATTA_OK);
        if (rows_in_memory == 0)
            snprintf(whole, sizeof whole, "%s", folder_get(back));
        else
            CU_ASSERT_STRING_EQUAL(folder_get(back), whole);
    }
    unlink(from);
    unlink(to);
    unlink(back);
    regatta_ctx_free(ctx);
}

static void test_interactions_api__survives_failures(void)
{
    static const char *const names[] = {"f.tsv", "f.jsonl.gz", "f.tsv.zst",
                                        "f.adj", "f.mtx",      "f.npz"};
    char from[256], to[256];
    snprintf(from, sizeof from, "%s", folder_put("rows.csv", bare, strlen(bare)));
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        snprintf(to, sizeof to, "%s", in_folder(names[k]));
        job j = {.from = from, .to = to, .rows_in_memory = 1, .ids_in_memory = 1};
        fault_sweep_memory(run, &j);
        fault_sweep_io(run, &j);
        unlink(to);
    }
    unlink(in_folder("f.mtx.users.txt"));
    unlink(in_folder("f.mtx.items.txt"));
    snprintf(to, sizeof to, "%s", in_folder("f.db"));
    job j = {.from = from, .to = to, .table = "rows"};
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    if (run(ctx, &j) == REGATTA_OK) { /* the build has SQLite */
        fault_sweep_memory(run, &j);
        fault_sweep_io(run, &j);
        unlink(to);
    }
    regatta_ctx_free(ctx);
    unlink(from);
}

int test_interactions_api(void)
{
    static const test_case cases[] = {
        {"rows", test_interactions_api__rows},
        {"matrix", test_interactions_api__matrix},
        {"npz", test_interactions_api__npz},
        {"little memory", test_interactions_api__little_memory},
        {"npz in little memory", test_interactions_api__npz_in_little_memory},
        {"refusals", test_interactions_api__refusals},
        {"survives failures", test_interactions_api__survives_failures}};
    return TEST_MAIN_IN_FOLDER("interactions_api", cases);
}
