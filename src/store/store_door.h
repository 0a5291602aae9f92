/* The operations of a database behind rg_store. Each door is one file, the only one that
 * calls its library. */
#ifndef RG_STORE_STORE_DOOR_H
#define RG_STORE_STORE_DOOR_H
#include "base/ctx.h"
#include "base/text/text.h"
#include "store/store.h"

typedef struct rg_store_ops {
    regatta_status (*open)(rg_store *s, const char *place);
    regatta_status (*query)(rg_store *s, const char *sql); /* sets columns and cells */
    regatta_status (*row)(rg_store *s, int *has_row);      /* fills cells */
    const char *tables; /* a query for the names of tables and views */
    regatta_status (*replace)(rg_store *s, const char *table,
                              const rg_store_column *columns, int n);
    regatta_status (*put)(rg_store *s, const rg_cell *cells);
    regatta_status (*commit)(rg_store *s);
    void (*close)(rg_store *s);
} rg_store_ops;

struct rg_store {
    regatta_ctx *ctx;
    const rg_store_ops *ops;
    char name[RG_SHOWN_PLACE];
    int writing;
    int n_columns; /* of the query, or of the table to write */
    char **column; /* [n_columns] names of a query */
    rg_cell *cell; /* [n_columns] of a query's row */
    void *door;    /* the connection, of the type that the door defines */
};

/* Sets n_columns and makes room for the names and cells. */
regatta_status rg_store_set_columns(rg_store *s, int n);
regatta_status rg_store_set_column(rg_store *s, int k, const char *name);
/* The query without blanks and semicolons at its end. */
int64_t rg_store_query_length(const char *sql);

#ifdef RG_SQLITE_SONAME
extern const rg_store_ops rg_sqlite_ops;
#endif
#ifdef RG_LIBPQ_SONAME
extern const rg_store_ops rg_postgres_ops;
#endif
#endif
