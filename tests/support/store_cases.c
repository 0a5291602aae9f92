#include "support/store_cases.h"
#include "base/ctx.h"
#include "support/fault.h"
#include "support/suite.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const rg_store_column columns[] = {{"user", RG_COLUMN_TEXT, 0},
                                          {"rank", RG_COLUMN_INTEGER, 0},
                                          {"score", RG_COLUMN_SINGLE, 0},
                                          {"share", RG_COLUMN_DOUBLE, 0}};
enum { N_COLUMNS = 4 };

static rg_cell text(const char *s)
{
    return (rg_cell){.kind = RG_CELL_TEXT, .text = s, .length = (int64_t)strlen(s)};
}

static regatta_status put(rg_store *s, const char *user, int64_t rank, float score)
{
    const rg_cell row[N_COLUMNS] = {
        text(user),
        {.kind = RG_CELL_INTEGER, .integer = rank},
        {.kind = RG_CELL_SINGLE, .real = (double)score},
        {.kind = rank ? RG_CELL_REAL : RG_CELL_NULL, .real = 1.0 / 3.0}};
    return rg_store_put(s, row);
}

const char *store_rows(const char *place, const char *sql)
{
    static char rows[4096];
    regatta_ctx *ctx = NULL;
    rg_store *s = NULL;
    int n = 0;
    rows[0] = '\0';
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    regatta_status status = rg_store_open(ctx, &s, place, 0);
    if (status == REGATTA_OK) status = rg_store_query(s, sql);
    for (const rg_cell *row = NULL; status == REGATTA_OK;) {
        status = rg_store_row(s, &row);
        if (row == NULL) break;
        for (int k = 0; k < rg_store_n_columns(s); k++) {
            char *to = rows + n;
            const size_t room = sizeof rows - (size_t)n;
            switch (row[k].kind) {
            case RG_CELL_NULL: n += snprintf(to, room, "-"); break;
            case RG_CELL_TIME:
                n += snprintf(to, room, "@%" PRId64, row[k].integer);
                break;
            case RG_CELL_INTEGER:
                n += snprintf(to, room, "%" PRId64, row[k].integer);
                break;
            case RG_CELL_TEXT:
                n += snprintf(to, room, "%.*s", (int)row[k].length, row[k].text);
                break;
            default: n += snprintf(to, room, "%.7g", row[k].real);
            }
            n += snprintf(rows + n, sizeof rows - (size_t)n, "%s",
                          k + 1 < rg_store_n_columns(s) ? "|" : "\n");
        }
    }
    if (status != REGATTA_OK) fprintf(stderr, "%s\n", regatta_last_error(ctx));
    CU_ASSERT_EQUAL(status, REGATTA_OK);
    rg_store_close(s);
    regatta_ctx_free(ctx);
    return rows;
}

/* Replaces the table by `n` rows; the last step is done only with `commit`. */
static regatta_status fill(regatta_ctx *ctx, const char *place, int n, int commit)
{
    rg_store *s = NULL;
    regatta_status status = rg_store_open(ctx, &s, place, 1);
    if (status == REGATTA_OK) status = rg_store_replace(s, "recs", columns, N_COLUMNS);
    for (int k = 0; k < n && status == REGATTA_OK; k++)
        status = put(s, k == 0 ? "tab\there \\N 'x' \"y\"\nnext" : "anna", k, 0.1f);
    if (status == REGATTA_OK && commit) status = rg_store_commit(s);
    rg_store_close(s);
    return status;
}

void store_case_round_trip(const char *place)
{
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    for (int again = 0; again < 2; again++) {
        CU_ASSERT_EQUAL(fill(ctx, place, 3, 1), REGATTA_OK);
        CU_ASSERT_STRING_EQUAL(
            store_rows(place, "SELECT * FROM recs ORDER BY rank -- a comment"),
            "tab\there \\N 'x' \"y\"\nnext|0|0.1|-\nanna|1|0.1|0."
            "3333333\nanna|2|0.1|0.3333333\n");
    }
    CU_ASSERT_EQUAL(fill(ctx, place, 0, 1), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(store_rows(place, "SELECT * FROM recs"), "");
    regatta_ctx_free(ctx);
}

void store_case_readers_see_whole_tables(const char *place)
{
    static const char count[] = "SELECT count(*) FROM recs";
    regatta_ctx *ctx = NULL;
    rg_store *s = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(fill(ctx, place, 2, 1), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_store_open(ctx, &s, place, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_store_replace(s, "recs", columns, N_COLUMNS), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(store_rows(place, count), "2\n");
    for (int k = 0; k < 5; k++) CU_ASSERT_EQUAL(put(s, "u", k, 1.0f), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(store_rows(place, count), "2\n");
    CU_ASSERT_EQUAL(rg_store_commit(s), REGATTA_OK);
    rg_store_close(s);
    CU_ASSERT_STRING_EQUAL(store_rows(place, count), "5\n");
    CU_ASSERT_EQUAL(fill(ctx, place, 1, 0), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(store_rows(place, count), "5\n");
    regatta_ctx_free(ctx);
}

static void refuse(regatta_ctx *ctx, rg_store *s, const char *sql, const char *words)
{
    const rg_cell *row = NULL;
    regatta_status status = rg_store_query(s, sql);
    if (status == REGATTA_OK) status = rg_store_row(s, &row);
    CU_ASSERT_EQUAL(status, REGATTA_EFORMAT);
    if (strstr(regatta_last_error(ctx), words) == NULL) {
        fprintf(stderr, "%s\n  has not: %s\n", regatta_last_error(ctx), words);
        CU_FAIL("another message");
    }
}

void store_case_refusals(const char *place)
{
    static const struct {
        const char *sql, *words;
    } bad[] = {{"", "the query is empty"},
               {" ;\n", "the query is empty"},
               {"SELEC 1", "syntax error"},
               {"SELECT * FROM nowhere", "nowhere"},
               {"DELETE FROM recs", "must be a SELECT"},
               {"SELECT 1; SELECT 2", "statement"}};
    const rg_store_column lacking[] = {{"nothing", RG_COLUMN_TEXT, 0}};
    char tables[64] = "";
    regatta_ctx *ctx = NULL;
    rg_store *s = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(fill(ctx, place, 2, 1), REGATTA_OK);
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        CU_ASSERT_EQUAL_FATAL(rg_store_open(ctx, &s, place, 0), REGATTA_OK);
        refuse(ctx, s, bad[k].sql, bad[k].words);
        rg_store_close(s);
    }
    CU_ASSERT_EQUAL_FATAL(rg_store_open(ctx, &s, place, 0), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_store_tables(s, tables, sizeof tables), REGATTA_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(tables, "recs"));
    rg_store_close(s);
    CU_ASSERT_EQUAL_FATAL(rg_store_open(ctx, &s, place, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_store_replace(s, "recs", lacking, 1), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "nothing"));
    rg_store_close(s);
    CU_ASSERT_STRING_EQUAL(store_rows(place, "SELECT count(*) FROM recs"), "2\n");
    regatta_ctx_free(ctx);
}

static regatta_status write_and_read(regatta_ctx *ctx, void *place)
{
    rg_store *s = NULL;
    regatta_status status = fill(ctx, place, 2, 1);
    if (status == REGATTA_OK) status = rg_store_open(ctx, &s, place, 0);
    if (status == REGATTA_OK) status = rg_store_query(s, "SELECT * FROM recs");
    for (const rg_cell *row = NULL; status == REGATTA_OK;) {
        status = rg_store_row(s, &row);
        if (row == NULL) break;
    }
    rg_store_close(s);
    return status;
}

void store_case_faults(const char *place)
{
    fault_sweep_memory(write_and_read, (void *)place);
    fault_sweep_io(write_and_read, (void *)place);
}
