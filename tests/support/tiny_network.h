/* A network over a tiny graph with everything a test of it needs. */
#ifndef TESTS_SUPPORT_TINY_NETWORK_H
#define TESTS_SUPPORT_TINY_NETWORK_H
#include "gat/network.h"
#include "support/tiny_graph.h"

typedef struct tiny_network {
    regatta_ctx *ctx;
    rg_adjacency *adj;
    rg_params *params, *grad;
    rg_network *net;
} tiny_network;

/* shape's n_users and n_items are taken from t. Parameters are normal with the given
 * deviation (x0: 0.5), not the start that training uses. */
tiny_network tiny_network_make(const tiny_graph *t, rg_shape shape, int with_items,
                               double deviation, uint64_t seed);
void tiny_network_free(tiny_network *n);
#endif
