/* Runs beside a server (tests/with_postgres.sh). */
#include "base/ctx.h"
#include "support/store_cases.h"
#include "support/suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *place;

static void psql(const char *sql)
{
    char command[1024];
    snprintf(command, sizeof command, "psql -XAtq -v ON_ERROR_STOP=1 -c \"%s\" 2>&1",
             sql);
    CU_ASSERT_EQUAL(system(command), 0);
}

static void test_postgres_door__round_trip(void)
{
    store_case_round_trip(place);
}

static void test_postgres_door__readers_see_whole_tables(void)
{
    store_case_readers_see_whole_tables(place);
}

static void test_postgres_door__refusals(void)
{
    psql("DROP TABLE recs");
    store_case_refusals(place);
}

static void test_postgres_door__faults(void)
{
    store_case_faults(place);
}

static void test_postgres_door__types(void)
{
    CU_ASSERT_STRING_EQUAL(
        store_rows(place, "SELECT true, 'c'::\"char\", 'n'::name, -7::int2, -8::int4, "
                          "-9::int8, 5::oid, 0.5::float4, 0.25::float8, 'b'::bpchar, "
                          "'v'::varchar, NULL"),
        "1|c|n|-7|-8|-9|5|0.5|0.25|b|v|-\n");
    CU_ASSERT_STRING_EQUAL(
        store_rows(place,
                   "SELECT '1970-01-02'::date, '1969-12-31 23:59:58.5'::timestamp, "
                   "'2000-01-01 01:00+01'::timestamptz, 'infinity'::timestamp, "
                   "'-infinity'::date"),
        "@86400|@-2|@946684800|infinity|-infinity\n");
    CU_ASSERT_STRING_EQUAL(
        store_rows(place, "SELECT 1.50::numeric AS a, '{1,2}'::int[] AS a, "
                          "'00000000-0000-0000-0000-00000000000a'::uuid, '[1]'::json, "
                          "2::int4 -- the last comment"),
        "1.50|{1,2}|00000000-0000-0000-0000-00000000000a|[1]|2\n");
    CU_ASSERT_STRING_EQUAL(store_rows(place, "SELECT 1 WHERE false"), "");
    CU_ASSERT_STRING_EQUAL(store_rows(place, "VALUES (1), (2)"), "1\n2\n");
    CU_ASSERT_STRING_EQUAL(
        store_rows(place, "WITH q AS (SELECT 3 AS x) SELECT x FROM q ORDER BY x"), "3\n");
}

/* A table keeps its indexes, grants and views, and its own types. */
static void test_postgres_door__existing_table(void)
{
    static const rg_store_column columns[] = {{"item", RG_COLUMN_TEXT, 0},
                                              {"vec", RG_COLUMN_VECTOR, 2},
                                              {"seen", RG_COLUMN_TIME, 0}};
    const float vector[2] = {1.0f, 0.1f};
    const rg_cell row[3] = {{.kind = RG_CELL_TEXT, .text = "12", .length = 2},
                            {.kind = RG_CELL_VECTOR, .vector = vector, .length = 2},
                            {.kind = RG_CELL_TIME, .integer = -1}};
    regatta_ctx *ctx = NULL;
    rg_store *s = NULL;
    psql("CREATE ROLE reader; CREATE SCHEMA own; CREATE TABLE own.vectors (item int "
         "PRIMARY KEY, vec text, seen timestamptz, note text DEFAULT 'x'); GRANT "
         "SELECT ON own.vectors TO reader; CREATE VIEW own.seen AS SELECT * FROM "
         "own.vectors; INSERT INTO own.vectors VALUES (1, NULL, NULL, 'old')");
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_store_open(ctx, &s, place, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_store_replace(s, "own.vectors", columns, 3), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_store_put(s, row), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_store_commit(s), REGATTA_OK);
    rg_store_close(s);
    CU_ASSERT_STRING_EQUAL(
        store_rows(place, "SELECT *, has_table_privilege('reader', 'own.vectors', "
                          "'select') FROM own.seen"),
        "12|[1,0.1]|@-1|x|1\n");
    CU_ASSERT_EQUAL_FATAL(rg_store_open(ctx, &s, place, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_store_replace(s, "own.vectors", columns, 3), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_store_put(s, row), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_store_put(s, row), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_store_commit(s), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "duplicate key"));
    rg_store_close(s);
    regatta_ctx_free(ctx);
}

static void test_postgres_door__unreachable(void)
{
    regatta_ctx *ctx = NULL;
    rg_store *s = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_store_open(ctx, &s, "postgresql:///nowhere", 0), REGATTA_EIO);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "nowhere"));
    CU_ASSERT_PTR_NULL(strchr(regatta_last_error(ctx), '\n'));
    CU_ASSERT_PTR_NULL(s);
    regatta_ctx_free(ctx);
}

int test_postgres_door(void)
{
    static const test_case cases[] = {
        {"round trip", test_postgres_door__round_trip},
        {"readers see whole tables", test_postgres_door__readers_see_whole_tables},
        {"refusals", test_postgres_door__refusals},
        {"faults", test_postgres_door__faults},
        {"types", test_postgres_door__types},
        {"existing table", test_postgres_door__existing_table},
        {"unreachable", test_postgres_door__unreachable}};
    place = getenv("REGATTA_TEST_POSTGRES");
    if (place == NULL) {
        fprintf(stderr, "skipped: run tests/with_postgres.sh %s\n", "test_postgres_door");
        return 77;
    }
    return TEST_MAIN("postgres_door", cases);
}
