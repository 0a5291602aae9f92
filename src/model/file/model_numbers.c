#include "model/file/model_numbers.h"
#include "base/bf16.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The largest size of the numbers of a part, all powers of two: rounding to bfloat16
 * leaves a number below its bound. */
static const float MOST[RG_N_PARTS] = {
    [RG_PART_HISTORY_WEIGHTS] = 0x1p64f, [RG_PART_USER_VECTORS] = 2.0f,
    [RG_PART_ITEM_VECTORS] = 2.0f,       [RG_PART_BIAS] = 0x1p30f,
    [RG_PART_ITEM_STATE] = 0x1p40f,      [RG_PART_ITEM_DEGREE] = 0x1p100f,
    [RG_PART_USER_X0] = 0x1p40f,         [RG_PART_ITEM_ATTENTION_WEIGHTS] = 0x1p40f,
    [RG_PART_ITEM_SCALE] = 0x1p60f,      [RG_PART_USER_ATTENTION_WEIGHTS] = 0x1p40f,
    [RG_PART_SPECTRAL_IN] = 0x1p60f,     [RG_PART_SPECTRAL_OUT] = 0x1p60f,
    [RG_PART_BLEND] = 0x1p20f,
};
/* Of attention parameters, and of the gate's low and high. */
static const float MOST_PARAM = 0x1p20f, MOST_SIDE = 0x1p60f;
/* Of what a channel's raw score can add up to. */
static const double MOST_SCORE = 0x1p120;

enum { CODE_MOST = 127, SIDES = 2 * RG_GATE_SIDES };

typedef struct check {
    const rg_model_layout *layout;
    float largest[RG_N_PARTS]; /* size of what was found in each part */
    rg_part part;              /* what is wrong */
    char *reason;
    size_t n;
} check;

/* Says what is wrong; always 0. */
static int wrong(check *c, int part, const char *reason)
{
    c->part = (rg_part)part;
    snprintf(c->reason, c->n, "%s", reason);
    return 0;
}

static int within(check *c, int part, float largest, float most)
{
    char reason[80];
    if (largest <= most) return 1;
    if (!isfinite(largest)) return wrong(c, part, "a number is not finite");
    snprintf(reason, sizeof reason, "a number is too large: %g, at most %g",
             (double)largest, (double)most);
    return wrong(c, part, reason);
}

/* The largest size in x[n]: bits without the sign have the order of sizes, and those of
 * what is not finite come last. */
static float largest_float(const float *x, int64_t n)
{
    uint32_t most = 0;
    for (int64_t k = 0; k < n; k++) {
        uint32_t bits;
        memcpy(&bits, x + k, sizeof bits);
        bits &= UINT32_MAX >> 1;
        most = bits > most ? bits : most;
    }
    float largest;
    memcpy(&largest, &most, sizeof largest);
    return largest;
}

static float largest_bf16(const uint16_t *x, int64_t n)
{
    uint16_t most = 0;
    for (int64_t k = 0; k < n; k++) {
        const uint16_t bits = x[k] & (UINT16_MAX >> 1);
        most = bits > most ? bits : most;
    }
    return rg_from_bf16(most);
}

static int any_negative(const float *x, int64_t n)
{
    int any = 0;
    for (int64_t k = 0; k < n; k++) any |= x[k] < 0.0f;
    return any;
}

static int any_worst_code(const int8_t *code, int64_t n)
{
    int any = 0;
    for (int64_t k = 0; k < n; k++) any |= code[k] == INT8_MIN;
    return any;
}

/* Codes of part p, whose scales are the next. */
static int check_codes(check *c, int p, float most)
{
    const rg_tensor *t = &c->layout->tensor[p], *s = t + 1;
    const int64_t n = rg_tensor_count(s);
    if (any_worst_code(t->data, rg_tensor_count(t)))
        return wrong(c, p, "a code is out of range");
    const float largest = largest_float(s->data, n);
    if (any_negative(s->data, n)) return wrong(c, p + 1, "a number is negative");
    c->largest[p] = (float)CODE_MOST * largest;
    return within(c, p + 1, largest, most / (float)CODE_MOST);
}

static int check_floats(check *c, int p, float most)
{
    const rg_tensor *t = &c->layout->tensor[p];
    const int64_t n = rg_tensor_count(t),
                  n_sides = p == RG_PART_BLEND && n > SIDES ? SIDES : 0;
    const float *x = t->data;
    const int not_negative = p == RG_PART_HISTORY_WEIGHTS || p == RG_PART_ITEM_DEGREE;
    c->largest[p] = largest_float(x, n - n_sides);
    if (!within(c, p, c->largest[p], most)) return 0;
    if (n_sides > 0 && !within(c, p, largest_float(x + n - n_sides, n_sides), MOST_SIDE))
        return 0;
    return not_negative && any_negative(x, n) ? wrong(c, p, "a number is negative") : 1;
}

static int check_part(check *c, int p)
{
    const rg_tensor *t = &c->layout->tensor[p];
    const float most = p < RG_PART_PARAMS ? MOST[p] : MOST_PARAM;
    if (t->data == NULL || !(most > 0.0f)) return 1; /* scales go with their codes */
    if (t->dtype == RG_DTYPE_I8) return check_codes(c, p, most);
    if (t->dtype == RG_DTYPE_F32) return check_floats(c, p, most);
    c->largest[p] = largest_bf16(t->data, rg_tensor_count(t));
    return within(c, p, c->largest[p], most);
}

/* What a part times `others` can add up to in a row of scores. */
static int check_sum(check *c, int part, double others)
{
    if ((double)c->largest[part] * others <= MOST_SCORE) return 1;
    return wrong(c, part, "its numbers are too large for a sum of scores");
}

static int check_sums(check *c)
{
    const rg_tensor *t = c->layout->tensor;
    const double weight = fmax(1.0, (double)c->largest[RG_PART_HISTORY_WEIGHTS]);
    const double n_users = (double)(t[RG_PART_USER_OFFSETS].dim[0] - 1);
    const double n_items = (double)(t[RG_PART_ITEM_OFFSETS].dim[0] - 1);
    const double rank = (double)t[RG_PART_SPECTRAL_IN].dim[1];
    return check_sum(c, RG_PART_ITEM_ATTENTION_WEIGHTS,
                     weight * n_items *
                         fmax(1.0, (double)c->largest[RG_PART_ITEM_SCALE])) &&
           check_sum(c, RG_PART_USER_ATTENTION_WEIGHTS, weight * n_users) &&
           check_sum(c, RG_PART_SPECTRAL_IN,
                     weight * n_items * rank *
                         fmax(1.0, (double)c->largest[RG_PART_SPECTRAL_OUT]));
}

int rg_layout_numbers_hold(const rg_model_layout *layout, rg_part *part, char *reason,
                           size_t n)
{
    check c = {.layout = layout, .reason = reason, .n = n};
    int all = 1;
    for (int p = 0; p < RG_N_PARTS && all; p++) all = check_part(&c, p);
    all = all && check_sums(&c);
    *part = c.part;
    return all;
}

regatta_status rg_model_check_numbers(regatta_ctx *ctx, const regatta_model *model)
{
    rg_model_layout layout;
    rg_part part;
    char reason[RG_MESSAGE_BYTES / 2];
    const double scale = (double)model->scale;
    if (!(scale >= RG_SMALLEST_SCALE && scale <= RG_LARGEST_SCALE))
        return rg_fail(ctx, REGATTA_ENUMERIC,
                       "the model's scale, 1 / temperature, is %g: %g to %g", scale,
                       RG_SMALLEST_SCALE, RG_LARGEST_SCALE);
    rg_model_layout_fill(&layout, model, model->params);
    rg_model_layout_point(&layout, model);
    if (rg_layout_numbers_hold(&layout, &part, reason, sizeof reason)) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_ENUMERIC, "the model's %s: %s", layout.tensor[part].name,
                   reason);
}
