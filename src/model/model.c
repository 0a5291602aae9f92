/* The parts of a model, its derived tables, and its release. */
#include "model/model.h"
#include "base/bf16.h"
#include "model/candidates_tables.h"
#include <math.h>
#include <string.h>

/* Blocks form a list of any length. */
typedef struct rg_model_block {
    struct rg_model_block *next;
    void *bytes;
} rg_model_block;

/* Adds a block to the list. */
static void *add_block(regatta_model *model, void *bytes)
{
    rg_model_block *block = rg_alloc(model->mem, 1, sizeof *block);
    if (block == NULL) return NULL;
    block->bytes = bytes;
    block->next = model->blocks;
    model->blocks = block;
    return bytes;
}

void *rg_model_own(regatta_model *model, int64_t n, size_t size)
{
    void *bytes = rg_alloc(model->mem, n, size);
    if (bytes == NULL || add_block(model, bytes) != NULL) return bytes;
    rg_free(model->mem, bytes);
    return NULL;
}

void *rg_model_take(regatta_model *model, float **block)
{
    void *taken = add_block(model, *block);
    if (taken != NULL) *block = NULL;
    return taken;
}

void *rg_model_copied(regatta_model *model, const void *from, int64_t n, size_t size)
{
    void *to = rg_model_own(model, n, size);
    if (to != NULL && n > 0) memcpy(to, from, (size_t)n * size);
    return to;
}

regatta_status rg_model_add_channel(regatta_model *model, int a)
{
    rg_channel *c = &model->channel[a];
    void *state = rg_alloc(model->mem, 1, rg_channels[a]->state_size);
    if (state == NULL) return REGATTA_ENOMEM;
    *c = (rg_channel){.ops = rg_channels[a], .state = state};
    if (c->ops->attach != NULL) c->ops->attach(model, state);
    return REGATTA_OK;
}

void rg_model_share_channel(regatta_model *model, const regatta_model *owner, int a)
{
    rg_channel *c = &model->channel[a];
    *c = owner->channel[a];
    c->borrowed = 1;
    if (c->ops->attach != NULL) c->ops->attach(model, c->state);
}

void *rg_model_channel(const regatta_model *model, int a)
{
    return model->channel[a].state;
}

static float value_of(const rg_csr *rows, int64_t e)
{
    return rows->value != NULL ? rows->value[e] : 1.0f;
}

void *rg_model_state(const regatta_model *model, const rg_channel_ops *ops)
{
    for (int a = 0; a < rg_n_channels; a++)
        if (model->channel[a].ops == ops) return model->channel[a].state;
    return NULL;
}

regatta_status rg_model_set_weights(regatta_model *model, rg_weights *out,
                                    const rg_csr *rows, const rg_csr *solved)
{
    const rg_csr *first = solved != NULL ? solved : rows;
    int64_t n = 0;
    for (int64_t e = 0; e < rows->n_edges; e++) n += value_of(first, e) != 0.0f;
    int64_t *offset = rg_model_own(model, rows->n_rows + 1, sizeof *offset);
    uint32_t *target = rg_model_own(model, n, sizeof *target);
    uint16_t *value = rg_model_own(model, n, sizeof *value);
    uint16_t *before = rg_model_own(model, solved != NULL ? n : 0, sizeof *before);
    if (offset == NULL || target == NULL || value == NULL || before == NULL)
        return REGATTA_ENOMEM;
    int64_t at = 0;
    for (int64_t r = 0; r < rows->n_rows; r++) {
        for (int64_t e = rows->offset[r]; e < rows->offset[r + 1]; e++) {
            if (value_of(first, e) == 0.0f) continue;
            target[at] = rows->target[e];
            if (solved != NULL) before[at] = rg_to_bf16(value_of(solved, e));
            value[at++] = rg_to_bf16(value_of(rows, e));
        }
        offset[r + 1] = at;
    }
    *out = (rg_weights){.offset = offset,
                        .target = target,
                        .value = value,
                        .solved = solved != NULL ? before : NULL};
    return REGATTA_OK;
}

regatta_status rg_model_set_blend(regatta_model *model, const rg_blend *blend)
{
    int has[RG_MAX_CHANNELS];
    for (int a = 0; a < rg_n_channels; a++) has[a] = model->channel[a].ops != NULL;
    return rg_blend_pack(model->mem, &model->blend, blend, has);
}

static void write_names(regatta_model *model)
{
    char *at = model->channel_names;
    for (int a = 0; a < rg_n_channels; a++) {
        if (model->channel[a].ops == NULL) continue;
        const size_t n = strlen(rg_channels[a]->name);
        memcpy(at, rg_channels[a]->name, n);
        at += n;
        *at++ = '\n';
    }
    *at = '\0';
}

/* Fills item_count, own_count and log_degree: the users of the target domain come first.
 */
static regatta_status count_users(regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_own_edges = model->history_offset[model->own.users];
    RG_NEW(model->mem, model->item_count, model->n_items);
    RG_NEW(model->mem, model->log_degree, model->n_items);
    for (int64_t e = 0; e < n_own_edges; e++) model->item_count[model->history_item[e]]++;
    for (int64_t j = 0; j < model->n_items; j++)
        model->log_degree[j] = model->item_count[j] == 0 && model->expected_degree != NULL
                                   ? model->expected_degree[j]
                                   : logf(1.0f + (float)model->item_count[j]);
    if (n_own_edges < model->n_edges) {
        RG_NEW(model->mem, model->own_count, model->n_items);
        memcpy(model->own_count, model->item_count,
               (size_t)model->n_items * sizeof *model->own_count);
    } else {
        model->own_count = model->item_count;
    }
    for (int64_t e = n_own_edges; e < model->n_edges; e++)
        model->item_count[model->history_item[e]]++;
done:
    return status; /* regatta_model_free frees the arrays */
}

/* Lists the new items. */
static regatta_status list_fresh(regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const float *expected = model->expected_degree;
    if (expected == NULL) return REGATTA_OK;
    for (int64_t j = 0; j < model->n_items; j++)
        model->n_fresh += expected[j] > 0.0f && model->item_count[j] == 0;
    RG_NEW(model->mem, model->fresh, model->n_fresh);
    for (int64_t j = 0, k = 0; j < model->n_items; j++)
        if (expected[j] > 0.0f && model->item_count[j] == 0)
            model->fresh[k++] = (uint32_t)j;
done:
    return status; /* regatta_model_free frees the array */
}

regatta_status rg_model_finish(regatta_ctx *ctx, regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    write_names(model);
    if (model->own.users == 0) model->own.users = (uint32_t)model->n_users;
    if (model->own.items == 0) model->own.items = (uint32_t)model->n_items;
    for (int a = 0; a < rg_n_channels; a++) {
        const rg_channel *c = &model->channel[a];
        if (c->ops != NULL && c->ops->finish != NULL && !c->borrowed)
            RG_TRY(c->ops->finish(ctx, model, c->state));
    }
    RG_TRY(rg_candidates_tables_create(model->mem, &model->candidates));
    RG_TRY(count_users(model));
    RG_TRY(list_fresh(model));
done:
    return status; /* regatta_model_free frees the channels added so far */
}

double rg_model_largest_weight(const regatta_model *model)
{
    float largest = 1.0f;
    for (int64_t e = 0; model->history_weight != NULL && e < model->n_edges; e++)
        largest = fmaxf(largest, model->history_weight[e]);
    return (double)largest;
}

int rg_model_has_side(const regatta_model *model, regatta_side side)
{
    for (int a = 0; a < rg_n_channels; a++) {
        const rg_channel_ops *ops = model->channel[a].ops;
        if (ops != NULL && ops->has_side && ops->side == side) return 1;
    }
    return 0;
}

int rg_model_is_mixed(const regatta_model *model)
{
    return model->own.users < model->n_users || model->own.items < model->n_items;
}

int64_t rg_model_dim(const regatta_model *model)
{
    return model->vectors != NULL ? model->vectors->shape.dim : 0;
}

void rg_model_channels(int *on, const regatta_model *model)
{
    const rg_blend *b = model->blend;
    for (int a = 0; a < rg_n_channels; a++)
        on[a] = b == NULL && model->channel[a].ops != NULL;
    for (int a = 0; b != NULL && a < b->n; a++)
        on[b->number[a]] =
            b->on[a] != 0.0f || (b->fresh[a] != 0.0f && model->n_fresh > 0);
}

int rg_model_ordered(const regatta_model *model, const int *on)
{
    for (int a = 0; a < rg_n_channels; a++) {
        const rg_channel *c = &model->channel[a];
        if (on[a] && c->ops != NULL && c->ops->ordered != NULL &&
            c->ops->ordered(c->state))
            return 1;
    }
    return 0;
}

int rg_model_gated(const regatta_model *model)
{
    return model->blend != NULL && *model->blend->gated != 0.0f;
}

const float *rg_model_row(float *scratch, const rg_rows *rows, int64_t r)
{
    if (rows->type == RG_F32) return (const float *)rows->data + r * rows->dim;
    rg_rows_decode(scratch, rows, r, r + 1);
    return scratch;
}

rg_element rg_model_element(const regatta_model *model)
{
    for (int a = 0; a < rg_n_channels; a++) {
        const rg_channel *c = &model->channel[a];
        rg_element type;
        if (c->ops != NULL && c->ops->element != NULL && c->ops->element(c->state, &type))
            return type;
    }
    return model->compact ? RG_BF16 : RG_F32;
}

void regatta_model_free(regatta_model *model)
{
    if (model == NULL) return;
    const rg_mem mem = model->mem;
    for (int a = 0; a < rg_n_channels; a++) {
        const rg_channel *c = &model->channel[a];
        if (c->ops == NULL || c->borrowed) continue;
        if (c->ops->release != NULL) c->ops->release(mem, c->state);
        rg_free(mem, c->state);
    }
    if (model->users != NULL) rg_idmap_free(model->users);
    if (model->items != NULL) rg_idmap_free(model->items);
    rg_free(mem, model->json);
    rg_blend_free(model->blend);
    rg_index_free(model->built);
    rg_candidates_tables_free(model->candidates);
    rg_sequences_free(model->sequences);
    if (model->own_count != model->item_count) rg_free(mem, model->own_count);
    rg_free(mem, model->item_count);
    rg_free(mem, model->log_degree);
    rg_free(mem, model->fresh);
    while (model->blocks != NULL) {
        rg_model_block *next = model->blocks->next;
        rg_free(mem, model->blocks->bytes);
        rg_free(mem, model->blocks);
        model->blocks = next;
    }
    for (int k = 0; k < model->n_shards; k++) rg_map_close(&model->shard_map[k]);
    rg_free(mem, model->shard_map);
    rg_map_close(&model->map);
    rg_free(mem, model);
}
