#include "api/train_options.h"
#include "gat/params.h"
#include "gat/sequence/encoder_params.h"
#include <inttypes.h>
#include <stdio.h>

enum { DIM_DIVISOR = 64 }; /* of all defaults of dim */
enum { MOST_WHOLE = 32, MOST_REAL = 16, LINE_BYTES = 96 };

typedef struct whole_option {
    const char *name;
    uint32_t value, low, high;
} whole_option;

typedef struct real_option {
    const char *name;
    float value, low, high;
} real_option;

/* The options, up to a name that is NULL. */
typedef struct numbers {
    whole_option whole[MOST_WHOLE];
    real_option real[MOST_REAL];
} numbers;

static numbers numbers_of(const regatta_train_options *o)
{
    return (numbers){
        .whole = {{"attention", o->attention, 0, REGATTA_ATTENTION_GATV2},
                  {"heads", o->heads, 1, RG_MAX_HEADS},
                  {"layers", o->layers, 1, RG_MAX_LAYERS},
                  {"dim", o->dim, o->dim == 0 ? 0 : 4, 1024},
                  {"combine", o->combine, 0, REGATTA_COMBINE_LAST},
                  {"start", o->start, 0, REGATTA_START_RANDOM},
                  {"loss", o->loss, 0, REGATTA_LOSS_BPR},
                  {"weighting", o->weighting, 0, REGATTA_WEIGHTING_RAW},
                  {"max_steps", o->max_steps, 0, 1000000},
                  {"patience", o->patience, 1, 1000},
                  {"eval_every", o->eval_every, 1, 100000},
                  {"batch_users", o->batch_users, 0, 65536},
                  {"refit", o->refit, 0, 1},
                  {"preset", o->preset, 0, REGATTA_PRESET_BEST},
                  {"expect", o->expect, 0, REGATTA_EXPECT_POPULAR},
                  {"sequence", o->sequence, 0, REGATTA_SEQUENCE_AUTO},
                  {"sequence_dim", o->sequence_dim, o->sequence_dim == 0 ? 0 : 4,
                   RG_ENCODER_DIM},
                  {"sequence_blocks", o->sequence_blocks, 0, RG_ENCODER_BLOCKS},
                  {"sequence_heads", o->sequence_heads, 1, RG_MAX_HEADS},
                  {"sequence_window", o->sequence_window, 0, RG_ENCODER_WINDOW},
                  {"target", o->target, 0, REGATTA_TARGET_SOFTMAX}},
        .real = {{"valid_share", o->valid_share, 0.0f, 0.5f},
                 {"learning_rate", o->learning_rate, 0.0f, 1e6f},
                 {"temperature", o->temperature, 0.0f, 1e6f},
                 {"l2", o->l2, 0.0f, 1e6f},
                 {"edge_dropout", o->edge_dropout, 0.0f, 0.9f},
                 {"sequence_dropout",
                  o->sequence_dropout == -1.0f ? 0.0f : o->sequence_dropout, 0.0f, 0.9f},
                 {"sequence_seconds", o->sequence_seconds, 0.0f, 1e9f}}};
}

static regatta_status check_heads(regatta_ctx *ctx, const regatta_train_options *o)
{
    if (o->dim != 0 && o->dim % o->heads != 0)
        return rg_fail(ctx, REGATTA_EINVAL, "dim %lu is not a multiple of %lu heads",
                       (unsigned long)o->dim, (unsigned long)o->heads);
    if (o->dim == 0 && DIM_DIVISOR % o->heads != 0)
        return rg_fail(
            ctx, REGATTA_EINVAL,
            "%lu heads do not divide the default dim of 128 or 64: set dim to a "
            "multiple of them",
            (unsigned long)o->heads);
    return REGATTA_OK;
}

regatta_status rg_train_options_check(regatta_ctx *ctx, const regatta_train_options *o)
{
    const numbers n = numbers_of(o);
    for (const whole_option *w = n.whole; w->name != NULL; w++)
        if (w->value < w->low || w->value > w->high)
            return rg_fail(ctx, REGATTA_EINVAL, "%s must be %lu to %lu, not %lu", w->name,
                           (unsigned long)w->low, (unsigned long)w->high,
                           (unsigned long)w->value);
    const regatta_status status = check_heads(ctx, o);
    if (status != REGATTA_OK) return status;
    for (const real_option *r = n.real; r->name != NULL; r++)
        if (!(r->value >= r->low && r->value <= r->high))
            return rg_fail(ctx, REGATTA_EINVAL, "%s must be %g to %g, not %g", r->name,
                           (double)r->low, (double)r->high, (double)r->value);
    return REGATTA_OK;
}

void rg_train_options_describe(rg_text *text, const regatta_train_options *o)
{
    char line[LINE_BYTES];
    const numbers n = numbers_of(o);
    for (const whole_option *w = n.whole; w->name != NULL; w++) {
        snprintf(line, sizeof line, "%s=%" PRIu32 "\n", w->name, w->value);
        rg_text_append(text, line);
    }
    for (const real_option *r = n.real; r->name != NULL; r++) {
        snprintf(line, sizeof line, "%s=%.9g\n", r->name, (double)r->value);
        rg_text_append(text, line);
    }
    snprintf(line, sizeof line, "seed=%" PRIu64 "\n", o->seed);
    rg_text_append(text, line);
}
