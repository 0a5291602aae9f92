#include "channel/fit/vectors/vectors_start.h"
#include "linalg/cholmod_door.h"
#include <math.h>
#include <string.h>

typedef struct folding {
    const rg_fold_nodes *nodes;
    int64_t n_users, n_items, n_new;
    double *inverse;  /* [n_users + n_items] D^-1/2; 0 without interactions */
    uint32_t *number; /* [n_users + n_items] among the new nodes; REGATTA_NONE */
    float *sum;       /* [n_users + n_items][dim] A X of the old nodes */
} folding;

static float weight_of(const folding *f, int64_t u, int64_t e)
{
    const rg_csr *rows = f->nodes->by_user;
    const double w = rows->value != NULL ? (double)rows->value[e] : 1.0;
    return (float)(w * f->inverse[u] * f->inverse[f->n_users + rows->target[e]]);
}

static void fill_degrees(folding *f)
{
    const rg_csr *rows = f->nodes->by_user;
    for (int64_t u = 0; u < f->n_users; u++)
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++) {
            const double w = rows->value != NULL ? (double)rows->value[e] : 1.0;
            f->inverse[u] += w;
            f->inverse[f->n_users + rows->target[e]] += w;
        }
    for (int64_t v = 0; v < f->n_users + f->n_items; v++)
        f->inverse[v] = f->inverse[v] > 0.0 ? 1.0 / sqrt(f->inverse[v]) : 0.0;
}

static int is_new(const folding *f, int64_t v)
{
    return v < f->n_users ? v >= f->nodes->old_users
                          : v - f->n_users >= f->nodes->old_items;
}

static void number_new(folding *f)
{
    for (int64_t v = 0; v < f->n_users + f->n_items; v++)
        f->number[v] =
            is_new(f, v) && f->inverse[v] > 0.0 ? (uint32_t)f->n_new++ : REGATTA_NONE;
}

/* Adds w x to sum[dim]. */
static void add(float *sum, float w, const float *x, int64_t dim)
{
    for (int64_t k = 0; k < dim; k++) sum[k] += w * x[k];
}

/* Fills sum = A X, with the rows of old nodes alone as X. */
static void propagate(folding *f, const float *x0)
{
    const rg_csr *rows = f->nodes->by_user;
    const int64_t dim = f->nodes->dim;
    for (int64_t u = 0; u < f->n_users; u++)
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++) {
            const int64_t i = f->n_users + rows->target[e];
            const float w = weight_of(f, u, e);
            if (!is_new(f, i)) add(f->sum + u * dim, w, x0 + i * dim, dim);
            if (!is_new(f, u)) add(f->sum + i * dim, w, x0 + u * dim, dim);
        }
}

/* Returns the number that maps A X best to X over the old nodes first..first+n. */
static float scale_of(const folding *f, const float *x0, int64_t first, int64_t n)
{
    const int64_t dim = f->nodes->dim;
    double dot = 0.0, square = 0.0;
    for (int64_t k = first * dim; k < (first + n) * dim; k++) {
        dot += (double)x0[k] * (double)f->sum[k];
        square += (double)f->sum[k] * (double)f->sum[k];
    }
    return square > 0.0 && dot > 0.0 ? (float)(dot / square) : 1.0f;
}

/* Creates -A_nn between the new nodes; an edge is in the row of its item. */
static regatta_status tie(regatta_ctx *ctx, rg_csr **out, const folding *f)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = f->nodes->by_user;
    rg_csr *by_user = NULL;
    int64_t n = 0;
    for (int64_t u = 0; u < f->n_users; u++)
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++)
            n += f->number[u] != REGATTA_NONE &&
                 f->number[f->n_users + rows->target[e]] != REGATTA_NONE;
    RG_TRY(rg_csr_create(ctx, &by_user, f->n_new, f->n_new, n, 1));
    n = 0;
    for (int64_t u = 0; u < f->n_users; u++) {
        if (f->number[u] == REGATTA_NONE) continue;
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++) {
            const uint32_t i = f->number[f->n_users + rows->target[e]];
            if (i == REGATTA_NONE) continue;
            by_user->target[n] = i;
            by_user->value[n++] = -weight_of(f, u, e);
        }
        by_user->offset[f->number[u] + 1LL] = n;
    }
    for (int64_t v = 0; v < f->n_new; v++)
        if (by_user->offset[v + 1] < by_user->offset[v])
            by_user->offset[v + 1] = by_user->offset[v];
    /* New users come before new items, so the transpose has the lower half. */
    RG_TRY(rg_csr_transpose(ctx, out, by_user));
done:
    rg_csr_free(by_user);
    return status;
}

static regatta_status solve(regatta_ctx *ctx, float *x0, const folding *f)
{
    regatta_status status = REGATTA_OK;
    const int64_t dim = f->nodes->dim, n_nodes = f->n_users + f->n_items;
    const float scale[] = {
        scale_of(f, x0, 0, f->nodes->old_users),
        scale_of(f, x0, f->n_users, f->nodes->old_items),
    };
    rg_csr *ties = NULL;
    double *diagonal = NULL;
    float *x = NULL;
    RG_TRY(tie(ctx, &ties, f));
    RG_NEW(ctx->mem, diagonal, f->n_new);
    RG_NEW(ctx->mem, x, f->n_new * dim);
    for (int64_t k = 0; k < f->n_new; k++) diagonal[k] = 1.0 + RG_FOLD_DAMPING;
    for (int64_t v = 0; v < n_nodes; v++)
        if (f->number[v] != REGATTA_NONE)
            memcpy(x + f->number[v] * dim, f->sum + v * dim, (size_t)dim * sizeof *x);
    RG_TRY(rg_cholmod_solve(ctx, x, dim, ties, diagonal));
    for (int64_t v = 0; v < n_nodes; v++)
        for (int64_t k = 0; k < dim && f->number[v] != REGATTA_NONE; k++)
            x0[v * dim + k] = scale[v >= f->n_users] * x[f->number[v] * dim + k];
done:
    rg_csr_free(ties);
    rg_free(ctx->mem, diagonal);
    rg_free(ctx->mem, x);
    return status;
}

regatta_status rg_fold_new_nodes(regatta_ctx *ctx, float *x0, const rg_fold_nodes *nodes)
{
    regatta_status status = REGATTA_OK;
    folding f = {.nodes = nodes,
                 .n_users = nodes->by_user->n_rows,
                 .n_items = nodes->by_user->n_cols};
    const int64_t n_nodes = f.n_users + f.n_items;
    RG_NEW(ctx->mem, f.inverse, n_nodes);
    RG_NEW(ctx->mem, f.number, n_nodes);
    fill_degrees(&f);
    number_new(&f);
    if (f.n_new == 0) goto done;
    RG_NEW(ctx->mem, f.sum, n_nodes * nodes->dim);
    propagate(&f, x0);
    RG_TRY(solve(ctx, x0, &f));
    rg_count_flops(ctx, 4.0 * (double)nodes->by_user->n_edges * (double)nodes->dim);
done:
    rg_free(ctx->mem, f.inverse);
    rg_free(ctx->mem, f.number);
    rg_free(ctx->mem, f.sum);
    return status;
}
