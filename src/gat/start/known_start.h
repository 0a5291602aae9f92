/* A start in which some nodes have the rows of another training. */
#ifndef RG_GAT_KNOWN_START_H
#define RG_GAT_KNOWN_START_H
#include "gat/params.h"

/* The rows of a training for the nodes of this one. */
typedef struct rg_known_rows {
    int64_t dim;
    float *x0;    /* [n_nodes][dim] inputs of known nodes; NULL: there are none */
    float *bias;  /* [n_items] */
    uint8_t *has; /* [n_nodes] 1: the node is known */
} rg_known_rows;

/* Frees the arrays, not known itself. */
void rg_known_rows_clear(rg_mem mem, rg_known_rows *known);

/* Gives known nodes their rows and biases. The rows of the others, of the usual start,
 * lie in other axes: with `maps` they are multiplied by T, the ridge regression of the
 * known rows on their usual ones,
 *
 *   (X'X + c I) T = X'Y,   c = the mean of the diagonal of X'X times 1e-3
 *
 * O(nodes dim^2). Nothing known: nothing changes. REGATTA_ENOMEM */
regatta_status rg_known_start(regatta_ctx *ctx, rg_params *p, const rg_known_rows *known,
                              int maps);
#endif
