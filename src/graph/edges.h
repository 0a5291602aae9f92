/* A growing list of interactions, filled by readers and converted to graphs. */
#ifndef RG_GRAPH_EDGES_H
#define RG_GRAPH_EDGES_H
#include "base/text/float_text.h"
#include "graph/idmap.h"
#include <math.h>

/* The weight of an impression: the item was shown to the user, who did not take it. */
#define RG_IMPRESSION (-INFINITY)

/* What a record of logged feedback has beyond user, item and time. */
typedef struct rg_record {
    double reward, propensity;
    int64_t line;      /* of the file */
    uint32_t position; /* as in the file; 0 without a column */
} rg_record;

/* Returns 1 for the word that stands for the weight of an impression, `shown`. */
int rg_is_impression(const char *text, int64_t length);
/* Writes a weight as readers take it: as rg_format_float, or the word of an impression.
 */
int rg_format_weight(char text[RG_FLOAT_BYTES], float weight);

typedef struct rg_edges {
    rg_mem mem;
    int64_t n, capacity;
    int64_t n_before;       /* rows before those of the arrays, in the spill */
    struct rg_spill *spill; /* of the rows beyond a number (graph/edge_spill.h); NULL: all
                               are in the arrays */
    uint32_t *user, *item;
    float *weight;     /* NULL until has_weight */
    int64_t *time;     /* NULL until has_time; seconds */
    rg_record *record; /* NULL until rg_edges_keep_records */
    int has_weight, has_time;
    rg_idmap *users, *items;
} rg_edges;

/* With a spill if ctx->spill asks for one. */
regatta_status rg_edges_create(regatta_ctx *ctx, rg_edges **out, int has_weight,
                               int has_time);
/* Makes room for records, which the caller fills after rg_edges_add, in an empty list. */
regatta_status rg_edges_keep_records(regatta_ctx *ctx, rg_edges *edges);
/* Appends an interaction; weight and time are ignored if the list has none. */
regatta_status rg_edges_add(regatta_ctx *ctx, rg_edges *edges, uint32_t user,
                            uint32_t item, float weight, int64_t time);
/* Makes room for n more interactions of a list without a spill. */
regatta_status rg_edges_reserve(rg_edges *edges, int64_t n);
/* Writes the interactions of another list, of the same ids, from place `at` on, where
 * there is room; weight and time only if this list has them. Does not change edges->n. */
void rg_edges_put(rg_edges *edges, int64_t at, const rg_edges *more);
void rg_edges_free(rg_edges *edges);
#endif
