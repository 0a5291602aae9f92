/* The only file that calls SQLite. */
#include "base/dynlib.h"
#include "base/files/file_io.h"
#include "base/text/float_text.h"
#include "base/text/number.h"
#include "store/store_door.h"
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MILLISECONDS = 10000 }; /* for the lock of another process */

static struct {
    __typeof__(sqlite3_open_v2) *sqlite3_open_v2;
    __typeof__(sqlite3_close_v2) *sqlite3_close_v2;
    __typeof__(sqlite3_errmsg) *sqlite3_errmsg;
    __typeof__(sqlite3_busy_timeout) *sqlite3_busy_timeout;
    __typeof__(sqlite3_exec) *sqlite3_exec;
    __typeof__(sqlite3_prepare_v2) *sqlite3_prepare_v2;
    __typeof__(sqlite3_stmt_readonly) *sqlite3_stmt_readonly;
    __typeof__(sqlite3_step) *sqlite3_step;
    __typeof__(sqlite3_reset) *sqlite3_reset;
    __typeof__(sqlite3_finalize) *sqlite3_finalize;
    __typeof__(sqlite3_column_count) *sqlite3_column_count;
    __typeof__(sqlite3_column_name) *sqlite3_column_name;
    __typeof__(sqlite3_column_type) *sqlite3_column_type;
    __typeof__(sqlite3_column_int64) *sqlite3_column_int64;
    __typeof__(sqlite3_column_double) *sqlite3_column_double;
    __typeof__(sqlite3_column_blob) *sqlite3_column_blob;
    __typeof__(sqlite3_column_bytes) *sqlite3_column_bytes;
    __typeof__(sqlite3_bind_null) *sqlite3_bind_null;
    __typeof__(sqlite3_bind_int64) *sqlite3_bind_int64;
    __typeof__(sqlite3_bind_double) *sqlite3_bind_double;
    __typeof__(sqlite3_bind_text64) *sqlite3_bind_text64;
    __typeof__(sqlite3_bind_blob64) *sqlite3_bind_blob64;
} call;

static const rg_dynlib_symbol symbols[] = {
    RG_DYNLIB_SYMBOL(call, sqlite3_open_v2),
    RG_DYNLIB_SYMBOL(call, sqlite3_close_v2),
    RG_DYNLIB_SYMBOL(call, sqlite3_errmsg),
    RG_DYNLIB_SYMBOL(call, sqlite3_busy_timeout),
    RG_DYNLIB_SYMBOL(call, sqlite3_exec),
    RG_DYNLIB_SYMBOL(call, sqlite3_prepare_v2),
    RG_DYNLIB_SYMBOL(call, sqlite3_stmt_readonly),
    RG_DYNLIB_SYMBOL(call, sqlite3_step),
    RG_DYNLIB_SYMBOL(call, sqlite3_reset),
    RG_DYNLIB_SYMBOL(call, sqlite3_finalize),
    RG_DYNLIB_SYMBOL(call, sqlite3_column_count),
    RG_DYNLIB_SYMBOL(call, sqlite3_column_name),
    RG_DYNLIB_SYMBOL(call, sqlite3_column_type),
    RG_DYNLIB_SYMBOL(call, sqlite3_column_int64),
    RG_DYNLIB_SYMBOL(call, sqlite3_column_double),
    RG_DYNLIB_SYMBOL(call, sqlite3_column_blob),
    RG_DYNLIB_SYMBOL(call, sqlite3_column_bytes),
    RG_DYNLIB_SYMBOL(call, sqlite3_bind_null),
    RG_DYNLIB_SYMBOL(call, sqlite3_bind_int64),
    RG_DYNLIB_SYMBOL(call, sqlite3_bind_double),
    RG_DYNLIB_SYMBOL(call, sqlite3_bind_text64),
    RG_DYNLIB_SYMBOL(call, sqlite3_bind_blob64),
};

static rg_dynlib library = {.soname = RG_SQLITE_SONAME,
                            .megabytes = 4,
                            .symbols = symbols,
                            .n_symbols = sizeof symbols / sizeof *symbols,
                            .mutex = PTHREAD_MUTEX_INITIALIZER};

typedef struct door {
    sqlite3 *db;
    sqlite3_stmt *statement; /* the query, or the INSERT */
    char *path;              /* of a file that is written; NULL = none */
    int created;             /* 1: the file was not there */
    int changing;            /* 1: a transaction is open */
} door;

static regatta_status kind_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_NOMEM: return REGATTA_ENOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN: return REGATTA_EIO;
    default: return REGATTA_EFORMAT;
    }
}

static regatta_status fail(rg_store *s, int code)
{
    const door *d = s->door;
    return rg_fail(s->ctx, kind_of(code), "%s: %s", s->name, call.sqlite3_errmsg(d->db));
}

static regatta_status run(rg_store *s, const char *sql)
{
    const door *d = s->door;
    const int code = call.sqlite3_exec(d->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? REGATTA_OK : fail(s, code);
}

static regatta_status open_file(rg_store *s, const char *path)
{
    regatta_status status = REGATTA_OK;
    door *d = NULL;
    const int flags =
        s->writing ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    RG_TRY(rg_dynlib_load(s->ctx, &library));
    RG_NEW(s->ctx->mem, d, 1);
    s->door = d;
    if (s->writing) {
        d->path = rg_io_copy(s->ctx, path);
        if (d->path == NULL) status = REGATTA_ENOMEM;
        d->created = d->path != NULL && !rg_io_exists(path);
    }
    if (status != REGATTA_OK) goto done;
    const int code = call.sqlite3_open_v2(path, &d->db, flags, NULL);
    if (code != SQLITE_OK && d->db == NULL) status = REGATTA_ENOMEM;
    if (code != SQLITE_OK && d->db != NULL) status = fail(s, code);
    if (code != SQLITE_OK) goto done;
    call.sqlite3_busy_timeout(d->db, WAIT_MILLISECONDS);
    /* The file may come from anyone: its views get no functions with side effects, and
     * pages that do not add up are refused. */
    RG_TRY(run(s, "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON"));
done:
    return status;
}

/* Compiles one statement; *rest is what follows it. */
static regatta_status prepare(rg_store *s, const char *sql, int64_t n)
{
    door *d = s->door;
    const char *rest = NULL;
    call.sqlite3_finalize(d->statement);
    d->statement = NULL;
    const int code = call.sqlite3_prepare_v2(d->db, sql, (int)n, &d->statement, &rest);
    if (code != SQLITE_OK) return fail(s, code);
    if (d->statement == NULL)
        return rg_fail(s->ctx, REGATTA_EFORMAT, "%s: the query is empty", s->name);
    sqlite3_stmt *second = NULL;
    const int next =
        call.sqlite3_prepare_v2(d->db, rest, (int)(sql + n - rest), &second, NULL);
    const int is_one = next == SQLITE_OK && second == NULL;
    call.sqlite3_finalize(second);
    if (!is_one)
        return rg_fail(s->ctx, REGATTA_EFORMAT,
                       "%s: the query must be one statement, and more follows it",
                       s->name);
    return REGATTA_OK;
}

static regatta_status query(rg_store *s, const char *sql)
{
    enum { MOST = 1 << 20 };
    const door *d = s->door;
    const int64_t n = rg_store_query_length(sql);
    if (n > MOST)
        return rg_fail(s->ctx, REGATTA_EFORMAT, "%s: the query is longer than 1 MiB",
                       s->name);
    regatta_status status = prepare(s, sql, n);
    if (status != REGATTA_OK) return status;
    const int columns = call.sqlite3_column_count(d->statement);
    if (columns == 0 || !call.sqlite3_stmt_readonly(d->statement))
        return rg_fail(s->ctx, REGATTA_EFORMAT, "%s: the query must be a SELECT",
                       s->name);
    status = rg_store_set_columns(s, columns);
    for (int k = 0; k < columns && status == REGATTA_OK; k++) {
        const char *name = call.sqlite3_column_name(d->statement, k);
        status = name != NULL ? rg_store_set_column(s, k, name) : REGATTA_ENOMEM;
    }
    return status;
}

static rg_cell cell_of(sqlite3_stmt *statement, int k)
{
    rg_cell c = {0};
    switch (call.sqlite3_column_type(statement, k)) {
    case SQLITE_NULL: return c;
    case SQLITE_INTEGER:
        c.kind = RG_CELL_INTEGER;
        c.integer = call.sqlite3_column_int64(statement, k);
        return c;
    case SQLITE_FLOAT:
        c.kind = RG_CELL_REAL;
        c.real = call.sqlite3_column_double(statement, k);
        return c;
    default:
        c.kind = RG_CELL_TEXT;
        c.text = call.sqlite3_column_blob(statement, k); /* NULL for no bytes */
        c.length = call.sqlite3_column_bytes(statement, k);
        if (c.text == NULL) c.text = "";
        return c;
    }
}

static regatta_status row(rg_store *s, int *has_row)
{
    const door *d = s->door;
    const int code = call.sqlite3_step(d->statement);
    if (code == SQLITE_DONE) return REGATTA_OK;
    if (code != SQLITE_ROW) return fail(s, code);
    for (int k = 0; k < s->n_columns; k++) s->cell[k] = cell_of(d->statement, k);
    *has_row = 1;
    return REGATTA_OK;
}

static const char *type_of(rg_column_kind kind)
{
    static const char *const types[] = {
        [RG_COLUMN_TEXT] = " TEXT",    [RG_COLUMN_INTEGER] = " INTEGER",
        [RG_COLUMN_SINGLE] = " REAL",  [RG_COLUMN_DOUBLE] = " REAL",
        [RG_COLUMN_TIME] = " INTEGER", [RG_COLUMN_VECTOR] = " BLOB"};
    return types[kind];
}

/* `head` and the name of the table, then a list of names with types (CREATE TABLE),
 * without types (INSERT INTO), or nothing (DELETE FROM). */
static regatta_status statement_text(rg_text *t, const char *head, const char *table,
                                     const rg_store_column *columns, int n,
                                     int with_types)
{
    t->n = 0;
    rg_text_append(t, head);
    rg_text_sql_name(t, table, (int64_t)strlen(table));
    for (int k = 0; k < n; k++) {
        rg_text_append(t, k == 0 ? " (" : ", ");
        rg_text_sql_name(t, columns[k].name, (int64_t)strlen(columns[k].name));
        if (with_types) rg_text_append(t, type_of(columns[k].kind));
    }
    if (n > 0) rg_text_append(t, ")");
    for (int k = 0; k < n && !with_types; k++)
        rg_text_append(t, k == 0 ? " VALUES (?" : ", ?");
    if (n > 0 && !with_types) rg_text_append(t, ")");
    return t->status;
}

static regatta_status replace(rg_store *s, const char *table,
                              const rg_store_column *columns, int n)
{
    regatta_status status = REGATTA_OK;
    rg_text text;
    rg_text_begin(&text, s->ctx->mem);
    RG_TRY(run(s, "BEGIN IMMEDIATE"));
    ((door *)s->door)->changing = 1;
    RG_TRY(statement_text(&text, "CREATE TABLE IF NOT EXISTS ", table, columns, n, 1));
    RG_TRY(run(s, text.bytes));
    RG_TRY(statement_text(&text, "DELETE FROM ", table, NULL, 0, 0));
    RG_TRY(run(s, text.bytes));
    RG_TRY(statement_text(&text, "INSERT INTO ", table, columns, n, 0));
    RG_TRY(prepare(s, text.bytes, text.n));
done:
    rg_free(text.mem, text.bytes);
    return status;
}

/* The double with the shortest decimals that are the float: 2.7, not 2.70000004768372. */
static double widen(double single)
{
    char text[RG_FLOAT_BYTES];
    double wide = single;
    const int n = rg_format_float(text, (float)single);
    return rg_parse_number(text, n, &wide) ? wide : single;
}

static int bind(sqlite3_stmt *statement, int k, const rg_cell *c)
{
    switch (c->kind) {
    case RG_CELL_INTEGER:
    case RG_CELL_TIME: return call.sqlite3_bind_int64(statement, k, c->integer);
    case RG_CELL_REAL: return call.sqlite3_bind_double(statement, k, c->real);
    case RG_CELL_SINGLE: return call.sqlite3_bind_double(statement, k, widen(c->real));
    case RG_CELL_TEXT:
        return call.sqlite3_bind_text64(statement, k, c->text, (sqlite3_uint64)c->length,
                                        SQLITE_STATIC, SQLITE_UTF8);
    case RG_CELL_VECTOR:
        return call.sqlite3_bind_blob64(
            statement, k, c->vector,
            (sqlite3_uint64)((size_t)c->length * sizeof *c->vector), SQLITE_STATIC);
    default: return call.sqlite3_bind_null(statement, k);
    }
}

static regatta_status put(rg_store *s, const rg_cell *cells)
{
    const door *d = s->door;
    int code = SQLITE_OK;
    for (int k = 0; k < s->n_columns && code == SQLITE_OK; k++)
        code = bind(d->statement, k + 1, cells + k);
    if (code == SQLITE_OK) code = call.sqlite3_step(d->statement);
    if (code != SQLITE_DONE) return fail(s, code);
    call.sqlite3_reset(d->statement);
    return REGATTA_OK;
}

static regatta_status commit(rg_store *s)
{
    door *d = s->door;
    call.sqlite3_finalize(d->statement);
    d->statement = NULL;
    const regatta_status status = run(s, "COMMIT");
    if (status == REGATTA_OK) d->created = d->changing = 0;
    return status;
}

/* After a failed write, as on a full disk, closing leaves the journal, and the pages that
 * were written, to whoever opens the file next. That is done here. */
static void roll_back(const char *path)
{
    sqlite3 *db = NULL;
    if (call.sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
        (void)call.sqlite3_exec(db, "SELECT count(*) FROM sqlite_master", NULL, NULL,
                                NULL);
    call.sqlite3_close_v2(db); /* NULL is a no-op */
}

/* Closing rolls an open transaction back. */
static void close_file(rg_store *s)
{
    door *d = s->door;
    struct stat st;
    if (d == NULL) return;
    if (d->statement != NULL) call.sqlite3_finalize(d->statement);
    if (d->db != NULL) call.sqlite3_close_v2(d->db);
    if (d->changing) roll_back(d->path);
    if (d->created && stat(d->path, &st) == 0 && st.st_size == 0) unlink(d->path);
    rg_free(s->ctx->mem, d->path);
    rg_free(s->ctx->mem, d);
}

const rg_store_ops rg_sqlite_ops = {
    .open = open_file,
    .query = query,
    .row = row,
    .tables = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name "
              "NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name",
    .replace = replace,
    .put = put,
    .commit = commit,
    .close = close_file,
};
