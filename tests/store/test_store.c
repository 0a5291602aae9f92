#include "base/ctx.h"
#include "store/store.h"
#include "support/folder.h"
#include "support/store_cases.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void shows(const char *place, const char *expected)
{
    char shown[RG_SHOWN_PLACE];
    rg_store_show(shown, place);
    if (strcmp(shown, expected) != 0) fprintf(stderr, "%s: %s\n", place, shown);
    CU_ASSERT_STRING_EQUAL(shown, expected);
}

static void test_store__shows_no_password(void)
{
    shows("data.db", "data.db");
    shows("postgresql://db.example/shop", "postgresql://db.example/shop");
    shows("postgres://u:secret@h:5433/shop?sslmode=require",
          "postgresql://u@h:5433/shop");
    shows("postgresql://u@/shop?host=/tmp&password=secret", "postgresql://u@/shop");
    shows("postgresql://u:sec@ret@h/shop", "postgresql://u@h/shop");
    shows("postgresql://u:sec/ret@h/shop", "postgresql://u@h/shop");
    shows("postgresql://u:sec?ret@h/shop", "postgresql://...");
    shows("postgresql://", "postgresql://");
}

static void test_store__finds_the_kind(void)
{
    static const char magic[16] = "SQLite format 3";
    CU_ASSERT_EQUAL(rg_store_kind_of("postgres://h/d"), RG_STORE_POSTGRES);
    CU_ASSERT_EQUAL(rg_store_kind_of("mysql://h/d"), RG_STORE_NONE);
    CU_ASSERT_EQUAL(rg_store_kind_of("sqlite:recs"), RG_STORE_SQLITE);
    CU_ASSERT_EQUAL(rg_store_kind_of("recs.SQLite3"), RG_STORE_SQLITE);
    CU_ASSERT_EQUAL(rg_store_kind_of("recs.tsv"), RG_STORE_NONE);
    const char *path = folder_put("plain", magic, sizeof magic);
    CU_ASSERT_EQUAL(rg_store_kind_of(path), RG_STORE_SQLITE);
    unlink(path);
    CU_ASSERT(rg_store_is_sqlite(magic, sizeof magic));
    CU_ASSERT(!rg_store_is_sqlite(magic, 15));
}

/* A part that the build lacks says so. */
static int lacks(const char *place)
{
    regatta_ctx *ctx = NULL;
    rg_store *s = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    const regatta_status status = rg_store_open(ctx, &s, place, 1);
    const int found =
        status == REGATTA_EIO && strstr(regatta_last_error(ctx), "built without") != NULL;
    rg_store_close(s);
    regatta_ctx_free(ctx);
    return found;
}

static void run_case(void (*run)(const char *place))
{
    const char *path = in_folder("recs.db");
    if (lacks(path)) return;
    run(path);
    CU_ASSERT_EQUAL(unlink(path), 0);
}

static void test_store__round_trip(void)
{
    run_case(store_case_round_trip);
}

static void test_store__readers_see_whole_tables(void)
{
    run_case(store_case_readers_see_whole_tables);
}

static void test_store__refusals(void)
{
    run_case(store_case_refusals);
}

static void test_store__faults(void)
{
    run_case(store_case_faults);
}

static void fails(const char *place, int writing, regatta_status expected,
                  const char *words)
{
    regatta_ctx *ctx = NULL;
    rg_store *s = NULL;
    const rg_cell *row = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    regatta_status status = rg_store_open(ctx, &s, place, writing);
    if (status == REGATTA_OK) status = rg_store_query(s, "SELECT * FROM t");
    if (status == REGATTA_OK) status = rg_store_row(s, &row);
    CU_ASSERT_EQUAL(status, expected);
    if (strstr(regatta_last_error(ctx), words) == NULL) {
        fprintf(stderr, "%s\n  has not: %s\n", regatta_last_error(ctx), words);
        CU_FAIL("another message");
    }
    rg_store_close(s);
    regatta_ctx_free(ctx);
}

/* A file that was not there goes again, and a file that is no database stays. */
static void test_store__sqlite_files(void)
{
    const rg_store_column column = {"user", RG_COLUMN_TEXT, 0};
    regatta_ctx *ctx = NULL;
    rg_store *s = NULL;
    const char *path = in_folder("new.db");
    if (lacks(path)) return;
    fails(path, 0, REGATTA_EIO, "unable to open");
    CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_store_open(ctx, &s, path, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_store_replace(s, "recs", &column, 1), REGATTA_OK);
    rg_store_close(s);
    CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
    path = folder_put("text.db", "user\titem\nu\ti\n", 14);
    fails(path, 0, REGATTA_EFORMAT, "not a database");
    CU_ASSERT_STRING_EQUAL(folder_get(path), "user\titem\nu\ti\n");
    unlink(path);
    regatta_ctx_free(ctx);
}

/* No message has a part of a password, of URLs that libpq would misread too. */
static void test_store__bad_urls(void)
{
    static const char *const urls[] = {"postgresql://u:secret@localhost:1x/d",
                                       "postgresql://u:sec@secret@h/d",
                                       "postgresql://u:x/secret@h/d",
                                       "postgresql://u:x?secret@h/d",
                                       "postgresql://u:secret%@h/d",
                                       "postgresql://u:secret@[h/d",
                                       "postgresql://u:secret@h/d?nothing=1",
                                       "postgresql://u@h/d?password=secret&a",
                                       "postgresql://u:secret@/d?host=/nowhere"};
    regatta_ctx *ctx = NULL;
    rg_store *s = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    for (size_t k = 0; k < sizeof urls / sizeof *urls; k++) {
        const regatta_status status = rg_store_open(ctx, &s, urls[k], 0);
        CU_ASSERT(status == REGATTA_EFORMAT || status == REGATTA_EIO);
        CU_ASSERT_PTR_NULL(s);
        if (strstr(regatta_last_error(ctx), "secret") != NULL) {
            fprintf(stderr, "%s: %s\n", urls[k], regatta_last_error(ctx));
            CU_FAIL("a password is shown");
        }
    }
    CU_ASSERT_EQUAL(rg_store_open(ctx, &s, "recs.tsv", 0), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "is not a database"));
    regatta_ctx_free(ctx);
}

int test_store(void)
{
    static const test_case cases[] = {
        {"shows no password", test_store__shows_no_password},
        {"finds the kind", test_store__finds_the_kind},
        {"round trip", test_store__round_trip},
        {"readers see whole tables", test_store__readers_see_whole_tables},
        {"refusals", test_store__refusals},
        {"faults", test_store__faults},
        {"SQLite files", test_store__sqlite_files},
        {"bad URLs", test_store__bad_urls}};
    return TEST_MAIN_IN_FOLDER("store", cases);
}
