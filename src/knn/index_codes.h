/* Vectors with one byte per number, for the search graph. A code c means step * (c -
 * 128), with one step for the whole table, so a row has only its bytes: 64 numbers are
 * one cache line. Sums of products of codes are integers, the same on every vector
 * unit. */
#ifndef RG_KNN_INDEX_CODES_H
#define RG_KNN_INDEX_CODES_H
#include <stdint.h>

enum { RG_CODE_ZERO = 128, RG_CODE_MAX = 127, RG_CODE_ALIGN = 16 };

/* Bytes of a row of dim numbers: a multiple of RG_CODE_ALIGN. */
int64_t rg_code_stride(int64_t dim);
/* max |x| over x[n]; 0 for none. */
float rg_code_largest(const float *x, int64_t n);
/* Returns the step for this largest value: largest / 127, or 1 for 0. */
float rg_code_step(float largest);
/* One row of the table; bytes past dim are RG_CODE_ZERO. */
void rg_code_pack(uint8_t *code, const float *row, int64_t dim, float step);

/* A query as levels, with the correction for the codes' zero: <query, row> is
 * approximately factor * (product - shift). */
typedef struct rg_code_query {
    int8_t *level; /* [stride], zeros past dim; the caller's */
    int32_t shift; /* RG_CODE_ZERO * sum of the levels */
    float factor;
} rg_code_query;

/* From numbers, by a step of their own. */
void rg_code_query_set(rg_code_query *query, const float *x, int64_t dim, float step);
/* From a row of the table: exact. */
void rg_code_query_row(rg_code_query *query, const uint8_t *code, int64_t stride,
                       float step);

/* out[e] = sum_k level[k] * code[index[e]][k], k < stride */
typedef void (*rg_code_dot_fn)(int32_t *out, const int8_t *level, const uint8_t *code,
                               int64_t stride, const uint32_t *index, int64_t n);
/* Returns the widest function of this machine; with `plain` the portable one, for
 * tests. */
rg_code_dot_fn rg_code_dot(int plain);
#endif
