#include "ridge/content/feature_space.h"
#include "base/bf16.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "linalg/randomized_svd.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The vectors of a sample are those of all nodes to within its noise, which the shrinkage
 * of small eigenvalues covers. */
enum { SAMPLED_NODES = 1 << 18, SAMPLED_DENSE = 1 << 14, ITERATIONS = 2 };

void rg_feature_unit(float *f, int64_t n)
{
    double sum = 0.0;
    for (int64_t k = 0; k < n; k++) sum += (double)f[k] * (double)f[k];
    if (!(sum > 0.0)) return;
    const float scale = (float)(1.0 / sqrt(sum));
    for (int64_t k = 0; k < n; k++) f[k] *= scale;
}

void rg_feature_project(float *z, const float *map, int64_t n_mapped, int64_t rank,
                        const uint32_t *column, const float *f, int64_t n)
{
    while (n > 0 && (int64_t)column[n - 1] >= n_mapped) n--;
    rg_vec_gather(z, map, rank, column, f, n);
}

void rg_feature_project_dense(float *z, const float *map, const float *mean,
                              int64_t n_columns, int64_t rank, const float *x,
                              float *scratch)
{
    for (int64_t k = 0; k < n_columns; k++) scratch[k] = x[k] - mean[k];
    rg_feature_unit(scratch, n_columns);
    memset(z, 0, (size_t)rank * sizeof *z);
    for (int64_t k = 0; k < n_columns; k++)
        rg_vec_axpy(z, scratch[k], map + k * rank, rank);
}

/* A column of the table with the number of nodes that have it. */
typedef struct counted {
    uint32_t column, n;
    const char *name;
} counted;

static int compare(const void *a, const void *b)
{
    const counted *x = a, *y = b;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return strcmp(x->name, y->name);
}

static float weight_at(const rg_csr *rows, int64_t e)
{
    return rows->value != NULL ? rows->value[e] : 1.0f;
}

/* Returns 1 if the node has a row in the modality. */
static int has_row(const rg_modality *m, uint32_t node)
{
    return node != REGATTA_NONE && (int64_t)node < m->n_rows;
}

/* Counts the nodes with each column, and those with any; returns the latter. */
static int64_t count_columns(counted *count, const rg_modality *m, const uint32_t *node,
                             int64_t n)
{
    int64_t n_with = 0;
    for (int64_t c = 0; c < m->n_columns; c++)
        count[c] = (counted){(uint32_t)c, 0, rg_idmap_name(m->feature, (uint32_t)c)};
    for (int64_t i = 0; i < n; i++) {
        int any = 0;
        if (!has_row(m, node[i])) continue;
        for (int64_t e = m->rows->offset[node[i]]; e < m->rows->offset[node[i] + 1]; e++)
            if (weight_at(m->rows, e) != 0.0f) count[m->rows->target[e]].n++, any = 1;
        n_with += any;
    }
    return n_with;
}

/* Chooses and sorts the columns: sets n_columns, n_mapped, column and scale. place[] of a
 * column of the table is its number, or REGATTA_NONE. */
static regatta_status choose_columns(regatta_ctx *ctx, rg_feature_space *s,
                                     uint32_t *place, const rg_modality *m,
                                     const uint32_t *node)
{
    regatta_status status = REGATTA_OK;
    counted *count = NULL;
    RG_NEW(ctx->mem, count, m->n_columns);
    const int64_t n_with = count_columns(count, m, node, s->n_nodes);
    qsort(count, (size_t)m->n_columns, sizeof *count, compare);
    RG_NEW(ctx->mem, s->column, m->n_columns);
    RG_NEW(ctx->mem, s->scale, m->n_columns);
    memset(place, 0xff, (size_t)m->n_columns * sizeof *place);
    for (int64_t c = 0; c < m->n_columns && count[c].n > 0; c++) {
        if ((int64_t)count[c].n == n_with) continue;
        place[count[c].column] = (uint32_t)s->n_columns;
        s->column[s->n_columns] = count[c].column;
        s->scale[s->n_columns++] = (float)log((double)n_with / (double)count[c].n);
        if (count[c].n > 1) s->n_mapped = s->n_columns;
    }
done:
    rg_free(ctx->mem, count);
    return status;
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

static int64_t encode_row(entry *out, const rg_modality *m, uint32_t node,
                          const uint32_t *place, const float *scale)
{
    int64_t n = 0;
    for (int64_t e = m->rows->offset[node]; e < m->rows->offset[node + 1]; e++) {
        const uint32_t c = place[m->rows->target[e]];
        const float weight = weight_at(m->rows, e);
        if (c != REGATTA_NONE && weight != 0.0f) out[n++] = (entry){c, weight * scale[c]};
    }
    qsort(out, (size_t)n, sizeof *out, by_column);
    return n;
}

static int64_t count_row(const rg_modality *m, uint32_t node, const uint32_t *place)
{
    int64_t n = 0;
    for (int64_t e = m->rows->offset[node]; e < m->rows->offset[node + 1]; e++)
        n += place[m->rows->target[e]] != REGATTA_NONE && weight_at(m->rows, e) != 0.0f;
    return n;
}

regatta_status rg_feature_encode(regatta_ctx *ctx, rg_csr **out, const rg_modality *m,
                                 const uint32_t *node, int64_t n, const uint32_t *place,
                                 const float *scale, int64_t n_columns)
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
    RG_TRY(rg_csr_create(ctx, &rows, n, n_columns, n_edges, 1));
    RG_NEW(ctx->mem, row, widest);
    for (int64_t i = 0, at = 0; i < n; i++) {
        const int64_t k =
            has_row(m, node[i]) ? encode_row(row, m, node[i], place, scale) : 0;
        for (int64_t e = 0; e < k; e++) {
            rows->target[at + e] = row[e].column;
            rows->value[at + e] = row[e].value;
        }
        rg_feature_unit(rows->value + at, k);
        for (int64_t e = at; e < at + k; e++) /* a model stores it so */
            rows->value[e] = rg_from_bf16(rg_to_bf16(rows->value[e]));
        rows->offset[i + 1] = at += k;
    }
    *out = rows;
    rows = NULL;
done:
    rg_free(ctx->mem, row);
    rg_csr_free(rows);
    return status;
}

/* Returns 1 for the nodes of a sample of at most `most` of n_with, in order. */
static int is_sampled(int64_t k, int64_t n_with, int64_t most)
{
    return n_with <= most || k * most / n_with != (k + 1) * most / n_with;
}

/* Copies the rows of the sample; *n_with: rows that are not empty. */
static regatta_status sample_rows(regatta_ctx *ctx, rg_csr **out, int64_t *n_with,
                                  const rg_csr *rows, int64_t n_columns)
{
    regatta_status status = REGATTA_OK;
    int64_t n = 0, n_edges = 0, k = 0;
    *out = NULL;
    *n_with = 0;
    for (int64_t i = 0; i < rows->n_rows; i++) *n_with += rg_csr_degree(rows, i) > 0;
    for (int64_t i = 0; i < rows->n_rows; i++)
        if (rg_csr_degree(rows, i) > 0 && is_sampled(k++, *n_with, SAMPLED_NODES))
            n++, n_edges += rg_csr_degree(rows, i);
    RG_TRY(rg_csr_create(ctx, out, n, n_columns, n_edges, 1));
    k = n = n_edges = 0;
    for (int64_t i = 0; i < rows->n_rows; i++) {
        if (rg_csr_degree(rows, i) == 0 || !is_sampled(k++, *n_with, SAMPLED_NODES))
            continue;
        for (int64_t e = rows->offset[i]; e < rows->offset[i + 1]; e++) {
            if ((int64_t)rows->target[e] >= n_columns) continue;
            (*out)->target[n_edges] = rows->target[e];
            (*out)->value[n_edges++] = rows->value[e];
        }
        (*out)->offset[++n] = n_edges;
    }
    (*out)->n_edges = n_edges;
done:
    return status;
}

/* The same of dense rows, with the mean taken off, scaled to length 1. */
static regatta_status sample_dense(regatta_ctx *ctx, rg_csr **out, int64_t n_with,
                                   const rg_modality *m, const uint32_t *node, int64_t n,
                                   const float *mean)
{
    regatta_status status = REGATTA_OK;
    const int64_t dim = m->n_columns, most = SAMPLED_DENSE;
    const int64_t taken = n_with < most ? n_with : most;
    int64_t row = 0, k = 0;
    RG_TRY(rg_csr_create(ctx, out, taken, dim, taken * dim, 1));
    for (int64_t i = 0; i < n; i++) {
        if (!has_row(m, node[i]) || !m->present[node[i]]) continue;
        if (!is_sampled(k++, n_with, most)) continue;
        const float *x = m->dense + (int64_t)node[i] * dim;
        for (int64_t c = 0; c < dim; c++) {
            (*out)->target[row * dim + c] = (uint32_t)c;
            (*out)->value[row * dim + c] = x[c] - mean[c];
        }
        rg_feature_unit((*out)->value + row * dim, dim);
        row++;
        (*out)->offset[row] = row * dim;
    }
done:
    return status;
}

/* Fits map and value to the rows of a sample, of n_with rows in all. */
static regatta_status find_map(regatta_ctx *ctx, rg_feature_space *s, const rg_csr *rows,
                               int64_t n_with, int64_t rank, uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    rg_csr *columns = NULL;
    rg_svd *svd = NULL;
    if (rank > rows->n_rows) rank = rows->n_rows;
    if (rank > rows->n_cols) rank = rows->n_cols;
    if (rank == 0 || rows->n_edges == 0) return REGATTA_OK;
    RG_TRY(rg_csr_transpose(ctx, &columns, NULL, rows));
    RG_TRY(rg_randomized_svd(ctx, &svd, rows, columns, rank, ITERATIONS, seed, NULL));
    while (s->rank < rank && svd->value[s->rank] > 0.0) s->rank++;
    RG_NEW(ctx->mem, s->map, s->n_mapped * s->rank);
    RG_NEW(ctx->mem, s->value, s->rank);
    for (int64_t c = 0; c < s->n_mapped; c++)
        memcpy(s->map + c * s->rank, svd->right + c * svd->k,
               (size_t)s->rank * sizeof *s->map);
    for (int64_t k = 0; k < s->rank; k++)
        s->value[k] = (float)(svd->value[k] * svd->value[k] * (double)n_with /
                              (double)rows->n_rows);
done:
    rg_csr_free(columns);
    rg_svd_free(svd);
    return status;
}

static regatta_status fit_sparse(regatta_ctx *ctx, rg_feature_space *s,
                                 const rg_modality *m, const uint32_t *node, int64_t rank,
                                 uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    uint32_t *place = NULL;
    rg_csr *sample = NULL;
    int64_t n_with;
    RG_NEW(ctx->mem, place, m->n_columns);
    RG_TRY(choose_columns(ctx, s, place, m, node));
    RG_TRY(rg_feature_encode(ctx, &s->rows, m, node, s->n_nodes, place, s->scale,
                             s->n_columns));
    RG_TRY(sample_rows(ctx, &sample, &n_with, s->rows, s->n_mapped));
    RG_TRY(find_map(ctx, s, sample, n_with, rank, seed));
    RG_NEW(ctx->mem, s->z, s->n_nodes * s->rank);
    const int team = rg_threads_for(s->rows->n_edges * s->rank, ctx->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t i = 0; i < s->n_nodes; i++)
        rg_feature_project(s->z + i * s->rank, s->map, s->n_mapped, s->rank,
                           s->rows->target + s->rows->offset[i],
                           s->rows->value + s->rows->offset[i],
                           rg_csr_degree(s->rows, i));
    rg_count_flops(ctx, 2.0 * (double)(s->rows->n_edges * s->rank));
done:
    rg_free(ctx->mem, place);
    rg_csr_free(sample);
    return status;
}

/* Sets the mean of the vectors; returns their number. */
static int64_t mean_of(float *mean, const rg_modality *m, const uint32_t *node, int64_t n)
{
    int64_t n_with = 0;
    for (int64_t i = 0; i < n; i++)
        n_with += has_row(m, node[i]) && m->present[node[i]] != 0;
    for (int64_t i = 0; i < n; i++)
        if (has_row(m, node[i]) && m->present[node[i]])
            rg_vec_axpy(mean, 1.0f / (float)n_with,
                        m->dense + (int64_t)node[i] * m->n_columns, m->n_columns);
    return n_with;
}

static regatta_status fit_dense(regatta_ctx *ctx, rg_feature_space *s,
                                const rg_modality *m, const uint32_t *node, int64_t rank,
                                uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    const int64_t dim = m->n_columns;
    rg_csr *sample = NULL;
    float *scratch = NULL;
    s->n_columns = s->n_mapped = dim;
    RG_NEW(ctx->mem, s->scale, dim);
    RG_NEW(ctx->mem, scratch, dim);
    const int64_t n_with = mean_of(s->scale, m, node, s->n_nodes);
    RG_TRY(sample_dense(ctx, &sample, n_with, m, node, s->n_nodes, s->scale));
    RG_TRY(find_map(ctx, s, sample, n_with, rank, seed));
    RG_NEW(ctx->mem, s->z, s->n_nodes * s->rank);
    for (int64_t i = 0; i < s->n_nodes; i++)
        if (has_row(m, node[i]) && m->present[node[i]])
            rg_feature_project_dense(s->z + i * s->rank, s->map, s->scale, dim, s->rank,
                                     m->dense + (int64_t)node[i] * dim, scratch);
    rg_count_flops(ctx, 2.0 * (double)n_with * (double)(dim * s->rank));
done:
    rg_free(ctx->mem, scratch);
    rg_csr_free(sample);
    return status;
}

regatta_status rg_feature_space_fit(regatta_ctx *ctx, rg_feature_space **out,
                                    const rg_modality *modality, const uint32_t *node,
                                    int64_t n, int64_t rank, uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    rg_feature_space *s = NULL;
    *out = NULL;
    RG_NEW(ctx->mem, s, 1);
    s->mem = ctx->mem;
    s->n_nodes = n;
    RG_TRY(modality->rows != NULL ? fit_sparse(ctx, s, modality, node, rank, seed)
                                  : fit_dense(ctx, s, modality, node, rank, seed));
    *out = s;
    s = NULL;
done:
    rg_feature_space_free(s);
    return status;
}

void rg_feature_space_free(rg_feature_space *s)
{
    if (s == NULL) return;
    rg_free(s->mem, s->column);
    rg_free(s->mem, s->scale);
    rg_free(s->mem, s->map);
    rg_free(s->mem, s->value);
    rg_csr_free(s->rows);
    rg_free(s->mem, s->z);
    rg_free(s->mem, s);
}
