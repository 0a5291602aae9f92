/* Queries of SQLite files; tests/cli/databases.sh queries PostgreSQL. */
#include "store/store.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/text_graph.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const rg_store_column columns[] = {{"user_id", RG_COLUMN_TEXT, 0},
                                          {"item_id", RG_COLUMN_INTEGER, 0},
                                          {"rating", RG_COLUMN_DOUBLE, 0},
                                          {"ts", RG_COLUMN_INTEGER, 0}};
enum { ROWS = 300 };

/* Row 0 is (u0, 0, 0.1, 1000000000); row 299 has no user. NULL: SQLite is not built. */
static const char *make(void)
{
    const char *path = in_folder("data.db");
    regatta_ctx *ctx = NULL;
    rg_store *s = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    if (rg_store_open(ctx, &s, path, 1) == REGATTA_EIO) path = NULL;
    if (path != NULL)
        CU_ASSERT_EQUAL(rg_store_replace(s, "events", columns, 4), REGATTA_OK);
    for (int k = 0; path != NULL && k < ROWS; k++) {
        char user[16];
        const int n = snprintf(user, sizeof user, "u%d", k % 50);
        const rg_cell row[4] = {{.kind = k < ROWS - 1 ? RG_CELL_TEXT : RG_CELL_NULL,
                                 .text = user,
                                 .length = n},
                                {.kind = RG_CELL_INTEGER, .integer = k / 50},
                                {.kind = RG_CELL_REAL, .real = 0.1 + k},
                                {.kind = RG_CELL_INTEGER, .integer = 1000000000 + k}};
        CU_ASSERT_EQUAL(rg_store_put(s, row), REGATTA_OK);
    }
    if (path != NULL) CU_ASSERT_EQUAL(rg_store_commit(s), REGATTA_OK);
    rg_store_close(s);
    regatta_ctx_free(ctx);
    return path;
}

static void queries(const char *path, const char *sql, regatta_status expected,
                    const char *words)
{
    regatta_ctx *ctx = NULL;
    regatta_graph *g = NULL;
    char dump[TEXT_DUMP_BYTES] = "";
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    regatta_read_report r = REGATTA_READ_REPORT_INIT;
    o.query = sql;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    const regatta_status status = regatta_graph_read(ctx, &g, path, &o, &r);
    CU_ASSERT_EQUAL(status, expected);
    if (status == REGATTA_OK) {
        CU_ASSERT_EQUAL(r.format, REGATTA_FORMAT_SQLITE);
        text_dump(dump, g);
    }
    const char *said = status == REGATTA_OK ? dump : regatta_last_error(ctx);
    if (strstr(said, words) == NULL) {
        printf("%s\n-> %s, without %s\n", sql != NULL ? sql : "no query", said, words);
        CU_FAIL("another result");
    }
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

static void test_reader_store__reads(void)
{
    const char *path = make();
    if (path == NULL) return;
    queries(path, "SELECT * FROM events WHERE ts < 1000000002", REGATTA_OK,
            "u0,0,0.1,1000000000;u1,0,1.1,1000000001;");
    queries(path, "SELECT item_id AS item, user_id AS user FROM events LIMIT 2;",
            REGATTA_OK, "u0,0;u1,0;");
    queries(path,
            "SELECT user_id, item_id, datetime(ts, 'unixepoch') AS date FROM events "
            "LIMIT 1",
            REGATTA_OK, "u0,0,1000000000;");
    queries(path, "SELECT 'a' AS x, 'Matrix, The' AS y UNION ALL SELECT 'b', 'It, Too'",
            REGATTA_OK, "a,Matrix, The;b,It, Too;");
    unlink(path);
}

static void test_reader_store__refuses(void)
{
    const char *path = make();
    if (path == NULL) return;
    queries(path, NULL, REGATTA_EFORMAT,
            "data.db: is a database with the tables events: choose the rows with --query "
            "\"SELECT user, item FROM ...\"");
    queries(path, "SELECT * FROM events", REGATTA_EFORMAT,
            "data.db: row 300: the user (column 'user_id') is empty");
    queries(path, "SELECT user_id, item_id, 'x' AS rating FROM events", REGATTA_EFORMAT,
            "data.db: row 1: the weight 'x' (column 'rating') is not a number");
    queries(path, "SELECT user_id, item_id, rating AS a, ts AS b, 'x' AS c FROM events",
            REGATTA_EFORMAT, "data.db: row 300: the user");
    queries(path, "SELECT ts AS p, rating AS q, ts AS r FROM events", REGATTA_EFORMAT,
            "ambiguous (1 = p, 2 = q, 3 = r)");
    queries(path, "SELECT user_id, item_id FROM events WHERE 0", REGATTA_EFORMAT,
            "data.db: no interaction");
    queries(path, "SELECT user_id FROM events", REGATTA_EFORMAT, "1 column");
    queries(path, "SELECT nowhere FROM events", REGATTA_EFORMAT, "no such column");
    queries(path, "DROP TABLE events", REGATTA_EFORMAT, "must be a SELECT");
    unlink(path);
    path = folder_put("plain.tsv", "u\ti\n", 4);
    queries(path, "SELECT 1", REGATTA_EINVAL, "is not a database to be queried");
    unlink(path);
    queries("postgresql://u:secret@/d?host=/nowhere", "SELECT 1", REGATTA_EIO,
            "postgresql://u@/d: ");
}

static void test_reader_store__drops_bad_rows(void)
{
    const char *path = make();
    regatta_ctx *ctx = NULL;
    regatta_graph *g = NULL;
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    regatta_read_report r = REGATTA_READ_REPORT_INIT;
    if (path == NULL) return;
    o.query = "SELECT * FROM events";
    o.skip_bad = 1;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_graph_read(ctx, &g, path, &o, &r), REGATTA_OK);
    CU_ASSERT_EQUAL(r.n_rows, ROWS - 1);
    CU_ASSERT_EQUAL(r.n_lines, ROWS);
    CU_ASSERT_EQUAL(r.n_bad[REGATTA_BAD_USER_EMPTY], 1);
    CU_ASSERT_EQUAL(r.first_bad_line[REGATTA_BAD_USER_EMPTY], ROWS);
    CU_ASSERT_EQUAL(r.has_header, 0);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
    unlink(path);
}

static regatta_status read_some(regatta_ctx *ctx, void *path)
{
    regatta_graph *g = NULL;
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    o.query = "SELECT * FROM events WHERE ts < 1000000005";
    const regatta_status status = regatta_graph_read(ctx, &g, path, &o, NULL);
    regatta_graph_free(g);
    return status;
}

static void test_reader_store__survives_failures(void)
{
    const char *path = make();
    if (path == NULL) return;
    fault_sweep_memory(read_some, (void *)path);
    fault_sweep_io(read_some, (void *)path);
    unlink(path);
}

int test_reader_store(void)
{
    static const test_case cases[] = {
        {"reads", test_reader_store__reads},
        {"refuses", test_reader_store__refuses},
        {"drops bad rows", test_reader_store__drops_bad_rows},
        {"survives failures", test_reader_store__survives_failures}};
    return TEST_MAIN_IN_FOLDER("reader_store", cases);
}
