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

int rg_shape_attends(const rg_shape *shape)
{
    return shape->attention != REGATTA_ATTENTION_NONE || shape->n_groups > 0 ||
           shape->dynamic > 0;
}

static int shares_heads(const rg_shape *s)
{
    return s->share == REGATTA_SHARE_HEADS || s->share == REGATTA_SHARE_ALL;
}

static int shares_layers(const rg_shape *s)
{
    return s->share == REGATTA_SHARE_LAYERS || s->share == REGATTA_SHARE_ALL;
}

/* A part of a layer's parameters. */
typedef struct layer_part {
    const char *name;
    int64_t rows, cols; /* of all heads */
    int by_head;        /* 1: heads may share it */
    rg_param_group group;
    int draw;     /* not 0: starts normal, from this part of the stream; else 0 */
    float **view; /* [layers] */
} layer_part;

/* Lists the parts of a layer, in the order of the arena; returns their number. */
static int list_parts(layer_part *part, rg_params *p)
{
    const int64_t dim = p->shape.dim, heads = p->shape.heads;
    const regatta_attention kind = p->shape.attention;
    int n = 0;
    if (kind == REGATTA_ATTENTION_COSINE)
        part[n++] = (layer_part){"beta", 1, heads, 1, RG_PARAM_ATTENTION, 0, p->beta};
    if (kind >= REGATTA_ATTENTION_DOT)
        part[n++] = (layer_part){"wq", dim, dim, 0, RG_PARAM_ATTENTION, 1, p->wq};
    if (kind >= REGATTA_ATTENTION_DOT && kind != REGATTA_ATTENTION_GAT)
        part[n++] = (layer_part){"wk",
                                 dim,
                                 dim,
                                 1,
                                 RG_PARAM_ATTENTION,
                                 kind == REGATTA_ATTENTION_GATV2 ? 2 : 0,
                                 p->wk};
    if (kind == REGATTA_ATTENTION_GAT || kind == REGATTA_ATTENTION_GATV2)
        part[n++] = (layer_part){
            "a", kind == REGATTA_ATTENTION_GAT ? 2 : 1, dim, 1, RG_PARAM_ATTENTION, 0,
            p->a};
    if (p->shape.dynamic > 0)
        part[n++] =
            (layer_part){"dynamic", RG_N_DYNAMIC, 2, 0, RG_PARAM_FACTORS, 0, p->dynamic};
    if (p->shape.n_groups > 0) {
        part[n++] =
            (layer_part){"levels", RG_N_LEVELS, heads, 1, RG_PARAM_FACTORS, 0, p->level};
        part[n++] =
            (layer_part){"groups", 2, heads, 1, RG_PARAM_FACTORS, 0, p->group_score};
    }
    assert(n <= RG_LAYER_PARAMS);
    return n;
}

static void add_layer(rg_params *p, int layer, const layer_part *part, int n)
{
    char name[sizeof p->entry[0].name];
    const int64_t cut = shares_heads(&p->shape) ? p->shape.heads : 1;
    for (int k = 0; k < n; k++) {
        snprintf(name, sizeof name, "layer%d.%s", layer, part[k].name);
        add_entry(p, name, part[k].group, part[k].rows,
                  part[k].by_head ? part[k].cols / cut : part[k].cols);
    }
}

static void view_layers(rg_params *p, const layer_part *part, int n)
{
    if (p->shape.share != REGATTA_SHARE_NONE) return;
    for (int layer = 0; layer < p->shape.layers; layer++)
        for (int k = 0; k < n; k++)
            part[k].view[layer] = p->arena + p->entry[2 + layer * n + k].first;
}

/* Adds the rows of features, after the layers. */
static void add_features(rg_params *p)
{
    static const char *const name[2] = {"features.users", "features.items"};
    for (int side = 0; side < 2; side++)
        if (p->shape.n_features[side] > 0)
            add_entry(p, name[side], RG_PARAM_FEATURES, p->shape.n_features[side],
                      p->shape.dim);
}

regatta_status rg_params_create_panel(regatta_ctx *ctx, rg_params **out,
                                      const rg_shape *shape, int64_t first, int64_t n)
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
    p->first_item = first;
    p->n_item_rows = n;
    add_entry(p, "x0", RG_PARAM_VECTORS, shape->n_users + n, shape->dim);
    add_entry(p, "bias", RG_PARAM_BIAS, shape->n_items, 1);
    layer_part part[RG_LAYER_PARAMS];
    const int n_parts = list_parts(part, p);
    const int stored = shares_layers(shape) ? 1 : shape->layers;
    for (int layer = 0; layer < stored; layer++) add_layer(p, layer, part, n_parts);
    const int first_side = p->n_entries;
    add_features(p);
    RG_NEW(ctx->mem, p->arena, p->n_floats);

    p->x0 = p->arena + p->entry[0].first;
    p->bias = p->arena + p->entry[1].first;
    view_layers(p, part, n_parts);
    for (int side = 0, k = first_side; side < 2; side++)
        if (shape->n_features[side] > 0) p->w[side] = p->arena + p->entry[k++].first;
    *out = p;
    p = NULL;
done:
    rg_params_free(p);
    return status;
}

regatta_status rg_params_create(regatta_ctx *ctx, rg_params **out, const rg_shape *shape)
{
    return rg_params_create_panel(ctx, out, shape, 0, shape->n_items);
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
    const int64_t first_after = p->entry[1].first;
    const double deviation = 1.0 / sqrt((double)p->shape.dim);
    layer_part part[RG_LAYER_PARAMS];
    const int n_parts = list_parts(part, p);
    fill_zero(p->arena + first_after, p->n_floats - first_after);
    for (int k = 2; k < p->n_entries && p->entry[k].group >= RG_PARAM_ATTENTION; k++) {
        const int draw = part[(k - 2) % n_parts].draw;
        const uint64_t layer = (uint64_t)((k - 2) / n_parts);
        if (draw > 0)
            fill_normal(p->arena + p->entry[k].first, p->entry[k].rows * p->entry[k].cols,
                        deviation, seed, RG_STREAM_PARAMS,
                        (layer << 40) + ((uint64_t)(draw - 1) << 32));
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

/* Copies everything except the users' vectors, and of those of items the rows that
 * both have. */
static void copy_rest(rg_params *to, const rg_params *from)
{
    const int64_t dim = to->shape.dim;
    const rg_params *part = to->n_item_rows < from->n_item_rows ? to : from;
    copy_floats(to->x0 + (to->shape.n_users + part->first_item - to->first_item) * dim,
                from->x0 +
                    (from->shape.n_users + part->first_item - from->first_item) * dim,
                part->n_item_rows * dim);
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
        if (e->group >= RG_PARAM_ATTENTION)
            memcpy(to->arena + e->first, from->arena + from->entry[k].first,
                   (size_t)(e->rows * e->cols) * sizeof *to->arena);
    }
}

regatta_status rg_params_create_expanded(regatta_ctx *ctx, rg_params **out,
                                         const rg_shape *shape)
{
    rg_shape full = *shape;
    full.share = REGATTA_SHARE_NONE;
    full.n_users = full.n_items = full.n_features[0] = full.n_features[1] = 0;
    return rg_params_create(ctx, out, &full);
}

/* The entry of p that layer `layer` reads as part k of n_parts. */
static const rg_param_entry *source_of(const rg_params *p, int layer, int k, int n_parts)
{
    return &p->entry[2 + (shares_layers(&p->shape) ? 0 : layer) * n_parts + k];
}

void rg_params_expand(rg_params *expanded, const rg_params *p)
{
    const int layers = p->shape.layers, n_parts = (expanded->n_entries - 2) / layers;
    for (int k = 2; k < expanded->n_entries; k++) {
        const rg_param_entry *to = &expanded->entry[k];
        const rg_param_entry *from =
            source_of(p, (k - 2) / n_parts, (k - 2) % n_parts, n_parts);
        for (int64_t r = 0; r < to->rows; r++)
            for (int64_t c = 0; c < to->cols; c++)
                expanded->arena[to->first + r * to->cols + c] =
                    p->arena[from->first + r * from->cols + c % from->cols];
    }
}

void rg_params_add_expanded(rg_params *grad, const rg_params *expanded)
{
    const int layers = grad->shape.layers, n_parts = (expanded->n_entries - 2) / layers;
    for (int k = 2; k < expanded->n_entries; k++) {
        const rg_param_entry *from = &expanded->entry[k];
        const rg_param_entry *to =
            source_of(grad, (k - 2) / n_parts, (k - 2) % n_parts, n_parts);
        for (int64_t r = 0; r < from->rows; r++)
            for (int64_t c = 0; c < from->cols; c++)
                grad->arena[to->first + r * to->cols + c % to->cols] +=
                    expanded->arena[from->first + r * from->cols + c];
    }
}

void rg_params_free(rg_params *p)
{
    if (p == NULL) return;
    rg_free(p->mem, p->arena);
    rg_free(p->mem, p);
}
