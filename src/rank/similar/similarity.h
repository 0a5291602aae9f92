/* Similarity of two nodes of a side without vectors: the cosine of sparse rows
 * (docs/model.md).
 *
 *   attention, items:  a_i = e_i + w_i,  w_i item attention from i to its candidates
 *   history, users:    x_ui = r_ui d_i^-1/2,  d_i the users of item i
 *   history, items:    x_iu = r_ui d_u^-1/2,  d_u the items of user u */
#ifndef RG_RANK_SIMILARITY_H
#define RG_RANK_SIMILARITY_H
#include "model/model.h"

/* Row i is value(e) column[target[e]] at target[e], and 1 at i itself with `self`. Arrays
 * of the model are borrowed. */
typedef struct rg_similarity {
    rg_mem mem;
    int64_t n, n_columns;
    const int64_t *offset;  /* [n + 1] */
    const uint32_t *target; /* below n_columns, ascending within a row */
    const float *value;     /* NULL = half, or all 1 */
    const uint16_t *half;   /* bfloat16; NULL = value */
    const float *column;    /* [n_columns] NULL = 1 */
    float unit;             /* factor of a value: 1, less if the squares of the largest
                               would overflow a float */
    int self;
    double *length; /* [n] of the rows */
    void *owned[4];
} rg_similarity;

/* by: REGATTA_SIMILARITY_ATTENTION (of a model with item attention, for items) or
 * REGATTA_SIMILARITY_HISTORY. O(entries). */
regatta_status rg_similarity_create(regatta_ctx *ctx, rg_similarity **out,
                                    const regatta_model *model, regatta_side side,
                                    int by);
void rg_similarity_free(rg_similarity *similarity); /* NULL is a no-op */

/* Clamps the product of two rows of length 1, which rounding may move outside of [-1, 1],
 * to a cosine. 0 for NaN. */
float rg_cosine(float product);

enum { RG_SIMILARITY_LANES = 16 };

/* Writes the row of a node, or of a list, as a column of lanes[n_columns][m], m <=
 * RG_SIMILARITY_LANES, which is zero before; returns the length of the row.
 * rg_similarity_lift sets the column of a node to zero again. */
double rg_similarity_lay(float *lanes, int64_t m, int64_t lane, const rg_similarity *l,
                         uint32_t node);
double rg_similarity_lay_list(float *lanes, int64_t m, int64_t lane,
                              const rg_similarity *l, const uint32_t *target, int64_t n);
void rg_similarity_lift(float *lanes, int64_t m, int64_t lane, const rg_similarity *l,
                        uint32_t node);
void rg_similarity_lift_list(float *lanes, int64_t m, int64_t lane,
                             const uint32_t *target, int64_t n);

/* Writes cosine[q] of row `node` with the m rows in lanes, whose lengths are length[m]; 0
 * if one of the two is empty. */
void rg_similarity_cosines(float *cosine, const float *lanes, const double *length,
                           int64_t m, const rg_similarity *l, uint32_t node);
#endif
