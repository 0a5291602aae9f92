#include "ridge/exact_ridge_parts.h"
#include "base/hit.h"
#include "base/parallel.h"
#include "base/ranks/ranks.h"
#include "linalg/dense_inverse.h"
#include <math.h>
#include <omp.h>
#include <string.h>

/* B_ij = -P_ij / P_jj; P = S Q S for the inverse Q of the scaled matrix. */
static void weights_of(float *row, const rg_ridge_system *s, int64_t j)
{
    const float own = -1.0f / (row[j] * s->scale[j]);
    for (int64_t i = 0; i < s->n; i++) row[i] *= own * s->scale[i];
    row[j] = 0.0f;
}

void rg_ridge_keep(rg_ridge_rows *rows, const rg_ridge_system *s, int64_t place,
                   rg_ridge_scratch *w)
{
    uint64_t least = 0;
    int64_t at = place * rows->room, n = 0;
    weights_of(w->row, s, place);
    if (rows->room < s->n) {
        for (int64_t i = 0; i < s->n; i++)
            w->key[i] = rg_hit_key(fabsf(w->row[i]), (uint32_t)i);
        rg_hits_select(w->key, s->n, rows->room);
        least = w->key[0];
        for (int64_t k = 1; k < rows->room; k++)
            if (w->key[k] < least) least = w->key[k];
    }
    double lost = 0.0, total = 0.0;
    for (int64_t i = 0; i < s->n; i++) {
        const double size = fabs((double)w->row[i]);
        total += size;
        if (size == 0.0) continue;
        if (rg_hit_key(fabsf(w->row[i]), (uint32_t)i) < least) {
            lost += size;
            continue;
        }
        rows->target[at + n] = (uint32_t)i;
        rows->value[at + n++] = w->row[i];
    }
    rows->count[place] = (int32_t)n;
    rows->lost[place] = lost;
    rows->total[place] = total;
}

/* Row j of the scaled matrix into the panels: a thread owns it in all of them. */
static void fill_dense_row(rg_sym *a, const rg_ridge_system *s, int64_t j,
                           rg_ridge_scratch *w)
{
    const int64_t n = rg_cooccurrence_row(w->acc, w->touched, s->g, s->item[j]);
    const int64_t end = (j / RG_SYM_WIDTH + 1) * RG_SYM_WIDTH;
    for (int64_t t = 0; t < n; t++) {
        const uint32_t i = w->touched[t];
        const int64_t place = s->place[i];
        if (place >= 0 && place < end && place != j)
            *rg_sym_at(a, j, place) = w->acc[i] * (s->scale[j] * s->scale[place]);
        w->acc[i] = 0.0f;
    }
}

/* Receives the rows that other ranks have kept. */
static regatta_status gather_kept(regatta_ctx *ctx, rg_ridge_rows *rows,
                                  const rg_shares *s)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_gather(ctx, rows->count, s, sizeof *rows->count));
    RG_TRY(rg_gather(ctx, rows->target, s, rows->room * (int64_t)sizeof *rows->target));
    RG_TRY(rg_gather(ctx, rows->value, s, rows->room * (int64_t)sizeof *rows->value));
    RG_TRY(rg_gather(ctx, rows->lost, s, sizeof *rows->lost));
    RG_TRY(rg_gather(ctx, rows->total, s, sizeof *rows->total));
done:
    return status;
}

/* Returns the FLOPs of the rows of G. */
static double row_flops(const rg_ridge_system *s)
{
    return 2.0 * (double)rg_cooccurrence_work(s->g);
}

/* Returns the FLOPs of the scaling and of the weights from the inverse. */
static double weight_flops(const rg_ridge_system *s)
{
    return 4.0 * (double)s->n * (double)s->n;
}

regatta_status rg_ridge_dense(regatta_ctx *ctx, rg_ridge_rows *rows,
                              const rg_ridge_system *s, rg_ridge_scratch *w)
{
    regatta_status status = REGATTA_OK;
    const int threads = ctx->threads;
    rg_sym *a = NULL;
    RG_TRY(rg_sym_create(ctx, &a, s->n));
    const int team =
        rg_threads_for(RG_SCALAR * rg_cooccurrence_work(s->g) + s->n * s->n, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 16)
    for (int64_t j = 0; j < s->n; j++) fill_dense_row(a, s, j, &w[omp_get_thread_num()]);
    RG_TRY(rg_sym_invert(ctx, a));
    rg_shares share;
    rg_shares_even(&share, ctx, s->n);
#pragma omp parallel for num_threads(team) schedule(dynamic, 16)
    for (int64_t j = share.begin; j < share.end; j++) {
        rg_ridge_scratch *own = &w[omp_get_thread_num()];
        rg_sym_row(own->row, a, j);
        rg_ridge_keep(rows, s, j, own);
    }
    RG_TRY(gather_kept(ctx, rows, &share));
    rg_count_flops(ctx, row_flops(s) + weight_flops(s));
done:
    rg_sym_free(a);
    return status;
}

/* Later places of row j, in no order. */
static void fill_upper_row(rg_csr *upper, const rg_ridge_system *s, int64_t j,
                           rg_ridge_scratch *w)
{
    int64_t at = upper->offset[j];
    const int64_t n = rg_cooccurrence_row(w->acc, w->touched, s->g, s->item[j]);
    for (int64_t t = 0; t < n; t++) {
        const uint32_t i = w->touched[t];
        const int64_t place = s->place[i];
        if (place > j) {
            upper->target[at] = (uint32_t)place;
            upper->value[at++] = w->acc[i] * (s->scale[j] * s->scale[place]);
        }
        w->acc[i] = 0.0f;
    }
}

regatta_status rg_ridge_lower(regatta_ctx *ctx, rg_csr **out, const rg_ridge_system *s,
                              const int64_t *count, rg_ridge_scratch *w)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const int threads = ctx->threads;
    int64_t n_entries = 0;
    rg_csr *upper = NULL;
    for (int64_t j = 0; j < s->n; j++) n_entries += count[j];
    RG_TRY(rg_csr_create(ctx, &upper, s->n, s->n, n_entries, 1));
    for (int64_t j = 0; j < s->n; j++) upper->offset[j + 1] = upper->offset[j] + count[j];
    const int team = rg_threads_for(RG_SCALAR * rg_cooccurrence_work(s->g), threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 16)
    for (int64_t j = 0; j < s->n; j++)
        fill_upper_row(upper, s, j, &w[omp_get_thread_num()]);
    rg_count_flops(ctx, row_flops(s));
    RG_TRY(rg_csr_transpose(ctx, out, upper)); /* this also sorts the rows */
done:
    rg_csr_free(upper);
    return status;
}

/* Candidates first .. first + RG_SOLVE_WIDTH - 1, below `end`: their columns of the
 * inverse. */
static void solve_block(rg_ridge_rows *rows, const rg_ridge_system *s,
                        const rg_sparse_factor *f, int64_t first, int64_t end,
                        double *panel, rg_ridge_scratch *w)
{
    const int64_t left = end - first;
    const int64_t width = left < RG_SOLVE_WIDTH ? left : RG_SOLVE_WIDTH;
    memset(panel, 0, (size_t)(s->n * RG_SOLVE_WIDTH) * sizeof *panel);
    for (int64_t c = 0; c < width; c++) panel[(first + c) * RG_SOLVE_WIDTH + c] = 1.0;
    rg_sparse_factor_solve(panel, panel + s->n * RG_SOLVE_WIDTH, f);
    for (int64_t c = 0; c < width; c++) {
        for (int64_t i = 0; i < s->n; i++)
            w->row[i] = (float)panel[i * RG_SOLVE_WIDTH + c];
        rg_ridge_keep(rows, s, first + c, w);
    }
}

regatta_status rg_ridge_sparse(regatta_ctx *ctx, rg_ridge_rows *rows,
                               const rg_ridge_system *s, const rg_cholmod *analysis,
                               rg_ridge_scratch *w)
{
    regatta_status status = REGATTA_OK;
    const int threads = ctx->threads;
    const int64_t size = 2 * s->n * RG_SOLVE_WIDTH;
    rg_sparse_factor *f = NULL;
    double *panel = NULL;
    RG_TRY(rg_cholmod_factorize(ctx, &f, analysis));
    RG_NEW(ctx->mem, panel, size * threads);
    rg_shares share;
    rg_shares_even(&share, ctx, s->n);
    const int team = rg_threads_for(s->n * f->n_entries, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t first = share.begin; first < share.end; first += RG_SOLVE_WIDTH) {
        const int t = omp_get_thread_num();
        solve_block(rows, s, f, first, share.end, panel + size * t, &w[t]);
    }
    RG_TRY(gather_kept(ctx, rows, &share));
    rg_count_flops(ctx, weight_flops(s) + rg_cholmod_estimate_of(analysis)->flops +
                            4.0 * (double)f->n_entries * (double)s->n);
done:
    rg_free(ctx->mem, panel);
    rg_sparse_factor_free(f);
    return status;
}
