/* Databases: SQLite files and PostgreSQL servers behind one interface, for reading the
 * rows of a query and for replacing the rows of a table. The library reads interactions
 * through it, and the command also writes tables through it, so this header needs only
 * <regatta/ctx.h>. Each database library is loaded at its first use (base/dynlib.h). */
#ifndef RG_STORE_STORE_H
#define RG_STORE_STORE_H
#include <regatta/ctx.h>

typedef struct rg_store rg_store;

typedef enum rg_store_kind {
    RG_STORE_NONE, /* no database */
    RG_STORE_SQLITE,
    RG_STORE_POSTGRES
} rg_store_kind;

/* The kind of database at `place`: a URL postgresql://... or postgres://..., a path
 * sqlite:PATH, a file that begins as SQLite files do, or a name that ends with .db, .db3,
 * .sqlite or .sqlite3. */
rg_store_kind rg_store_kind_of(const char *place);
/* Returns 1 for a place that can be queried now: a URL, sqlite:PATH, an SQLite file. */
int rg_store_is_database(const char *place);
/* Returns 1 if a file that begins with bytes[n] is an SQLite database. */
int rg_store_is_sqlite(const char *bytes, int64_t n);
/* Returns 1 for a place that names a database by its form, whatever files there are: a
 * URL of PostgreSQL, sqlite:PATH. */
int rg_store_is_url(const char *place);

/* Writes the place as messages show it: a URL without its password and parameters. */
enum { RG_SHOWN_PLACE = 256 };
void rg_store_show(char shown[RG_SHOWN_PLACE], const char *place);

/* Connects. A store for reading changes nothing; one for writing creates a missing SQLite
 * file, which goes again if nothing is committed.
 *   REGATTA_EIO     cannot be opened or reached; the build or the machine lacks the
 *                   library
 *   REGATTA_EFORMAT not a database, a URL that is not well-formed
 *   REGATTA_ENOMEM */
regatta_status rg_store_open(regatta_ctx *ctx, rg_store **out, const char *place,
                             int writing);
/* The place as rg_store_show gives it. */
const char *rg_store_name(const rg_store *store);
/* Rolls back what is not committed. NULL is a no-op. */
void rg_store_close(rg_store *store);

/* ---- cells ---- */
typedef enum rg_cell_kind {
    RG_CELL_NULL,
    RG_CELL_INTEGER, /* integer */
    RG_CELL_REAL,    /* real */
    RG_CELL_SINGLE,  /* real, which holds a float */
    RG_CELL_TEXT,    /* text[length] */
    RG_CELL_TIME,    /* integer: seconds since 1970, UTC */
    RG_CELL_VECTOR   /* vector[length]; only written */
} rg_cell_kind;

typedef struct rg_cell {
    rg_cell_kind kind;
    int64_t integer;
    double real;
    const char *text; /* not ended by a NUL; of any bytes */
    const float *vector;
    int64_t length;
} rg_cell;

/* ---- reading ---- */

/* Starts the query: one statement that only reads. Its rows are streamed.
 *   REGATTA_EFORMAT  the database refuses the query, with its reason; no columns
 *   REGATTA_EIO, REGATTA_ENOMEM */
regatta_status rg_store_query(rg_store *store, const char *sql);
/* The columns of the result; k < rg_store_n_columns. */
int rg_store_n_columns(const rg_store *store);
const char *rg_store_column_name(const rg_store *store, int k);
/* Stores the next row, valid until the next call; NULL after the last row. */
regatta_status rg_store_row(rg_store *store, const rg_cell **row);
/* Writes the names of tables and views, separated by commas, cut to the room. Not while a
 * query runs. */
regatta_status rg_store_tables(rg_store *store, char *names, int64_t room);

/* ---- writing ---- */
typedef enum rg_column_kind {
    RG_COLUMN_TEXT,    /* TEXT */
    RG_COLUMN_INTEGER, /* INTEGER; BIGINT */
    RG_COLUMN_SINGLE,  /* REAL */
    RG_COLUMN_DOUBLE,  /* REAL; DOUBLE PRECISION */
    RG_COLUMN_TIME,    /* INTEGER, seconds since 1970; TIMESTAMP WITH TIME ZONE */
    RG_COLUMN_VECTOR   /* BLOB of floats, low byte first; VECTOR(dim) where the database
                          has pgvector, else TEXT, both in its form [1,2.5] */
} rg_column_kind;

typedef struct rg_store_column {
    const char *name;
    rg_column_kind kind;
    int dim; /* of a VECTOR */
} rg_store_column;

/* Begins a transaction that replaces all rows of a table. An existing table keeps its
 * columns, indexes, privileges and views; it must have the given columns, other columns
 * receive their defaults, and a type of its own receives the cell as text (PostgreSQL). A
 * missing table is created. Other connections see the old rows until the commit, and
 * other writers of the table wait. In PostgreSQL `table` may be SCHEMA.TABLE; names are
 * taken literally, in the given case.
 *
 * The rows are deleted, not truncated, because TRUNCATE and DROP lock readers out and
 * show an empty table to transactions that began before.
 *   REGATTA_EFORMAT  the table lacks a column, or is a view
 *   REGATTA_EIO, REGATTA_ENOMEM */
regatta_status rg_store_replace(rg_store *store, const char *table,
                                const rg_store_column *columns, int n);
/* Adds one row of n cells. */
regatta_status rg_store_put(rg_store *store, const rg_cell *cells);
/* Makes the new rows visible, all at once. After a failure the old rows remain. */
regatta_status rg_store_commit(rg_store *store);
#endif
