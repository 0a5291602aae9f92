/* The table is written once, here: sizes, views, starts and the tensors of a model read
 * it. */
#include "gat/sequence/encoder_params.h"
#include "base/parallel.h"
#include "base/rng.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>

enum { FLOATS_PER_LINE = 16 }; /* 64 bytes: where each part begins */

#define POSITION_DEVIATION 0.02

static void add(rg_encoder_params *p, float **view, const char *name, int64_t rows,
                int64_t cols, rg_encoder_start start)
{
    assert(p->n_entries < RG_ENCODER_ENTRIES);
    rg_encoder_entry *e = &p->entry[p->n_entries++];
    snprintf(e->name, sizeof e->name, "%s", name);
    e->rows = rows;
    e->cols = cols;
    e->start = start;
    e->first = p->n_floats;
    e->view = view;
    p->n_floats += rg_block_count(rows * cols, FLOATS_PER_LINE) * FLOATS_PER_LINE;
}

static void add_part(rg_encoder_params *p, float **view, int block, const char *part,
                     int64_t rows, int64_t cols, rg_encoder_start start)
{
    char name[sizeof p->entry[0].name];
    snprintf(name, sizeof name, "block%d.%s", block, part);
    add(p, view, name, rows, cols, start);
}

static void add_block(rg_encoder_params *p, int b)
{
    const rg_encoder_shape *s = &p->shape;
    const int64_t dim = s->dim, hidden = s->hidden;
    rg_encoder_block *k = &p->block[b];
    if (s->kind == RG_ENCODER_GRU) {
        add_part(p, &k->gru_input, b, "gru_input", dim, 3 * dim, RG_START_WEIGHT);
        add_part(p, &k->gru_recurrent, b, "gru_recurrent", dim, 3 * dim, RG_START_WEIGHT);
        add_part(p, &k->gru_bias, b, "gru_bias", 4, dim, RG_START_ZERO);
    }
    add_part(p, &k->gain, b, "gain", 1, dim, RG_START_ONE);
    add_part(p, &k->shift, b, "shift", 1, dim, RG_START_ZERO);
    add_part(p, &k->qkv, b, "qkv", dim, 3 * dim, RG_START_WEIGHT);
    add_part(p, &k->out, b, "out", dim, dim, RG_START_WEIGHT);
    add_part(p, &k->place, b, "place", s->heads, s->window, RG_START_ZERO);
    add_part(p, &k->time, b, "time", s->heads, RG_TIME_BUCKETS, RG_START_ZERO);
    if (s->kind == RG_ENCODER_TRANSFORMER) {
        add_part(p, &k->wide_gain, b, "wide_gain", 1, dim, RG_START_ONE);
        add_part(p, &k->wide_shift, b, "wide_shift", 1, dim, RG_START_ZERO);
        add_part(p, &k->wide, b, "wide", dim, hidden, RG_START_WEIGHT);
        add_part(p, &k->wide_bias, b, "wide_bias", 1, hidden, RG_START_ZERO);
        add_part(p, &k->narrow, b, "narrow", hidden, dim, RG_START_WEIGHT);
        add_part(p, &k->narrow_bias, b, "narrow_bias", 1, dim, RG_START_ZERO);
    }
}

regatta_status rg_encoder_params_create(regatta_ctx *ctx, rg_encoder_params **out,
                                        const rg_encoder_shape *shape)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_encoder_params *p = NULL;
    RG_NEW(ctx->mem, p, 1);
    p->mem = ctx->mem;
    p->shape = *shape;
    if (shape->kind == RG_ENCODER_TRANSFORMER)
        add(p, &p->position, "positions", shape->window, shape->dim, RG_START_POSITION);
    for (int b = 0; b < shape->blocks; b++) add_block(p, b);
    add(p, &p->gain, "gain", 1, shape->dim, RG_START_ONE);
    add(p, &p->shift, "shift", 1, shape->dim, RG_START_ZERO);
    RG_NEW(ctx->mem, p->arena, p->n_floats);
    for (int k = 0; k < p->n_entries; k++)
        *p->entry[k].view = p->arena + p->entry[k].first;
    *out = p;
    p = NULL;
done:
    rg_encoder_params_free(p);
    return status;
}

void rg_encoder_params_start(rg_encoder_params *p, uint64_t seed)
{
    for (int e = 0; e < p->n_entries; e++) {
        const rg_encoder_entry *entry = &p->entry[e];
        const double deviation = entry->start == RG_START_POSITION
                                     ? POSITION_DEVIATION
                                     : 1.0 / sqrt((double)entry->rows);
        for (int64_t k = 0; k < entry->rows * entry->cols; k++) {
            const int64_t at = entry->first + k;
            if (entry->start == RG_START_ZERO || entry->start == RG_START_ONE)
                p->arena[at] = entry->start == RG_START_ONE ? 1.0f : 0.0f;
            else
                p->arena[at] =
                    (float)(deviation *
                            rg_random_normal(seed, RG_STREAM_PARAMS, (uint64_t)at));
        }
    }
}

void rg_encoder_params_turn(rg_encoder_params *turned, const rg_encoder_params *p)
{
    for (int e = 0; e < p->n_entries; e++) {
        const rg_encoder_entry *entry = &p->entry[e];
        const float *from = p->arena + entry->first;
        float *to = turned->arena + entry->first;
        if (entry->start != RG_START_WEIGHT) continue;
        for (int64_t r = 0; r < entry->rows; r++)
            for (int64_t c = 0; c < entry->cols; c++)
                to[c * entry->rows + r] = from[r * entry->cols + c];
    }
}

void rg_encoder_params_free(rg_encoder_params *p)
{
    if (p == NULL) return;
    rg_free(p->mem, p->arena);
    rg_free(p->mem, p);
}
