/* Lists of interactions that do not fit in memory: a reader's list spills its rows to a
 * temporary file, and the list is read back block by block. */
#ifndef RG_GRAPH_EDGE_SPILL_H
#define RG_GRAPH_EDGE_SPILL_H
#include "graph/edges.h"
#include "graph/times/reader_time.h"

/* What the lists of a context's readers hold in memory. */
typedef struct rg_spill_plan {
    int64_t rows;  /* rows, above 0 */
    int64_t names; /* ids of users and items, and 64 bytes for each; 0: all ids, which
                      then keep their numbers */
} rg_spill_plan;

typedef struct rg_spill rg_spill;

regatta_status rg_spill_create(regatta_ctx *ctx, rg_spill **out,
                               const rg_spill_plan *plan);
void rg_spill_free(rg_spill *spill); /* NULL is a no-op */

/* The planned rows of a list with a spill. */
int64_t rg_spill_rows(const rg_edges *edges);

/* Before a row is added: moves the rows to the spill if they are as many as planned. */
regatta_status rg_spill_full(rg_edges *edges);
/* Between rows, when the caller holds no number of an id: moves the rows and all ids to
 * the spill if the ids are more than planned, so that numbers begin at 0 again. A no-op
 * for a list without a spill. */
regatta_status rg_spill_rest(rg_edges *edges);
/* After the last row: if rows were spilled, moves the others too, so that all times are
 * converted by `times` when they are read back; else a no-op. */
regatta_status rg_spill_times(rg_edges *edges, const rg_times *times);

/* Reads a list with a spill from its begin; no row is added any more. */
regatta_status rg_spill_rewind(rg_edges *edges);
/* Makes the next rows those of the arrays; *more is 0 if there are none. With planned
 * names the maps hold the ids of these rows. A list of which nothing was spilled has its
 * rows at once. */
regatta_status rg_spill_next(regatta_ctx *ctx, rg_edges *edges, int *more);
#endif
