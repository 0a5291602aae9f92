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
/* rg_network_backward of n for a dy whose rows are all known: those of zeros need none.
 */
void tiny_network_backward(tiny_network *n, float *dy, int threads);
/* active[v] = row v of g has an element other than zero; returns how many rows have. */
int64_t tiny_active_rows(uint8_t *active, const float *g, int64_t n, int64_t dim);
void tiny_network_free(tiny_network *n);
#endif
