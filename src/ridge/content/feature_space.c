#include "ridge/content/feature_space.h"
#include "base/kernels/vec.h"
#include "linalg/randomized_svd.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The vectors of a sample are those of all nodes to within its noise, which the shrinkage
 * of small eigenvalues covers. */
enum { SAMPLED_NODES = 1 << 18, SAMPLED_DENSE = 1 << 14, ITERATIONS = 2 };

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

/* Counts the nodes with each column, and those with any; returns the latter. */
static int64_t count_columns(counted *count, const rg_modality *m, const uint32_t *node,
                             int64_t n)
{
    int64_t n_with = 0;
    for (int64_t c = 0; c < m->n_columns; c++)
        count[c] = (counted){(uint32_t)c, 0, rg_idmap_name(m->feature, (uint32_t)c)};
    for (int64_t i = 0; i < n; i++) {
        int any = 0;
        if ((int64_t)node[i] >= m->n_rows) continue;
        for (int64_t e = m->rows->offset[node[i]]; e < m->rows->offset[node[i] + 1]; e++)
            if (rg_modality_weight(m, e) != 0.0f) count[m->rows->target[e]].n++, any = 1;
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
        if (!rg_modality_has(m, node[i])) continue;
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
    RG_TRY(rg_csr_transpose(ctx, &columns, rows));
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
    const rg_feature_coder columns = rg_feature_space_coder(s);
    RG_TRY(rg_feature_encode(ctx, &s->rows, &columns, m, node, s->n_nodes, place));
    RG_TRY(sample_rows(ctx, &sample, &n_with, s->rows, s->n_mapped));
    RG_TRY(find_map(ctx, s, sample, n_with, rank, seed));
    RG_NEW(ctx->mem, s->z, s->n_nodes * s->rank);
    const rg_feature_coder coder = rg_feature_space_coder(s);
    rg_feature_coordinates(s->z, s->rank, &coder, m, node, s->n_nodes, s->rows,
                           ctx->threads);
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
    for (int64_t i = 0; i < n; i++) n_with += rg_modality_has(m, node[i]);
    for (int64_t i = 0; i < n; i++)
        if (rg_modality_has(m, node[i]))
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
    s->n_columns = s->n_mapped = dim;
    RG_NEW(ctx->mem, s->scale, dim);
    const int64_t n_with = mean_of(s->scale, m, node, s->n_nodes);
    RG_TRY(sample_dense(ctx, &sample, n_with, m, node, s->n_nodes, s->scale));
    RG_TRY(find_map(ctx, s, sample, n_with, rank, seed));
    RG_NEW(ctx->mem, s->z, s->n_nodes * s->rank);
    const rg_feature_coder coder = rg_feature_space_coder(s);
    rg_feature_coordinates(s->z, s->rank, &coder, m, node, s->n_nodes, NULL,
                           ctx->threads);
    rg_count_flops(ctx, 2.0 * (double)n_with * (double)(dim * s->rank));
done:
    rg_csr_free(sample);
    return status;
}

rg_feature_coder rg_feature_space_coder(const rg_feature_space *s)
{
    return (rg_feature_coder){.n_columns = s->n_columns,
                              .rank = s->rank,
                              .n_mapped = s->n_mapped,
                              .scale = s->scale,
                              .map = s->map};
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
    s->n_owners = 1;
    s->n_nodes = n;
    RG_TRY(modality->rows != NULL ? fit_sparse(ctx, s, modality, node, rank, seed)
                                  : fit_dense(ctx, s, modality, node, rank, seed));
    *out = s;
    s = NULL;
done:
    rg_feature_space_free(s);
    return status;
}

rg_feature_space *rg_feature_space_share(rg_feature_space *space)
{
    space->n_owners++;
    return space;
}

void rg_feature_space_free(rg_feature_space *s)
{
    if (s == NULL || --s->n_owners > 0) return;
    rg_free(s->mem, s->column);
    rg_free(s->mem, s->scale);
    rg_free(s->mem, s->map);
    rg_free(s->mem, s->value);
    rg_csr_free(s->rows);
    rg_free(s->mem, s->z);
    rg_free(s->mem, s);
}
