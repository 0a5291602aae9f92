/* The features of one modality as numbers: encoded rows of nodes, and coordinates in the
 * space of their leading singular vectors.
 *
 * Sparse: f = (weight x idf) scaled to length 1 and rounded to bfloat16, idf = log(nodes
 * / nodes with the feature). Dense: f = (vector - mean) scaled to length 1. With F the
 * rows of all nodes and F'F ~ V diag(value) V' the coordinates are z = V'f. */
#ifndef RG_RIDGE_FEATURE_SPACE_H
#define RG_RIDGE_FEATURE_SPACE_H
#include "ridge/content/feature_coder.h"

typedef struct rg_feature_space {
    rg_mem mem;
    int n_owners;
    int64_t n_nodes, n_columns, rank;
    int64_t n_mapped; /* columns below it have a row of `map` */
    uint32_t *column; /* [n_columns] of a sparse modality: the column of the table. They
                         are sorted: most nodes first, of equal ones the name first.
                         Dense: NULL */
    float *scale;     /* [n_columns] sparse: idf; dense: mean */
    float *map;       /* [n_mapped][rank] V; features of one node have no row */
    float *value;     /* [rank] eigenvalues of F'F, falling */
    rg_csr *rows;     /* [n_nodes][n_columns] f of a sparse modality; dense: NULL */
    float *z;         /* [n_nodes][rank] */
} rg_feature_space;

/* Fits the space of a modality to n nodes: node[n] are their rows in the table,
 * REGATTA_NONE without one. Features that no node has, or that all have, get no column.
 * The singular vectors are those of at most 2^18 nodes, spread evenly. rank is cut to the
 * numerical one; 0 if no node has features. O(features of nodes x rank). Same bits at any
 * thread count.
 *   REGATTA_ENOMEM */
regatta_status rg_feature_space_fit(regatta_ctx *ctx, rg_feature_space **out,
                                    const rg_modality *modality, const uint32_t *node,
                                    int64_t n, int64_t rank, uint64_t seed);
/* Returns the space with one more owner, each of whom frees it. */
rg_feature_space *rg_feature_space_share(rg_feature_space *space);
/* What encodes further nodes as those of the space. */
rg_feature_coder rg_feature_space_coder(const rg_feature_space *space);
void rg_feature_space_free(rg_feature_space *space); /* NULL is a no-op */
#endif
