#include "rank/fit_side.h"
#include "gat/item_graph.h"

enum { ITEM_GRAPH_DEGREE = 24, SPECTRAL_RANK = 128 };

regatta_status rg_side_begin(regatta_ctx *ctx, rg_fit_side *side,
                             const regatta_graph *graph, const rg_weighting *weighting)
{
    side->graph = graph;
    const regatta_status status =
        rg_weighting_apply(ctx, &side->weight, graph, weighting);
    side->rows = *graph->by_user;
    side->rows.value = side->weight;
    return status;
}

void rg_side_free(regatta_ctx *ctx, rg_fit_side *side)
{
    rg_item_attention_free(side->items);
    rg_item_attention_free(side->users);
    rg_csr_free(side->attended);
    rg_csr_free(side->item_graph);
    rg_spectral_filter_free(side->spectral);
    rg_vectors_free(side->vectors);
    rg_free(ctx->mem, side->weight);
    rg_free(ctx->mem, side->start);
    *side = (rg_fit_side){0};
}

static void drop_items(rg_fit_side *side)
{
    rg_item_attention_free(side->items);
    side->items = NULL;
    side->exact = 0;
    rg_csr_free(side->attended);
    side->attended = NULL;
}

regatta_status rg_side_exact(regatta_ctx *ctx, rg_fit_side *side,
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
    drop_items(side);
    const regatta_status status =
        rg_exact_ridge_build(ctx, &side->items, &side->plan, &side->rows, &exact);
    side->exact = side->items != NULL;
    return status;
}

regatta_status rg_side_items(regatta_ctx *ctx, rg_fit_side *side,
                             const rg_fit_choice *choice)
{
    regatta_status status = REGATTA_OK;
    drop_items(side);
    if (choice->exact) RG_TRY(rg_side_exact(ctx, side, choice));
    if (side->items == NULL)
        RG_TRY(rg_item_attention_build(ctx, &side->items, &side->rows, &choice->items));
done:
    return status;
}

regatta_status rg_side_item_graph(regatta_ctx *ctx, rg_fit_side *side)
{
    rg_csr_free(side->item_graph);
    side->item_graph = NULL;
    return rg_item_graph_build(ctx, &side->item_graph, side->items->by_target,
                               ITEM_GRAPH_DEGREE);
}

regatta_status rg_side_users(regatta_ctx *ctx, rg_fit_side *side,
                             const rg_fit_choice *choice)
{
    regatta_status status = REGATTA_OK;
    rg_csr *by_item = NULL;
    rg_item_attention_free(side->users);
    side->users = NULL;
    RG_TRY(rg_csr_transpose(ctx, &by_item, NULL, &side->rows));
    RG_TRY(rg_item_attention_build(ctx, &side->users, by_item, &choice->users));
done:
    rg_csr_free(by_item);
    return status;
}

regatta_status rg_side_spectral(regatta_ctx *ctx, rg_fit_side *side, uint64_t seed)
{
    rg_spectral_filter_free(side->spectral);
    side->spectral = NULL;
    return rg_spectral_filter_build(ctx, &side->spectral, &side->rows, SPECTRAL_RANK,
                                    seed);
}

regatta_status rg_side_attend(regatta_ctx *ctx, rg_fit_side *side, const rg_attend *how)
{
    regatta_status status = REGATTA_OK;
    rg_csr *by_target = NULL;
    const rg_vectors *v = side->vectors;
    rg_csr_free(side->attended);
    side->attended = NULL;
    if (how->kind == RG_ATTEND_NONE || v == NULL) return REGATTA_OK;
    const rg_shape *s = &v->shape;
    const int last = s->layers - 1;
    if (how->kind == RG_ATTEND_COSINE)
        RG_TRY(rg_attention_prior_build(ctx, &by_target, side->items->by_target,
                                        v->y + s->n_users * s->dim, s->dim,
                                        &how->strength));
    else
        RG_TRY(rg_attention_prior_layer(ctx, &by_target, side->items->by_target,
                                        v->item_state + last * s->n_items * s->dim,
                                        v->params, last));
    RG_TRY(rg_csr_transpose(ctx, &side->attended, NULL, by_target));
done:
    rg_csr_free(by_target);
    return status;
}
