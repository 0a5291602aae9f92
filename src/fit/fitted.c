#include "fit/fitted.h"
#include "ridge/item_graph.h"

enum { ITEM_GRAPH_DEGREE = 24, SPECTRAL_RANK = 128 };

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
    rg_item_attention_free(fitted->items);
    rg_item_attention_free(fitted->users);
    rg_csr_free(fitted->reweighted);
    rg_csr_free(fitted->item_graph);
    rg_spectral_filter_free(fitted->spectral);
    rg_vectors_free(fitted->vectors);
    rg_free(ctx->mem, fitted->weight);
    rg_free(ctx->mem, fitted->start);
    *fitted = (rg_fitted){0};
}

static void drop_items(rg_fitted *fitted)
{
    rg_item_attention_free(fitted->items);
    fitted->items = NULL;
    fitted->exact = 0;
    rg_csr_free(fitted->reweighted);
    fitted->reweighted = NULL;
}

regatta_status rg_fitted_exact(regatta_ctx *ctx, rg_fitted *fitted,
                               const rg_fit_choice *choice)
{
    const rg_item_attention_options *o = &choice->items;
    rg_exact_ridge_options exact = rg_exact_ridge_defaults();
    exact.user_power = o->user_power;
    exact.lambda = o->lambda;
    exact.theta = o->theta;
    exact.candidate_power = o->candidate_power;
    exact.cap = o->cap;
    exact.seed = o->seed;
    drop_items(fitted);
    const regatta_status status =
        rg_exact_ridge_build(ctx, &fitted->items, &fitted->plan, &fitted->rows, &exact);
    fitted->exact = fitted->items != NULL;
    return status;
}

regatta_status rg_fitted_items(regatta_ctx *ctx, rg_fitted *fitted,
                               const rg_fit_choice *choice)
{
    regatta_status status = REGATTA_OK;
    drop_items(fitted);
    if (choice->exact) RG_TRY(rg_fitted_exact(ctx, fitted, choice));
    if (fitted->items == NULL)
        RG_TRY(
            rg_item_attention_build(ctx, &fitted->items, &fitted->rows, &choice->items));
done:
    return status;
}

regatta_status rg_fitted_item_graph(regatta_ctx *ctx, rg_fitted *fitted)
{
    rg_csr_free(fitted->item_graph);
    fitted->item_graph = NULL;
    return rg_item_graph_build(ctx, &fitted->item_graph, fitted->items->by_target,
                               ITEM_GRAPH_DEGREE);
}

regatta_status rg_fitted_users(regatta_ctx *ctx, rg_fitted *fitted,
                               const rg_fit_choice *choice)
{
    regatta_status status = REGATTA_OK;
    rg_csr *by_item = NULL;
    rg_item_attention_free(fitted->users);
    fitted->users = NULL;
    RG_TRY(rg_csr_transpose(ctx, &by_item, NULL, &fitted->rows));
    RG_TRY(rg_item_attention_build(ctx, &fitted->users, by_item, &choice->users));
done:
    rg_csr_free(by_item);
    return status;
}

regatta_status rg_fitted_spectral(regatta_ctx *ctx, rg_fitted *fitted, uint64_t seed)
{
    rg_spectral_filter_free(fitted->spectral);
    fitted->spectral = NULL;
    return rg_spectral_filter_build(ctx, &fitted->spectral, &fitted->rows, SPECTRAL_RANK,
                                    seed);
}

regatta_status rg_fitted_reweight(regatta_ctx *ctx, rg_fitted *fitted,
                                  const rg_reweighting *how)
{
    regatta_status status = REGATTA_OK;
    rg_csr *by_target = NULL;
    const rg_vectors *v = fitted->vectors;
    rg_csr_free(fitted->reweighted);
    fitted->reweighted = NULL;
    if (how->kind == RG_REWEIGHT_NONE || v == NULL) return REGATTA_OK;
    const rg_shape *s = &v->shape;
    const int last = s->layers - 1;
    if (how->kind == RG_REWEIGHT_COSINE)
        RG_TRY(rg_reweight_build(ctx, &by_target, fitted->items->by_target,
                                 v->y + s->n_users * s->dim, s->dim, &how->strength));
    else
        RG_TRY(rg_reweight_layer(ctx, &by_target, fitted->items->by_target,
                                 v->item_state + last * s->n_items * s->dim, v->params,
                                 last));
    RG_TRY(rg_csr_transpose(ctx, &fitted->reweighted, NULL, by_target));
done:
    rg_csr_free(by_target);
    return status;
}

regatta_status rg_fitted_blend(regatta_ctx *ctx, rg_blend **out)
{
    return rg_blend_create(ctx->mem, out, RG_N_CHANNELS, rg_channel_evidence());
}

void rg_fitted_start(rg_blend *blend, const int *on)
{
    float start[RG_MAX_CHANNELS];
    rg_channel_start(start);
    rg_blend_start(blend, on, start);
}
