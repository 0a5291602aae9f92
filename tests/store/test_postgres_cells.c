#include "store/postgres_cells.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

enum { INT4 = 23, TEXT = 25, FLOAT8 = 701 };

static const char row[] = "\0\3\0\0\0\4\377\377\377\376\0\0\0\2ab\377\377\377\377";
enum { ROW = sizeof row - 1 };
static const uint32_t types[] = {INT4, TEXT, FLOAT8};

static void test_postgres_cells__decode(void)
{
    rg_cell c[3];
    CU_ASSERT_EQUAL(rg_postgres_decode(c, types, 3, row, ROW), 1);
    CU_ASSERT_EQUAL(c[0].kind, RG_CELL_INTEGER);
    CU_ASSERT_EQUAL(c[0].integer, -2);
    CU_ASSERT_EQUAL(c[1].kind, RG_CELL_TEXT);
    CU_ASSERT_EQUAL(c[1].length, 2);
    CU_ASSERT_EQUAL(memcmp(c[1].text, "ab", 2), 0);
    CU_ASSERT_EQUAL(c[2].kind, RG_CELL_NULL);
    CU_ASSERT_EQUAL(rg_postgres_decode(c, types, 3, "\377\377", 2), 0);
}

static void test_postgres_cells__damaged(void)
{
    rg_cell c[4];
    char bad[ROW];
    for (int64_t n = 0; n < ROW; n++)
        CU_ASSERT_EQUAL(rg_postgres_decode(c, types, 3, row, n), -1);
    CU_ASSERT_EQUAL(rg_postgres_decode(c, types, 2, row, ROW), -1);
    memcpy(bad, row, ROW);
    bad[5] = 3; /* an int4 of three bytes */
    CU_ASSERT_EQUAL(rg_postgres_decode(c, types, 3, bad, ROW), -1);
    memcpy(bad, row, ROW);
    bad[10] = 0x7f; /* a text beyond the row */
    CU_ASSERT_EQUAL(rg_postgres_decode(c, types, 3, bad, ROW), -1);
}

static void test_postgres_cells__header(void)
{
    static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\2xx";
    CU_ASSERT_EQUAL(rg_postgres_header(head, 21), 21);
    CU_ASSERT_EQUAL(rg_postgres_header(head, 20), -1);
    CU_ASSERT_EQUAL(rg_postgres_header(head, 18), -1);
    CU_ASSERT_EQUAL(rg_postgres_header("PGCOPY\n\377\r\r\0\0\0\0\0\0\0\0\0", 19), -1);
}

static void test_postgres_cells__encode(void)
{
    const float vector[] = {1.5f, -0.1f};
    const rg_cell cells[] = {
        {.kind = RG_CELL_TEXT, .text = "a\\\t\n\r\b\f\v", .length = 8},
        {.kind = RG_CELL_REAL, .real = 0.1},
        {.kind = RG_CELL_SINGLE, .real = (double)0.1f},
        {.kind = RG_CELL_REAL, .real = (double)NAN},
        {.kind = RG_CELL_SINGLE, .real = (double)-INFINITY},
        {.kind = RG_CELL_TIME, .integer = 951782400},
        {.kind = RG_CELL_VECTOR, .vector = vector, .length = 2},
        {.kind = RG_CELL_NULL},
        {.kind = RG_CELL_INTEGER, .integer = INT64_MIN}};
    rg_text t;
    rg_text_begin(&t, rg_mem_default());
    rg_postgres_encode(&t, cells, sizeof cells / sizeof *cells);
    CU_ASSERT_EQUAL(t.status, REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(
        t.bytes, "a\\\\\\t\\n\\r\\b\\f\\v\t0.1\t0.1\tNaN\t-Infinity\t2000-02-29 "
                 "00:00:00+00\t[1.5,-0.1]\t\\N\t-9223372036854775808\n");
    rg_free(t.mem, t.bytes);
}

int test_postgres_cells(void)
{
    static const test_case cases[] = {{"decode", test_postgres_cells__decode},
                                      {"damaged", test_postgres_cells__damaged},
                                      {"header", test_postgres_cells__header},
                                      {"encode", test_postgres_cells__encode}};
    return TEST_MAIN("postgres_cells", cases);
}
