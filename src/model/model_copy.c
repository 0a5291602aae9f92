/* All arrays of a copy lie in one block. The function that lays them out runs twice, the
 * first time to count. */
#include "model/model_copy.h"
#include "base/bf16.h"
#include "model/weight_codes.h"
#include <math.h>
#include <string.h>

enum {
    BOUNDARY = 64, /* arrays begin at multiples of it, as in a file */
    CHUNK = 4096   /* rows that are converted at once */
};

typedef struct layout {
    char *base; /* NULL while counting */
    int64_t n;  /* bytes so far */
    int keep;   /* tables stay in their types */
    rg_element type;
    float *chunk; /* [CHUNK][widest table] */
    int threads;
} layout;

/* `bytes` bytes of the block; NULL while counting. */
static void *room(layout *to, int64_t bytes)
{
    char *at = to->base != NULL ? to->base + to->n : NULL;
    to->n += (bytes + BOUNDARY - 1) / BOUNDARY * BOUNDARY;
    return at;
}

/* The same, filled from `from`; NULL for NULL. */
static const void *put(layout *to, const void *from, int64_t bytes)
{
    if (from == NULL) return NULL;
    void *at = room(to, bytes);
    if (at != NULL && bytes > 0) memcpy(at, from, (size_t)bytes);
    return at;
}

static const float *put_floats(layout *to, const float *from, int64_t n)
{
    return put(to, from, n * (int64_t)sizeof *from);
}

/* Rows of `to` from those of `from` by way of floats, in memory that is there. */
static void convert(const layout *to, const rg_rows *rows, const rg_rows *from)
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
                       rows->type, x, last - r, rows->dim, to->threads);
    }
}

static void put_table(layout *to, rg_rows *out, const rg_rows *from)
{
    const rg_element type = to->keep ? from->type : to->type;
    const int64_t bytes = from->n * from->dim * (int64_t)rg_element_size(type);
    const int64_t scales = type == RG_I8 ? from->n : 0;
    if (from->data == NULL) return;
    *out = (rg_rows){.type = type, .n = from->n, .dim = from->dim};
    if (type == from->type) {
        out->data = put(to, from->data, bytes);
        out->scale = put_floats(to, from->scale, scales);
        return;
    }
    out->data = room(to, bytes);
    if (type == RG_I8) out->scale = room(to, scales * (int64_t)sizeof *out->scale);
    if (to->base != NULL) convert(to, out, from);
}

/* Weights in 8 bits, and what they stand for in bfloat16. */
static void put_codes(layout *to, rg_weights *out, const rg_weights *from, int64_t n,
                      int64_t n_rows)
{
    uint16_t *value = room(to, n * (int64_t)sizeof *value);
    float *scale = room(to, n_rows * (int64_t)sizeof *scale);
    int8_t *code = room(to, n);
    out->coded = 1;
    out->value = value;
    out->scale = scale;
    out->code = code;
    if (to->base == NULL) return;
    rg_weights_encode(code, scale, from->value, from->offset, n_rows);
    rg_weights_decode(value, code, scale, from->offset, n_rows);
}

static void put_rows(layout *to, rg_weights *out, const rg_weights *from, int64_t n_rows)
{
    if (from->offset == NULL) return;
    const int64_t n = from->offset[n_rows];
    out->offset = put(to, from->offset, (n_rows + 1) * (int64_t)sizeof *from->offset);
    out->target = put(to, from->target, n * (int64_t)sizeof *from->target);
    out->coded = from->coded && (to->keep || to->type == RG_I8);
    if (!out->coded && !to->keep && to->type == RG_I8) {
        put_codes(to, out, from, n, n_rows);
        return;
    }
    out->value = put(to, from->value, n * (int64_t)sizeof *from->value);
    if (!out->coded) return;
    out->scale = put_floats(to, from->scale, n_rows);
    out->code = put(to, from->code, n);
}

/* An index serves rounded rows too: what it finds is scored by the rows themselves. */
static void put_index(layout *to, rg_index *out, const rg_index *from)
{
    *out = *from;
    for (int k = 0; k < 3; k++) out->block[k] = NULL; /* the copy's are the model's */
    out->code = put(to, from->code, from->n * from->stride);
    out->edge = put(to, from->edge, from->n * from->degree * (int64_t)sizeof *from->edge);
    out->entry = put(to, from->entry, from->n_entries * (int64_t)sizeof *from->entry);
}

static void put_arrays(layout *to, regatta_model *m, const regatta_model *from)
{
    const rg_shape *s = &from->shape;
    m->history_offset = put(to, from->history_offset,
                            (s->n_users + 1) * (int64_t)sizeof *from->history_offset);
    m->history_item =
        put(to, from->history_item, from->n_edges * (int64_t)sizeof *from->history_item);
    m->history_weight = put_floats(to, from->history_weight, from->n_edges);
    put_table(to, &m->user_vectors, &from->user_vectors);
    put_table(to, &m->item_vectors, &from->item_vectors);
    m->bias = put_floats(to, from->bias, s->n_items);
    put_table(to, &m->item_state, &from->item_state);
    m->item_degree = put_floats(to, from->item_degree, s->n_items);
    put_table(to, &m->user_x0, &from->user_x0);
    put_rows(to, &m->item_attention, &from->item_attention, s->n_items);
    put_rows(to, &m->user_attention, &from->user_attention, s->n_users);
    m->item_scale = put_floats(to, from->item_scale, s->n_items);
    put_table(to, &m->spectral_in, &from->spectral_in);
    put_table(to, &m->spectral_out, &from->spectral_out);
    m->blend = put(to, from->blend, sizeof *from->blend);
    put_index(to, &m->index, &from->index);
}

static int64_t widest(const regatta_model *m)
{
    return m->shape.dim > m->spectral_rank ? m->shape.dim : m->spectral_rank;
}

static regatta_status copy_arrays(layout *to, regatta_model *m, const regatta_model *from)
{
    regatta_status status = REGATTA_OK;
    put_arrays(to, m, from);
    if (!to->keep) RG_NEW(m->mem, to->chunk, CHUNK * widest(from));
    RG_NEW(m->mem, to->base, to->n);
    m->block[m->n_blocks++] = to->base;
    to->n = 0;
    put_arrays(to, m, from);
done:
    rg_free(m->mem, to->chunk);
    return status;
}

/* What is finite in the type: a float near the largest may round to infinity. */
static int holds(const rg_rows *rows)
{
    const uint16_t *half = rows->data;
    for (int64_t k = 0; rows->type == RG_BF16 && k < rows->n * rows->dim; k++)
        if (!isfinite(rg_from_bf16(half[k]))) return 0;
    return 1;
}

static regatta_status check_tables(regatta_ctx *ctx, const regatta_model *m)
{
    enum { N_TABLES = 6 };
    const rg_rows *all[N_TABLES] = {&m->user_vectors, &m->item_vectors, &m->item_state,
                                    &m->user_x0,      &m->spectral_in,  &m->spectral_out};
    for (int k = 0; k < N_TABLES; k++)
        if (all[k]->data != NULL && !holds(all[k]))
            return rg_fail(ctx, REGATTA_ENUMERIC,
                           "a number of the model is beyond what bf16 holds");
    return REGATTA_OK;
}

static regatta_status copy_params(regatta_ctx *ctx, regatta_model *m,
                                  const rg_params *from)
{
    if (from == NULL) return REGATTA_OK;
    const regatta_status status = rg_params_create(ctx, &m->params, &from->shape);
    if (status != REGATTA_OK) return status;
    memcpy(m->params->arena, from->arena, (size_t)from->n_floats * sizeof *from->arena);
    return REGATTA_OK;
}

static void copy_numbers(regatta_model *m, const regatta_model *from)
{
    m->shape = from->shape;
    m->scale = from->scale;
    m->n_edges = from->n_edges;
    m->has_items = from->has_items;
    m->has_users = from->has_users;
    m->n_item_weights = from->n_item_weights;
    m->n_user_weights = from->n_user_weights;
    m->spectral_rank = from->spectral_rank;
    m->compact = from->compact;
    m->index_build = from->index_build;
    m->index_recall = from->index_recall;
    m->info = from->info;
}

static regatta_status copy(regatta_ctx *ctx, regatta_model **out,
                           const regatta_model *model, layout to)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    regatta_model *m = NULL;
    RG_NEW(ctx->mem, m, 1);
    m->mem = ctx->mem;
    copy_numbers(m, model);
    if (!to.keep) m->compact = to.type != RG_F32;
    RG_TRY(copy_arrays(&to, m, model));
    RG_TRY(check_tables(ctx, m));
    RG_TRY(copy_params(ctx, m, model->params));
    if (model->users != NULL) RG_TRY(rg_idmap_copy(ctx, &m->users, model->users));
    if (model->items != NULL) RG_TRY(rg_idmap_copy(ctx, &m->items, model->items));
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
    return copy(ctx, out, model, (layout){.keep = 1});
}

regatta_status rg_model_convert(regatta_ctx *ctx, regatta_model **out,
                                const regatta_model *model, rg_element type)
{
    return copy(ctx, out, model, (layout){.type = type, .threads = ctx->threads});
}
