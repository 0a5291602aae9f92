/* Encoded rows and coordinates of nodes in one modality: see feature_space.h. */
#ifndef RG_RIDGE_FEATURE_CODER_H
#define RG_RIDGE_FEATURE_CODER_H
#include "graph/features.h"

/* What encodes a modality; borrowed. */
typedef struct rg_feature_coder {
    int64_t n_columns, rank;
    int64_t n_mapped;   /* columns below it have a row of `map` */
    const float *scale; /* [n_columns] sparse: idf; dense: mean */
    const float *map;   /* [n_mapped][rank] */
} rg_feature_coder;

/* Scales f[n] to length 1; leaves zeros. */
void rg_feature_unit(float *f, int64_t n);
/* Encodes the rows of n nodes of a sparse modality: place[m->n_columns] is the column of
 * each feature of the table, REGATTA_NONE = left out. rank, n_mapped and map are not
 * read. REGATTA_ENOMEM */
regatta_status rg_feature_encode(regatta_ctx *ctx, rg_csr **out,
                                 const rg_feature_coder *coder, const rg_modality *m,
                                 const uint32_t *node, int64_t n, const uint32_t *place);
/* z[n][ld] receives the `rank` coordinates of n nodes; those of nodes without a vector
 * stay. rows[n]: encoded rows of a sparse modality; NULL: the modality is dense.
 * O(features of the nodes x rank); same bits at any thread count. */
void rg_feature_coordinates(float *z, int64_t ld, const rg_feature_coder *coder,
                            const rg_modality *m, const uint32_t *node, int64_t n,
                            const rg_csr *rows, int threads);
#endif
