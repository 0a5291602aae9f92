/* The fitted part of the channel "content": the spaces of the modalities and the matrix
 * between coordinates. */
#ifndef RG_CHANNEL_FIT_CONTENT_PART_H
#define RG_CHANNEL_FIT_CONTENT_PART_H
#include "graph/features.h"
#include "ridge/content/feature_space.h"

enum { RG_CONTENT_SOURCES = 16 };

/* Interactions of another domain, of which only the features of the items are known here:
 * they are rows of the learned matrix. */
typedef struct rg_content_source {
    const rg_csr *by_user; /* borrowed */
    float *z;              /* [its items][rank] coordinates in the spaces of the part */
} rg_content_source;

/* The settings of content attention. */
typedef struct rg_content_weights {
    float alpha[RG_MAX_MODALITIES];   /* weight of a modality, 0 = unused */
    float lambda[RG_MAX_MODALITIES];  /* regularisation of its features */
    float learned;                    /* factor of the learned matrix, 0 = unused */
    float source[RG_CONTENT_SOURCES]; /* of the part's sources in that matrix */
} rg_content_weights;

typedef struct rg_content_part {
    rg_mem mem;
    const rg_features *features; /* the table; borrowed */
    int64_t n_items, rank;
    int64_t first[RG_MAX_MODALITIES]; /* of the coordinates of each modality */
    rg_feature_space *space[RG_MAX_MODALITIES];
    float *z;                      /* [n_items][rank], the modalities side by side */
    float *mix;                    /* [rank][rank]; NULL until rg_content_part_mix */
    float tail[RG_MAX_MODALITIES]; /* of sparse modalities */
    int n_sources;
    rg_content_source source[RG_CONTENT_SOURCES];
} rg_content_part;

/* Fits the spaces of all modalities to the items `ids`. rank 0 if no item has features.
 *   REGATTA_ENOMEM */
regatta_status rg_content_part_create(regatta_ctx *ctx, rg_content_part **out,
                                      const rg_features *features, const rg_idmap *ids,
                                      uint64_t seed);
/* Creates a part that shares the spaces of another, for the same items; without sources
 * and matrix.
 *   REGATTA_ENOMEM */
regatta_status rg_content_part_copy(regatta_ctx *ctx, rg_content_part **out,
                                    const rg_content_part *part);
/* Adds a source: its items have their features in the table of the part.
 *   REGATTA_ENOMEM */
regatta_status rg_content_part_add_source(regatta_ctx *ctx, rg_content_part *part,
                                          const rg_idmap *items, const rg_csr *by_user);
/* Writes the learned matrix for weights->lambda: learned[rank][rank] between coordinates,
 * from the interactions by_user and those of the sources, times weights->source. */
regatta_status rg_content_part_learn(regatta_ctx *ctx, float *learned,
                                     const rg_content_part *part,
                                     const rg_content_weights *weights,
                                     const rg_csr *by_user);
/* mix[rank][rank] = the transpose of M of these weights (channel/channel_content.h);
 * learned NULL = none. */
void rg_content_mix(float *mix, const rg_content_part *part,
                    const rg_content_weights *weights, const float *learned);
/* Sets part->mix and part->tail. */
regatta_status rg_content_part_mix(regatta_ctx *ctx, rg_content_part *part,
                                   const rg_content_weights *weights,
                                   const rg_csr *by_user);
void rg_content_part_free(rg_content_part *part); /* NULL is a no-op */
#endif
