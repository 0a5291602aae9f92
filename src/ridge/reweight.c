#include "ridge/reweight.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "gat/attention/attention.h"
#include <math.h>
#include <string.h>

/* Sums of a row before and after, signed and absolute. */
typedef struct sums {
    double before, after, absolute_before, absolute_after;
} sums;

static int keeps_sum(const sums *s)
{
    return s->before > 0.0 && s->after > 0.01 * s->absolute_after;
}

static double factor_of(const sums *s)
{
    if (keeps_sum(s)) return s->before / s->after;
    return s->absolute_after > 0.0 ? s->absolute_before / s->absolute_after : 1.0;
}

static float finite_or_zero(float x)
{
    return isfinite(x) ? x : 0.0f;
}

int rg_reweight_row(float *out, const float *weight, const float *score, int64_t n)
{
    float max = -INFINITY; /* cancels in the quotient, keeps expf in range */
    for (int64_t k = 0; k < n; k++)
        if (weight[k] != 0.0f) max = fmaxf(max, finite_or_zero(score[k]));
    sums s = {0.0, 0.0, 0.0, 0.0};
    for (int64_t k = 0; k < n; k++) {
        const double w = (double)weight[k];
        const double raised = w * (double)expf(finite_or_zero(score[k]) - max);
        s.before += w;
        s.after += raised;
        s.absolute_before += fabs(w);
        s.absolute_after += fabs(raised);
        out[k] = (float)raised;
    }
    const double factor = factor_of(&s);
    for (int64_t k = 0; k < n; k++) out[k] = (float)((double)out[k] * factor);
    return keeps_sum(&s);
}

void rg_reweight_apply(float *out, const rg_csr *ridge, const float *score, int threads)
{
    const int team = rg_threads_for(2 * RG_SCALAR * ridge->n_edges, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t j = 0; j < ridge->n_rows; j++) {
        const int64_t e = ridge->offset[j];
        rg_reweight_row(out + e, ridge->value + e, score + e, rg_csr_degree(ridge, j));
    }
}

void rg_reweight_units(float *unit, const float *x, int64_t n, int64_t dim, int threads)
{
    const int team = rg_threads_for(2 * n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t i = 0; i < n; i++) {
        const float *row = x + i * dim;
        const float square = rg_vec_dot(row, row, dim);
        const float inverse =
            square > 0.0f && isfinite(square) ? 1.0f / sqrtf(square) : 0.0f;
        for (int64_t k = 0; k < dim; k++)
            unit[i * dim + k] = inverse > 0.0f ? inverse * row[k] : 0.0f;
    }
}

/* Row j's scores. Its own unit row takes the strengths, so all blocks are one product. */
static void score_row(float *score, float *own, const rg_csr *ridge, const float *unit,
                      int64_t dim, const rg_reweight_strength *s, int64_t j)
{
    const int64_t begin = ridge->offset[j];
    for (int h = 0; h < s->heads; h++)
        for (int64_t k = rg_block_column(dim, s->heads, h);
             k < rg_block_column(dim, s->heads, h + 1); k++)
            own[k] = s->beta[h] * unit[j * dim + k];
    rg_vec_gather_dot(score + begin, own, unit, dim, ridge->target + begin,
                      rg_csr_degree(ridge, j));
}

static regatta_status copy_pattern(regatta_ctx *ctx, rg_csr **out, const rg_csr *g)
{
    const regatta_status status =
        rg_csr_create(ctx, out, g->n_rows, g->n_cols, g->n_edges, 1);
    if (status != REGATTA_OK) return status;
    memcpy((*out)->offset, g->offset, (size_t)(g->n_rows + 1) * sizeof *g->offset);
    memcpy((*out)->target, g->target, (size_t)g->n_edges * sizeof *g->target);
    return REGATTA_OK;
}

static const double APPLIED = 6.0; /* FLOPs of an edge in rg_reweight_apply */
enum { ROWS = 64 };                /* rows that share one scratch row of their own */

regatta_status rg_reweight_build(regatta_ctx *ctx, rg_csr **out, const rg_csr *ridge,
                                 const float *x, int64_t dim,
                                 const rg_reweight_strength *strength)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const int64_t n = ridge->n_rows, n_blocks = (n + ROWS - 1) / ROWS;
    const int threads = ctx->threads;
    float *unit = NULL, *own = NULL;
    rg_csr *g = NULL;
    RG_NEW(ctx->mem, unit, n * dim);
    RG_NEW(ctx->mem, own, n_blocks * dim);
    RG_TRY(copy_pattern(ctx, &g, ridge));
    rg_reweight_units(unit, x, n, dim, threads);
    /* The scores are stored in the array of the weights: a row reads each score before
     * it writes the weight. */
    const int team = rg_threads_for(ridge->n_edges * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t b = 0; b < n_blocks; b++)
        for (int64_t j = b * ROWS; j < n && j < (b + 1) * ROWS; j++)
            score_row(g->value, own + b * dim, ridge, unit, dim, strength, j);
    rg_reweight_apply(g->value, ridge, g->value, threads);
    rg_count_flops(ctx, 4.0 * (double)n * (double)dim +
                            (double)ridge->n_edges * (2.0 * (double)dim + APPLIED));
    *out = g;
    g = NULL; /* ownership has moved to the caller */
done:
    rg_free(ctx->mem, unit);
    rg_free(ctx->mem, own);
    rg_csr_free(g);
    return status;
}

/* value = the mean of heads tables of n. */
static void mean_of_heads(float *value, const float *table, int heads, int64_t n,
                          int threads)
{
    const float share = 1.0f / (float)heads;
    const int team = rg_threads_for(n * heads, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t e = 0; e < n; e++) {
        float sum = 0.0f;
        for (int h = 0; h < heads; h++) sum += table[h * n + e];
        value[e] = share * sum;
    }
}

regatta_status rg_reweight_layer(regatta_ctx *ctx, rg_csr **out, const rg_csr *ridge,
                                 const float *x, const rg_params *p, int layer)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const int heads = p->shape.heads, threads = ctx->threads;
    const int64_t n_edges = ridge->n_edges;
    rg_attention *attention = NULL;
    rg_params *full = NULL;
    float *score = NULL;
    rg_csr *g = NULL;
    /* Scores read only offsets and targets, so the rows need not be symmetric. */
    const rg_adjacency rows = {.n_items = ridge->n_rows,
                               .n_nodes = ridge->n_rows,
                               .n_edges = n_edges,
                               .offset = ridge->offset,
                               .target = ridge->target};
    RG_TRY(copy_pattern(ctx, &g, ridge));
    RG_NEW(ctx->mem, score, heads * n_edges);
    if (p->shape.attention != REGATTA_ATTENTION_NONE) {
        RG_TRY(rg_params_create_expanded(ctx, &full, &p->shape));
        rg_params_expand(full, p);
        RG_TRY(rg_attention_create(ctx, &attention, &p->shape, &rows, 0));
        rg_attention_scores(attention, score, x, full, layer, threads);
        rg_count_flops(ctx, 2.0 * (double)n_edges * (double)p->shape.dim);
    }
    for (int h = 0; h < heads; h++)
        rg_reweight_apply(score + h * n_edges, ridge, score + h * n_edges, threads);
    mean_of_heads(g->value, score, heads, n_edges, threads);
    rg_count_flops(ctx, (double)n_edges * (double)heads * (APPLIED + 1.0));
    *out = g;
    g = NULL; /* ownership has moved to the caller */
done:
    rg_attention_free(attention);
    rg_params_free(full);
    rg_free(ctx->mem, score);
    rg_csr_free(g);
    return status;
}
