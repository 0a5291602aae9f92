#include "api/train_options.h"
#include "gat/params.h"
#include "gat/sequence/encoder_params.h"
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { DIM_DIVISOR = 64 }; /* of all defaults of dim */
enum { LINE_BYTES = 96 };

#define WHOLE(field, low, high)                                                          \
    {                                                                                    \
#field, offsetof(regatta_train_options, field), 0, (low), (high), (low)          \
    }
/* `besides` is allowed too. */
#define REAL(field, low, high, besides)                                                  \
    {                                                                                    \
#field, offsetof(regatta_train_options, field), 1, (low), (high), (besides)      \
    }
#define WHOLE_OR_ZERO(field, low, high)                                                  \
    {                                                                                    \
#field, offsetof(regatta_train_options, field), 0, (low), (high), 0              \
    }

static const rg_train_field FIELDS[] = {
    WHOLE(attention, 0, REGATTA_ATTENTION_AUTO),
    WHOLE(heads, 1, RG_MAX_HEADS),
    WHOLE(layers, 1, RG_MAX_LAYERS),
    WHOLE_OR_ZERO(dim, 4, 1024),
    WHOLE(combine, 0, REGATTA_COMBINE_LAST),
    WHOLE(start, 0, REGATTA_START_RANDOM),
    WHOLE(loss, 0, REGATTA_LOSS_BPR),
    WHOLE(weighting, 0, REGATTA_WEIGHTING_RAW),
    WHOLE(max_steps, 0, 1000000),
    WHOLE(patience, 1, 1000),
    WHOLE(eval_every, 1, 100000),
    WHOLE(batch_users, 0, 65536),
    WHOLE(softmax_items, 0, UINT32_MAX),
    WHOLE(refit, 0, 1),
    WHOLE(preset, 0, REGATTA_PRESET_BEST),
    WHOLE(expect, 0, REGATTA_EXPECT_POPULAR),
    WHOLE(sequence, 0, REGATTA_SEQUENCE_AUTO),
    WHOLE_OR_ZERO(sequence_dim, 4, RG_ENCODER_DIM),
    WHOLE(sequence_blocks, 0, RG_ENCODER_BLOCKS),
    WHOLE(sequence_heads, 1, RG_MAX_HEADS),
    WHOLE(sequence_window, 0, RG_ENCODER_WINDOW),
    WHOLE(target, 0, REGATTA_TARGET_SOFTMAX),
    WHOLE(share, 0, REGATTA_SHARE_ALL),
    WHOLE(hierarchy, 0, REGATTA_HIERARCHY_AUTO),
    WHOLE(denoise, 0, REGATTA_DENOISE_ALWAYS),
    WHOLE(dynamic, 0, 1),
    WHOLE(feature_vectors, 0, REGATTA_FEATURE_VECTORS_ALWAYS),
    WHOLE(valid_latest, 0, UINT32_MAX),
    REAL(valid_share, 0.0, 0.5, 0.0),
    REAL(learning_rate, 0.0, 1e6, 0.0),
    REAL(temperature, 0.0, 1e6, 0.0),
    REAL(l2, 0.0, 1e6, 0.0),
    REAL(edge_dropout, 0.0, 0.9, 0.0),
    REAL(sequence_dropout, 0.0, 0.9, -1.0),
    REAL(sequence_seconds, 0.0, 1e9, 0.0)};
enum { N_FIELDS = sizeof FIELDS / sizeof *FIELDS };

const rg_train_field *rg_train_field_at(uint32_t offset)
{
    for (int k = 0; k < N_FIELDS; k++)
        if (FIELDS[k].offset == offset) return &FIELDS[k];
    return NULL;
}

double rg_train_field_get(const regatta_train_options *o, const rg_train_field *field)
{
    const char *at = (const char *)o + field->offset;
    uint32_t whole;
    float real;
    memcpy(&whole, at, sizeof whole);
    memcpy(&real, at, sizeof real);
    return field->is_real ? (double)real : (double)whole;
}

void rg_train_field_set(regatta_train_options *o, const rg_train_field *field, double x)
{
    char *at = (char *)o + field->offset;
    const float real = (float)x;
    if (field->is_real) {
        memcpy(at, &real, sizeof real);
        return;
    }
    const uint32_t whole = (uint32_t)x;
    memcpy(at, &whole, sizeof whole);
}

/* As a float has the bound: 0.9f is above 0.9. */
int rg_train_field_allows(const rg_train_field *field, double x)
{
    const double high = field->is_real ? (double)(float)field->high : field->high;
    return (x >= field->low && x <= high) || x == field->besides;
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
    for (int k = 0; k < N_FIELDS; k++) {
        const rg_train_field *f = &FIELDS[k];
        const double x = rg_train_field_get(o, f);
        if (!rg_train_field_allows(f, x))
            return rg_fail(ctx, REGATTA_EINVAL,
                           f->is_real ? "%s must be %g to %g, not %g"
                                      : "%s must be %.0f to %.0f, not %.0f",
                           f->name, f->low, f->high, x);
    }
    return check_heads(ctx, o);
}

void rg_train_options_describe(rg_text *text, const regatta_train_options *o)
{
    char line[LINE_BYTES];
    for (int k = 0; k < N_FIELDS; k++) {
        const double x = rg_train_field_get(o, &FIELDS[k]);
        snprintf(line, sizeof line, FIELDS[k].is_real ? "%s=%.9g\n" : "%s=%.0f\n",
                 FIELDS[k].name, x);
        rg_text_append(text, line);
    }
    snprintf(line, sizeof line, "seed=%" PRIu64 "\n", o->seed);
    rg_text_append(text, line);
}
