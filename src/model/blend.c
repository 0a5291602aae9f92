#include "model/blend.h"
#include "base/kernels/kernels.h"
#include "base/topk.h"
#include <assert.h>
#include <math.h>
#include <string.h>

enum { TOP = 20 };

static const float S_MIN = -2.0f, S_MAX = 4.0f;

/* Points the blend's arrays into its block, in the order of model files. */
static void lay_out(rg_blend *b)
{
    const int n = b->n;
    b->base = b->x;
    b->user = b->base + n;
    b->item = b->user + n;
    b->pop = b->item + n;
    b->pop_user = b->pop + 1;
    b->on = b->pop_user + 1;
    b->gated = b->on + n;
    float *at = b->gated + 1;
    b->gate.in = (float(*)[RG_GATE_UNITS])at;
    at += (n + RG_GATE_SIDES) * RG_GATE_UNITS;
    b->gate.in_bias = at;
    at += RG_GATE_UNITS;
    b->gate.out = (float(*)[RG_GATE_UNITS])at;
    at += (n + 1) * RG_GATE_UNITS;
    b->gate.out_bias = at;
    b->gate.low = at + n + 1;
    b->gate.high = b->gate.low + RG_GATE_SIDES;
    b->fresh = b->gate.high + RG_GATE_SIDES;
    assert(b->fresh == b->x + rg_blend_floats(n));
}

int64_t rg_blend_floats(int n)
{
    const int rows = (n + RG_GATE_SIDES) + 1 + (n + 1); /* in, in_bias, out */
    return 4 * n + 3 + rows * RG_GATE_UNITS + (n + 1) + 2 * RG_GATE_SIDES;
}

/* Returns the number of floats of the block. */
static int64_t all_floats(int n)
{
    return rg_blend_floats(n) + n;
}

regatta_status rg_blend_create(rg_mem mem, rg_blend **out, int n, int evidence)
{
    assert(n >= 1 && n <= RG_MAX_CHANNELS && evidence < RG_MAX_CHANNELS);
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_blend *b = NULL;
    RG_NEW(mem, b, 1);
    b->mem = mem;
    b->n = n;
    b->evidence = evidence;
    for (int a = 0; a < n; a++) b->number[a] = a;
    RG_NEW(mem, b->x, all_floats(n));
    lay_out(b);
    *out = b;
    b = NULL;
done:
    rg_blend_free(b);
    return status;
}

void rg_blend_free(rg_blend *blend)
{
    if (blend == NULL) return;
    rg_free(blend->mem, blend->x);
    rg_free(blend->mem, blend);
}

void rg_blend_set(rg_blend *to, const rg_blend *from)
{
    assert(to->n == from->n && to->evidence == from->evidence);
    memcpy(to->x, from->x, (size_t)all_floats(to->n) * sizeof *to->x);
}

/* Channel `a` of `to` becomes channel `b` of `from`. */
static void copy_channel(rg_blend *to, int a, const rg_blend *from, int b)
{
    const rg_gate *gate = &from->gate;
    to->number[a] = from->number[b];
    to->base[a] = from->base[b];
    to->user[a] = from->user[b];
    to->item[a] = from->item[b];
    to->on[a] = from->on[b];
    to->fresh[a] = from->fresh[b];
    memcpy(to->gate.in[a], gate->in[b], sizeof *gate->in);
    memcpy(to->gate.out[a], gate->out[b], sizeof *gate->out);
    to->gate.out_bias[a] = gate->out_bias[b];
}

/* Copies what belongs to no channel. */
static void copy_common(rg_blend *to, const rg_blend *from)
{
    const rg_gate *gate = &from->gate;
    const int n = to->n, last = from->n;
    *to->pop = *from->pop;
    *to->pop_user = *from->pop_user;
    *to->gated = *from->gated;
    memcpy(to->gate.in[n], gate->in[last], RG_GATE_SIDES * sizeof *gate->in);
    memcpy(to->gate.in_bias, gate->in_bias, RG_GATE_UNITS * sizeof *gate->in_bias);
    memcpy(to->gate.out[n], gate->out[last], sizeof *gate->out);
    to->gate.out_bias[n] = gate->out_bias[last];
    memcpy(to->gate.low, gate->low, RG_GATE_SIDES * sizeof *gate->low);
    memcpy(to->gate.high, gate->high, RG_GATE_SIDES * sizeof *gate->high);
}

void rg_blend_spread(rg_blend *to, const rg_blend *from)
{
    memset(to->x, 0, (size_t)all_floats(to->n) * sizeof *to->x);
    for (int b = 0; b < from->n; b++) copy_channel(to, from->number[b], from, b);
    copy_common(to, from);
}

regatta_status rg_blend_pack(rg_mem mem, rg_blend **out, const rg_blend *blend,
                             const int *keep)
{
    const int last = blend->n;
    int n = 0;
    for (int b = 0; b < last; b++) n += keep[blend->number[b]] != 0;
    const regatta_status status = rg_blend_create(mem, out, n, blend->evidence);
    if (status != REGATTA_OK) return status;
    rg_blend *to = *out;
    for (int b = 0, a = 0; b < last; b++)
        if (keep[blend->number[b]]) copy_channel(to, a++, blend, b);
    copy_common(to, blend);
    return REGATTA_OK;
}

void rg_blend_start(rg_blend *blend, const int *on, const float *start)
{
    memset(blend->x, 0, (size_t)all_floats(blend->n) * sizeof *blend->x);
    for (int a = 0; a < blend->n; a++) {
        blend->on[a] = on[a] ? 1.0f : 0.0f;
        blend->base[a] = on[a] ? start[a] : 0.0f;
    }
}

/* Returns the mean of the k best items of a row whose seen items are -INFINITY. */
static double top_of(const float *row, int64_t n, int64_t k)
{
    uint32_t index[TOP];
    float best[TOP];
    const int64_t found = rg_topk(index, best, k, row, n);
    double sum = 0.0;
    for (int64_t e = 0; e < found; e++) sum += (double)best[e];
    return sum / (double)found;
}

/* Returns the mean of the items above -INFINITY. */
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

/* True if the gate applies to histories of this length. */
static int gate_applies(const rg_blend *blend, double log_history)
{
    return *blend->gated != 0.0f &&
           log_history >= (double)blend->gate.low[RG_GATE_HISTORY];
}

/* Appends channel a's part of the blend to the rows of the mix. */
static void add_row(rg_mix *t, const rg_blend *blend, int a, const rg_scaling *scaling,
                    float log_history, int gated)
{
    t->mean[t->n] = (float)scaling->mean;
    t->inverse[t->n] = (float)(1.0 / scaling->width);
    t->constant[t->n] = blend->base[a] + blend->user[a] * log_history;
    if (gated) t->constant[t->n] += blend->gate.out_bias[a];
    t->slope[t->n] = blend->item[a];
    t->n++;
}

/* Returns the side input clamped to its range in training. */
static double clamped(const rg_gate *gate, rg_gate_side f, double x)
{
    return fmin(fmax(x, (double)gate->low[f]), (double)gate->high[f]);
}

/* The side inputs that differ between items, in the order of their rows. */
static const rg_gate_side SIDE[RG_MIX_SIDES] = {RG_GATE_DEGREE, RG_GATE_BEST,
                                                RG_GATE_SUPPORT};

/* Returns the divisor of a row of side inputs: rows of best are not yet divided by the
 * width of the evidence channel. 0: the input is 0 for all items. */
static float unit_of(rg_gate_side f, double width)
{
    return f != RG_GATE_BEST ? 1.0f : (float)width;
}

/* Writes a hidden unit's numbers in the order of rg_mix_net. Inputs that are equal for
 * all items of a user are added to the bias. */
static float *put_unit(float *to, const rg_blend *blend, int k, const int *from, int n,
                       float lu, double width)
{
    const rg_gate *gate = &blend->gate;
    float(*const side)[RG_GATE_UNITS] = gate->in + blend->n;
    float *bias = to++;
    *bias = gate->in_bias[k] + side[RG_GATE_HISTORY][k] * lu;
    for (int r = 0; r < n; r++) *to++ = gate->in[from[r]][k];
    for (int r = 0; r < RG_MIX_SIDES; r++) {
        const float unit = unit_of(SIDE[r], width);
        const float inverse = unit > 0.0f ? 1.0f / unit : 0.0f;
        const float constant = unit > 0.0f ? 0.0f : (float)clamped(gate, SIDE[r], 0.0);
        *to++ = side[SIDE[r]][k] * inverse;
        *bias += side[SIDE[r]][k] * constant;
    }
    for (int r = 0; r < n; r++) *to++ = gate->out[from[r]][k];
    *to++ = gate->out[blend->n][k];
    return to;
}

/* Returns the width of the evidence channel's scaling, 0 if the channel is off. */
static double evidence_width(const rg_blend *blend, const rg_scaling *scaling)
{
    for (int a = 0; a < blend->n; a++)
        if (blend->number[a] == blend->evidence && blend->on[a] != 0.0f)
            return scaling[blend->evidence].width;
    return 0.0;
}

enum { UNIT_FLOATS = 2 * RG_MIX_ROWS + RG_MIX_SIDES + 2 };

/* Fills the gate for n rows, those of the channels from[n] of the blend. A channel whose
 * scores are all equal has no row, because its s is 0. */
static void fill_net(rg_mix_net *net, float *unit, const rg_blend *blend, const int *from,
                     int n, const rg_scaling *scaling, float log_history)
{
    const rg_gate *gate = &blend->gate;
    const double width = evidence_width(blend, scaling);
    const float lu = (float)clamped(gate, RG_GATE_HISTORY, (double)log_history);
    net->unit = unit;
    for (int k = 0; k < RG_GATE_UNITS; k++)
        unit = put_unit(unit, blend, k, from, n, lu, width);
    for (int r = 0; r < RG_MIX_SIDES; r++) {
        net->low[r] = gate->low[SIDE[r]] * unit_of(SIDE[r], width);
        net->high[r] = gate->high[SIDE[r]] * unit_of(SIDE[r], width);
    }
}

_Static_assert((int)RG_MAX_CHANNELS == (int)RG_MIX_ROWS, "a row a channel");
_Static_assert((int)RG_GATE_UNITS == (int)RG_MIX_UNITS, "the network is the gate");

void rg_blend_raw(float *out, const rg_blend *blend, float *const *x,
                  const rg_scaling *scaling, const float *log_degree, const float *best,
                  const float *support, float log_history, int64_t n)
{
    const float *row[RG_MAX_CHANNELS];
    const float *side[RG_MIX_SIDES] = {log_degree, best, support};
    int from[RG_MAX_CHANNELS];
    rg_mix t = {.low = S_MIN,
                .high = S_MAX,
                .rest = *blend->pop + *blend->pop_user * log_history};
    const int gated = gate_applies(blend, (double)log_history);
    if (gated) t.rest += blend->gate.out_bias[blend->n];
    for (int a = 0; a < blend->n; a++) {
        const int c = blend->number[a];
        if (blend->on[a] == 0.0f || !(scaling[c].width > 0.0)) continue;
        row[t.n] = x[c];
        from[t.n] = a;
        add_row(&t, blend, a, &scaling[c], log_history, gated);
    }
    if (!gated) {
        rg_kernels_best()->mix(out, &t, row, log_degree, n);
        return;
    }
    rg_mix_net net;
    float unit[RG_GATE_UNITS * UNIT_FLOATS];
    fill_net(&net, unit, blend, from, t.n, scaling, log_history);
    rg_kernels_best()->mix_net(out, &t, &net, row, side, n);
}

void rg_blend_fresh(float *sum, const rg_blend *blend, float *const *x,
                    const rg_scaling *scaling, const uint32_t *item, int64_t n)
{
    memset(sum, 0, (size_t)n * sizeof *sum);
    for (int a = 0; a < blend->n; a++) {
        const int c = blend->number[a];
        for (int64_t k = 0; k < n && blend->fresh[a] != 0.0f; k++)
            sum[k] += blend->fresh[a] * rg_blend_scaled(&scaling[c], x[c][item[k]]);
    }
}

/* unit[k] += in[k] x, for the units of the gate. */
static void add_input(double *unit, const float *in, double x)
{
    for (int k = 0; k < RG_GATE_UNITS; k++) unit[k] += (double)in[k] * x;
}

/* Adds the network's output row out[RG_GATE_UNITS], bias first. */
static double add_output(double sum, const float *out, float bias, const double *unit)
{
    sum += (double)bias;
    for (int k = 0; k < RG_GATE_UNITS; k++) sum += (double)out[k] * unit[k];
    return sum;
}

static void add_gate(double *kappa, double *pop, const rg_blend *blend,
                     const rg_blend_case *x)
{
    const rg_gate *g = &blend->gate;
    const int n = blend->n, *number = blend->number;
    const double side[RG_GATE_SIDES] = {x->log_degree, x->log_history, x->best,
                                        x->support};
    double unit[RG_GATE_UNITS];
    for (int k = 0; k < RG_GATE_UNITS; k++) unit[k] = (double)g->in_bias[k];
    for (int a = 0; a < n; a++)
        if (blend->on[a] != 0.0f) add_input(unit, g->in[a], x->s[number[a]]);
    for (int f = 0; f < RG_GATE_SIDES; f++)
        add_input(unit, g->in[n + f], clamped(g, (rg_gate_side)f, side[f]));
    for (int k = 0; k < RG_GATE_UNITS; k++) unit[k] = unit[k] > 0.0 ? unit[k] : 0.0;
    for (int a = 0; a < n; a++) {
        double *to = &kappa[number[a]];
        if (blend->on[a] != 0.0f) *to = add_output(*to, g->out[a], g->out_bias[a], unit);
        *to = *to > 0.0 ? *to : 0.0;
    }
    *pop = add_output(*pop, g->out[n], g->out_bias[n], unit);
}

double rg_blend_factors(double *kappa, const rg_blend *blend, const rg_blend_case *x)
{
    double pop = (double)*blend->pop + (double)*blend->pop_user * x->log_history;
    for (int a = 0; a < blend->n; a++) {
        double *to = kappa + blend->number[a];
        *to = 0.0;
        if (blend->on[a] == 0.0f) continue;
        *to = (double)blend->base[a] + (double)blend->user[a] * x->log_history +
              (double)blend->item[a] * x->log_degree;
    }
    if (gate_applies(blend, x->log_history)) add_gate(kappa, &pop, blend, x);
    for (int a = 0; a < blend->n && x->is_fresh; a++)
        kappa[blend->number[a]] += (double)blend->fresh[a];
    return pop;
}

double rg_blend_score(const rg_blend *blend, const rg_blend_case *x)
{
    double kappa[RG_MAX_CHANNELS];
    double score = rg_blend_factors(kappa, blend, x) * x->log_degree;
    for (int a = 0; a < blend->n; a++) {
        const int c = blend->number[a];
        score += kappa[c] * x->s[c];
    }
    return score;
}

int64_t rg_blend_flops(const rg_blend *blend, float log_history)
{
    int64_t n_on = 0;
    for (int a = 0; a < blend->n; a++) n_on += blend->on[a] != 0.0f;
    const int64_t sum = 6 * n_on + 2;
    if (!gate_applies(blend, (double)log_history)) return sum;
    return sum + 2 * RG_GATE_UNITS * (blend->n + RG_GATE_SIDES + n_on + 1);
}
