#include "base/kernels/vec.h"
#include "base/kernels/kernels.h"
#include <stddef.h>

const char *rg_vec_isa(void)
{
    return rg_kernels_best_name();
}

float rg_vec_dot(const float *a, const float *b, int64_t n)
{
    return rg_kernels_best()->dot(a, b, n);
}

void rg_vec_axpy(float *y, float a, const float *x, int64_t n)
{
    rg_kernels_best()->axpy(y, a, x, n);
}

void rg_vec_axpy_bf16(float *y, float a, const uint16_t *x, int64_t n)
{
    rg_kernels_best()->axpy_bf16(y, a, x, n);
}

void rg_vec_gather(float *out, const float *table, int64_t dim, const uint32_t *index,
                   const float *weight, int64_t n)
{
    rg_kernels_best()->gather(out, table, dim, index, weight, n);
}

void rg_vec_gather_add(float *out, const float *table, int64_t dim, const uint32_t *index,
                       const float *weight, int64_t n)
{
    rg_kernels_best()->gather_add(out, table, dim, index, weight, n);
}

void rg_vec_gather_dot(float *out, const float *query, const float *table, int64_t dim,
                       const uint32_t *index, int64_t n)
{
    rg_kernels_best()->gather_dot(out, query, table, dim, index, n);
}

int64_t rg_panel_count(int64_t n)
{
    return (n + RG_PANEL - 1) / RG_PANEL;
}

int64_t rg_panel_floats(int64_t n, int64_t dim)
{
    return rg_panel_count(n) * RG_PANEL * dim;
}

void rg_panel_pack(float *packed, const float *table, int64_t n, int64_t dim,
                   int64_t first, int64_t last)
{
    enum { STRIP = 16 }; /* columns per pass: a whole cache line of each row */
    for (int64_t p = first; p < last; p++) {
        const int64_t rows = n - p * RG_PANEL < RG_PANEL ? n - p * RG_PANEL : RG_PANEL;
        const float *from = table + p * RG_PANEL * dim;
        float *to = packed + p * RG_PANEL * dim;
        for (int64_t k = 0; k < dim; k += STRIP) {
            const int64_t end = k + STRIP < dim ? k + STRIP : dim;
            for (int64_t c = 0; c < rows; c++)
                for (int64_t i = k; i < end; i++)
                    to[i * RG_PANEL + c] = from[c * dim + i];
        }
        for (int64_t i = 0; i < dim; i++)
            for (int64_t c = rows; c < RG_PANEL; c++) to[i * RG_PANEL + c] = 0.0f;
    }
}

void rg_panel_score(float *out, int64_t ld, const float *a, int64_t m, int64_t dim,
                    const float *packed, const float *bias, int64_t first, int64_t last)
{
    rg_kernels_best()->panel_score(out, ld, a, m, dim, packed, bias, first, last);
}

double rg_vec_exp_sum(float *x, float shift, int64_t n)
{
    return rg_kernels_best()->exp_sum(x, shift, n);
}

int64_t rg_vec_draw(uint32_t *index, float *weight, const float *x, int64_t n, float unit,
                    float *rest)
{
    return rg_kernels_best()->draw(index, weight, x, n, unit, rest);
}

void rg_vec_mul_add(float *out, const float *e, int64_t ld_e, const float *table,
                    int64_t m, int64_t n, int64_t dim)
{
    rg_kernels_best()->mul_add(out, e, ld_e, table, m, n, dim);
}

void rg_vec_mul_add_t(float *out, const float *e, int64_t ld_e, const float *table,
                      int64_t m, int64_t n, int64_t dim)
{
    rg_kernels_best()->mul_add_t(out, e, ld_e, table, m, n, dim);
}

void rg_vec_gram(double *gram, const float *x, int64_t n, int64_t cols)
{
    rg_kernels_best()->gram(gram, x, n, cols);
}
