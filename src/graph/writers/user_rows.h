/* The rows of each user one after another, for lists that do not fit in memory: users in
 * windows, each filled by a pass over the list. */
#ifndef RG_GRAPH_USER_ROWS_H
#define RG_GRAPH_USER_ROWS_H
#include "graph/edges.h"

/* Start from zeros, which rg_user_rows_free may take. */
typedef struct rg_user_rows {
    int64_t *offset;     /* [users + 1] rows of earlier users */
    uint32_t first, end; /* users of the window */
    uint32_t *item;      /* [offset[end] - offset[first]] in the order of the list */
    float *weight;       /* NULL: the list has no weights */
    int64_t *place;      /* [users] where the next row of a user goes */
    int64_t most;        /* rows of a window, unless one user has more */
} rg_user_rows;

/* Counts the rows of each user of a list with a spill, which keeps all ids. */
regatta_status rg_user_rows_begin(regatta_ctx *ctx, rg_user_rows *r, rg_edges *edges);
/* Reads the next users; *more is 0 if there are none. O(rows of the list) */
regatta_status rg_user_rows_next(regatta_ctx *ctx, rg_user_rows *r, rg_edges *edges,
                                 int *more);
void rg_user_rows_free(regatta_ctx *ctx, rg_user_rows *r);
#endif
