/* Inverse by the symmetric sweep operator (Goodnight, American Statistician 33, 1979),
 * in blocks K of RG_SYM_WIDTH pivots, R all other rows:
 *
 *   A_KK <- -A_KK^-1     A_RK <- A_RK A_KK^-1     A_RR <- A_RR - A_RK A_KK^-1 A_KR
 *
 * After all blocks A is minus its inverse. With E = A_:K and T = -A_KK^-1 E' each step
 * is one product E T, of which the lower triangle is computed: n^3 / 2 multiply-adds in
 * all. The columns of K are set to zero before and T_K = A_KK^-1, so the same product
 * writes them. A thread owns a panel of columns. */
#include "linalg/dense_inverse.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include <math.h>
#include <string.h>

enum { B = RG_SYM_WIDTH };

typedef struct sweep {
    rg_sym *s;
    int64_t n_rows; /* whole panels */
    float *e;       /* [n_rows][B] columns of the block, rows of K zero */
    float *t;       /* [n_panels][B][B] T, panel by panel */
    float *turned;  /* [n_panels][B][B] E A_KK^-1, before it is transposed */
    float *inverse; /* [B][B] A_KK^-1 */
    double *pivots; /* [B][B] */
} sweep;

int64_t rg_sym_bytes(int64_t n)
{
    const int64_t panels = (n + B - 1) / B;
    return panels * (panels + 1) / 2 * B * B * (int64_t)sizeof(float);
}

regatta_status rg_sym_create(regatta_ctx *ctx, rg_sym **out, int64_t n)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_sym *s = NULL;
    RG_NEW(ctx->mem, s, 1);
    s->mem = ctx->mem;
    s->n = n;
    s->n_panels = (n + B - 1) / B;
    RG_NEW(ctx->mem, s->panel, s->n_panels);
    RG_NEW(ctx->mem, s->arena, rg_sym_bytes(n) / (int64_t)sizeof(float));
    float *next = s->arena;
    for (int64_t p = 0; p < s->n_panels; p++) {
        s->panel[p] = next;
        next += (s->n_panels - p) * B * B;
    }
    for (int64_t i = 0; i < s->n_panels * B; i++) *rg_sym_at(s, i, i) = 1.0f;
    *out = s;
    s = NULL;
done:
    rg_sym_free(s);
    return status;
}

void rg_sym_free(rg_sym *s)
{
    if (s == NULL) return;
    rg_free(s->mem, s->panel);
    rg_free(s->mem, s->arena);
    rg_free(s->mem, s);
}

void rg_sym_row(float *out, const rg_sym *s, int64_t row)
{
    const int64_t own = row / B;
    for (int64_t p = 0; p <= own; p++) {
        const int64_t first = p * B, n = s->n - first < B ? s->n - first : B;
        memcpy(out + first, rg_sym_at(s, row, first), (size_t)n * sizeof *out);
    }
    for (int64_t i = (own + 1) * B; i < s->n; i++) out[i] = *rg_sym_at(s, i, row);
}

/* Of a unit diagonal; a smaller pivot is rounding and nothing else. */
#define LEAST_PIVOT 1e-6

/* Gauss-Jordan on the first n rows and columns of a[B][B], the others being those of the
 * identity; 0 when a pivot is too small. */
static int invert_pivots(double *a, int64_t n)
{
    for (int64_t k = 0; k < n; k++) {
        const double pivot = a[k * B + k];
        if (!(pivot >= LEAST_PIVOT) || !isfinite(pivot)) return 0;
        a[k * B + k] = 1.0;
        for (int64_t c = 0; c < n; c++) a[k * B + c] /= pivot;
        for (int64_t r = 0; r < n; r++) {
            const double factor = a[r * B + k];
            if (r == k) continue;
            a[r * B + k] = 0.0;
            for (int64_t c = 0; c < n; c++) a[r * B + c] -= factor * a[k * B + c];
        }
    }
    return 1;
}

/* E from the columns of block k: below it as they are, above it as rows turned over. */
static void take_columns(sweep *w, int64_t k, int threads)
{
    rg_sym *s = w->s;
    float *below = s->panel[k] + B * B;
    const int64_t begin = (k + 1) * B;
    memcpy(w->e + begin * B, below, (size_t)((w->n_rows - begin) * B) * sizeof *below);
    memset(below, 0, (size_t)((w->n_rows - begin) * B) * sizeof *below);
    memset(w->e + k * B * B, 0, (size_t)(B * B) * sizeof *w->e);
    const int team = rg_threads_for(RG_SCALAR * k * B * B, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t p = 0; p < k; p++) {
        float *rows = rg_sym_at(s, k * B, p * B);
        for (int64_t c = 0; c < B; c++)
            for (int64_t r = 0; r < B; r++) w->e[(p * B + c) * B + r] = rows[r * B + c];
    }
}

static void make_t(sweep *w, int64_t k, int threads)
{
    const int team = rg_threads_for((w->s->n_panels - 1) * B * B * B, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t p = 0; p < w->s->n_panels; p++) {
        float *turned = w->turned + p * B * B, *t = w->t + p * B * B;
        memset(turned, 0, (size_t)(B * B) * sizeof *turned);
        rg_vec_mul_add(turned, w->e + p * B * B, B, w->inverse, B, B, B);
        for (int64_t r = 0; r < B; r++)
            for (int64_t c = 0; c < B; c++) t[r * B + c] = -turned[c * B + r];
        if (p == k) memcpy(t, w->inverse, (size_t)(B * B) * sizeof *t);
    }
}

static void update(sweep *w, int64_t k, int threads)
{
    rg_sym *s = w->s;
    const int team = rg_threads_for((s->n_panels - 1) * w->n_rows * B * B / 2, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t p = 0; p < s->n_panels; p++) {
        const float *t = w->t + p * B * B;
        rg_vec_mul_add(s->panel[p], w->e + p * B * B, B, t, w->n_rows - p * B, B, B);
        if (p > k) continue;
        float *own = rg_sym_at(s, k * B, p * B);
        for (int64_t c = 0; c < B * B; c++) own[c] = -t[c];
    }
}

static int sweep_block(sweep *w, int64_t k, int threads)
{
    const float *square = w->s->panel[k];
    for (int64_t c = 0; c < B * B; c++) w->pivots[c] = (double)square[c];
    const int64_t left = w->s->n - k * B;
    if (!invert_pivots(w->pivots, left < B ? left : B)) return 0;
    for (int64_t c = 0; c < B * B; c++) w->inverse[c] = (float)w->pivots[c];
    take_columns(w, k, threads);
    make_t(w, k, threads);
    update(w, k, threads);
    return 1;
}

regatta_status rg_sym_invert(regatta_ctx *ctx, rg_sym *s)
{
    regatta_status status = REGATTA_OK;
    sweep w = {.s = s, .n_rows = s->n_panels * B};
    RG_NEW(ctx->mem, w.e, w.n_rows * B);
    RG_NEW(ctx->mem, w.t, w.n_rows * B);
    RG_NEW(ctx->mem, w.turned, w.n_rows * B);
    RG_NEW(ctx->mem, w.inverse, B * B);
    RG_NEW(ctx->mem, w.pivots, B * B);
    for (int64_t k = 0; k < s->n_panels; k++)
        if (!sweep_block(&w, k, ctx->threads))
            RG_TRY(rg_fail(ctx, REGATTA_ENUMERIC, "matrix is not positive definite"));
    rg_count_flops(ctx, (double)s->n * (double)s->n * (double)s->n);
    for (int64_t c = 0; c < rg_sym_bytes(s->n) / (int64_t)sizeof(float); c++)
        s->arena[c] = -s->arena[c];
done:
    rg_free(ctx->mem, w.e);
    rg_free(ctx->mem, w.t);
    rg_free(ctx->mem, w.turned);
    rg_free(ctx->mem, w.inverse);
    rg_free(ctx->mem, w.pivots);
    return status;
}
