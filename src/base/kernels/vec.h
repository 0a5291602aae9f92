/* Dense float kernels, each reaching AVX2 or AVX-512 by run-time dispatch. Same
 * build and machine: same bits. None allocates, fails, or starts threads. */
#ifndef RG_BASE_VEC_H
#define RG_BASE_VEC_H
#include <stdint.h>

/* The selected unit: "x86-64-v4", "x86-64-v3" or "baseline". */
const char *rg_vec_isa(void);

/* sum_k a[k] b[k] */
float rg_vec_dot(const float *a, const float *b, int64_t n);
/* y[k] += a x[k] */
void rg_vec_axpy(float *y, float a, const float *x, int64_t n);
/* The same with x in bf16 (base/bf16.h). */
void rg_vec_axpy_bf16(float *y, float a, const uint16_t *x, int64_t n);
/* out[k] = sum_e weight[e] table[index[e]][k], k < dim; zeros for n = 0. The product
 * of one sparse row with a dense table; prefetches rows ahead. */
void rg_vec_gather(float *out, const float *table, int64_t dim, const uint32_t *index,
                   const float *weight, int64_t n);
/* The same added to out: a row in pieces, in order, has the bits of the whole. */
void rg_vec_gather_add(float *out, const float *table, int64_t dim, const uint32_t *index,
                       const float *weight, int64_t n);
/* out[e] = <query, table[index[e]]> over dim */
void rg_vec_gather_dot(float *out, const float *query, const float *table, int64_t dim,
                       const uint32_t *index, int64_t n);

/* A table [n][dim] laid out for scoring: panels of RG_PANEL rows, transposed within
 * the panel ([panel][dim][RG_PANEL]), zeros past the last row. */
enum { RG_PANEL = 32 };
int64_t rg_panel_count(int64_t n);               /* ceil(n / RG_PANEL) */
int64_t rg_panel_floats(int64_t n, int64_t dim); /* size of the layout in floats */
/* Packs panels [first, last) of the table: threads may each pack a range. */
void rg_panel_pack(float *packed, const float *table, int64_t n, int64_t dim,
                   int64_t first, int64_t last);
/* out[r][j] = <a[r], row j> + bias[j] for m rows of a ([m][dim]) and the rows j of
 * panels [first, last); out[r] begins at row first * RG_PANEL and has stride ld, a
 * multiple of RG_PANEL that leaves room for whole panels. bias may be NULL; else it
 * is readable for whole panels. */
void rg_panel_score(float *out, int64_t ld, const float *a, int64_t m, int64_t dim,
                    const float *packed, const float *bias, int64_t first, int64_t last);

/* x[k] = exp(x[k] - shift), for x - shift <= 88, with a relative error below 2e-7, and
 * their sum in a fixed order, with another 2e-7: eight vectors are added in float, then
 * in double. The sum is infinite if eight numbers do not fit a float (x - shift > 86). */
double rg_vec_exp_sum(float *x, float shift, int64_t n);
/* Systematic sampling (Madow, 1949) of x[n] >= 0: writes the drawn elements k, ascending,
 * with weights whose expectation is x[k]; returns how many. Elements of at least `unit`
 * are drawn with their own weight. The others have the weight `unit`, and are drawn where
 * their running sum passes a multiple of it. The sum starts at *rest, which is uniform in
 * [0, unit) for the first part of a row and then continues, so that a row may be drawn in
 * parts. `index` and `weight` have room for n. Nothing is drawn if unit is NaN. */
int64_t rg_vec_draw(uint32_t *index, float *weight, const float *x, int64_t n, float unit,
                    float *rest);
/* out[r][k] += sum_j e[r][j] table[j][k]: m rows, n terms, dim columns; e has stride
 * ld_e, out and table stride dim. The gradient with respect to the users' rows. */
void rg_vec_mul_add(float *out, const float *e, int64_t ld_e, const float *table,
                    int64_t m, int64_t n, int64_t dim);
/* out[j][k] += sum_r e[r][j] table[r][k]: n rows j of out, m terms r. The gradient
 * with respect to the items' rows. */
void rg_vec_mul_add_t(float *out, const float *e, int64_t ld_e, const float *table,
                      int64_t m, int64_t n, int64_t dim);
/* gram[i][j] += sum_r x[r][i] x[r][j] in double for j <= i; n rows, cols columns of both.
 * Elements above the diagonal are scratch. Each element is one chain in order of r. */
void rg_vec_gram(double *gram, const float *x, int64_t n, int64_t cols);
#endif
