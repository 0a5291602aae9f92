#include "rank/blend.h"
#include "rank/topk.h"
#include <math.h>
#include <string.h>

enum { TOP = 20, CHUNK = 4096, LANES = 256 };

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

/* Sums in fixed chunks: the order, and so the bits, depend on n alone. */
static double mean_of(const float *row, int64_t n)
{
    double sum = 0.0;
    for (int64_t first = 0; first < n; first += CHUNK) {
        const int64_t last = first + CHUNK < n ? first + CHUNK : n;
        double part = 0.0;
        for (int64_t j = first; j < last; j++) part += (double)row[j];
        sum += part;
    }
    return n > 0 ? sum / (double)n : 0.0;
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

rg_scaling rg_blend_scale(float *row, int64_t n, const uint32_t *seen, int64_t n_seen,
                          float *scratch)
{
    const int64_t quarter = (n - n_seen + 3) / 4;
    rg_scaling scaling = {mean_of(row, n), 0.0};
    double width = 0.0;
    memcpy(scratch, row, (size_t)n * sizeof *row);
    for (int64_t e = 0; e < n_seen; e++) scratch[seen[e]] = -INFINITY;
    if (n > n_seen) {
        const double top = top_of(scratch, n, quarter < TOP ? quarter : TOP);
        if (!(top > scaling.mean)) scaling.mean = unseen_mean(scratch, n);
        width = top - scaling.mean;
    }
    if (!(width > 1e-12 * fabs(scaling.mean)) || width < 1e-30) {
        memset(row, 0, (size_t)n * sizeof *row);
        return scaling;
    }
    scaling.width = width;
    const float mean = (float)scaling.mean, inverse = (float)(1.0 / width);
    for (int64_t j = 0; j < n; j++)
        row[j] = fminf(fmaxf((row[j] - mean) * inverse, S_MIN), S_MAX);
    return scaling;
}

/* Items first .. first + n - 1, n <= LANES: local accumulators, so that the loops over
 * items vectorise although `out` may be one of the rows. */
static void blend_lanes(float *out, const rg_blend *blend, float *const *s,
                        const float *log_degree, const float *own, float pop, int64_t n)
{
    float score[LANES], factor[LANES];
    for (int64_t j = 0; j < n; j++) score[j] = log_degree[j] * pop;
    for (int a = 0; a < RG_N_CHANNELS; a++) {
        if (blend->on[a] == 0.0f) continue;
        for (int64_t j = 0; j < n; j++)
            factor[j] = own[a] + blend->item[a] * log_degree[j];
        for (int b = a; b < RG_N_CHANNELS; b++) {
            const float pair = blend->pair[a][b];
            if (blend->on[b] == 0.0f || pair == 0.0f) continue;
            for (int64_t j = 0; j < n; j++) factor[j] += pair * s[b][j];
        }
        for (int64_t j = 0; j < n; j++) score[j] += s[a][j] * factor[j];
    }
    memcpy(out, score, (size_t)n * sizeof *out);
}

void rg_blend_row(float *out, const rg_blend *blend, float *const *s,
                  const float *log_degree, float log_history, int64_t n)
{
    float own[RG_N_CHANNELS];
    float *at[RG_N_CHANNELS];
    for (int a = 0; a < RG_N_CHANNELS; a++)
        own[a] = blend->base[a] + blend->user[a] * log_history;
    const float pop = blend->pop + blend->pop_user * log_history;
    for (int64_t first = 0; first < n; first += LANES) {
        const int64_t lanes = n - first < LANES ? n - first : LANES;
        for (int a = 0; a < RG_N_CHANNELS; a++)
            at[a] = blend->on[a] != 0.0f ? s[a] + first : NULL;
        blend_lanes(out + first, blend, at, log_degree + first, own, pop, lanes);
    }
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
