/* Side tables: the features of nodes of one kind, items or users.
 *
 * A table has its own nodes, with the ids of its files; nodes of the data are found by
 * id. Features come in modalities: a modality is sparse (names of features, such as tags
 * or words, with weights) or dense (vectors, such as those of an encoder of texts or
 * pictures). The numbers are those of the files; channels encode them. */
#ifndef RG_GRAPH_FEATURES_H
#define RG_GRAPH_FEATURES_H
#include "graph/idmap.h"
#include "linalg/csr.h"

enum { RG_MAX_MODALITIES = 16, RG_MODALITY_NAME = 64 /* bytes of a name with its end */ };

typedef struct rg_modality {
    char name[RG_MODALITY_NAME];
    int64_t n_rows;    /* nodes 0..n_rows-1 of the table have a row; later ones none */
    int64_t n_columns; /* features, or length of the vectors */
    rg_idmap *feature; /* names of the columns; NULL: the modality is dense */
    rg_csr *rows;      /* [n_rows][n_columns] of a sparse modality; else NULL */
    float *dense;      /* [n_rows][n_columns] of a dense modality; else NULL */
    uint8_t *present;  /* [n_rows] 1: the node has a vector; NULL: sparse */
} rg_modality;

typedef struct regatta_features {
    rg_mem mem;
    rg_idmap *ids; /* the nodes; a reader adds to it */
    int n_modalities;
    rg_modality modality[RG_MAX_MODALITIES];
} rg_features;

regatta_status rg_features_create(regatta_ctx *ctx, rg_features **out);
/* Add a modality, which owns its arguments after REGATTA_OK. rows: values finite;
 * dense[n_rows][n_columns]: rows of nodes without a vector are zero.
 *   REGATTA_EINVAL  the name is empty, too long, or of another modality; there are
 *                   RG_MAX_MODALITIES */
regatta_status rg_features_add_sparse(regatta_ctx *ctx, rg_features *features,
                                      const char *name, rg_idmap *feature, rg_csr *rows);
regatta_status rg_features_add_dense(regatta_ctx *ctx, rg_features *features,
                                     const char *name, float *dense, uint8_t *present,
                                     int64_t n_rows, int64_t n_columns);
/* Returns the number of a modality, -1 if there is none of this name. */
int rg_features_find(const rg_features *features, const char *name);
/* Drops modalities from number `n` on. */
void rg_features_cut(rg_features *features, int n);
/* Returns the weight of edge e of a sparse modality. */
static inline float rg_modality_weight(const rg_modality *modality, int64_t e)
{
    const float *weight = modality->rows->value;
    return weight != NULL ? weight[e] : 1.0f;
}
/* Returns 1 if the node has a feature that is not 0, or a vector. */
int rg_modality_has(const rg_modality *modality, int64_t node);
/* Returns 1 if the node has any features. */
int rg_features_has(const rg_features *features, int64_t node);
/* Allocates node[ids->n]: the node of the table of each id, REGATTA_NONE without one. The
 * caller frees it with the context's memory. */
regatta_status rg_features_align(regatta_ctx *ctx, uint32_t **node,
                                 const rg_features *features, const rg_idmap *ids);
void rg_features_free(rg_features *features); /* NULL is a no-op */
#endif
