#include "ridge/content/feature_coder.h"
#include "base/bf16.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Returns the factor that scales a row of this squared length to 1. */
static float unit_factor(double squares)
{
    return squares > 0.0 ? (float)(1.0 / sqrt(squares)) : 0.0f;
}

void rg_feature_unit(float *f, int64_t n)
{
    double sum = 0.0;
    for (int64_t k = 0; k < n; k++) sum += (double)f[k] * (double)f[k];
    const float factor = unit_factor(sum);
    for (int64_t k = 0; k < n; k++) f[k] *= factor;
}

typedef struct entry {
    uint32_t column;
    float value;
} entry;

static int by_column(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    return x->column < y->column ? -1 : x->column > y->column;
}

/* Writes the entries of a node in the order of their columns; returns their number. */
static int64_t encode_row(entry *out, const rg_feature_coder *coder, const rg_modality *m,
                          uint32_t node, const uint32_t *place)
{
    int64_t n = 0;
    for (int64_t e = m->rows->offset[node]; e < m->rows->offset[node + 1]; e++) {
        const uint32_t c = place[m->rows->target[e]];
        const float weight = rg_modality_weight(m, e);
        if (c != REGATTA_NONE && weight != 0.0f)
            out[n++] = (entry){c, weight * coder->scale[c]};
    }
    qsort(out, (size_t)n, sizeof *out, by_column);
    return n;
}

/* Returns 1 if the node has a row in the modality. */
static int has_row(const rg_modality *m, uint32_t node)
{
    return (int64_t)node < m->n_rows;
}

static int64_t count_row(const rg_modality *m, uint32_t node, const uint32_t *place)
{
    int64_t n = 0;
    for (int64_t e = m->rows->offset[node]; e < m->rows->offset[node + 1]; e++)
        n +=
            place[m->rows->target[e]] != REGATTA_NONE && rg_modality_weight(m, e) != 0.0f;
    return n;
}

regatta_status rg_feature_encode(regatta_ctx *ctx, rg_csr **out,
                                 const rg_feature_coder *coder, const rg_modality *m,
                                 const uint32_t *node, int64_t n, const uint32_t *place)
{
    regatta_status status = REGATTA_OK;
    rg_csr *rows = NULL;
    entry *row = NULL;
    int64_t n_edges = 0, widest = 0;
    *out = NULL;
    for (int64_t i = 0; i < n; i++) {
        const int64_t k = has_row(m, node[i]) ? count_row(m, node[i], place) : 0;
        n_edges += k;
        if (k > widest) widest = k;
    }
    RG_TRY(rg_csr_create(ctx, &rows, n, coder->n_columns, n_edges, 1));
    RG_NEW(ctx->mem, row, widest);
    for (int64_t i = 0, at = 0; i < n; i++) {
        const int64_t k =
            has_row(m, node[i]) ? encode_row(row, coder, m, node[i], place) : 0;
        for (int64_t e = 0; e < k; e++) {
            rows->target[at + e] = row[e].column;
            rows->value[at + e] = row[e].value;
        }
        rg_feature_unit(rows->value + at, k);
        for (int64_t e = at; e < at + k; e++) /* a model stores it so */
            rows->value[e] = rg_round_bf16(rows->value[e]);
        rows->offset[i + 1] = at += k;
    }
    *out = rows;
    rows = NULL;
done:
    rg_free(ctx->mem, row);
    rg_csr_free(rows);
    return status;
}

/* z = map' f of an encoded row; features without a row of map are left out. */
static void project_row(float *z, const rg_feature_coder *coder, const rg_csr *rows,
                        int64_t i)
{
    const uint32_t *column = rows->target + rows->offset[i];
    int64_t n = rg_csr_degree(rows, i);
    while (n > 0 && (int64_t)column[n - 1] >= coder->n_mapped) n--;
    rg_vec_gather(z, coder->map, coder->rank, column, rows->value + rows->offset[i], n);
}

/* z = map' f, f = x - mean scaled to length 1. */
static void project_vector(float *z, const rg_feature_coder *coder, const float *x)
{
    const float *mean = coder->scale;
    double sum = 0.0;
    for (int64_t k = 0; k < coder->n_columns; k++) {
        const double f = (double)(x[k] - mean[k]);
        sum += f * f;
    }
    const float factor = unit_factor(sum);
    memset(z, 0, (size_t)coder->rank * sizeof *z);
    for (int64_t k = 0; k < coder->n_columns; k++)
        rg_vec_axpy(z, factor * (x[k] - mean[k]), coder->map + k * coder->rank,
                    coder->rank);
}

void rg_feature_coordinates(float *z, int64_t ld, const rg_feature_coder *coder,
                            const rg_modality *m, const uint32_t *node, int64_t n,
                            const rg_csr *rows, int threads)
{
    const int64_t width = rows != NULL ? rows->n_edges : n * coder->n_columns;
    const int team = rg_threads_for(width * coder->rank, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t i = 0; i < n; i++) {
        if (rows != NULL)
            project_row(z + i * ld, coder, rows, i);
        else if (rg_modality_has(m, node[i]))
            project_vector(z + i * ld, coder, m->dense + (int64_t)node[i] * m->n_columns);
    }
}
