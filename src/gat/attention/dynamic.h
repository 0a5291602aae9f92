/* Dynamic attention: a temperature of the scores by side and degree, and terms of the
 * neighbour. */
#ifndef RG_GAT_DYNAMIC_H
#define RG_GAT_DYNAMIC_H
#include "gat/adjacency.h"
#include "gat/params.h"

/* An edge from row v to neighbour w as the terms see it. */
typedef struct rg_dynamic_edge {
    int side;            /* of the row: 0 users, 1 items */
    float log_degree[2]; /* ln(D / 16) of the row, and of the neighbour */
    float typed;         /* 1: of the item graph */
    float age;           /* ln(1 + days) of the interaction, 0 without times */
} rg_dynamic_edge;

/* ln(D / 16), 0 for a node without interactions. */
float rg_log_degree(double degree);
/* ln(1 + days) of `seconds`, at least 0. */
float rg_log_age(int64_t seconds);
/* Return the factor of a score, and what is added to it; theta [RG_N_DYNAMIC][2]. */
float rg_dynamic_factor(const float *theta, const rg_dynamic_edge *e);
float rg_dynamic_term(const float *theta, const rg_dynamic_edge *e);

/* score [heads][n_edges] in place. */
void rg_dynamic_forward(float *score, const float *theta, const rg_adjacency *adj,
                        int heads, int threads);
/* dscore [heads][n_edges]: the gradient of the scores after, then before; adds to dtheta.
 * score: before. part: RG_DYNAMIC_PARTS(n_nodes) doubles of scratch. */
void rg_dynamic_backward(float *dscore, float *dtheta, double *part, const float *score,
                         const float *theta, const rg_adjacency *adj, int heads,
                         int threads);
enum { RG_DYNAMIC_ROWS = 256 };
#define RG_DYNAMIC_PARTS(n_nodes)                                                        \
    (((n_nodes) + RG_DYNAMIC_ROWS - 1) / RG_DYNAMIC_ROWS * RG_N_DYNAMIC * 2)
#endif
