/* Hierarchical attention of a user's row: over the items of the history, over the groups
 * that they lie in, and over the whole history. */
#ifndef RG_GAT_LEVELS_H
#define RG_GAT_LEVELS_H
#include "gat/adjacency.h"
#include "gat/params.h"

enum { RG_LEVEL_SUMS = RG_N_LEVELS + 2 };

/* Workspace shared by all layers. A pair is a user and a group of its history. */
typedef struct rg_levels {
    rg_mem mem;
    rg_shape shape;
    const rg_adjacency *adj; /* borrowed */
    const uint32_t *group;   /* [n_items], borrowed */
    float *prototype;        /* [layers][n_groups][dim] unit rows in each head */
    float *unit, *norm;      /* [n_users][dim] unit rows of the users' states, and their
                                lengths [n_users][heads] */
    float *mean_norm;        /* [n_groups][heads] lengths of the means of states */
    int64_t *size;           /* [n_groups] items */
    int64_t *first;          /* [n_users + 1] the pairs of a user, by ascending group */
    int64_t n_pairs;
    uint32_t *pair_group;          /* [n_pairs] */
    uint32_t *edge_pair;           /* [edges of users] the place of the pair in its row */
    float *mass, *cosine, *factor; /* [heads][n_pairs] as in rg_level_row */
    float *share; /* [heads][RG_N_LEVELS] of the layer that is computed */
    /* Only for training. */
    int64_t *group_first; /* [n_groups + 1] the pairs of a group, by ascending user */
    int64_t *group_pair;  /* [n_pairs] */
    uint32_t *pair_user;  /* [n_pairs] */
    float *dcosine;       /* [heads][n_pairs] */
    float *dunit;         /* [n_users][dim] */
    float *dmean;         /* [2][n_groups][dim] gradients of prototypes and means */
    double *part;         /* [n_users][heads][RG_LEVEL_SUMS] gradients of parameters */
} rg_levels;

/* For shape->n_groups > 0; group[n_items] is below it. */
regatta_status rg_levels_create(regatta_ctx *ctx, rg_levels **out, const rg_shape *shape,
                                const rg_adjacency *adj, const uint32_t *group,
                                int for_training);
/* out [heads][n_edges]: the weights of layer `layer` on states x from those of attention,
 * att [heads][n_edges]. Rows of items are those of att. */
void rg_levels_forward(rg_levels *w, float *out, const float *att, const float *x,
                       const rg_params *p, int layer, const float *edge_weight,
                       int threads);
/* datt [heads][n_edges] holds the gradient of the weights out, and afterwards that of
 * att. dx += the gradient through the scores of groups; adds to those of the parameters.
 */
void rg_levels_backward(rg_levels *w, float *datt, float *dx, rg_params *grad,
                        const float *att, const float *x, const rg_params *p, int layer,
                        const float *edge_weight, int threads);
void rg_levels_free(rg_levels *w);

/* A user's row of one layer and head, with n items in n_pairs groups. */
typedef struct rg_level_row {
    const float *att, *edge_weight; /* [n], the same sum */
    double keep;                    /* that sum */
    const uint32_t *pair;           /* [n] the place of the item's group */
    int64_t n, n_pairs;
    const float *cosine; /* [n_pairs] of the user's state with the group's prototype */
    float gamma, delta;  /* factors of the cosine and of the logarithm of the share */
    float level[RG_N_LEVELS]; /* the shares of the levels; sum 1 */
    float *mass;              /* [n_pairs] out: the sum of att over the group */
    float *factor;            /* [n_pairs] out: by which the level of groups scales it */
} rg_level_row;
/* Returns the sum of the weights of a row, the same in all heads and layers. */
double rg_level_keep(const float *edge_weight, int64_t n);
/* Fills mass and factor, and out[n], which may be att. */
void rg_level_row_weights(float *out, const rg_level_row *row);
/* The softmax of the logits of a head: level[RG_N_LEVELS][heads] of params. */
void rg_level_shares(float share[RG_N_LEVELS], const float *level, int h, int heads);
#endif
