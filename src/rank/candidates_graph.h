/* Candidates from the graph: the items to which the history attends, two hops away.
 *
 *   x_j = scale_j sum_{i in H} r_i w_ij      over the rows of rg_reach
 *
 * the raw score of channel items with bounded work: H are the RG_WALK_ITEMS items of the
 * history with the largest r_i / sqrt(1 + users of i) (like the normalised edge weight,
 * it favours items of few users; ties to the lower item), each with at most
 * RG_REACH_TARGETS targets. */
#ifndef RG_RANK_CANDIDATES_GRAPH_H
#define RG_RANK_CANDIDATES_GRAPH_H
#include "model/candidates_tables.h"
#include "rank/scorer.h"

enum { RG_WALK_ITEMS = 192 };

/* The sums of one thread, sized for its longest walk. */
typedef struct rg_walk rg_walk;

/* The tables of a walk, and how it reads them. */
typedef struct rg_walk_plan {
    const rg_reach *reach;
    const rg_reach_blocks *blocks; /* NULL: the walk reads all entries */
    double share;                  /* with blocks: of the entries, communities first
                                      (walk_communities.h) */
} rg_walk_plan;

/* Allocates walks for histories of up to `longest` items. */
regatta_status rg_walks_create(regatta_ctx *ctx, rg_walk **out,
                               const regatta_model *model, const rg_walk_plan *plan,
                               int64_t longest, int threads);
void rg_walks_free(regatta_ctx *ctx, rg_walk *walks, int threads); /* NULL is a no-op */
rg_walk *rg_walk_at(rg_walk *walks, int thread);

/* Writes the n best allowed items (rg_allow_create) with x_j > 0 that are not in
 * skip[n_skip], which ascends: best first, ties to the lower item. Returns their
 * number; reads[REGATTA_N_READS] receives what was read. */
int64_t rg_walk_best(rg_walk *walk, uint32_t *items, float *scores, int64_t *reads,
                     int64_t n, const regatta_model *model, const rg_walk_plan *plan,
                     const rg_history *history, const uint32_t *allow,
                     const uint32_t *skip, int64_t n_skip);
#endif
