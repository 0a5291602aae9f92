/* The only file that calls igraph: components, cores, communities of the bipartite
 * graph, and the layout of small graphs. igraph 0.10 keeps its error handler and random
 * numbers in process globals, so every call here holds one mutex and restores the host's
 * settings. */
#ifndef RG_GRAPH_IGRAPH_DOOR_H
#define RG_GRAPH_IGRAPH_DOOR_H
#include "graph/bipartite.h"

typedef struct rg_structure {
    uint32_t n_components, largest_component;
    uint32_t max_core, max_core_nodes;
    uint32_t n_communities;
    double modularity;
} rg_structure;

/* ENOMEM, EIO when igraph cannot be loaded, or EINTERNAL with the message of igraph.
 * community (may be NULL) receives the community of each node, users first, [n_users +
 * n_items]. */
regatta_status rg_igraph_structure(regatta_ctx *ctx, rg_structure *out,
                                   uint32_t *community, const regatta_graph *graph);

/* Places the nodes of an undirected graph in the plane (Kamada and Kawai, "An algorithm
 * for drawing general undirected graphs", 1989): x[n], y[n] in the unit square. Edge e
 * joins end[2 e] and end[2 e + 1] and has the length length[e] > 0. The same result at
 * every call. O(n^2) a step, for at most some hundred nodes. Codes as above. */
regatta_status rg_igraph_layout(regatta_ctx *ctx, double *x, double *y, int64_t n,
                                const uint32_t *end, const double *length,
                                int64_t n_edges);
#endif
