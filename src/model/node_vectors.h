/* The node vectors of a model: unit rows of users and items, and the tables for the
 * fold-in of unseen histories. */
#ifndef RG_MODEL_NODE_VECTORS_H
#define RG_MODEL_NODE_VECTORS_H
#include "gat/fold_in.h"
#include "knn/table.h"
#include "model/history.h"
#include "model/weights.h"

typedef struct rg_node_vectors {
    rg_shape shape;
    float scale;              /* 1 / temperature: a score is scale * cosine + bias */
    rg_rows user_vectors;     /* [n_users][dim] unit rows (zeros without edges) */
    rg_rows item_vectors;     /* [n_items][dim] unit rows */
    const float *bias;        /* [n_items] */
    rg_rows item_state;       /* [layers * n_items][dim] */
    const float *item_degree; /* [n_items] */
    rg_rows user_x0;          /* [n_users][dim] or data NULL */
    rg_params *params; /* attention parameters, owned; NULL if the shape has none */
    rg_params *full;   /* these expanded, owned, if they are shared; else NULL */
    uint32_t form[3];  /* share, n_groups and dynamic of the shape, as files have them */
    /* With groups: */
    const uint32_t *group;  /* [n_grouped] groups of items */
    int64_t n_grouped;      /* n_items, except in a copy that is about to grow */
    const float *prototype; /* [layers][n_groups][dim] unit rows in each head */
    const float *recency;   /* [RG_N_RECENCY] of history items (model/recency.h), also
                               in user_vectors; NULL = none */
    uint32_t n_features[3]; /* of users and items, in the input layer, 0: none; then 1 if
                               user_features has rows: files of earlier versions have
                               none */
    rg_rows feature[2];     /* [n_features][dim] their rows: X_0 of a new node */
    /* [n_users] rows of the sparse features of users in the input layer, for a training
       without some of the users; the dense ones are coordinates of "profile", and those
       of items are rows and coordinates of "content" */
    rg_weights user_features;
    rg_table *item_table; /* item_vectors and bias, for scoring; owned */
} rg_node_vectors;

/* Copies the attention parameters of `from`, and expands them. REGATTA_ENOMEM */
regatta_status rg_node_vectors_take_params(regatta_ctx *ctx, rg_node_vectors *v,
                                           const rg_params *from);
/* Expands parameters that are shared. REGATTA_ENOMEM */
regatta_status rg_node_vectors_expand(regatta_ctx *ctx, rg_node_vectors *v);
/* Sets the tables that rg_fold_in reads. */
void rg_node_vectors_fold_tables(rg_fold_tables *out, const rg_node_vectors *v);
/* Returns the size in floats of coef[layers][heads][n] of rg_fold_in. */
int64_t rg_node_vectors_coefs(const rg_node_vectors *v, int64_t n);
/* Returns the floats of workspace for a history of n items: y[dim], coef, and the
 * workspace of the fold-in. */
int64_t rg_node_vectors_floats(const rg_node_vectors *v, int64_t n);
/* Folds the history in; writes y[dim] and coef at the begin of the workspace. Returns
 * |y|. */
double rg_node_vectors_fold(const rg_node_vectors *v, const rg_history *history,
                            float *workspace);
/* Returns 1 if the order or the times of a history change its vector. */
int rg_node_vectors_ordered(const rg_node_vectors *v);
/* Returns 1 if the unit vector of the history is the stored row of its user: not for a
 * history that is folded in, or asked later with weights by age. */
int rg_node_vectors_stored(const rg_node_vectors *v, const rg_history *history);
/* Writes unit[dim]: the user's stored row, or the fold-in of the history scaled to length
 * 1; zeros for an empty history. */
void rg_node_vectors_unit(float *unit, const rg_node_vectors *v,
                          const rg_history *history, float *workspace);
#endif
