/* Encoding, decoding and packing. A thread owns rows, or panels. */
#include "knn/table.h"
#include "base/bf16.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "knn/units.h"
#include <math.h>
#include <omp.h>
#include <string.h>

size_t rg_element_size(rg_element type)
{
    return type == RG_F32 ? sizeof(float) : type == RG_BF16 ? sizeof(uint16_t) : 1;
}

rg_rows rg_rows_f32(const float *data, int64_t n, int64_t dim)
{
    return (rg_rows){.type = RG_F32, .n = n, .dim = dim, .data = data};
}

/* Below it a row counts as zeros: 1 / scale times a bias would not be finite. */
#define SMALLEST 1e-30f

/* The codes of one row; returns their scale. */
static float encode_codes(int8_t *code, const float *x, int64_t dim)
{
    float most = 0.0f;
    for (int64_t k = 0; k < dim; k++) {
        const float size = fabsf(x[k]);
        most = size <= most ? most : size; /* NaN stays */
        if (!(size <= most)) break;
    }
    const float up = 127.0f / most;
    if (!(most >= SMALLEST) || !isfinite(most)) {
        memset(code, 0, (size_t)dim);
        return 0.0f;
    }
    for (int64_t k = 0; k < dim; k++) {
        const float y = x[k] * up;
        code[k] = (int8_t)(y + (y < 0.0f ? -0.5f : 0.5f)); /* towards zero */
    }
    return most / 127.0f;
}

void rg_row_encode(void *data, float *scale, rg_element type, const float *x, int64_t dim)
{
    uint16_t *half = data;
    if (type == RG_F32) memcpy(data, x, (size_t)dim * sizeof *x);
    if (type == RG_BF16)
        for (int64_t k = 0; k < dim; k++) half[k] = rg_to_bf16(x[k]);
    if (type == RG_I8) *scale = encode_codes(data, x, dim);
}

void rg_rows_encode(void *data, float *scale, rg_element type, const float *from,
                    int64_t n, int64_t dim, int threads)
{
    const int64_t bytes = dim * (int64_t)rg_element_size(type);
    const int team = rg_threads_for(2 * n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t r = 0; r < n; r++)
        rg_row_encode((char *)data + r * bytes, type == RG_I8 ? scale + r : NULL, type,
                      from + r * dim, dim);
}

void rg_rows_decode(float *out, const rg_rows *rows, int64_t first, int64_t last)
{
    const int64_t dim = rows->dim, begin = first * dim, n = (last - first) * dim;
    if (rows->type == RG_F32 && n > 0)
        memcpy(out, (const float *)rows->data + begin, (size_t)n * sizeof *out);
    if (rows->type == RG_BF16)
        for (int64_t k = 0; k < n; k++)
            out[k] = rg_from_bf16(((const uint16_t *)rows->data)[begin + k]);
    for (int64_t r = first; r < last && rows->type == RG_I8; r++, out += dim)
        for (int64_t k = 0; k < dim; k++)
            out[k] = rows->scale[r] * ((const int8_t *)rows->data)[r * dim + k];
}

void rg_rows_gather_dot(float *out, const float *query, const rg_rows *rows,
                        const uint32_t *index, int64_t n)
{
    if (rows->type == RG_F32) {
        rg_vec_gather_dot(out, query, rows->data, rows->dim, index, n);
    } else {
        rg_search_kernels_best()->gather[rows->type](out, query, rows, index, n);
    }
}

static int64_t group_of(rg_element type)
{
    return type == RG_F32 ? 1 : type == RG_BF16 ? 2 : 4;
}

static int64_t panel_elements(const rg_table *t)
{
    return (t->dim + t->group - 1) / t->group * t->group * RG_PANEL;
}

/* Writes one row to its column, group by group. */
static void put_row(char *to, const char *from, int64_t bytes, int64_t group_bytes)
{
    for (int64_t b = 0; b < bytes; b += group_bytes, to += RG_PANEL * group_bytes)
        memcpy(to, from + b, (size_t)(bytes - b < group_bytes ? bytes - b : group_bytes));
}

/* Panel p of a compact table; `wide` and `narrow` have room for a row. */
static void pack_panel(rg_table *t, char *panels, float *row_scale, int64_t p,
                       float *wide, char *narrow)
{
    const rg_rows *rows = &t->rows;
    const int64_t size = (int64_t)rg_element_size(t->type), bytes = t->dim * size;
    char *panel = panels + p * panel_elements(t) * size;
    const int64_t end = (p + 1) * RG_PANEL < t->n ? (p + 1) * RG_PANEL : t->n;
    for (int64_t r = p * RG_PANEL; r < end; r++) {
        const char *from = (const char *)rows->data + r * bytes;
        float *scale = row_scale != NULL ? row_scale + r : NULL;
        if (rows->type != t->type) {
            rg_rows_decode(wide, rows, r, r + 1);
            rg_row_encode(narrow, scale, t->type, wide, t->dim);
            from = narrow;
        } else if (scale != NULL) {
            *scale = rows->scale[r];
        }
        put_row(panel + r % RG_PANEL * t->group * size, from, bytes, t->group * size);
    }
}

static regatta_status pack(regatta_ctx *ctx, rg_table *t)
{
    regatta_status status = REGATTA_OK;
    const int threads = ctx->threads;
    const int64_t n_panels = rg_panel_count(t->n);
    const int64_t row_floats = (t->dim + 15) / 16 * 16;
    float *rows = NULL;
    RG_NEW(ctx->mem, rows, 2 * row_floats * threads);
    const int team = rg_threads_for(2 * t->n * t->dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t p = 0; p < n_panels; p++) {
        float *own = rows + 2 * row_floats * omp_get_thread_num();
        if (t->type == RG_F32 && t->rows.type == RG_F32) {
            rg_panel_pack(t->owned[0], t->rows.data, t->n, t->dim, p, p + 1);
        } else {
            pack_panel(t, t->owned[0], t->owned[1], p, own, (char *)(own + row_floats));
        }
    }
done:
    rg_free(ctx->mem, rows);
    return status;
}

regatta_status rg_table_create(regatta_ctx *ctx, rg_table **out, rg_element type,
                               const rg_rows *rows, const float *bias)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_table *t = NULL;
    if (rows->dim < 1 || rows->n < 0 || rows->n >= (int64_t)UINT32_MAX)
        return rg_fail(ctx, REGATTA_EINVAL, "a table of %lld rows of %lld elements",
                       (long long)rows->n, (long long)rows->dim);
    const int64_t whole = rg_panel_count(rows->n) * RG_PANEL;
    RG_NEW(ctx->mem, t, 1);
    t->mem = ctx->mem;
    t->type = type;
    t->n = rows->n;
    t->dim = rows->dim;
    t->group = group_of(type);
    t->rows = *rows;
    t->owned[0] = rg_alloc(ctx->mem, rg_panel_count(t->n) * panel_elements(t),
                           rg_element_size(type));
    if (t->owned[0] == NULL) RG_TRY(REGATTA_ENOMEM);
    if (type == RG_I8) {
        t->owned[1] = rg_alloc(ctx->mem, whole, sizeof(float));
        if (t->owned[1] == NULL) RG_TRY(REGATTA_ENOMEM);
    }
    if (bias != NULL) {
        t->owned[2] = rg_alloc(ctx->mem, whole, sizeof(float));
        if (t->owned[2] == NULL) RG_TRY(REGATTA_ENOMEM);
        if (t->n > 0) memcpy(t->owned[2], bias, (size_t)t->n * sizeof *bias);
    }
    RG_TRY(pack(ctx, t));
    t->panels = t->owned[0];
    t->row_scale = t->owned[1];
    t->bias = t->owned[2];
    *out = t;
    t = NULL;
done:
    rg_table_free(t);
    return status;
}

void rg_table_free(rg_table *table)
{
    if (table == NULL) return;
    const rg_mem mem = table->mem;
    for (int i = 0; i < 3; i++) rg_free(mem, table->owned[i]);
    rg_free(mem, table);
}

void rg_table_scores(float *out, int64_t ld, const rg_table *table, const float *query,
                     int64_t m, int64_t first, int64_t last)
{
    if (table->type == RG_F32) {
        rg_panel_score(out, ld, query, m, table->dim, table->panels, table->bias, first,
                       last);
    } else {
        rg_search_kernels_best()->scores[table->type](out, ld, table, query, m, first,
                                                      last);
    }
}
