/* The records of a log in a model's numbers, and the queries that ask for them. */
#ifndef RG_RANK_LOGGED_RECORDS_H
#define RG_RANK_LOGGED_RECORDS_H
#include "graph/edges.h"
#include "model/model.h"

/* A log in the numbers of its own names. */
typedef struct rg_logged_source {
    int64_t n;
    const uint32_t *user, *item;       /* [n] */
    const uint32_t *user_of, *item_of; /* the model's number of each name, REGATTA_NONE
                                          for an unknown one; NULL: `user` and `item` are
                                          numbers of the model, or REGATTA_NONE */
    const rg_record *record;           /* [n] */
    const int64_t *time;               /* [n], NULL = not known */
} rg_logged_source;

/* Records of known users, those of one query together. A query is a user, or a user at a
 * time of asking; the queries of a user follow each other. */
typedef struct rg_logged_records {
    rg_mem mem;
    int64_t n, n_queries, n_users;
    int64_t *offset;    /* [n_queries + 1] into the arrays of records */
    uint32_t *user;     /* [n_queries] */
    int64_t *at;        /* [n_queries]; NULL: asked at the end of the histories */
    uint32_t *item;     /* [n] REGATTA_NONE: not of the model */
    uint32_t *position; /* [n] from 1 */
    double *propensity, *reward; /* [n] */
    uint32_t *group;             /* [n] the user, from 0 */
    int64_t n_unknown_users;     /* records of the log that are left out */
    int64_t n_unknown_items;     /* records without an item of the model */
} rg_logged_records;

/* Queries are asked at the times of the records if the log and the model have times. The
 * records of a query are in the order of the log. O(n log n). */
regatta_status rg_logged_records_create(regatta_ctx *ctx, rg_logged_records **out,
                                        const regatta_model *model,
                                        const rg_logged_source *source);
void rg_logged_records_free(rg_logged_records *records); /* NULL is a no-op */
/* Return the model's number of the user or the item of record k, or REGATTA_NONE. */
uint32_t rg_logged_user(const rg_logged_source *source, int64_t k);
uint32_t rg_logged_item(const rg_logged_source *source, int64_t k);
#endif
