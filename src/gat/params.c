/* One arena for all parameters. The table is written once, here: sizes, views, saving
 * and the optimizer's groups all read it. */
#include "gat/params.h"
#include "base/rng.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FLOATS_PER_LINE = 16 }; /* 64 bytes: where each part begins */

static void add_entry(rg_params *p, const char *name, rg_param_group group, int64_t rows,
                      int64_t cols)
{
    assert(p->n_entries < RG_MAX_PARAMS);
    rg_param_entry *entry = &p->entry[p->n_entries++];
    snprintf(entry->name, sizeof entry->name, "%s", name);
    entry->group = group;
    entry->rows = rows;
    entry->cols = cols;
    entry->first = p->n_floats;
    const int64_t n = rows * cols;
    p->n_floats += (n + FLOATS_PER_LINE - 1) / FLOATS_PER_LINE * FLOATS_PER_LINE;
}

static void add_layer_entry(rg_params *p, int layer, const char *part, int64_t rows,
                            int64_t cols)
{
    char name[sizeof p->entry[0].name];
    snprintf(name, sizeof name, "layer%d.%s", layer, part);
    add_entry(p, name, RG_PARAM_ATTENTION, rows, cols);
}

static void add_layer(rg_params *p, int layer)
{
    const int64_t dim = p->shape.dim;
    switch (p->shape.attention) {
    case REGATTA_ATTENTION_NONE: break;
    case REGATTA_ATTENTION_COSINE:
        add_layer_entry(p, layer, "beta", 1, p->shape.heads);
        break;
    case REGATTA_ATTENTION_DOT:
    case REGATTA_ATTENTION_SCALED_DOT:
        add_layer_entry(p, layer, "wq", dim, dim);
        add_layer_entry(p, layer, "wk", dim, dim);
        break;
    case REGATTA_ATTENTION_GAT:
        add_layer_entry(p, layer, "wq", dim, dim);
        add_layer_entry(p, layer, "a", 2, dim);
        break;
    case REGATTA_ATTENTION_GATV2:
        add_layer_entry(p, layer, "wq", dim, dim);
        add_layer_entry(p, layer, "wk", dim, dim);
        add_layer_entry(p, layer, "a", 1, dim);
        break;
    }
}

/* The views in the order in which add_layer lists them. */
static void view_layer(rg_params *p, int layer, int *next)
{
    const regatta_attention kind = p->shape.attention;
    if (kind == REGATTA_ATTENTION_NONE) return;
    if (kind == REGATTA_ATTENTION_COSINE) {
        p->beta[layer] = p->arena + p->entry[(*next)++].first;
        return;
    }
    p->wq[layer] = p->arena + p->entry[(*next)++].first;
    if (kind != REGATTA_ATTENTION_GAT)
        p->wk[layer] = p->arena + p->entry[(*next)++].first;
    if (kind == REGATTA_ATTENTION_GAT || kind == REGATTA_ATTENTION_GATV2)
        p->a[layer] = p->arena + p->entry[(*next)++].first;
}

regatta_status rg_params_create(regatta_ctx *ctx, rg_params **out, const rg_shape *shape)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_params *p = NULL;
    assert(shape->layers >= 1 && shape->layers <= RG_MAX_LAYERS);
    assert(shape->heads >= 1 && shape->heads <= RG_MAX_HEADS);
    assert(shape->dim % shape->heads == 0);
    RG_NEW(ctx->mem, p, 1);
    p->mem = ctx->mem;
    p->shape = *shape;
    add_entry(p, "x0", RG_PARAM_VECTORS, shape->n_users + shape->n_items, shape->dim);
    add_entry(p, "bias", RG_PARAM_BIAS, shape->n_items, 1);
    for (int layer = 0; layer < shape->layers; layer++) add_layer(p, layer);
    RG_NEW(ctx->mem, p->arena, p->n_floats);

    p->x0 = p->arena + p->entry[0].first;
    p->bias = p->arena + p->entry[1].first;
    int next = 2;
    for (int layer = 0; layer < shape->layers; layer++) view_layer(p, layer, &next);
    assert(next == p->n_entries);
    *out = p;
    p = NULL;
done:
    rg_params_free(p);
    return status;
}

static void fill_normal(float *x, int64_t n, double deviation, uint64_t seed,
                        rg_stream stream, uint64_t first)
{
    for (int64_t k = 0; k < n; k++)
        x[k] = (float)(deviation * rg_random_normal(seed, stream, first + (uint64_t)k));
}

static void fill_zero(float *x, int64_t n)
{
    for (int64_t k = 0; k < n; k++) x[k] = 0.0f;
}

/* The zero parameters make every score 0, so that training starts from the propagation
 * without attention; the random parameters give them a gradient. */
void rg_params_start_attention(rg_params *p, uint64_t seed)
{
    const rg_shape *s = &p->shape;
    const int64_t square = s->dim * s->dim, first_after = p->entry[1].first;
    const double deviation = 1.0 / sqrt((double)s->dim);
    fill_zero(p->arena + first_after, p->n_floats - first_after);
    for (int layer = 0; layer < s->layers; layer++) {
        const uint64_t first = (uint64_t)layer << 40;
        if (p->wq[layer] != NULL)
            fill_normal(p->wq[layer], square, deviation, seed, RG_STREAM_PARAMS, first);
        if (s->attention == REGATTA_ATTENTION_GATV2)
            fill_normal(p->wk[layer], square, deviation, seed, RG_STREAM_PARAMS,
                        first + (UINT64_C(1) << 32));
    }
}

void rg_params_start_part(rg_params *p, uint64_t seed, int64_t first_user,
                          int64_t all_users)
{
    const rg_shape *s = &p->shape;
    const int64_t users = s->n_users * s->dim;
    rg_params_start_attention(p, seed);
    fill_normal(p->x0, users, 0.1, seed, RG_STREAM_START,
                (uint64_t)(first_user * s->dim));
    fill_normal(p->x0 + users, s->n_items * s->dim, 0.1, seed, RG_STREAM_START,
                (uint64_t)(all_users * s->dim));
}

void rg_params_start(rg_params *p, uint64_t seed)
{
    rg_params_start_part(p, seed, 0, p->shape.n_users);
}

static void copy_floats(float *to, const float *from, int64_t n)
{
    memcpy(to, from, (size_t)n * sizeof *to);
}

/* Copies everything except the users' vectors. */
static void copy_rest(rg_params *to, const rg_params *from)
{
    const int64_t dim = to->shape.dim;
    copy_floats(to->x0 + to->shape.n_users * dim, from->x0 + from->shape.n_users * dim,
                to->shape.n_items * dim);
    for (int k = 1; k < to->n_entries; k++) {
        const rg_param_entry *e = &to->entry[k];
        copy_floats(to->arena + e->first, from->arena + from->entry[k].first,
                    e->rows * e->cols);
    }
}

void rg_params_take_part(rg_params *part, const rg_params *all, int64_t first_user)
{
    const int64_t dim = part->shape.dim;
    copy_floats(part->x0, all->x0 + first_user * dim, part->shape.n_users * dim);
    copy_rest(part, all);
}

void rg_params_put_part(rg_params *all, const rg_params *part, int64_t first_user)
{
    const int64_t dim = part->shape.dim;
    copy_floats(all->x0 + first_user * dim, part->x0, part->shape.n_users * dim);
    copy_rest(all, part);
}

void rg_params_copy_attention(rg_params *to, const rg_params *from)
{
    for (int k = 0; k < to->n_entries; k++) {
        const rg_param_entry *e = &to->entry[k];
        if (e->group == RG_PARAM_ATTENTION)
            memcpy(to->arena + e->first, from->arena + from->entry[k].first,
                   (size_t)(e->rows * e->cols) * sizeof *to->arena);
    }
}

void rg_params_free(rg_params *p)
{
    if (p == NULL) return;
    rg_free(p->mem, p->arena);
    rg_free(p->mem, p);
}
