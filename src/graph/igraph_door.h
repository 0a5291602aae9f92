/* The only file that calls igraph: components, cores, communities of the bipartite
 * graph. igraph 0.10 keeps its error handler and random numbers in process globals, so
 * every call here holds one mutex and restores the host's settings. */
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
#endif
