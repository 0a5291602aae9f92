/* Rows of vectors in the layout of memory and files, and tables in a layout for scoring:
 * float, bfloat16, or 8-bit codes with a scale per row. */
#ifndef RG_KNN_TABLE_H
#define RG_KNN_TABLE_H
#include "base/ctx.h"
#include <stdint.h>

typedef enum rg_element { RG_F32 = 0, RG_BF16 = 1, RG_I8 = 2 } rg_element;

/* Rows [n][dim], not owned. The value of an element is data[i] (float), the float whose
 * upper half data[i] is (uint16_t), or scale[row] * data[i] (int8_t in -127..127). */
typedef struct rg_rows {
    rg_element type;
    int64_t n, dim;
    const void *data;
    const float *scale; /* [n] of RG_I8, else NULL */
} rg_rows;

/* Bytes of one element of `data`: 4, 2, 1. */
size_t rg_element_size(rg_element type);
/* Returns the rows of a float table; scale NULL. */
rg_rows rg_rows_f32(const float *data, int64_t n, int64_t dim);

/* Encodes float rows: data[n][dim] of `type` and, for RG_I8, scale[n] (else NULL). The
 * codes of a row are round(x / scale) with scale = max |x| / 127; a row that is all
 * zero (below 1e-30) or not finite is zeros of scale 0. A row's bits depend on it alone.
 * O(n dim). */
void rg_rows_encode(void *data, float *scale, rg_element type, const float *from,
                    int64_t n, int64_t dim, int threads);
/* The same of one row; starts no threads. */
void rg_row_encode(void *data, float *scale, rg_element type, const float *x,
                   int64_t dim);
/* out[last - first][dim]: the values of rows [first, last). */
void rg_rows_decode(float *out, const rg_rows *rows, int64_t first, int64_t last);
/* out[e] = <query, row index[e]> over dim in float, for n rows anywhere in the table;
 * fetches rows ahead. The bits of an element depend on the query and its row alone. */
void rg_rows_gather_dot(float *out, const float *query, const rg_rows *rows,
                        const uint32_t *index, int64_t n);

/* A table for scoring: panels of RG_PANEL rows (base/kernels/vec.h), transposed in groups
 * of `group` elements: [panel][ceil(dim / group)][RG_PANEL][group], zeros past the last
 * row and the last element. Read-only once made; threads share it. */
typedef struct rg_table {
    rg_mem mem;
    rg_element type;
    int64_t n, dim, group;  /* group: 1 float, 2 bf16, 4 codes */
    const void *panels;     /* float, uint16_t or int8_t */
    const float *row_scale; /* RG_I8: [whole panels] */
    const float *bias;      /* [whole panels], NULL = none */
    rg_rows rows;           /* the source rows */
    void *owned[3];         /* freed by rg_table_free */
} rg_table;

/* Packs rows of any type into a table of `type`, in parallel. The rows stay the caller's
 * and must outlive the table: searches in compact tables score their candidates against
 * them. bias[n] is copied; NULL = none. O(n dim). ENOMEM; EINVAL for n above UINT32_MAX -
 * 1, or dim below 1. */
regatta_status rg_table_create(regatta_ctx *ctx, rg_table **out, rg_element type,
                               const rg_rows *rows, const float *bias);
void rg_table_free(rg_table *table); /* NULL is a no-op */

/* out[r][j] = <query[r], row j> + bias[j] for m queries [m][dim] and the rows j of panels
 * [first, last), as rg_panel_score: out[r] begins at row first * RG_PANEL with stride ld,
 * a multiple of RG_PANEL with room for whole panels. The query is not rounded, whatever
 * the type: values are those of rg_rows_decode. The bits of an element depend on its
 * query and row alone. Starts no threads. */
void rg_table_scores(float *out, int64_t ld, const rg_table *table, const float *query,
                     int64_t m, int64_t first, int64_t last);
#endif
