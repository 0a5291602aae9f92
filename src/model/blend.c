#include "model/blend.h"
#include "base/kernels/kernels.h"
#include "base/topk.h"
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

/* Whether the gate speaks about a history of this length. */
static int speaks(const rg_blend *blend, double log_history)
{
    return blend->gated != 0.0f &&
           log_history >= (double)blend->gate.low[RG_GATE_HISTORY - RG_N_CHANNELS];
}

/* Puts channel a's part of the blend into the next row of the terms. */
static void add_terms(rg_blend_terms *t, const rg_blend *blend, int a, float log_history,
                      int gated)
{
    t->own[t->n] = blend->base[a] + blend->user[a] * log_history;
    if (gated) t->own[t->n] += blend->gate.out_bias[a];
    t->item[t->n] = blend->item[a];
    t->n++;
}

/* Input f, after the channels', within what the gate has seen. */
static double held(const rg_gate *gate, int f, double x)
{
    const double low = (double)gate->low[f - RG_N_CHANNELS];
    return fmin(fmax(x, low), (double)gate->high[f - RG_N_CHANNELS]);
}

/* The sides of a gate as the rows have them: best is still to be divided by the width of
 * item attention, and where that is 0 it is a constant. */
static void gate_sides(rg_blend_gate *g, const rg_gate *gate, double width)
{
    static const int SIDE[RG_BLEND_SIDES] = {RG_GATE_DEGREE, RG_GATE_BEST,
                                             RG_GATE_SUPPORT};
    for (int r = 0; r < RG_BLEND_SIDES; r++) {
        const int f = SIDE[r];
        const float unit = f != RG_GATE_BEST ? 1.0f : (float)width;
        const float inverse = unit > 0.0f ? 1.0f / unit : 0.0f;
        const float constant = unit > 0.0f ? 0.0f : (float)held(gate, f, 0.0);
        g->low[r] = gate->low[f - RG_N_CHANNELS] * unit;
        g->high[r] = gate->high[f - RG_N_CHANNELS] * unit;
        for (int k = 0; k < RG_GATE_UNITS; k++) {
            g->unit[k].side[r] = gate->in[f][k] * inverse;
            g->unit[k].bias += gate->in[f][k] * constant;
        }
    }
}

/* The gate for the rows that are there, from[n] their channels: what is the same for all
 * items of a user goes into the units' bias. A channel that says nothing has s = 0. */
static void gate_terms(rg_blend_gate *g, const rg_blend *blend, const int *from, int n,
                       const rg_scaling *scaling, float log_history)
{
    const rg_gate *gate = &blend->gate;
    const int has_items = blend->on[RG_CHANNEL_ITEMS] != 0.0f;
    const float lu = (float)held(gate, RG_GATE_HISTORY, (double)log_history);
    for (int k = 0; k < RG_GATE_UNITS; k++) {
        rg_blend_unit *unit = &g->unit[k];
        unit->bias = gate->in_bias[k] + gate->in[RG_GATE_HISTORY][k] * lu;
        for (int r = 0; r < n; r++) {
            unit->in[r] = gate->in[from[r]][k];
            unit->out[r] = gate->out[from[r]][k];
        }
        unit->pop = gate->out[RG_N_CHANNELS][k];
    }
    gate_sides(g, gate, has_items ? scaling[RG_CHANNEL_ITEMS].width : 0.0);
}

void rg_blend_raw(float *out, const rg_blend *blend, float *const *x,
                  const rg_scaling *scaling, const float *log_degree, const float *best,
                  const float *support, float log_history, int64_t n)
{
    const float *row[RG_BLEND_ROWS];
    const float *side[RG_BLEND_SIDES] = {log_degree, best, support};
    int from[RG_BLEND_ROWS];
    rg_blend_terms t = {
        .low = S_MIN, .high = S_MAX, .pop = blend->pop + blend->pop_user * log_history};
    const int gated = speaks(blend, (double)log_history);
    if (gated) t.pop += blend->gate.out_bias[RG_N_CHANNELS];
    for (int a = 0; a < RG_N_CHANNELS; a++) {
        if (blend->on[a] == 0.0f || !(scaling[a].width > 0.0)) continue;
        row[t.n] = x[a];
        from[t.n] = a;
        t.mean[t.n] = (float)scaling[a].mean;
        t.inverse[t.n] = (float)(1.0 / scaling[a].width);
        add_terms(&t, blend, a, log_history, gated);
    }
    if (!gated) {
        rg_kernels_best()->blend(out, &t, row, log_degree, n);
        return;
    }
    rg_blend_gate gate = {0};
    gate_terms(&gate, blend, from, t.n, scaling, log_history);
    rg_kernels_best()->blend_gated(out, &t, &gate, row, side, n);
}

static void add_gate(double *kappa, double *pop, const rg_blend *blend,
                     const rg_blend_case *x)
{
    const rg_gate *g = &blend->gate;
    const double side[] = {x->log_degree, x->log_history, x->best, x->support};
    for (int a = 0; a < RG_N_CHANNELS; a++)
        if (blend->on[a] != 0.0f) kappa[a] += (double)g->out_bias[a];
    *pop += (double)g->out_bias[RG_N_CHANNELS];
    for (int k = 0; k < RG_GATE_UNITS; k++) {
        double unit = (double)g->in_bias[k];
        for (int a = 0; a < RG_N_CHANNELS; a++)
            if (blend->on[a] != 0.0f) unit += (double)g->in[a][k] * x->s[a];
        for (int f = RG_GATE_DEGREE; f < RG_GATE_INPUTS; f++)
            unit += (double)g->in[f][k] * held(g, f, side[f - RG_GATE_DEGREE]);
        if (!(unit > 0.0)) continue;
        for (int a = 0; a < RG_N_CHANNELS; a++)
            if (blend->on[a] != 0.0f) kappa[a] += (double)g->out[a][k] * unit;
        *pop += (double)g->out[RG_N_CHANNELS][k] * unit;
    }
    for (int a = 0; a < RG_N_CHANNELS; a++) kappa[a] = fmax(kappa[a], 0.0);
}

double rg_blend_factors(double *kappa, const rg_blend *blend, const rg_blend_case *x)
{
    double pop = (double)blend->pop + (double)blend->pop_user * x->log_history;
    for (int a = 0; a < RG_N_CHANNELS; a++) {
        kappa[a] = 0.0;
        if (blend->on[a] == 0.0f) continue;
        kappa[a] = (double)blend->base[a] + (double)blend->user[a] * x->log_history +
                   (double)blend->item[a] * x->log_degree;
    }
    if (speaks(blend, x->log_history)) add_gate(kappa, &pop, blend, x);
    return pop;
}

double rg_blend_score(const rg_blend *blend, const rg_blend_case *x)
{
    double kappa[RG_N_CHANNELS];
    double score = rg_blend_factors(kappa, blend, x) * x->log_degree;
    for (int a = 0; a < RG_N_CHANNELS; a++) score += kappa[a] * x->s[a];
    return score;
}
