/* The beam: the best rows found so far, sorted, and the search that fills it. */
#ifndef RG_KNN_INDEX_BEAM_H
#define RG_KNN_INDEX_BEAM_H
#include "knn/item_index.h"

typedef struct rg_found {
    float score;
    uint32_t row;
    uint32_t walked; /* 1: its edges were followed */
} rg_found;

/* found[0, n): best score first, ties to the lower row. Always sorted, because a step
 * continues from the first rows that are not walked yet; base/hit sorts only at cuts. */
typedef struct rg_beam {
    rg_found *found; /* [room + 1] */
    int64_t n, size; /* rows found, and their largest number; size <= room */
} rg_beam;

/* Inserts a row unless the beam has `size` better ones. Returns its place, or size. */
int64_t rg_beam_add(rg_beam *beam, float score, uint32_t row);

/* The state of a search on one thread; products of a query with rows in one of two
 * forms. */
typedef struct rg_index_walk {
    const rg_index *index;
    rg_code_dot_fn dot;
    rg_code_query query;
    const float *bias; /* [n] or NULL: added to the products */
    const float *lift; /* [n][2] or NULL: <of_lift, lift> is added */
    float of_lift[2];  /* the query's */
    uint64_t *seen;    /* [n / 64 + 1] bits, all 0 between walks */
    uint32_t *touched; /* [RG_WALK_TOUCHED] rows whose bits are 1 */
    int64_t n_touched; /* beyond RG_WALK_TOUCHED: all bits are cleared */
    rg_beam beam;
} rg_index_walk;

enum { RG_WALK_TOUCHED = 1 << 14, RG_WALK_CHUNK = 256, RG_WALK_SEEDS = 8 };

/* score[m] of rows row[m], m <= RG_WALK_CHUNK, by the codes. */
void rg_index_walk_scores(const rg_index_walk *walk, float *score, const uint32_t *row,
                          int64_t m);
/* Restarts: the beam holds the best `seeds` of the first n_entries entries. */
void rg_index_walk_begin(rg_index_walk *walk, int64_t seeds, int64_t n_entries);
/* Searches from there to the end with a beam of `size`; clears `seen`. */
void rg_index_walk_run(rg_index_walk *walk, int64_t size);
/* Allocates the memory of a search except the beam's; after REGATTA_ENOMEM
 * rg_index_walk_free frees the allocated parts. */
regatta_status rg_index_walk_create(rg_index_walk *walk, rg_mem mem,
                                    const rg_index *index, int64_t room);
void rg_index_walk_free(rg_index_walk *walk, rg_mem mem);
#endif
