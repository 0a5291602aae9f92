/* Fold-in: the read-out of one user's row from a history, by the layers' formulas, and
 * the attention that explains a score. */
#ifndef RG_GAT_FOLD_IN_H
#define RG_GAT_FOLD_IN_H
#include "gat/combine.h"
#include "gat/params.h"

/* Decodes rows that are not stored as floats: out[n][dim] of the items row[n] before
 * `layer`, or with RG_FOLD_X0 of the users. */
enum { RG_FOLD_X0 = -1 };
typedef void (*rg_fold_fetch_fn)(float *out, const void *from, int layer,
                                 const uint32_t *row, int64_t n);

/* The tables of a model that the fold-in reads. Pointers are borrowed. */
typedef struct rg_fold_tables {
    rg_shape shape;
    const float *item_state;  /* [layers][n_items][dim]: X_0 .. X_{L-1} of the items */
    const float *item_degree; /* [n_items] D_i */
    const float *user_x0;     /* [n_users][dim]; may be NULL when neither the attention
                                 kind (not NONE) nor the combine (ALL) reads it */
    const rg_params *params;  /* attention parameters, expanded; x0 and bias are not
                                 read */
    const uint32_t *group;    /* [n_items] groups of items; NULL: no hierarchy, also of a
                                 shape that has one (rows of items) */
    int side;                 /* of the rows that are folded in: 0 users, 1 items */
    const float *prototype;   /* [layers][n_groups][dim] of the groups, unit rows in each
                                 head */
    rg_fold_fetch_fn fetch;   /* not NULL: rows come from fetch(.., fetch_from, ..);
                                 item_state and the memory of user_x0 are not read */
    const void *fetch_from;
} rg_fold_tables;

/* Floats of workspace for a history of n items; at least 3 dim. */
int64_t rg_fold_in_floats(const rg_shape *shape, int64_t n);

/* A history to fold in, of n items. */
typedef struct rg_fold_history {
    uint32_t user; /* of training, or REGATTA_NONE */
    const uint32_t *item;
    const float *weight;  /* NULL = all 1 */
    const float *log_age; /* ln(1 + days) of each item; NULL = all 0 */
    int64_t n;
} rg_fold_history;

/* y[dim], and coef[layers][heads][n] with y's head h = sum_l c_l sum_e coef[l][h][e]
 * item_state[l][item[e]] (+ c_0 user_x0): the layers' own formula for a user's row, the
 * edge weights q = w (D_u D_i)^-1/2 with D_u = sum of w. The query of layer 0 is
 * user_x0[user] for a user of training (user != REGATTA_NONE), else the
 * edge-weighted sum of the history's X_0; the query of layer l > 0 is the row's
 * own X_l. With attention NONE and combine MEAN or LAST, a training
 * user's own history gives their trained vector to rounding. n = 0 gives zeros (+ c_0
 * user_x0). O(n * dim * layers), with dot or gat kinds O(n * dim^2 * layers). */
void rg_fold_in(float *y, float *coef, const rg_fold_tables *t,
                const rg_fold_history *history, float *workspace);
#endif
