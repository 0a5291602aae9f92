/* The modalities of a side in a model: what encodes features of new nodes in the way of
 * the training (ridge/content/feature_space.h). */
#ifndef RG_CHANNEL_FEATURE_BLOCKS_H
#define RG_CHANNEL_FEATURE_BLOCKS_H
#include "channel/fit/content/content_part.h"
#include "graph/features.h"
#include "model/visitor.h"
#include <regatta/model.h>

enum { RG_MOST_COORDINATES = 4096 /* of all modalities */ };

typedef struct rg_feature_block {
    int is_dense;
    int64_t n_columns, n_mapped; /* see rg_feature_space */
    int64_t first, rank;         /* its coordinates within those of all */
    rg_idmap *feature;           /* [n_columns] names; owned; NULL if dense */
    const float *scale;          /* [n_columns] idf, or mean of the vectors */
    const float *map;            /* [n_mapped][rank] */
} rg_feature_block;

typedef struct rg_feature_blocks {
    int64_t n, rank;
    rg_idmap *names; /* [n] of the modalities; owned */
    rg_feature_block block[RG_MAX_MODALITIES];
} rg_feature_blocks;

/* Visits PREFIX.modalities, .shape, .names, and of each block PREFIX.M.scale, .map and
 * .features. */
regatta_status rg_feature_blocks_visit(rg_visitor *v, rg_feature_blocks *f,
                                       const char *prefix);
/* Fills zeroed blocks from a fitted part. */
regatta_status rg_feature_blocks_serve(regatta_ctx *ctx, regatta_model *model,
                                       rg_feature_blocks *to,
                                       const rg_content_part *part);
/* Gives copied blocks names of their own. */
regatta_status rg_feature_blocks_clone(regatta_ctx *ctx, rg_feature_blocks *f,
                                       const rg_feature_blocks *from);
void rg_feature_blocks_release(rg_feature_blocks *f);

/* Encodes the new nodes node[n] of a table: z[n][rank] receives their coordinates, and
 * rows[f->n] the rows of each sparse modality of the table, to be freed (rows NULL: they
 * are not needed). z is zero before.
 *   REGATTA_EINVAL  a modality is of another kind or length */
regatta_status rg_feature_blocks_encode(regatta_ctx *ctx, float *z, rg_csr **rows,
                                        const rg_feature_blocks *f,
                                        const rg_features *table, const uint32_t *node,
                                        int64_t n);
/* Returns 1 if a coordinate of row `node` of z[rows][f->rank] is not 0. */
int rg_feature_blocks_known(const rg_feature_blocks *f, const rg_rows *z, int64_t node);
/* Adds an empty table of each modality with the names of its features. */
regatta_status rg_feature_blocks_names(regatta_ctx *ctx, rg_features *out,
                                       const rg_feature_blocks *f);
#endif
