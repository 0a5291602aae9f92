/* The rows of a list of interactions by user: a stable counting sort by several threads,
 * each of which takes a part of the list. The result does not depend on their number. */
#ifndef RG_GRAPH_ROWS_BY_USER_H
#define RG_GRAPH_ROWS_BY_USER_H
#include "graph/edges.h"

typedef struct rg_by_user {
    rg_mem mem;
    int64_t n_users, longest; /* longest: the most rows of a user */
    int64_t *offset;          /* [n_users + 1] where the rows of each user begin */
    /* [n] of the r-th row of user u at offset[u] + r: its item << 32 | r, until the user
     * is sorted */
    uint64_t *pair;
    int64_t *row; /* [n] numbers of the rows in the list; NULL if not asked for */
} rg_by_user;

/* REGATTA_EFORMAT for a user with more than 2^32 - 1 rows. Zeroed rows may be freed.
 * O(n + users) of time; 8 bytes a row, 16 with numbers. */
regatta_status rg_by_user_make(regatta_ctx *ctx, rg_by_user *rows, const rg_edges *e,
                               int with_numbers);
/* Sorts the pairs of a user by item, those of one item by r. */
void rg_by_user_sort(rg_by_user *rows, int64_t user);
/* Returns the number of the r-th row of a user in the list. */
static inline int64_t rg_by_user_at(const rg_by_user *rows, int64_t user, uint64_t pair)
{
    return rows->row[rows->offset[user] + (int64_t)(pair & UINT32_MAX)];
}
void rg_by_user_free(rg_by_user *rows);
#endif
