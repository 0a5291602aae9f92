/* Attention layers one after another over the adjacency, and the read-out. */
#ifndef RG_GAT_NETWORK_H
#define RG_GAT_NETWORK_H
#include "gat/adjacency.h"
#include "gat/feature_input.h"
#include "gat/params.h"

/* Workspace of one training or inference run; sized once. */
typedef struct rg_network {
    rg_mem mem;
    rg_shape shape;
    const rg_adjacency *adj;          /* borrowed */
    float *state[RG_MAX_LAYERS + 1];  /* X_0 (borrowed: of the params, or `input`) .. X_L,
                                         [n_nodes][dim] */
    float *y;                         /* [n_nodes][dim] the read-out */
    float *edge[RG_MAX_LAYERS];       /* the weights of layers, [heads][n_edges]; without
                                         attention and hierarchy the edge weights, possibly
                                         thinned */
    const rg_node_features *features; /* borrowed; NULL: the input is E alone */
    float *input;                     /* with features: X_0 [n_nodes][dim] */
    uint8_t *cold;                    /* with features: [n_nodes] of this step */
    struct rg_network_scratch *scratch;
} rg_network;

/* group[n_items] (borrowed): the groups of items; NULL for shape->n_groups 0. */
regatta_status rg_network_create(regatta_ctx *ctx, rg_network **out,
                                 const rg_shape *shape, const rg_adjacency *adj,
                                 const uint32_t *group, int for_training);
/* Returns the prototypes of the groups in the last forward pass, [layers][n_groups][dim];
 * NULL without groups. */
const float *rg_network_prototypes(const rg_network *net);

/* Gives the network an input layer with features, whose nodes without edges are cold;
 * adj->reverse is needed. REGATTA_ENOMEM */
regatta_status rg_network_take_features(regatta_ctx *ctx, rg_network *net,
                                        const rg_node_features *features);
/* Makes rg_network_backward give the rows of these items (borrowed) alone in the gradient
 * of x0, which then has a panel (rg_params_create_panel); for users divided among ranks.
 * REGATTA_ENOMEM */
regatta_status rg_network_take_panel(regatta_ctx *ctx, rg_network *net,
                                     const rg_shares *items);
/* Draws the cold nodes of this step (feature_input.h); before rg_network_thin, which
 * drops their edges. share 0: only nodes without edges. */
void rg_network_cool(rg_network *net, float share, uint64_t seed, uint64_t step,
                     int threads);

/* Sets the edge weights of this step: drops each undirected edge with probability
 * `share` and scales the others by 1 / (1 - share); share 0 restores the edge weights. */
void rg_network_thin(rg_network *net, float share, uint64_t seed, uint64_t step,
                     int threads);

/* net->y from the parameters. */
void rg_network_forward(rg_network *net, const rg_params *p, int threads);
/* Computes only the rows of y with needed[v] != 0; the other rows of y and of the last
 * state are undefined. A step needs the items and the users of its block; the last
 * layer skips the other users. */
void rg_network_forward_rows(rg_network *net, const rg_params *p, const uint8_t *needed,
                             int threads);

/* Gradients of the parameters from dy [n_nodes][dim] (dL/dy), whose rows with
 * needed[v] = 0 are taken for zero and not read: those of x0 and of features overwritten,
 * those of the attention accumulated (zero them before); bias is not touched. dy is used
 * as scratch, and the states of networks without attention and groups. After
 * rg_network_forward or rg_network_forward_rows of the same rows. */
void rg_network_backward(rg_network *net, rg_params *grad, const rg_params *p, float *dy,
                         const uint8_t *needed, int threads);
/* Return the FLOPs of a pass whose last layer reads last_edges of the adjacency's edges.
 * Forward: 2 dim for each edge of a layer, and dim for each node and layer of the
 * read-out; with attention, 2 dim more for each edge's scores, and 2 for each node and
 * parameter; with groups, 2 dim for each node; with dynamic terms, 4 for each edge and
 * head. Backward: the same, with attention or
 * groups twice as many. With features, those of the input layer besides. */
double rg_network_forward_flops(const rg_network *net, const rg_params *p,
                                int64_t last_edges);
double rg_network_backward_flops(const rg_network *net, const rg_params *p,
                                 int64_t last_edges);
/* Frees what only rg_network_backward needs; net may be NULL. */
void rg_network_end_steps(rg_network *net);
/* Frees the table of state l, after the last pass; that of layer 0 is not the network's,
 * and stays. */
void rg_network_drop_state(rg_network *net, int l);
void rg_network_free(rg_network *net);
#endif
