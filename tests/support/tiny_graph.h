/* Small graphs for the tests of layers, built without a reader. */
#ifndef TESTS_SUPPORT_TINY_GRAPH_H
#define TESTS_SUPPORT_TINY_GRAPH_H
#include "graph/bipartite.h"

/* Contains its arrays; `graph` and the CSRs point into it. No id maps. */
typedef struct tiny_graph {
    regatta_graph graph;
    rg_csr by_user, by_item;
    float *weight; /* [n_edges] by_user's order */
    rg_csr item_graph;
} tiny_graph;

/* Builds a graph from n pairs (user, item), sorted by user and item, with weights (NULL =
 * 1). */
tiny_graph *tiny_from_pairs(int n_users, int n_items, int n, const int (*pair)[2],
                            const float *weight);
/* Builds a graph in which each pair is an edge with probability `density`, weights in
 * [0.5, 2); user 0 has all items (a hub), the last user and the last item have no edges.
 * Its item graph is random, symmetric, without a diagonal. */
tiny_graph *tiny_random(int n_users, int n_items, double density, uint64_t seed);
void tiny_free(tiny_graph *t);
#endif
