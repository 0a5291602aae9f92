/* A network over a tiny graph with its parameters and workspace. */
#ifndef TESTS_SUPPORT_TINY_NETWORK_H
#define TESTS_SUPPORT_TINY_NETWORK_H
#include "gat/network.h"
#include "support/tiny_graph.h"

typedef struct tiny_network {
    regatta_ctx *ctx;
    rg_adjacency *adj;
    rg_params *params, *grad;
    rg_network *net;
    uint32_t *group; /* of the items, one after another */
} tiny_network;

/* The shape gets n_users and n_items from t. Parameters are normal with the given
 * deviation (x0: 0.5), unlike the start of training. */
tiny_network tiny_network_make(const tiny_graph *t, rg_shape shape, int with_items,
                               double deviation, uint64_t seed);
/* Calls rg_network_backward for a complete dy: rows of zeros are not needed. */
void tiny_network_backward(tiny_network *n, float *dy, int threads);
/* Sets active[v] to 1 if row v of g has a non-zero element; returns the number of such
 * rows. */
int64_t tiny_active_rows(uint8_t *active, const float *g, int64_t n, int64_t dim);
void tiny_network_free(tiny_network *n);
#endif
