#include "base/vec.h"
#include <math.h>
#include <string.h>

const char *rg_vec_isa(void)
{
    return "baseline";
}
float rg_vec_dot(const float *a, const float *b, int64_t n)
{
    float s = 0.0f;
    for (int64_t k = 0; k < n; k++) s += a[k] * b[k];
    return s;
}
void rg_vec_axpy(float *y, float a, const float *x, int64_t n)
{
    for (int64_t k = 0; k < n; k++) y[k] += a * x[k];
}
void rg_vec_gather(float *out, const float *table, int64_t dim, const uint32_t *index,
                   const float *weight, int64_t n)
{
    memset(out, 0, (size_t)dim * sizeof *out);
    for (int64_t e = 0; e < n; e++)
        rg_vec_axpy(out, weight[e], table + (int64_t)index[e] * dim, dim);
}
void rg_vec_gather_dot(float *out, const float *query, const float *table, int64_t dim,
                       const uint32_t *index, int64_t n)
{
    for (int64_t e = 0; e < n; e++)
        out[e] = rg_vec_dot(query, table + (int64_t)index[e] * dim, dim);
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
    for (int64_t p = first; p < last; p++)
        for (int64_t k = 0; k < dim; k++)
            for (int64_t c = 0; c < RG_PANEL; c++) {
                const int64_t row = p * RG_PANEL + c;
                packed[(p * dim + k) * RG_PANEL + c] =
                    row < n ? table[row * dim + k] : 0.0f;
            }
}
void rg_panel_score(float *out, int64_t ld, const float *a, int64_t m, int64_t dim,
                    const float *packed, const float *bias, int64_t first, int64_t last)
{
    for (int64_t r = 0; r < m; r++)
        for (int64_t p = first; p < last; p++)
            for (int64_t c = 0; c < RG_PANEL; c++) {
                float s = bias != NULL ? bias[p * RG_PANEL + c] : 0.0f;
                for (int64_t k = 0; k < dim; k++)
                    s += a[r * dim + k] * packed[(p * dim + k) * RG_PANEL + c];
                out[r * ld + (p - first) * RG_PANEL + c] = s;
            }
}
double rg_vec_exp_sum(float *x, float shift, int64_t n)
{
    double s = 0.0;
    for (int64_t k = 0; k < n; k++) {
        x[k] = expf(x[k] - shift);
        s += (double)x[k];
    }
    return s;
}
void rg_vec_mul_add(float *out, const float *e, int64_t ld_e, const float *table,
                    int64_t m, int64_t n, int64_t dim)
{
    for (int64_t r = 0; r < m; r++)
        for (int64_t j = 0; j < n; j++)
            rg_vec_axpy(out + r * dim, e[r * ld_e + j], table + j * dim, dim);
}
void rg_vec_mul_add_t(float *out, const float *e, int64_t ld_e, const float *table,
                      int64_t m, int64_t n, int64_t dim)
{
    for (int64_t r = 0; r < m; r++)
        for (int64_t j = 0; j < n; j++)
            rg_vec_axpy(out + j * dim, e[r * ld_e + j], table + r * dim, dim);
}
