/* Attention of one layer, for any kind: weights from states, and gradients. */
#ifndef RG_GAT_ATTENTION_H
#define RG_GAT_ATTENTION_H
#include "gat/adjacency.h"
#include "gat/params.h"

/* Workspace shared by all layers; node tables are [n_nodes][dim] unless said. */
typedef struct rg_attention {
    rg_mem mem;
    rg_shape shape;
    const rg_adjacency *adj; /* borrowed */
    float *unit;             /* rows of length 1 in each head (cosine) or sqrt(dim) */
    float *norm;             /* [n_nodes][heads or 1] */
    float *query, *key;      /* dot, gatv2; gat: query holds U */
    float *half;             /* gat: [2][n_nodes][heads] */
    /* Only for training. */
    float *dquery, *dkey; /* cosine: dquery is the gradient of unit */
    float *dhalf;         /* gat: [2][n_nodes][heads] */
    float *square;        /* [dim][dim] */
    double *part;         /* of rg_column_dots */
    double *dynamic_part; /* dynamic: of rg_dynamic_backward */
} rg_attention;

/* Return the length of the rows that the kind scores, and the number of parts that
 * have this length. */
float rg_attention_length(const rg_shape *shape);
int rg_attention_parts(const rg_shape *shape);
/* Returns the factor of a score: 1 / sqrt(dim / heads) for scaled dot, else 1. */
float rg_attention_factor(const rg_shape *shape);

/* For a kind other than NONE, or dynamic attention. */
regatta_status rg_attention_create(regatta_ctx *ctx, rg_attention **out,
                                   const rg_shape *shape, const rg_adjacency *adj,
                                   int for_training);
/* score [heads][n_edges] of layer `layer` on states x: without the factors and terms of
 * dynamic attention the input of the softmax. */
void rg_attention_scores(rg_attention *w, float *score, const float *x,
                         const rg_params *p, int layer, int threads);
/* att [heads][n_edges] = c_v alpha_vw of layer `layer` on states x. */
void rg_attention_forward(rg_attention *w, float *att, const float *x, const rg_params *p,
                          int layer, const float *edge_weight, int threads);
/* dx += the gradient through the attention weights, given that of att: dscore [heads]
 * [n_edges] holds it, and is scratch; adds to the layer's parameter gradients. flip
 * [heads][n_edges] is scratch. */
void rg_attention_backward(rg_attention *w, float *dx, rg_params *grad, float *dscore,
                           float *flip, const float *att, const float *x,
                           const rg_params *p, int layer, const float *edge_weight,
                           int threads);
void rg_attention_free(rg_attention *w);
#endif
