/* Which entries of the rows of a walk are read if communities come first.
 *
 *   M_c = sum_{i in H} r_i m_ic     m_ic: the sum of w_ij scale_j above 0, j in c
 *
 * Of the n_c entries of a community f_c n_c are read, f_c = min(1, lambda M_c), with
 * lambda such that these are a given share of all entries: the best communities are read
 * whole, of others the more the more the history gives them. Each row gives the same
 * share of its entries in a community, the largest first. */
#ifndef RG_RANK_WALK_COMMUNITIES_H
#define RG_RANK_WALK_COMMUNITIES_H
#include "model/communities/reach_blocks.h"

/* The room of one thread. */
typedef struct rg_tour rg_tour;

/* Entries of a row: those at place[first] .. place[first + n - 1] of the blocks. */
typedef struct rg_tour_part {
    int64_t first, n;
    uint32_t item; /* of the row */
    float weight;  /* of the item in the walk */
} rg_tour_part;

/* For walks of up to `rows` rows. */
regatta_status rg_tour_create(regatta_ctx *ctx, rg_tour **out, const regatta_model *model,
                              int64_t rows);
void rg_tour_free(regatta_ctx *ctx, rg_tour *tour); /* NULL is a no-op */

/* Begins a walk; then adds its rows one by one, items with their weights. */
void rg_tour_begin(rg_tour *tour, const rg_reach_blocks *blocks);
void rg_tour_add(rg_tour *tour, uint32_t item, float weight);

/* What a plan reads. */
typedef struct rg_tour_plan {
    const rg_tour_part *part; /* [n] in the order of reading */
    int64_t n;
    int64_t blocks, entries; /* blocks of all rows; entries of the parts */
    int64_t whole;           /* entries of all rows */
} rg_tour_plan;

/* Plans the reading of `share` of the entries of the rows, rounded up. The parts are the
 * tour's, until it begins again. O(blocks + communities of the rows log). */
rg_tour_plan rg_tour_end(rg_tour *tour, double share);
#endif
