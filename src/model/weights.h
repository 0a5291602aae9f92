/* Weighted sparse rows inside a model, in the form that its file holds. */
#ifndef RG_MODEL_WEIGHTS_H
#define RG_MODEL_WEIGHTS_H
#include "linalg/csr.h"

/* Arrays that belong to the model's owner. */
typedef struct rg_weights {
    const int64_t *offset;  /* [n_rows + 1]; NULL = there are no rows */
    const uint32_t *target; /* ascending within a row */
    const uint16_t *value;  /* bfloat16 */
    int coded;              /* 1: value = scale[row] * code, which is what a file holds */
    const int8_t *code;
    const float *scale; /* [n_rows] */
} rg_weights;

/* Item attention as other parts of a model use it: the contribution of history item i to
 * candidate j is scale[j] * rows(i, j). */
typedef struct rg_item_weights {
    rg_weights rows;    /* [n_items] history items; targets: candidates */
    const float *scale; /* [n_items] of the candidates */
} rg_item_weights;

/* The weight from row i to target j, 0 where none is stored. O(log row). */
float rg_weights_at(const rg_weights *w, int64_t i, uint32_t j);
#endif
