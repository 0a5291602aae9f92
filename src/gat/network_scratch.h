/* Workspace of a network besides its states, for network.c and network_thin.c. */
#ifndef RG_GAT_NETWORK_SCRATCH_H
#define RG_GAT_NETWORK_SCRATCH_H
#include "gat/attention/attention.h"
#include "gat/network.h"

struct rg_network_scratch {
    const float *edge_weight; /* [n_edges] of this step: the adjacency's or `thinned` */
    rg_attention *attention;  /* NULL for kind NONE */
    /* Only for training. */
    float *thinned; /* [n_edges] */
    float *grad;    /* [n_nodes][dim] gradient of a state between two layers */
    float *flip;    /* [heads][n_edges] scores read through `reverse`; attention alone */
};
#endif
