/* All arrays of a copy lie in one block. The function that lays them out runs twice, the
 * first time to count. */
#include "rank/model_copy.h"
#include <string.h>

enum { BOUNDARY = 64 }; /* arrays begin at multiples of it, as in a file */

typedef struct layout {
    char *base; /* NULL while counting */
    int64_t n;  /* bytes so far */
} layout;

/* `bytes` bytes of the block, filled from `from`; NULL while counting, or for NULL. */
static const void *put(layout *to, const void *from, int64_t bytes)
{
    if (from == NULL) return NULL;
    char *at = to->base != NULL ? to->base + to->n : NULL;
    to->n += (bytes + BOUNDARY - 1) / BOUNDARY * BOUNDARY;
    if (at != NULL && bytes > 0) memcpy(at, from, (size_t)bytes);
    return at;
}

static const float *put_floats(layout *to, const float *from, int64_t n)
{
    return put(to, from, n * (int64_t)sizeof *from);
}

static void put_rows(layout *to, rg_weights *out, const rg_weights *from, int64_t n_rows)
{
    const int64_t n = from->offset != NULL ? from->offset[n_rows] : 0;
    out->offset = put(to, from->offset, (n_rows + 1) * (int64_t)sizeof *from->offset);
    out->target = put(to, from->target, n * (int64_t)sizeof *from->target);
    out->value = put(to, from->value, n * (int64_t)sizeof *from->value);
}

static void put_arrays(layout *to, regatta_model *m, const regatta_model *from)
{
    const rg_shape *s = &from->shape;
    const int64_t users = s->n_users * s->dim, items = s->n_items * s->dim;
    const int64_t rank = s->n_items * from->spectral_rank;
    m->history_offset = put(to, from->history_offset,
                            (s->n_users + 1) * (int64_t)sizeof *from->history_offset);
    m->history_item =
        put(to, from->history_item, from->n_edges * (int64_t)sizeof *from->history_item);
    m->history_weight = put_floats(to, from->history_weight, from->n_edges);
    m->user_vectors = put_floats(to, from->user_vectors, users);
    m->item_vectors = put_floats(to, from->item_vectors, items);
    m->bias = put_floats(to, from->bias, s->n_items);
    m->item_state = put_floats(to, from->item_state, s->layers * items);
    m->item_degree = put_floats(to, from->item_degree, s->n_items);
    m->user_x0 = put_floats(to, from->user_x0, users);
    put_rows(to, &m->item_attention, &from->item_attention, s->n_items);
    put_rows(to, &m->user_attention, &from->user_attention, s->n_users);
    m->item_scale = put_floats(to, from->item_scale, s->n_items);
    m->spectral_in = put_floats(to, from->spectral_in, rank);
    m->spectral_out = put_floats(to, from->spectral_out, rank);
    m->blend = put(to, from->blend, sizeof *from->blend);
}

static regatta_status copy_arrays(regatta_model *m, const regatta_model *from)
{
    layout to = {.base = NULL};
    put_arrays(&to, m, from);
    to.base = rg_alloc(m->mem, to.n, 1);
    if (to.base == NULL) return REGATTA_ENOMEM;
    m->block[m->n_blocks++] = to.base;
    to.n = 0;
    put_arrays(&to, m, from);
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
    m->info = from->info;
}

regatta_status rg_model_copy(regatta_ctx *ctx, regatta_model **out,
                             const regatta_model *model)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    regatta_model *m = NULL;
    RG_NEW(ctx->mem, m, 1);
    m->mem = ctx->mem;
    copy_numbers(m, model);
    RG_TRY(copy_arrays(m, model));
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
