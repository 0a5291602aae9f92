/* Graphs with a planted structure that training must find. */
#ifndef TESTS_SUPPORT_PLANTED_GRAPH_H
#define TESTS_SUPPORT_PLANTED_GRAPH_H
#include "graph/bipartite.h"

typedef struct planted {
    uint32_t n_users, n_items, communities;
    uint32_t per_user; /* draws of each user: nine in ten from its community's items */
    int with_weight;   /* weights 1..5 */
    uint64_t seed;
} planted;

/* User u is in community u modulo `communities`, item i in i modulo `communities`. */
regatta_status planted_graph(regatta_ctx *ctx, regatta_graph **out, const planted *p);
/* Builds the graph of given pairs (user, item) with decimal names. */
regatta_status graph_of_pairs(regatta_ctx *ctx, regatta_graph **out, uint32_t n_users,
                              uint32_t n_items, int n, const int (*pair)[2]);
/* Returns a context with this number of threads. */
regatta_ctx *test_context(uint32_t threads);
#endif
