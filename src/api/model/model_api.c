/* regatta/model.h: info, names, vectors and JSON of a model. */
#include "api/options.h"
#include "model/model.h"
#include "rank/tile.h"
#include <regatta/model.h>
#include <string.h>

/* regatta_channel_state of each channel. */
static void fill_channels(uint32_t *state, const regatta_model *model)
{
    int on[RG_MAX_CHANNELS];
    rg_model_channels(on, model);
    for (int a = 0; a < rg_n_channels; a++)
        state[a] = on[a]                           ? REGATTA_CHANNEL_SCORES
                   : model->channel[a].ops != NULL ? REGATTA_CHANNEL_HELD
                                                   : REGATTA_CHANNEL_ABSENT;
}

static void fill_sequences(regatta_model_info *info, const regatta_model *model)
{
    const rg_sequences *s = model->sequences;
    info->n_interactions = s != NULL ? s->n : model->n_edges;
    if (s == NULL) return;
    info->has_order = s->order != NULL;
    info->has_time = s->time != NULL;
    info->time_first = info->has_time ? s->clock[RG_CLOCK_FIRST] : 0;
    info->time_last = info->has_time ? s->last : 0;
}

static regatta_status get_info(regatta_ctx *ctx, regatta_model_info *out,
                               const regatta_model *model)
{
    static const uint32_t type_of[] = {[RG_F32] = REGATTA_TYPE_F32,
                                       [RG_BF16] = REGATTA_TYPE_BF16,
                                       [RG_I8] = REGATTA_TYPE_I8};
    const regatta_status status = rg_struct_check(ctx, out, "model info");
    if (status != REGATTA_OK) return status;
    if (model == NULL) return rg_missing(ctx, "model");
    regatta_model_info info = model->info;
    info.struct_size = sizeof info;
    info.n_users = (uint32_t)model->n_users;
    info.n_items = (uint32_t)model->n_items;
    info.n_own_users = model->own.users;
    info.n_own_items = model->own.items;
    info.dim = (uint32_t)rg_model_dim(model);
    info.n_edges = model->n_edges;
    if (model->index.code != NULL) {
        info.index_degree = (uint32_t)model->index.degree;
        info.index_build = (uint32_t)model->index_build;
        info.index_bytes = rg_index_bytes(&model->index);
        info.index_recall = model->index_recall;
    }
    info.n_communities = (uint32_t)model->n_communities;
    if (model->disliked_offset != NULL)
        info.n_dislikes = model->disliked_offset[model->n_users];
    info.n_shown = model->n_shown;
    info.exposure = model->shown_strength != NULL ? (double)*model->shown_strength : 0.0;
    info.type = type_of[rg_model_element(model)];
    if (rg_model_dim(model) > 0) {
        info.vector_scale = (double)model->vectors->scale;
        info.item_bias = model->vectors->bias;
    }
    fill_channels(info.channel, model);
    fill_sequences(&info, model);
    rg_struct_write(out, &info, sizeof info);
    return REGATTA_OK;
}

regatta_status regatta_model_get_info(regatta_ctx *ctx, regatta_model_info *out,
                                      const regatta_model *model)
{
    if (ctx != NULL) rg_begin(ctx);
    return get_info(ctx, out, model);
}

const char *regatta_model_json(const regatta_model *model)
{
    return model != NULL && model->json != NULL ? model->json : "{}";
}

const float *regatta_model_vectors(const regatta_model *model, regatta_side side)
{
    if (model == NULL || rg_model_dim(model) == 0) return NULL;
    if (side != REGATTA_USERS && side != REGATTA_ITEMS) return NULL;
    const rg_rows *rows = side == REGATTA_USERS ? &model->vectors->user_vectors
                                                : &model->vectors->item_vectors;
    return rows->type == RG_F32 ? rows->data : NULL;
}

static const rg_idmap *names_of(const regatta_model *model, regatta_side side)
{
    if (model == NULL) return NULL;
    if (side == REGATTA_USERS) return model->users;
    return side == REGATTA_ITEMS ? model->items : NULL;
}

const char *regatta_model_name(const regatta_model *model, regatta_side side,
                               uint32_t index)
{
    const rg_idmap *ids = names_of(model, side);
    return ids != NULL && index < ids->n ? rg_idmap_name(ids, index) : NULL;
}

uint32_t regatta_model_find(const regatta_model *model, regatta_side side,
                            const char *name)
{
    const rg_idmap *ids = names_of(model, side);
    if (ids == NULL || name == NULL) return REGATTA_NONE;
    return rg_idmap_find(ids, name, (int64_t)strlen(name));
}
