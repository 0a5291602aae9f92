/* Shen et al., "How powerful is graph convolution for recommendation?", CIKM 2021, eq. 9,
 * with S^1/2 between the singular vectors in place of the ideal low-pass filter, and
 * D^1/4 of the candidate, which lifts popular items a little. */
#include "ridge/graph_filter.h"
#include "base/checkpoint/checkpoint.h"
#include "linalg/randomized_svd.h"
#include "linalg/row_share.h"
#include <math.h>

enum { ITERATIONS = 3 };

/* The rows of this rank with the values r (D_u D_i)^-1/2; item_degree[n_items] receives
 * D_i, of all rows. */
static regatta_status normalise(regatta_ctx *ctx, rg_csr **out, double *item_degree,
                                const rg_csr *by_user, const rg_shares *share)
{
    regatta_status status = REGATTA_OK;
    rg_csr *a = NULL;
    *out = NULL;
    const int64_t n_rows = share->end - share->begin;
    const int64_t *offset = by_user->offset + share->begin;
    const float *value = by_user->value;
    RG_TRY(
        rg_csr_create(ctx, &a, n_rows, by_user->n_cols, offset[n_rows] - offset[0], 1));
    for (int64_t e = 0; e < by_user->n_edges; e++)
        item_degree[by_user->target[e]] += value != NULL ? (double)value[e] : 1.0;
    for (int64_t e = 0; e < a->n_edges; e++) {
        a->target[e] = by_user->target[offset[0] + e];
        a->value[e] = value != NULL ? value[offset[0] + e] : 1.0f;
    }
    for (int64_t u = 0; u < n_rows; u++) {
        double degree = 0.0;
        a->offset[u + 1] = offset[u + 1] - offset[0];
        for (int64_t e = a->offset[u]; e < a->offset[u + 1]; e++)
            degree += (double)a->value[e];
        for (int64_t e = a->offset[u]; e < a->offset[u + 1]; e++) {
            const double product = degree * item_degree[a->target[e]];
            a->value[e] =
                product > 0.0 ? (float)((double)a->value[e] / sqrt(product)) : 0.0f;
        }
    }
    *out = a;
    a = NULL;
done:
    rg_csr_free(a);
    return status;
}

static regatta_status create(regatta_ctx *ctx, rg_graph_filter **out, int64_t n_items,
                             int64_t rank)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_graph_filter *f = NULL;
    RG_NEW(ctx->mem, f, 1);
    f->mem = ctx->mem;
    f->n_items = n_items;
    f->rank = rank;
    RG_NEW(ctx->mem, f->in, n_items * rank);
    RG_NEW(ctx->mem, f->out, n_items * rank);
    *out = f;
    f = NULL;
done:
    rg_graph_filter_free(f);
    return status;
}

/* The arguments of a build, a unit of a checkpoint. */
typedef struct task {
    const rg_csr *by_user;
    int64_t rank;
    uint64_t seed;
    rg_graph_filter *out;
} task;

static regatta_status build(regatta_ctx *ctx, void *state)
{
    regatta_status status = REGATTA_OK;
    task *t = state;
    const rg_csr *by_user = t->by_user;
    const int64_t n_items = by_user->n_cols, rank = t->rank;
    rg_graph_filter *f = NULL;
    rg_csr *a = NULL, *at = NULL;
    rg_svd *svd = NULL;
    double *degree = NULL;
    RG_NEW(ctx->mem, degree, n_items);
    rg_shares share;
    rg_row_share(&share, ctx, by_user);
    RG_TRY(normalise(ctx, &a, degree, by_user, &share));
    RG_TRY(rg_csr_transpose(ctx, &at, a));
    RG_TRY(rg_randomized_svd(ctx, &svd, a, at, rank, ITERATIONS, t->seed,
                             rg_ranked(ctx) ? &share : NULL));
    RG_TRY(create(ctx, &f, n_items, rank));
    for (int64_t i = 0; i < n_items; i++)
        for (int64_t k = 0; k < rank && degree[i] > 0.0; k++) {
            const double v = (double)svd->right[i * rank + k];
            f->in[i * rank + k] = (float)(v * sqrt(svd->value[k] / degree[i]));
            f->out[i * rank + k] = (float)(v * sqrt(sqrt(degree[i])));
        }
    rg_count_flops(ctx, 5.0 * (double)by_user->n_edges + 6.0 * (double)(n_items * rank));
    t->out = f;
    f = NULL;
done:
    rg_free(ctx->mem, degree);
    rg_csr_free(a);
    rg_csr_free(at);
    rg_svd_free(svd);
    rg_graph_filter_free(f);
    return status;
}

static regatta_status visit(rg_archive *archive, void *state)
{
    regatta_status status = REGATTA_OK;
    task *t = state;
    const int64_t n_items = t->by_user->n_cols;
    if (archive->reads) RG_TRY(create(archive->ctx, &t->out, n_items, t->rank));
    RG_TRY(rg_archive_floats(archive, t->out->in, n_items * t->rank));
    RG_TRY(rg_archive_floats(archive, t->out->out, n_items * t->rank));
done:
    return status;
}

regatta_status rg_graph_filter_build(regatta_ctx *ctx, rg_graph_filter **out,
                                     const rg_csr *by_user, int64_t rank, uint64_t seed)
{
    task t = {.by_user = by_user, .rank = rank, .seed = seed};
    const rg_unit unit = {"spectral filter", build, visit, &t};
    *out = NULL;
    if (t.rank > by_user->n_cols) t.rank = by_user->n_cols;
    if (t.rank > by_user->n_rows) t.rank = by_user->n_rows;
    const regatta_status status = rg_unit_run(ctx, &unit);
    if (status == REGATTA_OK)
        *out = t.out;
    else
        rg_graph_filter_free(t.out);
    return status;
}

void rg_graph_filter_free(rg_graph_filter *f)
{
    if (f == NULL) return;
    rg_free(f->mem, f->in);
    rg_free(f->mem, f->out);
    rg_free(f->mem, f);
}
