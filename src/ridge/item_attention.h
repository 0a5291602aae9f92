/* Item attention: the weight of each item of a history for each candidate, in closed
 * form (docs/model.md). On the transpose of R the same is attention between users. */
#ifndef RG_RIDGE_ITEM_ATTENTION_H
#define RG_RIDGE_ITEM_ATTENTION_H
#include "ridge/local_ridge.h"

typedef struct rg_item_attention_options {
    double user_power;      /* a: a user counts d_u^-a, >= 0 */
    double lambda, theta;   /* ridge, as in rg_ridge_shape */
    double candidate_power; /* c: a candidate's score is divided by d_j^c */
    int64_t neighbours;     /* m, >= 1 */
    int64_t cap;            /* histories above it are sampled inside G, >= 1 */
    int64_t table_bytes;    /* memory for the dense part of G */
    int steps;              /* conjugate-gradient steps */
    float tolerance;
    uint64_t seed; /* of the sampling */
    int ordered;   /* 1: the rows are sequences, and an item is predicted from its context
                      alone; nothing is sampled */
    rg_context context; /* of an ordered ridge */
    double mean_self; /* gbar of the ridge (local_ridge.h); 0 = the mean over the items */
} rg_item_attention_options;

rg_item_attention_options rg_item_attention_defaults(void);

/* Creates the co-occurrence that the options ask for; `by_user` is borrowed. */
regatta_status rg_item_attention_gram(regatta_ctx *ctx, rg_cooccurrence **out,
                                      const rg_csr *by_user,
                                      const rg_item_attention_options *options);

/* Weights between items of a history (i) and candidates (j). */
typedef struct rg_item_attention {
    rg_mem mem;
    int64_t n_items;
    rg_csr *by_target; /* row j: its N(j) and w_ij */
    rg_csr
        *by_history;  /* the transpose, row i: the candidates with a weight from item i */
    float *scale;     /* [n_items] d_j^-c; 1 for an item without users */
    float *degree;    /* [n_items] d_j, users of the item */
    double mean_self; /* gbar of a local ridge; 0 of weights from elsewhere */
} rg_item_attention;

/* Of the histories `by_user` (users x items; not kept). Memory: the result (m entries an
 * item, 16 bytes each), table_bytes, and for each thread m^2 floats and a few rows of
 * n_items and n_users. Same bits at any thread count. */
regatta_status rg_item_attention_build(regatta_ctx *ctx, rg_item_attention **out,
                                       const rg_csr *by_user,
                                       const rg_item_attention_options *options);

/* Item attention before some rows changed. */
typedef struct rg_attention_old {
    const rg_csr *by_target; /* of the items before, the first ones */
    const uint8_t *changed;  /* [rows of by_user] 1: the row is new or has new items */
} rg_attention_old;

/* As rg_item_attention_build, for rows that only gained items: solves the targets whose
 * systems changed, and keeps the weights of the others. options->mean_self is that of the
 * weights before. A target's system changed if the target or one of its neighbours is an
 * item of a changed row: other entries of G, degrees and neighbourhoods are the same.
 * *n_solved is the number of targets solved. The cost follows them. */
regatta_status rg_item_attention_update(regatta_ctx *ctx, rg_item_attention **out,
                                        const rg_csr *by_user,
                                        const rg_item_attention_options *options,
                                        const rg_attention_old *before,
                                        int64_t *n_solved);

/* Replaces the values of weights by target by the local ridge over the stored ones alone:
 * the neighbours of target j are those of row j, ascending and without j. `g` is that of
 * rg_item_attention_gram. Same bits at any thread count. REGATTA_ENOMEM */
regatta_status rg_item_attention_solve(regatta_ctx *ctx, rg_csr *by_target,
                                       const rg_cooccurrence *g,
                                       const rg_item_attention_options *options);

/* Creates item attention from weights by target (owned on success); scale as above
 * from degree[n_items]. */
regatta_status rg_item_attention_from_weights(regatta_ctx *ctx, rg_item_attention **out,
                                              rg_csr *by_target, const float *degree,
                                              double candidate_power);
/* Sets another c: only scale changes. */
void rg_item_attention_set_power(rg_item_attention *a, double candidate_power);
void rg_item_attention_free(rg_item_attention *a); /* NULL is a no-op */
#endif
