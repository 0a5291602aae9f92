/* The only file that calls libpq. */
#include "base/dynlib.h"
#include "base/files/file_io.h"
#include "store/postgres_cells.h"
#include "store/store_door.h"
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

enum { SEND_BYTES = 1 << 17 };

static struct {
    __typeof__(PQconninfoParse) *PQconninfoParse;
    __typeof__(PQconninfoFree) *PQconninfoFree;
    __typeof__(PQfreemem) *PQfreemem;
    __typeof__(PQconnectdbParams) *PQconnectdbParams;
    __typeof__(PQstatus) *PQstatus;
    __typeof__(PQfinish) *PQfinish;
    __typeof__(PQerrorMessage) *PQerrorMessage;
    __typeof__(PQsetNoticeReceiver) *PQsetNoticeReceiver;
    __typeof__(PQexec) *PQexec;
    __typeof__(PQexecParams) *PQexecParams;
    __typeof__(PQprepare) *PQprepare;
    __typeof__(PQdescribePrepared) *PQdescribePrepared;
    __typeof__(PQresultStatus) *PQresultStatus;
    __typeof__(PQresultErrorField) *PQresultErrorField;
    __typeof__(PQclear) *PQclear;
    __typeof__(PQnfields) *PQnfields;
    __typeof__(PQfname) *PQfname;
    __typeof__(PQftype) *PQftype;
    __typeof__(PQgetisnull) *PQgetisnull;
    __typeof__(PQgetCopyData) *PQgetCopyData;
    __typeof__(PQputCopyData) *PQputCopyData;
    __typeof__(PQputCopyEnd) *PQputCopyEnd;
    __typeof__(PQgetResult) *PQgetResult;
} call;

static const rg_dynlib_symbol symbols[] = {
    RG_DYNLIB_SYMBOL(call, PQconninfoParse), RG_DYNLIB_SYMBOL(call, PQconninfoFree),
    RG_DYNLIB_SYMBOL(call, PQfreemem),       RG_DYNLIB_SYMBOL(call, PQconnectdbParams),
    RG_DYNLIB_SYMBOL(call, PQstatus),        RG_DYNLIB_SYMBOL(call, PQfinish),
    RG_DYNLIB_SYMBOL(call, PQerrorMessage),  RG_DYNLIB_SYMBOL(call, PQsetNoticeReceiver),
    RG_DYNLIB_SYMBOL(call, PQexec),          RG_DYNLIB_SYMBOL(call, PQexecParams),
    RG_DYNLIB_SYMBOL(call, PQprepare),       RG_DYNLIB_SYMBOL(call, PQdescribePrepared),
    RG_DYNLIB_SYMBOL(call, PQresultStatus),  RG_DYNLIB_SYMBOL(call, PQresultErrorField),
    RG_DYNLIB_SYMBOL(call, PQclear),         RG_DYNLIB_SYMBOL(call, PQnfields),
    RG_DYNLIB_SYMBOL(call, PQfname),         RG_DYNLIB_SYMBOL(call, PQftype),
    RG_DYNLIB_SYMBOL(call, PQgetisnull),     RG_DYNLIB_SYMBOL(call, PQgetCopyData),
    RG_DYNLIB_SYMBOL(call, PQputCopyData),   RG_DYNLIB_SYMBOL(call, PQputCopyEnd),
    RG_DYNLIB_SYMBOL(call, PQgetResult),
};

static rg_dynlib library = {.soname = RG_LIBPQ_SONAME,
                            .megabytes = 24,
                            .symbols = symbols,
                            .n_symbols = sizeof symbols / sizeof *symbols,
                            .mutex = PTHREAD_MUTEX_INITIALIZER};

typedef struct door {
    PGconn *connection;
    uint32_t *type; /* [n_columns] of the query as it is copied */
    char *row;      /* of binary COPY; NULL before the first */
    int has_header; /* the header of the copy has been read */
    rg_text text;   /* rows to be sent */
} door;

/* Writes a message of libpq or of the server on one line. */
static void put_line(char *line, size_t room, const char *message)
{
    size_t n = 0;
    for (; *message != '\0' && n + 3 < room; message++) {
        if (*message != '\n')
            line[n++] = *message == '\t' ? ' ' : *message;
        else if (message[1] != '\0')
            n += (size_t)snprintf(line + n, room - n, "; ");
    }
    line[n] = '\0';
}

/* Fails with the message of the connection: it is broken, or was never there. */
static regatta_status fail_connection(rg_store *s)
{
    char line[RG_MESSAGE_BYTES];
    const door *d = s->door;
    put_line(line, sizeof line, call.PQerrorMessage(d->connection));
    return rg_fail(s->ctx, REGATTA_EIO, "%s: %s", s->name, line);
}

/* The classes of SQLSTATE that do not blame the query or the rows: connection, access,
 * transaction, resources, operator, system. */
static int is_of_server(const char *state)
{
    static const char *const classes[] = {"08", "28", "40", "53", "55", "57", "58"};
    for (size_t k = 0; k < sizeof classes / sizeof *classes; k++)
        if (strncmp(state, classes[k], 2) == 0) return 1;
    return 0;
}

/* Frees the result and fails with its message. */
static regatta_status fail_result(rg_store *s, PGresult *result)
{
    char line[RG_MESSAGE_BYTES] = "", hint[RG_MESSAGE_BYTES] = "";
    const char *state = call.PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *primary = call.PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *more = call.PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
    if (more == NULL) more = call.PQresultErrorField(result, PG_DIAG_CONTEXT);
    if (primary != NULL) put_line(line, sizeof line, primary);
    if (more != NULL) put_line(hint, sizeof hint, more);
    const int is_known = state != NULL && primary != NULL;
    const regatta_status status =
        is_known && !is_of_server(state) ? REGATTA_EFORMAT : REGATTA_EIO;
    call.PQclear(result);
    if (!is_known) return fail_connection(s);
    return rg_fail(s->ctx, status, "%s: %s%s%s%s", s->name, line, hint[0] ? " (" : "",
                   hint, hint[0] ? ")" : "");
}

/* Frees the result; fails unless it has the expected status. */
static regatta_status expect(rg_store *s, PGresult *result, ExecStatusType expected)
{
    if (result == NULL) return fail_connection(s);
    if (call.PQresultStatus(result) != expected) return fail_result(s, result);
    call.PQclear(result);
    return REGATTA_OK;
}

static regatta_status run(rg_store *s, const char *sql)
{
    const door *d = s->door;
    return expect(s, call.PQexec(d->connection, sql), PGRES_COMMAND_OK);
}

static void ignore_notice(void *state, const PGresult *result)
{
    (void)state, (void)result;
}

/* libpq shows parts of a URL that it misreads, and these may be parts of a password; so
 * such URLs are refused with other words. A password with '@', '/' or '?' must write them
 * as %40, %2F, %3F, or the URL is misread. */
static regatta_status check_url(rg_store *s, const char *url)
{
    char *reason = NULL;
    const char *rest = strstr(url, "://") + 3, *at = strchr(rest, '@');
    const int is_misread =
        at != NULL && (at > rest + strcspn(rest, "/?") || strchr(at + 1, '@') != NULL);
    PQconninfoOption *options = is_misread ? NULL : call.PQconninfoParse(url, &reason);
    const int is_good = options != NULL;
    if (reason != NULL) call.PQfreemem(reason);
    if (options != NULL) call.PQconninfoFree(options);
    if (is_good) return REGATTA_OK;
    return rg_fail(s->ctx, REGATTA_EFORMAT,
                   "%s: is not a URL of PostgreSQL (postgresql://USER:PASSWORD@HOST:PORT/"
                   "DATABASE; in user and password '@' is written %%40, '/' %%2F, ':' "
                   "%%3A, '?' %%3F)",
                   s->name);
}

static regatta_status open_url(rg_store *s, const char *place)
{
    static const char *const keys[] = {"dbname", "client_encoding",
                                       "fallback_application_name", NULL};
    const char *const values[] = {place, "UTF8", "regatta", NULL};
    regatta_status status = REGATTA_OK;
    door *d = NULL;
    RG_TRY(rg_dynlib_load(s->ctx, &library));
    RG_TRY(check_url(s, place));
    RG_NEW(s->ctx->mem, d, 1);
    rg_text_begin(&d->text, s->ctx->mem);
    s->door = d;
    d->connection = call.PQconnectdbParams(keys, values, 1);
    if (d->connection == NULL) {
        status = REGATTA_ENOMEM;
        goto done;
    }
    if (call.PQstatus(d->connection) != CONNECTION_OK) {
        status = fail_connection(s);
        goto done;
    }
    call.PQsetNoticeReceiver(d->connection, ignore_notice, NULL);
    RG_TRY(run(s, s->writing ? "BEGIN" : "BEGIN READ ONLY"));
done:
    return status;
}

/* Sets the columns of the query and their types; *n_texts counts those to be cast. */
static regatta_status describe(rg_store *s, const char *sql, int *n_texts)
{
    regatta_status status = REGATTA_OK;
    door *d = s->door;
    PGresult *result = NULL;
    RG_TRY(expect(s, call.PQprepare(d->connection, "", sql, 0, NULL), PGRES_COMMAND_OK));
    result = call.PQdescribePrepared(d->connection, "");
    if (result == NULL || call.PQresultStatus(result) != PGRES_COMMAND_OK) {
        status = result == NULL ? fail_connection(s) : fail_result(s, result);
        result = NULL;
        goto done;
    }
    const int n = call.PQnfields(result);
    if (n == 0) {
        status =
            rg_fail(s->ctx, REGATTA_EFORMAT, "%s: the query must be a SELECT", s->name);
        goto done;
    }
    RG_TRY(rg_store_set_columns(s, n));
    rg_free(s->ctx->mem, d->type);
    RG_NEW(s->ctx->mem, d->type, n);
    *n_texts = 0;
    for (int k = 0; k < n; k++) {
        RG_TRY(rg_store_set_column(s, k, call.PQfname(result, k)));
        d->type[k] = (uint32_t)call.PQftype(result, k);
        *n_texts += !rg_postgres_reads(d->type[k]);
    }
done:
    if (result != NULL) call.PQclear(result);
    return status;
}

/* COPY (query) TO STDOUT; columns of other types than rg_postgres_decode reads are cast
 * to text. The line break ends a comment at the end of the query. */
static void copy_text(rg_text *t, const rg_store *s, const char *sql, int64_t n,
                      int n_texts)
{
    char name[64];
    const door *d = s->door;
    rg_text_append(t, "COPY (");
    for (int k = 0; k < s->n_columns && n_texts > 0; k++) {
        snprintf(name, sizeof name, "%s c%d%s", k == 0 ? "SELECT" : ",", k,
                 rg_postgres_reads(d->type[k]) ? "" : "::text");
        rg_text_append(t, name);
    }
    if (n_texts > 0) rg_text_append(t, " FROM (");
    rg_text_append_bytes(t, sql, n);
    for (int k = 0; k < s->n_columns && n_texts > 0; k++) {
        snprintf(name, sizeof name, "%sc%d", k == 0 ? "\n) AS query(" : ", ", k);
        rg_text_append(t, name);
    }
    rg_text_append(t, n_texts > 0 ? ")" : "\n");
    rg_text_append(t, ") TO STDOUT (FORMAT binary)");
}

static regatta_status query(rg_store *s, const char *sql)
{
    regatta_status status = REGATTA_OK;
    door *d = s->door;
    int n_texts = 0;
    rg_text copy;
    rg_text_begin(&copy, s->ctx->mem);
    RG_TRY(describe(s, sql, &n_texts));
    copy_text(&copy, s, sql, rg_store_query_length(sql), n_texts);
    RG_TRY(copy.status);
    RG_TRY(expect(s, call.PQexec(d->connection, copy.bytes), PGRES_COPY_OUT));
    d->has_header = 0;
done:
    rg_free(copy.mem, copy.bytes);
    return status;
}

/* The result after the last row, and the NULL that ends the command. */
static regatta_status end_copy(rg_store *s)
{
    const door *d = s->door;
    regatta_status status = expect(s, call.PQgetResult(d->connection), PGRES_COMMAND_OK);
    for (PGresult *more; (more = call.PQgetResult(d->connection)) != NULL;)
        call.PQclear(more);
    return status;
}

/* The server sends each row as one message; the first begins with the header. */
static regatta_status row(rg_store *s, int *has_row)
{
    door *d = s->door;
    for (;;) {
        if (d->row != NULL) call.PQfreemem(d->row);
        d->row = NULL;
        const int n = call.PQgetCopyData(d->connection, &d->row, 0);
        if (n == -1) return end_copy(s);
        if (n < 0) return fail_connection(s);
        const int64_t header = d->has_header ? 0 : rg_postgres_header(d->row, n);
        d->has_header = 1;
        if (header == n) continue;
        const int found = header < 0 ? -1
                                     : rg_postgres_decode(s->cell, d->type, s->n_columns,
                                                          d->row + header, n - header);
        if (found < 0)
            return rg_fail(s->ctx, REGATTA_EIO, "%s: the server sent a damaged row",
                           s->name);
        *has_row = found;
        if (found) return REGATTA_OK;
    }
}

/* Writes SCHEMA.TABLE or TABLE, each name in quotes. */
static void add_table(rg_text *t, const char *table)
{
    const char *dot = strchr(table, '.');
    if (dot != NULL) {
        rg_text_sql_name(t, table, dot - table);
        rg_text_append(t, ".");
        table = dot + 1;
    }
    rg_text_sql_name(t, table, (int64_t)strlen(table));
}

/* *yes is 1 if the server has the relation or the type of this name. */
static regatta_status has_name(rg_store *s, const char *sql, const char *name, int *yes)
{
    const door *d = s->door;
    PGresult *result =
        call.PQexecParams(d->connection, sql, 1, NULL, &name, NULL, NULL, 0);
    if (result == NULL) return fail_connection(s);
    if (call.PQresultStatus(result) != PGRES_TUPLES_OK) return fail_result(s, result);
    *yes = !call.PQgetisnull(result, 0, 0);
    call.PQclear(result);
    return REGATTA_OK;
}

static void add_type(rg_text *t, const rg_store_column *c, int has_pgvector)
{
    static const char *const types[] = {
        [RG_COLUMN_TEXT] = " text",        [RG_COLUMN_INTEGER] = " bigint",
        [RG_COLUMN_SINGLE] = " real",      [RG_COLUMN_DOUBLE] = " double precision",
        [RG_COLUMN_TIME] = " timestamptz", [RG_COLUMN_VECTOR] = " text"};
    char vector[32];
    snprintf(vector, sizeof vector, " vector(%d)", c->dim);
    rg_text_append(t,
                   c->kind == RG_COLUMN_VECTOR && has_pgvector ? vector : types[c->kind]);
}

/* `head`, the table, and a list of its columns with types (CREATE TABLE) or without
 * (COPY), and `tail`. */
static regatta_status run_on(rg_store *s, const char *head, const char *table,
                             const rg_store_column *columns, int n, const char *tail,
                             int pgvector)
{
    enum { NO_TYPES = -1 };
    regatta_status status = REGATTA_OK;
    const door *d = s->door;
    rg_text t;
    rg_text_begin(&t, s->ctx->mem);
    rg_text_append(&t, head);
    add_table(&t, table);
    for (int k = 0; k < n; k++) {
        rg_text_append(&t, k == 0 ? " (" : ", ");
        rg_text_sql_name(&t, columns[k].name, (int64_t)strlen(columns[k].name));
        if (pgvector != NO_TYPES) add_type(&t, columns + k, pgvector);
    }
    if (n > 0) rg_text_append(&t, ")");
    rg_text_append(&t, tail);
    RG_TRY(t.status);
    RG_TRY(expect(s, call.PQexec(d->connection, t.bytes),
                  pgvector == NO_TYPES && n > 0 ? PGRES_COPY_IN : PGRES_COMMAND_OK));
done:
    rg_free(t.mem, t.bytes);
    return status;
}

/* The lock lets others read and makes other writers wait, so that two jobs do not both
 * delete the old rows and both add theirs. */
static regatta_status replace(rg_store *s, const char *table,
                              const rg_store_column *columns, int n)
{
    regatta_status status = REGATTA_OK;
    int exists = 0, has_pgvector = 0;
    rg_text name;
    rg_text_begin(&name, s->ctx->mem);
    add_table(&name, table);
    RG_TRY(name.status);
    RG_TRY(has_name(s, "SELECT to_regclass($1)", name.bytes, &exists));
    RG_TRY(has_name(s, "SELECT to_regtype($1)", "vector", &has_pgvector));
    if (!exists) RG_TRY(run_on(s, "CREATE TABLE ", table, columns, n, "", has_pgvector));
    RG_TRY(run_on(s, "LOCK TABLE ", table, NULL, 0, " IN SHARE ROW EXCLUSIVE MODE", 0));
    RG_TRY(run_on(s, "DELETE FROM ", table, NULL, 0, "", 0));
    RG_TRY(run_on(s, "COPY ", table, columns, n, " FROM STDIN", -1));
done:
    rg_free(name.mem, name.bytes);
    return status;
}

static regatta_status send(rg_store *s)
{
    door *d = s->door;
    if (d->text.status != REGATTA_OK) return d->text.status;
    if (d->text.n > 0 &&
        call.PQputCopyData(d->connection, d->text.bytes, (int)d->text.n) != 1)
        return fail_connection(s);
    d->text.n = 0;
    return REGATTA_OK;
}

static regatta_status put(rg_store *s, const rg_cell *cells)
{
    door *d = s->door;
    rg_postgres_encode(&d->text, cells, s->n_columns);
    return d->text.n < SEND_BYTES && d->text.status == REGATTA_OK ? REGATTA_OK : send(s);
}

static regatta_status commit(rg_store *s)
{
    const door *d = s->door;
    regatta_status status = send(s);
    if (status != REGATTA_OK) return status;
    if (call.PQputCopyEnd(d->connection, NULL) != 1) return fail_connection(s);
    status = end_copy(s);
    return status == REGATTA_OK ? run(s, "COMMIT") : status;
}

/* The server rolls an open transaction back when the connection ends. */
static void close_connection(rg_store *s)
{
    door *d = s->door;
    if (d == NULL) return;
    if (d->row != NULL) call.PQfreemem(d->row);
    if (d->connection != NULL) call.PQfinish(d->connection);
    rg_free(s->ctx->mem, d->text.bytes);
    rg_free(s->ctx->mem, d->type);
    rg_free(s->ctx->mem, d);
}

const rg_store_ops rg_postgres_ops = {
    .open = open_url,
    .query = query,
    .row = row,
    .tables = "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = "
              "c.relnamespace WHERE relkind IN ('r', 'v', 'm', 'p', 'f') AND nspname NOT "
              "IN ('pg_catalog', 'information_schema') AND nspname NOT LIKE 'pg_toast%' "
              "ORDER BY relname",
    .replace = replace,
    .put = put,
    .commit = commit,
    .close = close_connection,
};
