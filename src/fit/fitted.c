#include "fit/fitted.h"
#include "graph/interactions.h"

regatta_status rg_fitted_begin(regatta_ctx *ctx, rg_fitted *fitted,
                               const regatta_graph *graph, const rg_weighting *weighting)
{
    fitted->graph = graph;
    const regatta_status status =
        rg_weighting_apply(ctx, &fitted->weight, graph, weighting);
    fitted->rows = *graph->by_user;
    fitted->rows.value = fitted->weight;
    return status;
}

void rg_fitted_free(regatta_ctx *ctx, rg_fitted *fitted)
{
    for (int c = 0; c < rg_n_channels; c++) rg_fitted_drop(ctx, fitted, c);
    regatta_model_free(fitted->base);
    rg_free(ctx->mem, fitted->weight);
    *fitted = (rg_fitted){0};
}

/* Creates a model without channels and histories. */
static regatta_status begin_model(regatta_ctx *ctx, regatta_model **out,
                                  const rg_fitted *fitted)
{
    regatta_status status = REGATTA_OK;
    *out = NULL;
    RG_NEW(ctx->mem, *out, 1);
    (*out)->mem = ctx->mem;
    (*out)->n_users = fitted->graph->by_user->n_rows;
    (*out)->n_items = fitted->graph->by_user->n_cols;
    (*out)->own.users = fitted->graph->n_own_users;
    (*out)->own.items = fitted->graph->n_own_items;
    (*out)->n_edges = fitted->graph->by_user->n_edges;
done:
    return status;
}

static regatta_status copy_histories(const rg_fitted *fitted, regatta_model *model)
{
    const rg_csr *rows = fitted->graph->by_user;
    model->history_offset =
        rg_model_copied(model, rows->offset, rows->n_rows + 1, sizeof *rows->offset);
    model->history_item =
        rg_model_copied(model, rows->target, rows->n_edges, sizeof *rows->target);
    if (model->history_offset == NULL || model->history_item == NULL)
        return REGATTA_ENOMEM;
    if (fitted->weight == NULL) return REGATTA_OK;
    model->history_weight =
        rg_model_copied(model, fitted->weight, rows->n_edges, sizeof *fitted->weight);
    return model->history_weight != NULL ? REGATTA_OK : REGATTA_ENOMEM;
}

static regatta_status copy_dislikes(const rg_fitted *fitted, regatta_model *model)
{
    const rg_csr *d = fitted->graph->disliked;
    if (d == NULL) return REGATTA_OK;
    model->disliked_offset =
        rg_model_copied(model, d->offset, d->n_rows + 1, sizeof *d->offset);
    model->disliked_item =
        rg_model_copied(model, d->target, d->n_edges, sizeof *d->target);
    model->dislike_push = rg_model_copied(model, &fitted->push, 1, sizeof fitted->push);
    return model->disliked_offset != NULL && model->disliked_item != NULL &&
                   model->dislike_push != NULL
               ? REGATTA_OK
               : REGATTA_ENOMEM;
}

/* Writes the items that each user was shown, each once, and how often. Returns their
 * number; item and count may be NULL. */
static int64_t count_shown(const rg_csr *shown, int64_t *offset, uint32_t *item,
                           uint8_t *count)
{
    int64_t n = 0;
    for (int64_t u = 0; u < shown->n_rows; u++) {
        const int64_t end = shown->offset[u + 1];
        for (int64_t e = shown->offset[u], next; e < end; e = next, n++) {
            for (next = e + 1; next < end && shown->target[next] == shown->target[e];)
                next++;
            if (item == NULL) continue;
            item[n] = shown->target[e];
            count[n] = (uint8_t)(next - e);
        }
        if (offset != NULL) offset[u + 1] = n;
    }
    return n;
}

/* Gives a model the impressions of the graph, without a strength. */
static regatta_status take_shown(const rg_fitted *fitted, regatta_model *model)
{
    const rg_csr *shown = fitted->graph->shown;
    if (shown == NULL) return REGATTA_OK;
    const int64_t n = count_shown(shown, NULL, NULL, NULL);
    int64_t *offset = rg_model_own(model, shown->n_rows + 1, sizeof *offset);
    uint32_t *item = rg_model_own(model, n, sizeof *item);
    uint8_t *count = rg_model_own(model, n, sizeof *count);
    if (offset == NULL || item == NULL || count == NULL) return REGATTA_ENOMEM;
    count_shown(shown, offset, item, count);
    model->shown_offset = offset;
    model->shown_item = item;
    model->shown_count = count;
    model->n_shown = n;
    return REGATTA_OK;
}

static regatta_status copy_shown(const rg_fitted *fitted, regatta_model *model)
{
    const regatta_status status = take_shown(fitted, model);
    if (status != REGATTA_OK || model->shown_offset == NULL) return status;
    model->shown_strength =
        rg_model_copied(model, &fitted->strength, 1, sizeof fitted->strength);
    return model->shown_strength != NULL ? REGATTA_OK : REGATTA_ENOMEM;
}

static regatta_status add_channel(regatta_ctx *ctx, regatta_model *model,
                                  const rg_fitted *fitted, int channel)
{
    const regatta_status status = rg_model_add_channel(model, channel);
    if (status != REGATTA_OK) return status;
    return rg_channels[channel]->fit->serve(ctx, model, rg_model_channel(model, channel),
                                            fitted);
}

regatta_status rg_fitted_renew(regatta_ctx *ctx, regatta_model **out,
                               const rg_fitted *fitted, const int *on,
                               const regatta_model *kept, const rg_blend *blend)
{
    regatta_status status = REGATTA_OK;
    regatta_model *model = NULL;
    *out = NULL;
    RG_TRY(begin_model(ctx, &model, fitted));
    RG_TRY(copy_histories(fitted, model));
    RG_TRY(copy_dislikes(fitted, model));
    RG_TRY(copy_shown(fitted, model));
    RG_TRY(rg_interactions_pack(ctx, &model->sequences,
                                fitted->data != NULL ? fitted->data : fitted->graph,
                                fitted->weight));
    for (int c = 0; c < rg_n_channels; c++) {
        if (!on[c]) continue;
        if (fitted->part[c] != NULL)
            RG_TRY(add_channel(ctx, model, fitted, c));
        else if (kept != NULL && rg_model_channel(kept, c) != NULL)
            rg_model_share_channel(model, kept, c);
    }
    if (blend != NULL) RG_TRY(rg_model_set_blend(model, blend));
    RG_TRY(rg_model_finish(ctx, model));
    *out = model;
    model = NULL;
done:
    regatta_model_free(model);
    return status;
}

regatta_status rg_fitted_model(regatta_ctx *ctx, regatta_model **out,
                               const rg_fitted *fitted, const int *on,
                               const rg_blend *blend)
{
    return rg_fitted_renew(ctx, out, fitted, on, NULL, blend);
}

/* Creates the base of views: a model with the histories of the graph and the tables
 * derived from them. */
static regatta_status make_base(regatta_ctx *ctx, rg_fitted *fitted)
{
    regatta_status status = REGATTA_OK;
    regatta_model *base = NULL;
    if (fitted->base != NULL) return REGATTA_OK;
    RG_TRY(begin_model(ctx, &base, fitted));
    base->history_offset = fitted->rows.offset;
    base->history_item = fitted->rows.target;
    base->history_weight = fitted->weight;
    if (fitted->graph->disliked != NULL) {
        base->disliked_offset = fitted->graph->disliked->offset;
        base->disliked_item = fitted->graph->disliked->target;
    }
    RG_TRY(take_shown(fitted, base));
    RG_TRY(rg_interactions_pack(ctx, &base->sequences, fitted->graph, fitted->weight));
    RG_TRY(rg_model_finish(ctx, base));
    fitted->base = base;
    base = NULL;
done:
    regatta_model_free(base);
    return status;
}

/* Creates the serving form of the channel's part. */
static regatta_status make_served(regatta_ctx *ctx, rg_fitted *fitted, int channel)
{
    regatta_status status = REGATTA_OK;
    const rg_channel_ops *ops = rg_channels[channel];
    regatta_model *served = NULL;
    if (fitted->served[channel] != NULL) return REGATTA_OK;
    RG_TRY(begin_model(ctx, &served, fitted));
    RG_TRY(add_channel(ctx, served, fitted, channel));
    if (ops->finish != NULL)
        RG_TRY(ops->finish(ctx, served, rg_model_channel(served, channel)));
    fitted->served[channel] = served;
    served = NULL;
done:
    regatta_model_free(served);
    return status;
}

regatta_status rg_fitted_view(regatta_ctx *ctx, regatta_model *out, rg_fitted *fitted,
                              const int *on, rg_blend *blend)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(make_base(ctx, fitted));
    *out = *fitted->base;
    if (fitted->graph->disliked != NULL) out->dislike_push = &fitted->push;
    if (fitted->graph->shown != NULL) out->shown_strength = &fitted->strength;
    for (int c = 0; c < rg_n_channels; c++) {
        if (!on[c] || fitted->part[c] == NULL) continue;
        RG_TRY(make_served(ctx, fitted, c));
        rg_model_share_channel(out, fitted->served[c], c);
    }
    out->blend = blend;
done:
    return status;
}
