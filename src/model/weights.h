/* Weighted sparse rows of a model, in the layout of its file. */
#ifndef RG_MODEL_WEIGHTS_H
#define RG_MODEL_WEIGHTS_H
#include "linalg/csr.h"

/* Sparse rows; the arrays belong to the model. */
typedef struct rg_weights {
    const int64_t *offset;  /* [n_rows + 1]; NULL = no rows */
    const uint32_t *target; /* ascending within a row */
    const uint16_t *value;  /* bfloat16 */
    int coded;              /* 1: value = scale[row] * code; the file stores the codes */
    const int8_t *code;
    const float *scale;     /* [n_rows] */
    const uint16_t *solved; /* bfloat16, of the same targets: the weights before they were
                               reweighted, for updates; NULL = none */
} rg_weights;

/* Item attention: the contribution of history item i to candidate j is scale[j] * rows(i,
 * j). */
typedef struct rg_item_weights {
    rg_weights rows;      /* [n_items] rows of history items; targets are candidates */
    const float *scale;   /* [n_items] of the candidates */
    const float *recency; /* [RG_N_RECENCY] of the history items (model/recency.h); NULL =
                             none */
} rg_item_weights;

/* Creates the decoded rows between n items (or users), each weight times scale[n] of its
 * target (NULL: 1). ENOMEM */
regatta_status rg_weights_rows(regatta_ctx *ctx, rg_csr **out, const rg_weights *w,
                               const float *scale, int64_t n);
/* Creates the transpose of these rows. ENOMEM */
regatta_status rg_weights_transpose(regatta_ctx *ctx, rg_csr **out, const rg_weights *w,
                                    const float *scale, int64_t n);
/* Returns the weight from row i to target j, 0 if none is stored. O(log row). */
float rg_weights_at(const rg_weights *w, int64_t i, uint32_t j);
#endif
