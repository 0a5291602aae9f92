#include "fit/denoise/noise.h"
#include <math.h>
#include <stdlib.h>

enum { MOST_BINS = 40, BIN_EDGES = 50, LEAST = 200 };

/* Controls that the estimate of pi needs below its limit. */
static const double LEAST_CONTROLS = 0.2;

/* Probabilities by support: bin k begins at cut[k], the first at -infinity. */
typedef struct table {
    int n; /* 0: nothing is known */
    float cut[MOST_BINS];
    double noise[MOST_BINS];
} table;

static int ascending(const void *left, const void *right)
{
    const float a = *(const float *)left, b = *(const float *)right;
    return a < b ? -1 : a > b;
}

/* The interactions by their cell, a group of items and a group of users: those of cell c
 * are edge[first[c]] .. edge[first[c + 1] - 1]. */
typedef struct cells {
    int64_t first[RG_SUPPORT_GROUPS * RG_SUPPORT_USER_GROUPS + 2];
    int64_t *edge;
} cells;

/* Sorts the interactions that are judged by their cells. first[c + 1] is the place of the
 * next one of cell c. */
static void fill_cells(cells *to, const rg_support *s, const rg_csr *by_user, int fill)
{
    for (int64_t u = 0; u < by_user->n_rows; u++)
        for (int64_t e = by_user->offset[u]; e < by_user->offset[u + 1]; e++) {
            if (isnan(s->edge[e])) continue;
            const int c = s->item_group[by_user->target[e]] * RG_SUPPORT_USER_GROUPS +
                          s->user_group[u];
            if (fill)
                to->edge[to->first[c + 1]++] = e;
            else
                to->first[c + 2]++;
        }
}

/* Lists the numbers of the edges of a cell in ascending order; returns how many there
 * are. */
static int64_t list_cell(float *to, const float *from, const cells *all, int cell)
{
    int64_t n = 0;
    for (int64_t k = all->first[cell]; k < all->first[cell + 1]; k++)
        if (!isnan(from[all->edge[k]])) to[n++] = from[all->edge[k]];
    qsort(to, (size_t)n, sizeof *to, ascending);
    return n;
}

/* Cuts at quantiles of x[n], ascending; equal ones once. */
static void cut_bins(table *t, const float *x, int64_t n)
{
    const int64_t wanted = n / BIN_EDGES < MOST_BINS ? n / BIN_EDGES : MOST_BINS;
    t->n = 1;
    t->cut[0] = -INFINITY;
    for (int64_t k = 1; k < wanted; k++) {
        const float cut = x[k * n / wanted];
        if (cut > x[0] && cut > t->cut[t->n - 1]) t->cut[t->n++] = cut;
    }
}

static int bin_of(const table *t, float x)
{
    int low = 0, high = t->n;
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        if (t->cut[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void count_bins(double *share, const table *t, const float *x, int64_t n)
{
    for (int64_t k = 0; k < n; k++) share[bin_of(t, x[k])] += 1.0 / (double)n;
}

static void estimate(table *t, const float *edge, int64_t n_edges, const float *control,
                     int64_t n_controls)
{
    double f[MOST_BINS] = {0.0}, f0[MOST_BINS] = {0.0};
    double below = 0.0, below0 = 0.0, pi = 1.0, least = 1.0;
    t->n = 0;
    if (n_edges < LEAST || n_controls < LEAST) return;
    cut_bins(t, edge, n_edges);
    count_bins(f, t, edge, n_edges);
    count_bins(f0, t, control, n_controls);
    for (int k = 0; k < t->n; k++) {
        below += f[k];
        below0 += f0[k];
        if (below0 >= LEAST_CONTROLS) pi = fmin(pi, below / below0);
    }
    for (int k = 0; k < t->n; k++) {
        if (f[k] > 0.0) least = fmin(least, pi * f0[k] / f[k]);
        t->noise[k] = least;
    }
}

regatta_status rg_noise_estimate(regatta_ctx *ctx, float *noise,
                                 const rg_support *support, const rg_csr *by_user)
{
    regatta_status status = REGATTA_OK;
    const int n_cells = support->n_groups * RG_SUPPORT_USER_GROUPS;
    float *edge = NULL, *control = NULL;
    cells all = {.edge = NULL};
    RG_NEW(ctx->mem, edge, by_user->n_edges);
    RG_NEW(ctx->mem, control, by_user->n_edges);
    RG_NEW(ctx->mem, all.edge, by_user->n_edges);
    fill_cells(&all, support, by_user, 0);
    for (int c = 0; c < n_cells; c++) all.first[c + 1] += all.first[c];
    fill_cells(&all, support, by_user, 1);
    for (int64_t e = 0; e < by_user->n_edges; e++) noise[e] = 0.0f;
    for (int c = 0; c < n_cells; c++) {
        table t;
        const int64_t n = list_cell(edge, support->edge, &all, c);
        const int64_t n0 = list_cell(control, support->control, &all, c);
        estimate(&t, edge, n, control, n0);
        for (int64_t k = all.first[c]; k < all.first[c + 1] && t.n > 0; k++)
            noise[all.edge[k]] = (float)t.noise[bin_of(&t, support->edge[all.edge[k]])];
    }
done:
    rg_free(ctx->mem, edge);
    rg_free(ctx->mem, control);
    rg_free(ctx->mem, all.edge);
    return status;
}
