/* The isotonic regression works on cells of pairs in order of score. A cell has a 64th of
 * the positives, at least 8, so that no level rests on a single one, and at least half a
 * negative by weight, so that no probability is 1. Pairs of equal score share a cell. A
 * level's knot stands at the mean score of its pairs. Below the first knot the logit has
 * the slope of the sigmoid; above the last one that of the last two knots if it is
 * lower. */
#include "fit/calibration/calibration_fit.h"
#include "fit/calibration/pav.h"
#include "fit/calibration/sigmoid.h"
#include "rank/pairs/reliability.h"
#include <math.h>

enum { LEAST_POSITIVES = 8 };
static const double LEAST_NEGATIVE = 0.5;

typedef struct job {
    const regatta_pairs *pairs;
    rg_moment *order;    /* [n] by score */
    uint8_t *part;       /* [n] half of the pair's user */
    double *probability; /* [n] scratch */
} job;

enum { BOTH_HALVES = 2 };

static int is_in(const job *j, int64_t pair, int which)
{
    return which == BOTH_HALVES || j->part[pair] == which;
}

static int64_t count_positives(const job *j, int which)
{
    int64_t n = 0;
    for (int64_t k = 0; k < j->pairs->n; k++)
        n += j->pairs->label[k] != 0 && is_in(j, k, which);
    return n;
}

/* Fills cell[RG_CALIBRATION_KNOTS] from the pairs of a half; returns their number. */
static int64_t fill_cells(rg_pav_cell *cell, const job *j, int which)
{
    const int64_t n_positives = count_positives(j, which), n = j->pairs->n;
    int64_t least = (n_positives + RG_CALIBRATION_KNOTS - 1) / RG_CALIBRATION_KNOTS;
    int64_t n_cells = 0, taken = 0, left = n_positives;
    if (least < LEAST_POSITIVES) least = LEAST_POSITIVES;
    rg_pav_cell now = {0.0, 0.0, 0.0};
    for (int64_t k = 0; k < n; k++) {
        const int64_t pair = j->order[k].place;
        const double w = is_in(j, pair, which) ? rg_pair_weight(j->pairs, pair) : 0.0;
        const int positive = w > 0.0 && j->pairs->label[pair];
        now.weight += w;
        now.place += w * (double)j->pairs->score[pair];
        if (positive) now.value += w;
        taken += positive;
        left -= positive;
        if (k + 1 < n && j->order[k + 1].time == j->order[k].time) continue;
        if (taken < least || left < least) continue;
        cell[n_cells++] = now;
        now = (rg_pav_cell){0.0, 0.0, 0.0};
        taken = 0;
    }
    cell[n_cells++] = now;
    return n_cells;
}

static float above_zero(double slope)
{
    return slope > 0x1p-100 ? (float)slope : 0x1p-100f;
}

/* Writes the knots of a sigmoid: one, at score 0. */
static void sigmoid_knots(float *knots, const rg_sigmoid *s)
{
    for (int k = 0; k < RG_CALIBRATION_FLOATS; k++) knots[k] = 0.0f;
    knots[0] = 1.0f;
    knots[1] = knots[2] = above_zero(s->slope);
    knots[RG_CALIBRATION_HEAD + RG_CALIBRATION_KNOTS] = (float)s->shift;
}

/* Writes the knots of isotonic levels. */
static void isotonic_knots(float *knots, const job *j, int which, const rg_sigmoid *s)
{
    rg_pav_cell cell[RG_CALIBRATION_KNOTS];
    float *x = knots + RG_CALIBRATION_HEAD, *y = x + RG_CALIBRATION_KNOTS;
    int64_t n_cells = fill_cells(cell, j, which), n = 0;
    for (int64_t c = 0; c < n_cells; c++) {
        const double negative = cell[c].weight - cell[c].value;
        if (negative >= LEAST_NEGATIVE) continue;
        cell[c].place *= (cell[c].value + LEAST_NEGATIVE) / cell[c].weight;
        cell[c].weight = cell[c].value + LEAST_NEGATIVE;
    }
    n_cells = rg_pav(cell, n_cells);
    sigmoid_knots(knots, s);
    for (int64_t c = 0; c < n_cells; c++) {
        const double negative = cell[c].weight - cell[c].value;
        x[n] = (float)(cell[c].place / cell[c].weight);
        y[n] = (float)log(cell[c].value / negative);
        n += n == 0 || (x[n] > x[n - 1] && y[n] > y[n - 1]);
    }
    for (int64_t k = n; k < RG_CALIBRATION_KNOTS; k++) x[k] = y[k] = 0.0f;
    knots[0] = (float)n;
    if (n < 2) return;
    const double rise = (double)y[n - 1] - (double)y[n - 2];
    const double last = rise / ((double)x[n - 1] - (double)x[n - 2]);
    knots[2] = above_zero(last < s->slope ? last : s->slope);
}

/* Fits a form to the pairs of a half. */
static void fit(float *knots, const job *j, int form, int which)
{
    const rg_sigmoid s =
        rg_sigmoid_fit(j->pairs, which == BOTH_HALVES ? NULL : j->part, which);
    if (form == REGATTA_FORM_SIGMOID)
        sigmoid_knots(knots, &s);
    else
        isotonic_knots(knots, j, which, &s);
}

/* Moves the pairs of a half, in order of score, to `out` with the probabilities of the
 * knots. */
static void select_half(regatta_pairs *out, const job *j, int which, const float *knots,
                        double *room, rg_moment *order)
{
    const rg_calibration c = {.knots = knots};
    double *probability = room;
    int64_t n = 0;
    for (int64_t k = 0; k < j->pairs->n; k++)
        probability[k] = rg_calibration_probability(&c, (double)j->pairs->score[k]);
    for (int64_t k = 0; k < j->pairs->n; k++)
        if (is_in(j, j->order[k].place, which)) order[n++] = j->order[k];
    *out = *j->pairs;
    out->n = n;
    out->probability = probability;
}

/* Measures the knots on a half of the pairs. */
static void measure(regatta_calibration *report, const job *j, int which,
                    const float *knots, rg_moment *order)
{
    regatta_pairs part;
    rg_reliability table;
    double n = 0.0, n_positives = 0.0, sum = 0.0;
    select_half(&part, j, which, knots, j->probability, order);
    for (int64_t k = 0; k < part.n; k++) {
        const int64_t pair = order[k].place;
        const double w = rg_pair_weight(&part, pair);
        n += w;
        if (part.label[pair]) n_positives += w;
        sum += w * rg_log_loss(part.probability[pair], part.label[pair]);
    }
    report->log_loss = sum / n;
    report->constant = rg_constant_loss(n_positives, n);
    rg_reliability_fill(&table, &part, order);
    for (int b = 0; b < REGATTA_BINS; b++) {
        report->bin_pairs[b] = table.pairs[b];
        report->bin_predicted[b] = table.predicted[b];
        report->bin_observed[b] = table.observed[b];
    }
}

/* Deals the users, in the order of their numbers, to the halves in turn; returns their
 * number. `order` is scratch and then by score. */
static int64_t deal(const job *j)
{
    int64_t n_users = 0;
    rg_pair_order_user(j->order, j->pairs);
    for (int64_t k = 0; k < j->pairs->n; k++) {
        const int64_t pair = j->order[k].place;
        n_users +=
            k == 0 || j->pairs->user[pair] != j->pairs->user[j->order[k - 1].place];
        j->part[pair] = (uint8_t)((n_users - 1) % 2);
    }
    rg_pair_order_score(j->order, j->pairs);
    return n_users;
}

/* Returns 1 if both halves have pairs of both labels. */
static int halves_suffice(const job *j)
{
    int has[2][2] = {{0}};
    for (int64_t k = 0; k < j->pairs->n; k++)
        has[j->part[k]][j->pairs->label[k] != 0] = 1;
    return has[0][0] && has[0][1] && has[1][0] && has[1][1];
}

static void add_counts(regatta_calibration *report, const regatta_pairs *pairs)
{
    for (int64_t k = 0; k < pairs->n; k++) {
        const double w = rg_pair_weight(pairs, k);
        report->n_pairs += w;
        if (pairs->label[k]) report->n_positives += w;
    }
}

regatta_status rg_calibration_fit(regatta_ctx *ctx, float *knots,
                                  regatta_calibration *report, const regatta_pairs *pairs)
{
    regatta_status status = REGATTA_OK;
    job j = {.pairs = pairs};
    rg_moment *order = NULL;
    *report = (regatta_calibration)REGATTA_CALIBRATION_INIT;
    RG_NEW(ctx->mem, j.order, pairs->n);
    RG_NEW(ctx->mem, order, pairs->n);
    RG_NEW(ctx->mem, j.part, pairs->n);
    RG_NEW(ctx->mem, j.probability, pairs->n);
    report->n_users = (double)deal(&j);
    report->form = REGATTA_FORM_SIGMOID;
    report->held_out = (uint32_t)halves_suffice(&j);
    if (report->held_out) {
        regatta_calibration isotonic = *report;
        fit(knots, &j, REGATTA_FORM_SIGMOID, 0);
        measure(report, &j, 1, knots, order);
        fit(knots, &j, REGATTA_FORM_ISOTONIC, 0);
        measure(&isotonic, &j, 1, knots, order);
        isotonic.form = REGATTA_FORM_ISOTONIC;
        if (isotonic.log_loss < report->log_loss) *report = isotonic;
    }
    fit(knots, &j, (int)report->form, BOTH_HALVES);
    if (!report->held_out) measure(report, &j, BOTH_HALVES, knots, order);
    add_counts(report, pairs);
done:
    rg_free(ctx->mem, j.order);
    rg_free(ctx->mem, order);
    rg_free(ctx->mem, j.part);
    rg_free(ctx->mem, j.probability);
    return status;
}
