/* The input layer with features of nodes, and id dropout.
 *
 *   X_0 = E + F W
 *
 * E has a free row of each node, F the features of the nodes, W a learned row of each
 * feature. A *cold* node has neither a row of E nor edges: X_0 = F W alone is its row,
 * and its read-out. Nodes without edges are always cold, and each step draws a share of
 * the nodes with features (DropoutNet, Volkovs, Yu and Poutanen, NeurIPS 2017): so F W
 * learns to carry a node that training does not have. */
#ifndef RG_GAT_FEATURE_INPUT_H
#define RG_GAT_FEATURE_INPUT_H
#include "gat/adjacency.h"
#include "gat/params.h"
#include "linalg/csr.h"

/* Features of users [0] and items [1] as sparse rows and as their transposes; NULL: a
 * side has none. With values. */
typedef struct rg_node_features {
    rg_csr *rows[2];    /* [nodes of the side][features] F */
    rg_csr *columns[2]; /* [features][nodes of the side] F' */
} rg_node_features;

/* Returns 1 if a side has features. */
int rg_node_features_any(const rg_node_features *f);
/* Sets shape->n_features. */
void rg_node_features_shape(rg_shape *shape, const rg_node_features *f);
/* Frees the rows of both sides, not f itself. */
void rg_node_features_clear(rg_node_features *f);

/* Marks the cold nodes of a step in cold[n_nodes]: those without edges, and each node
 * with features with probability `share`. A function of (seed, step, node). */
void rg_feature_input_draw(uint8_t *cold, const rg_node_features *f,
                           const rg_adjacency *adj, float share, uint64_t seed,
                           uint64_t step, int threads);
/* x[n_nodes][dim] = E + F W, with E = p->x0 and W = p->w. O((nodes + features of nodes)
 * dim). */
void rg_feature_input_forward(float *x, const rg_params *p, const rg_node_features *f,
                              const uint8_t *cold, int threads);
/* grad->w from dx[n_nodes][dim] (dL/dX_0), which becomes dL/dE: zero for cold nodes. */
void rg_feature_input_backward(rg_params *grad, float *dx, const rg_node_features *f,
                               const uint8_t *cold, int threads);
/* Splits a start X_0 = p->x0 into F W, its ridge regression on the features, and E, the
 * rest, so that training begins as without features:
 *
 *   (F'F + lambda I) W = F' X_0
 *
 * by RG_INPUT_STEPS conjugate-gradient steps, each column on its own. REGATTA_ENOMEM */
enum { RG_INPUT_STEPS = 12 };
regatta_status rg_feature_input_start(regatta_ctx *ctx, rg_params *p,
                                      const rg_node_features *f);
/* Returns the FLOPs of rg_feature_input_forward, which those of the backward are too. */
double rg_feature_input_flops(const rg_node_features *f, int64_t n_nodes, int64_t dim);
#endif
