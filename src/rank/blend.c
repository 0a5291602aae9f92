#include "rank/blend.h"
#include "base/kernels.h"
#include "rank/topk.h"
#include <math.h>
#include <string.h>

enum { TOP = 20 };

static const float S_MIN = -2.0f, S_MAX = 4.0f;

static const float START[RG_N_CHANNELS] = {[RG_CHANNEL_VECTORS] = 2.0f,
                                           [RG_CHANNEL_ITEMS] = 1.0f,
                                           [RG_CHANNEL_USERS] = 0.3f,
                                           [RG_CHANNEL_SPECTRAL] = 0.3f};

void rg_blend_start(rg_blend *blend, const int *on)
{
    memset(blend, 0, sizeof *blend);
    for (int a = 0; a < RG_N_CHANNELS; a++) {
        blend->on[a] = on[a] ? 1.0f : 0.0f;
        blend->base[a] = on[a] ? START[a] : 0.0f;
    }
}

/* Mean of the k best items of a row whose seen items are -INFINITY. */
static double top_of(const float *row, int64_t n, int64_t k)
{
    uint32_t index[TOP];
    float best[TOP];
    const int64_t found = rg_topk(index, best, k, row, n);
    double sum = 0.0;
    for (int64_t e = 0; e < found; e++) sum += (double)best[e];
    return sum / (double)found;
}

/* Mean of the items that are not at -INFINITY. */
static double unseen_mean(const float *row, int64_t n)
{
    double sum = 0.0;
    int64_t n_unseen = 0;
    for (int64_t j = 0; j < n; j++) {
        if (row[j] == -INFINITY) continue;
        sum += (double)row[j];
        n_unseen++;
    }
    return sum / (double)n_unseen;
}

rg_scaling rg_blend_measure(float *row, int64_t n, const uint32_t *seen, int64_t n_seen,
                            float *spare)
{
    const int64_t quarter = (n - n_seen + 3) / 4;
    rg_scaling scaling = {0.0, 0.0};
    if (n > 0) scaling.mean = rg_kernels_best()->sum(row, n) / (double)n;
    if (n <= n_seen) return scaling;
    for (int64_t e = 0; e < n_seen; e++) {
        spare[e] = row[seen[e]];
        row[seen[e]] = -INFINITY;
    }
    const double top = top_of(row, n, quarter < TOP ? quarter : TOP);
    if (!(top > scaling.mean)) scaling.mean = unseen_mean(row, n);
    for (int64_t e = 0; e < n_seen; e++) row[seen[e]] = spare[e];
    const double width = top - scaling.mean;
    if (width > 1e-12 * fabs(scaling.mean) && width >= 1e-30) scaling.width = width;
    return scaling;
}

rg_scaling rg_blend_scale(float *row, int64_t n, const uint32_t *seen, int64_t n_seen,
                          float *spare)
{
    const rg_scaling scaling = rg_blend_measure(row, n, seen, n_seen, spare);
    if (scaling.width > 0.0) {
        rg_kernels_best()->scale(row, (float)scaling.mean, (float)(1.0 / scaling.width),
                                 S_MIN, S_MAX, n);
    } else {
        memset(row, 0, (size_t)n * sizeof *row);
    }
    return scaling;
}

float rg_blend_scaled(const rg_scaling *scaling, float x)
{
    if (!(scaling->width > 0.0)) return 0.0f;
    const float mean = (float)scaling->mean, inverse = (float)(1.0 / scaling->width);
    return fminf(fmaxf((x - mean) * inverse, S_MIN), S_MAX);
}

/* Puts channel a's part of the blend into the next row of the terms; `from` says which
 * channels the rows before it are. */
static void add_terms(rg_blend_terms *t, int *from, const rg_blend *blend, int a,
                      float log_history)
{
    const int row = t->n++;
    from[row] = a;
    t->own[row] = blend->base[a] + blend->user[a] * log_history;
    t->item[row] = blend->item[a];
    for (int r = 0; r <= row; r++) {
        t->pair[r][row] = blend->pair[from[r]][a];
        if (t->pair[r][row] != 0.0f) t->pairs = 1;
    }
}

void rg_blend_raw(float *out, const rg_blend *blend, float *const *x,
                  const rg_scaling *scaling, const float *log_degree, float log_history,
                  int64_t n)
{
    const float *row[RG_BLEND_ROWS];
    int from[RG_BLEND_ROWS];
    rg_blend_terms t = {
        .low = S_MIN, .high = S_MAX, .pop = blend->pop + blend->pop_user * log_history};
    for (int a = 0; a < RG_N_CHANNELS; a++) {
        if (blend->on[a] == 0.0f || !(scaling[a].width > 0.0)) continue;
        row[t.n] = x[a];
        t.mean[t.n] = (float)scaling[a].mean;
        t.inverse[t.n] = (float)(1.0 / scaling[a].width);
        add_terms(&t, from, blend, a, log_history);
    }
    rg_kernels_best()->blend(out, &t, row, log_degree, n);
}

void rg_blend_factors(double *kappa, const rg_blend *blend, const double *s,
                      double log_degree, double log_history)
{
    for (int a = 0; a < RG_N_CHANNELS; a++) {
        kappa[a] = 0.0;
        if (blend->on[a] == 0.0f) continue;
        kappa[a] = (double)blend->base[a] + (double)blend->user[a] * log_history +
                   (double)blend->item[a] * log_degree;
        for (int b = 0; b < RG_N_CHANNELS; b++) {
            if (blend->on[b] == 0.0f) continue;
            const double pair = (double)(a <= b ? blend->pair[a][b] : blend->pair[b][a]);
            kappa[a] += (a == b ? 1.0 : 0.5) * pair * s[b];
        }
    }
}
