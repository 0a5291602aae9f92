/* The m neighbours of every item for the local ridge. */
#ifndef RG_RIDGE_NEIGHBOURS_H
#define RG_RIDGE_NEIGHBOURS_H
#include "ridge/cooccurrence.h"

/* N(j): the m items i with the largest G_ij d_i^-1/2 > 0, i != j, chosen per candidate j;
 * ties go to the lower id. In contexts: the largest K_ji G_ii^-1/2. Besides, G between
 * the `n_hubs` items of most users as a dense table: they are in most neighbourhoods, and
 * their rows the longest. */
typedef struct rg_neighbours {
    rg_mem mem;
    int64_t n_items;
    int64_t *offset; /* [n_items + 1] room for each item's neighbours */
    int32_t *count;  /* [n_items] how many there are */
    uint32_t *item;  /* item[offset[j] .. offset[j] + count[j]) = N(j), ascending */
    float *value;    /* G_ij; in contexts K_ji */
    int64_t n_hubs;
    int32_t *hub; /* [n_items] row in the table, ascending with the id; -1 = none */
    float *table; /* [n_hubs][n_hubs] G of hubs */
} rg_neighbours;

/* Finds the neighbours of the items with wanted[j] != 0; the other items have none
 * (wanted NULL: all items). The table takes at most table_bytes. O(sum of the rows of G).
 * Same bits at any thread count. */
regatta_status rg_neighbours_create(regatta_ctx *ctx, rg_neighbours **out,
                                    const rg_cooccurrence *g, const uint8_t *wanted,
                                    int64_t m, int64_t table_bytes);
/* The same for given neighbours: those of item j are row j of `given`, ascending and
 * without j. */
regatta_status rg_neighbours_of(regatta_ctx *ctx, rg_neighbours **out,
                                const rg_cooccurrence *g, const rg_csr *given,
                                int64_t table_bytes);
void rg_neighbours_free(rg_neighbours *n); /* NULL is a no-op */
#endif
