#include "api/tune/tune_axes.h"
#include "api/options.h"
#include "base/rng.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_VALUES = 8, LINE_BYTES = 96, ATTEMPTS = 200, DIGITS = 3 };
static const double CHANGED = 2.0; /* options of a trial, on average */

/* The default range of an option. */
typedef struct range {
    uint32_t field;
    int in_space; /* 1: in the default space; 2: only for data with weights */
    regatta_scale scale;
    double low, high;
    double values[MOST_VALUES];
    uint32_t n_values;
} range;

#define FIELD(name) (uint32_t) offsetof(regatta_train_options, name)
#define CHOICE(name, in, n, ...)                                                         \
    {                                                                                    \
        FIELD(name), (in), REGATTA_SCALE_CHOICE, 0.0, 0.0, {__VA_ARGS__}, (n)            \
    }
#define LINEAR(name, in, low, high)                                                      \
    {                                                                                    \
        FIELD(name), (in), REGATTA_SCALE_LINEAR, (low), (high), {0.0}, 0                 \
    }
#define LOG(name, in, low, high)                                                         \
    {                                                                                    \
        FIELD(name), (in), REGATTA_SCALE_LOG, (low), (high), {0.0}, 0                    \
    }

static const range RANGES[] = {
    CHOICE(preset, 1, 2, REGATTA_PRESET_DEFAULT, REGATTA_PRESET_BEST),
    CHOICE(dim, 1, 4, 64, 96, 192, 256),
    CHOICE(layers, 1, 2, 1, 3),
    CHOICE(combine, 1, 1, REGATTA_COMBINE_ALL),
    LOG(learning_rate, 1, 0.01, 0.15),
    LOG(temperature, 1, 0.08, 0.4),
    LOG(l2, 1, 1e-9, 1e-5),
    LINEAR(edge_dropout, 1, 0.05, 0.4),
    LINEAR(valid_share, 1, 0.05, 0.2),
    CHOICE(valid_latest, 0, 4, 0, 1, 3, 5),
    CHOICE(weighting, 2, 3, 0, 1, 2),
    CHOICE(attention, 0, 6, 0, 1, 2, 3, 4, 5),
    CHOICE(share, 0, 4, 0, 1, 2, 3),
    CHOICE(hierarchy, 0, 3, REGATTA_HIERARCHY_NONE, REGATTA_HIERARCHY_COMMUNITIES,
           REGATTA_HIERARCHY_AUTO),
    CHOICE(dynamic, 0, 1, 1),
    CHOICE(feature_vectors, 0, 3, 0, 1, 2),
    CHOICE(denoise, 0, 2, REGATTA_DENOISE_AUTO, REGATTA_DENOISE_ALWAYS),
    CHOICE(heads, 0, 3, 1, 2, 4),
    CHOICE(start, 0, 2, 0, 1),
    CHOICE(loss, 0, 2, 0, 1),
    LOG(max_steps, 0, 50, 500),
    CHOICE(patience, 0, 3, 2, 3, 6),
    CHOICE(eval_every, 0, 3, 5, 10, 20),
    LOG(batch_users, 0, 256, 4096),
    CHOICE(expect, 0, 3, 0, 1, 2),
    CHOICE(target, 0, 4, 0, 1, 2, 3),
    CHOICE(sequence, 0, 3, 0, 1, 2),
    CHOICE(sequence_dim, 0, 3, 32, 64, 128),
    CHOICE(sequence_blocks, 0, 3, 1, 2, 3),
    CHOICE(sequence_heads, 0, 3, 1, 2, 4),
    LOG(sequence_window, 0, 20, 200),
    LINEAR(sequence_dropout, 0, 0.1, 0.6)};
enum { N_RANGES = sizeof RANGES / sizeof *RANGES };

static rg_tune_axis axis_of(const range *r)
{
    return (rg_tune_axis){.field = rg_train_field_at(r->field),
                          .scale = r->scale,
                          .low = r->low,
                          .high = r->high,
                          .values = r->values,
                          .n_values = r->n_values};
}

static const range *range_of(uint32_t field)
{
    for (int k = 0; k < N_RANGES; k++)
        if (RANGES[k].field == field) return &RANGES[k];
    return NULL;
}

static int has_vectors(const regatta_train_options *base)
{
    if (base->channels == NULL) return base->preset != REGATTA_PRESET_FAST;
    return strstr(base->channels, "vectors") != NULL;
}

static regatta_status take_default(regatta_ctx *ctx, rg_tune_space *out,
                                   const regatta_train_options *base, int has_weight)
{
    if (!has_vectors(base))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "the default space has options of the channel vectors, which the "
                       "defaults leave out: give a space");
    for (int k = 0; k < N_RANGES; k++)
        if (RANGES[k].in_space == 1 || (RANGES[k].in_space == 2 && has_weight))
            out->axis[out->n++] = axis_of(&RANGES[k]);
    return REGATTA_OK;
}

static regatta_status check_value(regatta_ctx *ctx, const rg_train_field *f, double x)
{
    if (rg_train_field_allows(f, x) && (f->is_real || x == floor(x))) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL,
                   "the space: %s must be %s from %.10g to %.10g, not %.10g", f->name,
                   f->is_real ? "a number" : "a whole number", f->low, f->high, x);
}

static regatta_status check_axis(regatta_ctx *ctx, const rg_tune_axis *a)
{
    regatta_status status = REGATTA_OK;
    const char *name = a->field->name;
    if (a->scale == REGATTA_SCALE_CHOICE) {
        if (a->n_values == 0 || a->values == NULL)
            return rg_fail(ctx, REGATTA_EINVAL, "the space: %s has no values", name);
        for (uint32_t k = 0; k < a->n_values; k++)
            RG_TRY(check_value(ctx, a->field, a->values[k]));
        return REGATTA_OK;
    }
    RG_TRY(check_value(ctx, a->field, a->low));
    RG_TRY(check_value(ctx, a->field, a->high));
    if (!(a->low <= a->high))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "the space: %s has a low end of %.10g above its high end %.10g",
                       name, a->low, a->high);
    if (a->scale == REGATTA_SCALE_LOG && !(a->low > 0.0))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "the space: %s on a log scale must begin above 0", name);
done:
    return status;
}

static regatta_status read_axis(regatta_ctx *ctx, rg_tune_space *out,
                                const regatta_axis *a)
{
    rg_tune_axis axis = {.field = rg_train_field_at(a->field),
                         .scale = (regatta_scale)a->scale,
                         .low = a->low,
                         .high = a->high,
                         .values = a->values,
                         .n_values = a->n_values};
    if (axis.field == NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "the space: there is no number at offset %lu of the options",
                       (unsigned long)a->field);
    for (int k = 0; k < out->n; k++)
        if (out->axis[k].field == axis.field)
            return rg_fail(ctx, REGATTA_EINVAL, "the space has %s twice",
                           axis.field->name);
    if (a->scale > REGATTA_SCALE_CHOICE)
        return rg_fail(ctx, REGATTA_EINVAL, "the space: scale must be 0 to 3, not %lu",
                       (unsigned long)a->scale);
    if (a->scale == REGATTA_SCALE_DEFAULT) {
        const range *r = range_of(a->field);
        if (r == NULL)
            return rg_fail(ctx, REGATTA_EINVAL,
                           "the space: %s has no default range: give its values",
                           axis.field->name);
        axis = axis_of(r);
    }
    out->axis[out->n++] = axis;
    return check_axis(ctx, &axis);
}

regatta_status rg_tune_space_read(regatta_ctx *ctx, rg_tune_space *out,
                                  const regatta_tune_options *opts,
                                  const regatta_train_options *base, int has_weight)
{
    regatta_status status = REGATTA_OK;
    *out = (rg_tune_space){.n = 0};
    if (opts->n_axes == 0) return take_default(ctx, out, base, has_weight);
    if (opts->n_axes > RG_MAX_AXES)
        return rg_fail(ctx, REGATTA_EINVAL, "n_axes must be 0 to %d, not %lu",
                       RG_MAX_AXES, (unsigned long)opts->n_axes);
    RG_TRY(rg_struct_check(ctx, opts->axes, "axes"));
    for (uint32_t k = 0; k < opts->n_axes; k++) {
        const char *at = (const char *)opts->axes + k * opts->axes->struct_size;
        regatta_axis axis = REGATTA_AXIS_INIT;
        uint32_t size = opts->axes->struct_size;
        memcpy(&axis, at, size < sizeof axis ? size : sizeof axis);
        RG_TRY(read_axis(ctx, out, &axis));
    }
done:
    return status;
}

/* Rounds to a few significant digits, which a file of options can show. */
static double rounded(double x)
{
    if (x == 0.0) return 0.0;
    const double unit = pow(10.0, floor(log10(fabs(x))) - (double)(DIGITS - 1));
    return round(x / unit) * unit;
}

/* The value of an axis at a place u in [0, 1). */
static double value_at(const rg_tune_axis *a, double u)
{
    double x = 0.0;
    switch (a->scale) {
    case REGATTA_SCALE_DEFAULT: break;
    case REGATTA_SCALE_CHOICE: return a->values[(uint32_t)(u * (double)a->n_values)];
    case REGATTA_SCALE_LINEAR: x = a->low + u * (a->high - a->low); break;
    case REGATTA_SCALE_LOG:
        x = exp(log(a->low) + u * (log(a->high) - log(a->low)));
        break;
    }
    x = a->field->is_real ? rounded(x) : round(x);
    return x < a->low ? a->low : x > a->high ? a->high : x;
}

static void draw(regatta_train_options *out, const rg_tune_space *space,
                 const regatta_train_options *base, uint64_t seed, uint64_t number)
{
    const double n = (double)space->n;
    const double share = n > 2.0 * CHANGED ? CHANGED / n : 0.5;
    *out = *base;
    for (int k = 0; k < space->n; k++) {
        const uint64_t at = 2 * (number * RG_MAX_AXES + (uint64_t)k);
        if (rg_random_unit(seed, RG_STREAM_TUNE_DRAW, at) >= share) continue;
        const double u = rg_random_unit(seed, RG_STREAM_TUNE_DRAW, at + 1);
        rg_train_field_set(out, space->axis[k].field, value_at(&space->axis[k], u));
    }
}

/* Two trials differ in the options of the space alone. */
static int is_same(const regatta_train_options *a, const regatta_train_options *b,
                   const rg_tune_space *space)
{
    for (int k = 0; k < space->n; k++)
        if (rg_train_field_get(a, space->axis[k].field) !=
            rg_train_field_get(b, space->axis[k].field))
            return 0;
    return 1;
}

static int is_new(const regatta_train_options *out, int64_t n, const rg_tune_space *space)
{
    for (int64_t t = 0; t < n; t++)
        if (is_same(&out[t], &out[n], space)) return 0;
    return rg_train_options_check(NULL, &out[n]) == REGATTA_OK;
}

void rg_tune_draw(regatta_train_options *out, int64_t *n, const rg_tune_space *space,
                  const regatta_train_options *base, uint64_t seed)
{
    const int64_t wanted = *n;
    int64_t t = 1;
    out[0] = *base;
    for (; t < wanted; t++) {
        int tries = 0;
        do draw(&out[t], space, base, seed, (uint64_t)(t * ATTEMPTS + tries));
        while (!is_new(out, t, space) && ++tries < ATTEMPTS);
        if (tries == ATTEMPTS) break;
    }
    *n = t;
}

void rg_tune_space_describe(rg_text *text, const rg_tune_space *space)
{
    char line[LINE_BYTES];
    for (int k = 0; k < space->n; k++) {
        const rg_tune_axis *a = &space->axis[k];
        snprintf(line, sizeof line, "space %s=scale %d, %.9g to %.9g, %" PRIu32 " values",
                 a->field->name, (int)a->scale, a->low, a->high, a->n_values);
        rg_text_append(text, line);
        for (uint32_t v = 0; v < a->n_values; v++) {
            snprintf(line, sizeof line, " %.9g", a->values[v]);
            rg_text_append(text, line);
        }
        rg_text_append(text, "\n");
    }
}
