/* The user-item graph: CSR both ways. */
#ifndef RG_GRAPH_BIPARTITE_H
#define RG_GRAPH_BIPARTITE_H
#include "graph/build/read_rules.h"
#include "graph/edges.h"
#include "graph/sequences.h"
#include "linalg/csr.h"
#include <regatta/graph.h>

struct regatta_graph {
    rg_mem mem;
    rg_idmap *users, *items;
    rg_csr *by_user; /* users x items; value = weight, NULL when all are 1 */
    rg_csr *by_item; /* its transpose, without values */
    int64_t *time;   /* [n_edges] in by_user's order, NULL without times; seconds */
    /* The interactions of each user in order (graph/interactions.h). NULL = those of
     * by_user in its order. For graphs with a repeated pair it contains times, and
     * weights unless all are 1; otherwise those of the edges apply. */
    rg_sequences *sequences;
    /* users x items that the user dislikes, and the times; NULL = none. No pair is in
     * by_user too; nodes that only dislikes have are without edges there. */
    rg_csr *disliked;
    int64_t *disliked_time; /* NULL without times */
    /* users x items that the user was shown, an entry for each impression, ascending, and
     * their times; NULL = none. Pairs that are interactions, or dislikes, may be here
     * too: whoever reads exposure leaves out what the user has. */
    rg_csr *shown;
    int64_t *shown_time; /* NULL without times */
    regatta_dedup dedup; /* how repeats were merged to one edge */
    rg_read_rules
        *rules; /* owned; NULL: every row of the file counted, or there was none */
    /* The nodes of the target domain, which come first; the others are context from other
     * domains (graph/merge.h). All nodes in a graph of one domain. */
    uint32_t n_own_users, n_own_items;
    uint64_t hash; /* of names, edges, weights and times; not of the order */
};

/* Rows with the weight RG_IMPRESSION are impressions, others with a weight below 0
 * dislikes; the latest row of a pair that is no impression decides. The rest are sorted,
 * duplicates merged by `dedup` (counted in *n_duplicates, may be NULL), both CSRs are
 * built. Moves the id maps out of `edges` on success. */
regatta_status rg_bipartite_build(regatta_ctx *ctx, regatta_graph **out, rg_edges *edges,
                                  regatta_dedup dedup, int64_t *n_duplicates);
/* The sub-graph of the edges with keep[e] != 0 (by_user's order), all nodes kept. */
regatta_status rg_bipartite_select(regatta_ctx *ctx, regatta_graph **out,
                                   const regatta_graph *graph, const uint8_t *keep);
/* The sub-graph of the kept nodes (keep_user[n_users], keep_item[n_items]), renumbered
 * in order. */
regatta_status rg_bipartite_induce(regatta_ctx *ctx, regatta_graph **out,
                                   const regatta_graph *graph, const uint8_t *keep_user,
                                   const uint8_t *keep_item);
/* Returns the number of items of the target domain in the row of a user: the first ones
 * of the row; 0 for a user of other domains. */
int64_t rg_bipartite_own_degree(const regatta_graph *graph, int64_t user);
/* Returns the number of users of the target domain in the row of an item: the first ones
 * of the row; 0 for an item of other domains. */
int64_t rg_bipartite_own_users(const regatta_graph *graph, int64_t item);
/* Completes a graph of names and by_user: drops weights that are all 1, and makes the
 * transpose and the hash. */
regatta_status rg_bipartite_complete(regatta_ctx *ctx, regatta_graph *g);
/* Computes the hash of a graph again, after a change of its weights. */
void rg_bipartite_rehash(regatta_graph *graph);
/* Returns 1 if no id of a user or an item of `source` is one of the graph's own. */
int rg_graph_is_apart(const regatta_graph *graph, const regatta_graph *source);
#endif
