/* All arrays of a copy lie in one block. The model is visited twice, the first time to
 * count its bytes. */
#include "model/model_copy.h"
#include "base/bf16.h"
#include "model/weight_codes.h"
#include <math.h>
#include <string.h>

enum {
    BOUNDARY = 64, /* arrays begin at multiples of it, as in a file */
    CHUNK = 4096   /* rows converted at once */
};

typedef struct copier {
    rg_visitor visitor;
    char *base; /* NULL while counting */
    int64_t n;  /* bytes so far */
    int keep;   /* 1: tables stay in their types */
    rg_element type;
    int64_t widest; /* largest number of elements of a row */
    float *chunk;   /* [CHUNK][widest] */
} copier;

/* The address of the struct whose first member is the visitor. */
static copier *of(rg_visitor *v)
{
    return (copier *)(void *)v;
}

/* Returns the next `bytes` bytes of the block; NULL while counting. */
static void *room(copier *to, int64_t bytes)
{
    char *at = to->base != NULL ? to->base + to->n : NULL;
    to->n += (bytes + BOUNDARY - 1) / BOUNDARY * BOUNDARY;
    return at;
}

/* Moves *x of `bytes` bytes to the block; leaves NULL. Does nothing while counting. */
static void move(copier *to, const void **x, int64_t bytes)
{
    if (*x == NULL) return;
    void *at = room(to, bytes);
    if (at == NULL) return;
    if (bytes > 0) memcpy(at, *x, (size_t)bytes);
    *x = at;
}

static regatta_status copy_ints(rg_visitor *v, const char *name, int64_t *x, int64_t n)
{
    (void)v, (void)name, (void)x, (void)n; /* copied with the struct */
    return REGATTA_OK;
}

static regatta_status copy_reals(rg_visitor *v, const char *name, double *x, int64_t n)
{
    (void)v, (void)name, (void)x, (void)n; /* copied with the struct */
    return REGATTA_OK;
}

static regatta_status copy_copied(rg_visitor *v, const char *name, float *x, int64_t rows,
                                  int64_t cols, const rg_bound *bound)
{
    (void)v, (void)name, (void)x, (void)rows, (void)cols, (void)bound; /* by `clone` */
    return REGATTA_OK;
}

static regatta_status copy_bytes(rg_visitor *v, const char *name, const void **x,
                                 int64_t size, int64_t rows, int64_t *cols)
{
    (void)name;
    move(of(v), x, (rows > 0 ? rows : 1) * *cols * size);
    return REGATTA_OK;
}

static regatta_status copy_floats(rg_visitor *v, const char *name, const float **x,
                                  int64_t n, const rg_bound *bound)
{
    const void *p = *x;
    (void)name, (void)bound;
    move(of(v), &p, n * (int64_t)sizeof **x);
    if (p != *x) *x = p;
    return REGATTA_OK;
}

/* Converts the rows of `from` to those of `to`, which is allocated, through floats. */
static void convert(const copier *to, const rg_rows *rows, const rg_rows *from)
{
    const int64_t width = rows->dim * (int64_t)rg_element_size(rows->type);
    for (int64_t r = 0; r < from->n; r += CHUNK) {
        const int64_t last = from->n - r < CHUNK ? from->n : r + CHUNK;
        const float *x = to->chunk;
        if (from->type == RG_F32)
            x = (const float *)from->data + r * from->dim;
        else
            rg_rows_decode(to->chunk, from, r, last);
        rg_rows_encode((char *)(uintptr_t)rows->data + r * width,
                       rows->scale != NULL ? (float *)(uintptr_t)rows->scale + r : NULL,
                       rows->type, x, last - r, rows->dim, to->visitor.ctx->threads);
    }
}

/* True if all numbers are finite in the type: a float close to the largest may round to
 * infinity. */
static int holds(const rg_rows *rows)
{
    const uint16_t *half = rows->data;
    for (int64_t k = 0; rows->type == RG_BF16 && k < rows->n * rows->dim; k++)
        if (!isfinite(rg_from_bf16(half[k]))) return 0;
    return 1;
}

static regatta_status copy_table(rg_visitor *v, const char *name, rg_rows *rows,
                                 int64_t layers, int64_t n, int64_t dim,
                                 const rg_bound *bound)
{
    copier *to = of(v);
    rg_rows out = {.type = to->keep ? rows->type : to->type, .n = rows->n};
    (void)name, (void)layers, (void)n, (void)dim, (void)bound;
    if (rows->data == NULL) return REGATTA_OK;
    out.dim = rows->dim;
    if (rows->dim > to->widest) to->widest = rows->dim;
    out.data = room(to, rows->n * rows->dim * (int64_t)rg_element_size(out.type));
    if (out.type == RG_I8) out.scale = room(to, rows->n * (int64_t)sizeof *out.scale);
    if (to->base == NULL) return REGATTA_OK;
    if (out.type == rows->type) {
        memcpy((void *)(uintptr_t)out.data, rows->data,
               (size_t)(rows->n * rows->dim) * rg_element_size(out.type));
        if (out.scale != NULL)
            memcpy((void *)(uintptr_t)out.scale, rows->scale,
                   (size_t)rows->n * sizeof *out.scale);
    } else {
        convert(to, &out, rows);
    }
    *rows = out;
    return holds(rows) ? REGATTA_OK
                       : rg_fail(v->ctx, REGATTA_ENUMERIC,
                                 "a number of the model is too large for bf16");
}

static regatta_status copy_pattern(rg_visitor *v, const char *name, const char *targets,
                                   const int64_t **offset, const uint32_t **target,
                                   int64_t n_rows, int64_t n_targets)
{
    const void *offsets = *offset, *all = *target;
    const int64_t n = (*offset)[n_rows];
    (void)name, (void)targets, (void)n_targets;
    move(of(v), &offsets, (n_rows + 1) * (int64_t)sizeof **offset);
    move(of(v), &all, n * (int64_t)sizeof **target);
    *offset = offsets;
    *target = all;
    return REGATTA_OK;
}

/* Encodes weights in 8 bits, and decodes them to bfloat16. */
static void code_weights(copier *to, rg_weights *w, int64_t n, int64_t n_rows)
{
    uint16_t *value = room(to, n * (int64_t)sizeof *value);
    float *scale = room(to, n_rows * (int64_t)sizeof *scale);
    int8_t *code = room(to, n);
    if (to->base == NULL) return;
    rg_weights_encode(code, scale, w->value, w->offset, n_rows);
    rg_weights_decode(value, code, scale, w->offset, n_rows);
    w->coded = 1;
    w->value = value;
    w->scale = scale;
    w->code = code;
}

static regatta_status copy_weights(rg_visitor *v, const char *name, rg_weights *w,
                                   int64_t n_rows, const rg_bound *bound)
{
    copier *to = of(v);
    const int64_t n = w->offset[n_rows];
    const int coded = w->coded && (to->keep || to->type == RG_I8);
    const void *value = w->value, *scale = w->scale, *code = w->code;
    (void)name, (void)bound;
    if (!coded && !to->keep && to->type == RG_I8) {
        code_weights(to, w, n, n_rows);
        return REGATTA_OK;
    }
    move(to, &value, n * (int64_t)sizeof *w->value);
    if (coded) {
        move(to, &scale, n_rows * (int64_t)sizeof *w->scale);
        move(to, &code, n);
    }
    if (to->base == NULL) return REGATTA_OK;
    w->coded = coded;
    w->value = value;
    w->scale = coded ? scale : NULL;
    w->code = coded ? code : NULL;
    return REGATTA_OK;
}

/* The ids of a copy are copied elsewhere. */
static regatta_status copy_names(rg_visitor *v, const char *name, rg_idmap **ids,
                                 int64_t n)
{
    (void)v, (void)name, (void)ids, (void)n;
    return REGATTA_OK;
}

static const rg_visitor_ops COPIES = {.ints = copy_ints,
                                      .reals = copy_reals,
                                      .copied = copy_copied,
                                      .bytes = copy_bytes,
                                      .floats = copy_floats,
                                      .table = copy_table,
                                      .pattern = copy_pattern,
                                      .weights = copy_weights,
                                      .names = copy_names};

/* Adds the channels of `from`; the arrays of their states are still those of `from`. */
static regatta_status copy_channels(regatta_ctx *ctx, regatta_model *m,
                                    const regatta_model *from)
{
    regatta_status status = REGATTA_OK;
    for (int a = 0; a < rg_n_channels; a++) {
        const rg_channel *c = &from->channel[a];
        if (c->ops == NULL) continue;
        RG_TRY(rg_model_add_channel(m, a));
        memcpy(m->channel[a].state, c->state, c->ops->state_size);
        if (c->ops->clone != NULL)
            RG_TRY(c->ops->clone(ctx, m->channel[a].state, c->state));
    }
done:
    return status;
}

static regatta_status copy_arrays(copier *to, regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    const rg_mem mem = m->mem;
    RG_TRY(rg_model_visit(&to->visitor, m));
    if (!to->keep) RG_NEW(mem, to->chunk, CHUNK * to->widest);
    char *base = rg_model_own(m, to->n, 1);
    if (base == NULL) {
        status = REGATTA_ENOMEM;
        goto done;
    }
    to->base = base;
    to->n = 0;
    RG_TRY(rg_model_visit(&to->visitor, m));
done:
    rg_free(mem, to->chunk);
    return status;
}

static void copy_numbers(regatta_model *m, const regatta_model *from)
{
    m->n_users = from->n_users;
    m->n_items = from->n_items;
    m->n_edges = from->n_edges;
    m->history_offset = from->history_offset;
    m->history_item = from->history_item;
    m->history_weight = from->history_weight;
    memcpy(m->channel_names, from->channel_names, sizeof m->channel_names);
    m->compact = from->compact;
    m->index = from->index;
    m->index_build = from->index_build;
    m->index_recall = from->index_recall;
    m->calibration = from->calibration;
    m->info = from->info;
}

static regatta_status copy(regatta_ctx *ctx, regatta_model **out,
                           const regatta_model *model, copier to)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    regatta_model *m = NULL;
    to.visitor = (rg_visitor){.ctx = ctx, .ops = &COPIES};
    RG_NEW(ctx->mem, m, 1);
    m->mem = ctx->mem;
    copy_numbers(m, model);
    if (!to.keep) m->compact = to.type != RG_F32;
    if (model->users != NULL) RG_TRY(rg_idmap_copy(ctx, &m->users, model->users));
    if (model->items != NULL) RG_TRY(rg_idmap_copy(ctx, &m->items, model->items));
    RG_TRY(rg_sequences_share(ctx, &m->sequences, model->sequences));
    RG_TRY(copy_channels(ctx, m, model));
    if (model->blend != NULL) RG_TRY(rg_model_set_blend(m, model->blend));
    RG_TRY(copy_arrays(&to, m));
    if (model->json != NULL) {
        const size_t n = strlen(model->json) + 1;
        RG_NEW(ctx->mem, m->json, n);
        memcpy(m->json, model->json, n);
    }
    RG_TRY(rg_model_finish(ctx, m));
    *out = m;
    m = NULL; /* ownership has moved to the caller */
done:
    regatta_model_free(m);
    return status;
}

regatta_status rg_model_copy(regatta_ctx *ctx, regatta_model **out,
                             const regatta_model *model)
{
    return copy(ctx, out, model, (copier){.keep = 1});
}

regatta_status rg_model_convert(regatta_ctx *ctx, regatta_model **out,
                                const regatta_model *model, rg_element type)
{
    return copy(ctx, out, model, (copier){.type = type});
}
