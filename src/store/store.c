#include "base/files/file_io.h"
#include "store/store_door.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const char sqlite_magic[16] = "SQLite format 3"; /* with its NUL */
static const char sqlite_scheme[] = "sqlite:";

int rg_store_is_sqlite(const char *bytes, int64_t n)
{
    return n >= (int64_t)sizeof sqlite_magic &&
           memcmp(bytes, sqlite_magic, sizeof sqlite_magic) == 0;
}

static int is_postgres(const char *place)
{
    return strncmp(place, "postgresql://", 13) == 0 ||
           strncmp(place, "postgres://", 11) == 0;
}

/* The path behind sqlite:, or the place itself. */
static const char *path_of(const char *place)
{
    const size_t n = sizeof sqlite_scheme - 1;
    return strncmp(place, sqlite_scheme, n) == 0 ? place + n : place;
}

int rg_store_is_url(const char *place)
{
    return is_postgres(place) || path_of(place) != place;
}

/* A pipe is not touched. */
static int file_is_sqlite(const char *path)
{
    char head[sizeof sqlite_magic];
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) return 0;
    FILE *file = fopen(path, "rb");
    if (file == NULL) return 0;
    const size_t n = fread(head, 1, sizeof head, file);
    fclose(file);
    return rg_store_is_sqlite(head, (int64_t)n);
}

int rg_store_is_database(const char *place)
{
    return rg_store_is_url(place) || file_is_sqlite(place);
}

static int named_sqlite(const char *path)
{
    static const char *const extensions[] = {".db", ".db3", ".sqlite", ".sqlite3"};
    const char *dot = strrchr(path, '.');
    for (size_t k = 0; dot != NULL && k < sizeof extensions / sizeof *extensions; k++)
        if (strcasecmp(dot, extensions[k]) == 0) return 1;
    return 0;
}

rg_store_kind rg_store_kind_of(const char *place)
{
    if (is_postgres(place)) return RG_STORE_POSTGRES;
    if (rg_store_is_url(place) || named_sqlite(place) || file_is_sqlite(place))
        return RG_STORE_SQLITE;
    return RG_STORE_NONE;
}

/* scheme://user@host:port/database. Whatever cannot be told from a password is left
 * out. */
void rg_store_show(char shown[RG_SHOWN_PLACE], const char *place)
{
    if (!is_postgres(place)) {
        snprintf(shown, RG_SHOWN_PLACE, "%s", path_of(place));
        return;
    }
    const char *rest = strstr(place, "://") + 3;
    const size_t n = strcspn(rest, "?");
    const char *host = rest, *at = memchr(rest, '@', n);
    for (; at != NULL; at = memchr(host, '@', n - (size_t)(host - rest))) host = at + 1;
    if (host == rest && strchr(rest, '@') != NULL) {
        snprintf(shown, RG_SHOWN_PLACE, "postgresql://...");
        return;
    }
    const int user = host > rest ? (int)strcspn(rest, ":@") : 0;
    snprintf(shown, RG_SHOWN_PLACE, "postgresql://%.*s%s%.*s", user, rest,
             user > 0 ? "@" : "", (int)(n - (size_t)(host - rest)), host);
}

/* The doors of this build; NULL for a database that it lacks. */
static const rg_store_ops *const doors[] = {
#ifdef RG_SQLITE_SONAME
    [RG_STORE_SQLITE] = &rg_sqlite_ops,
#endif
#ifdef RG_LIBPQ_SONAME
    [RG_STORE_POSTGRES] = &rg_postgres_ops,
#endif
    [RG_STORE_NONE] = NULL};

static regatta_status find_ops(regatta_ctx *ctx, const rg_store_ops **ops,
                               const char *place, const char *shown)
{
    static const char *const parts[] = {[RG_STORE_SQLITE] = "SQLite (REGATTA_SQLITE)",
                                        [RG_STORE_POSTGRES] =
                                            "PostgreSQL (REGATTA_POSTGRES)"};
    const rg_store_kind kind = rg_store_kind_of(place);
    *ops = kind < sizeof doors / sizeof *doors ? doors[kind] : NULL;
    if (*ops != NULL) return REGATTA_OK;
    if (kind != RG_STORE_NONE)
        return rg_fail(ctx, REGATTA_EIO, "%s: this regatta was built without %s", shown,
                       parts[kind]);
    return rg_fail(ctx, REGATTA_EFORMAT,
                   "%s: is not a database: give postgresql://USER@HOST/DATABASE, or an "
                   "SQLite file (sqlite:PATH for a name without .db or .sqlite)",
                   shown);
}

regatta_status rg_store_open(regatta_ctx *ctx, rg_store **out, const char *place,
                             int writing)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_store *s = NULL;
    RG_NEW(ctx->mem, s, 1);
    s->ctx = ctx;
    s->writing = writing;
    rg_store_show(s->name, place);
    const rg_store_ops *ops = NULL;
    RG_TRY(find_ops(ctx, &ops, place, s->name));
    if (rg_io_refused(ctx, "open")) {
        status = rg_io_fail(ctx, s->name);
        goto done;
    }
    s->ops = ops; /* from here on there is something to close */
    RG_TRY(ops->open(s, path_of(place)));
    *out = s;
    s = NULL;
done:
    rg_store_close(s);
    return rg_end(ctx, status);
}

static void free_columns(rg_store *s)
{
    for (int k = 0; s->column != NULL && k < s->n_columns; k++)
        rg_free(s->ctx->mem, s->column[k]);
    rg_free(s->ctx->mem, s->column);
    rg_free(s->ctx->mem, s->cell);
    s->column = NULL;
    s->cell = NULL;
    s->n_columns = 0;
}

void rg_store_close(rg_store *s)
{
    if (s == NULL) return;
    if (s->ops != NULL) s->ops->close(s);
    free_columns(s);
    rg_free(s->ctx->mem, s);
}

const char *rg_store_name(const rg_store *store)
{
    return store->name;
}

regatta_status rg_store_set_columns(rg_store *s, int n)
{
    regatta_status status = REGATTA_OK;
    free_columns(s);
    RG_NEW(s->ctx->mem, s->column, n);
    RG_NEW(s->ctx->mem, s->cell, n);
    s->n_columns = n;
done:
    return status;
}

regatta_status rg_store_set_column(rg_store *s, int k, const char *name)
{
    s->column[k] = rg_io_copy(s->ctx, name);
    return s->column[k] != NULL ? REGATTA_OK : REGATTA_ENOMEM;
}

regatta_status rg_store_query(rg_store *store, const char *sql)
{
    if (rg_store_query_length(sql) == 0)
        return rg_fail(store->ctx, REGATTA_EFORMAT, "%s: the query is empty",
                       store->name);
    return rg_end(store->ctx, store->ops->query(store, sql));
}

int rg_store_n_columns(const rg_store *store)
{
    return store->n_columns;
}

const char *rg_store_column_name(const rg_store *store, int k)
{
    return store->column[k];
}

regatta_status rg_store_row(rg_store *store, const rg_cell **row)
{
    *row = NULL;
    if (rg_io_refused(store->ctx, "read")) return rg_io_fail(store->ctx, store->name);
    int has_row = 0;
    const regatta_status status = store->ops->row(store, &has_row);
    if (status == REGATTA_OK && has_row) *row = store->cell;
    return rg_end(store->ctx, status);
}

regatta_status rg_store_tables(rg_store *store, char *names, int64_t room)
{
    regatta_status status = rg_store_query(store, store->ops->tables);
    int64_t used = 0;
    names[0] = '\0';
    while (status == REGATTA_OK) {
        const rg_cell *row = NULL;
        status = rg_store_row(store, &row);
        if (status != REGATTA_OK || row == NULL) break;
        if (used >= room) continue;
        used += snprintf(names + used, (size_t)(room - used), "%s%.*s",
                         used > 0 ? ", " : "", (int)row[0].length, row[0].text);
    }
    return status;
}

regatta_status rg_store_replace(rg_store *store, const char *table,
                                const rg_store_column *columns, int n)
{
    store->n_columns = n;
    return rg_end(store->ctx, store->ops->replace(store, table, columns, n));
}

regatta_status rg_store_put(rg_store *store, const rg_cell *cells)
{
    if (rg_io_refused(store->ctx, "write")) return rg_io_fail(store->ctx, store->name);
    return rg_end(store->ctx, store->ops->put(store, cells));
}

regatta_status rg_store_commit(rg_store *store)
{
    if (rg_io_refused(store->ctx, "write")) return rg_io_fail(store->ctx, store->name);
    return rg_end(store->ctx, store->ops->commit(store));
}

int64_t rg_store_query_length(const char *sql)
{
    int64_t n = (int64_t)strlen(sql);
    while (n > 0 && strchr(" \t\r\n;", sql[n - 1]) != NULL) n--;
    return n;
}
