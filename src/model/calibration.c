#include "model/calibration.h"
#include <math.h>

static const rg_bound KNOTS = {0x1p126f, 0, 1};

static const float *scores_of(const rg_calibration *c)
{
    return c->knots + RG_CALIBRATION_HEAD;
}

static const float *logits_of(const rg_calibration *c)
{
    return c->knots + RG_CALIBRATION_HEAD + RG_CALIBRATION_KNOTS;
}

/* Returns the number of knots at or below the score. */
static int knots_below(const float *x, int n, double score)
{
    int low = 0, high = n;
    while (low < high) {
        const int middle = (low + high) / 2;
        if ((double)x[middle] <= score)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

double rg_calibration_logit(const rg_calibration *c, double score)
{
    const int n = (int)c->knots[0];
    const float *x = scores_of(c), *y = logits_of(c);
    const int k = knots_below(x, n, score);
    if (k > 0 && k < n) {
        const double width = (double)x[k] - (double)x[k - 1];
        const double share = (score - (double)x[k - 1]) / width;
        return (double)y[k - 1] + share * ((double)y[k] - (double)y[k - 1]);
    }
    const int end = k == 0 ? 0 : n - 1;
    return (double)y[end] + (double)c->knots[k == 0 ? 1 : 2] * (score - (double)x[end]);
}

double rg_calibration_probability(const rg_calibration *c, double score)
{
    return 1.0 / (1.0 + exp(-rg_calibration_logit(c, score)));
}

/* The members of *s in the order of the numbers. */
static void list_members(double *out[RG_CALIBRATION_NUMBERS], regatta_calibration *s,
                         double whole[2])
{
    double *const first[] = {&whole[0],   &whole[1],    &s->n_users, &s->n_positives,
                             &s->n_pairs, &s->log_loss, &s->constant};
    int n = 0;
    for (size_t k = 0; k < sizeof first / sizeof *first; k++) out[n++] = first[k];
    for (int b = 0; b < REGATTA_BINS; b++) out[n++] = &s->bin_pairs[b];
    for (int b = 0; b < REGATTA_BINS; b++) out[n++] = &s->bin_predicted[b];
    for (int b = 0; b < REGATTA_BINS; b++) out[n++] = &s->bin_observed[b];
}

void rg_calibration_put(rg_calibration *c, const regatta_calibration *from)
{
    regatta_calibration s = *from;
    double *member[RG_CALIBRATION_NUMBERS];
    double whole[2] = {(double)s.form, (double)s.held_out};
    list_members(member, &s, whole);
    for (int k = 0; k < RG_CALIBRATION_NUMBERS; k++) c->numbers[k] = *member[k];
}

void rg_calibration_get(regatta_calibration *out, const rg_calibration *c)
{
    double *member[RG_CALIBRATION_NUMBERS];
    double whole[2] = {0.0, 0.0};
    *out = (regatta_calibration)REGATTA_CALIBRATION_INIT;
    if (c->knots == NULL) return;
    list_members(member, out, whole);
    for (int k = 0; k < RG_CALIBRATION_NUMBERS; k++) *member[k] = c->numbers[k];
    out->form = (uint32_t)whole[0];
    out->held_out = (uint32_t)whole[1];
}

/* Checks the number of knots, and that they and both slopes rise. */
static regatta_status check_knots(rg_visitor *v, const rg_calibration *c)
{
    const float count = c->knots[0], *x = scores_of(c), *y = logits_of(c);
    if (!(count >= 1.0f && count <= (float)RG_CALIBRATION_KNOTS) ||
        count != floorf(count))
        return rg_visit_wrong(v, "calibration", "the number of knots is out of range");
    if (!(c->knots[1] > 0.0f && c->knots[2] > 0.0f))
        return rg_visit_wrong(v, "calibration", "a slope is not above 0");
    for (int k = 1; k < (int)count; k++)
        if (!(x[k] > x[k - 1] && y[k] > y[k - 1]))
            return rg_visit_wrong(v, "calibration", "the knots do not rise");
    return REGATTA_OK;
}

static regatta_status check_numbers(rg_visitor *v, const double *x)
{
    if ((x[0] != (double)REGATTA_FORM_SIGMOID && x[0] != (double)REGATTA_FORM_ISOTONIC) ||
        (x[1] != 0.0 && x[1] != 1.0))
        return rg_visit_wrong(v, "calibration.numbers", "the form is unknown");
    for (int k = 0; k < RG_CALIBRATION_NUMBERS; k++)
        if (!(x[k] >= 0.0 && x[k] <= 0x1p100))
            return rg_visit_wrong(v, "calibration.numbers", "a number is out of range");
    return REGATTA_OK;
}

regatta_status rg_calibration_visit(rg_visitor *v, rg_calibration *c)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_visit_floats(v, "calibration", &c->knots, RG_CALIBRATION_FLOATS, &KNOTS));
    if (c->knots == NULL) return REGATTA_OK;
    RG_TRY(rg_visit_reals(v, "calibration.numbers", c->numbers, RG_CALIBRATION_NUMBERS));
    if (!v->checks) return REGATTA_OK;
    RG_TRY(check_knots(v, c));
    RG_TRY(check_numbers(v, c->numbers));
done:
    return status;
}
