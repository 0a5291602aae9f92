#include "channel/fit/vectors/vectors_part.h"
#include "channel/fit/items_fit.h"
#include "channel/fit/recency_choice.h"
#include "channel/fit/vectors/vectors_groups.h"
#include "model/model.h"
#include "ridge/item_graph.h"

enum { ITEM_GRAPH_DEGREE = 12 };

regatta_status rg_vectors_begin(regatta_ctx *ctx, rg_fitted *fitted)
{
    regatta_status status = REGATTA_OK;
    rg_vectors_part *part = rg_vectors_part_of(fitted);
    if (part == NULL) {
        RG_NEW(ctx->mem, part, 1);
        rg_recency_flat(part->recency);
    }
    fitted->part[rg_channel_of(&rg_vectors_fit)] = part;
done:
    return status;
}

regatta_status rg_vectors_link_items(regatta_ctx *ctx, rg_fitted *fitted)
{
    rg_vectors_part *part = rg_vectors_part_of(fitted);
    rg_csr_free(part->item_graph);
    part->item_graph = NULL;
    return rg_item_graph_build(ctx, &part->item_graph,
                               rg_items_fitted(fitted)->attention->by_target,
                               ITEM_GRAPH_DEGREE);
}

void rg_vectors_ungroup(regatta_ctx *ctx, rg_vectors_part *part)
{
    rg_free(ctx->mem, part->group);
    part->group = NULL;
    part->n_groups = 0;
}

/* The groups that the items have in a model; others are in group 0. */
static regatta_status groups_of(regatta_ctx *ctx, rg_vectors_part *part,
                                const rg_idmap *items, const regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const rg_node_vectors *v = model->vectors;
    RG_NEW(ctx->mem, part->group, items->n);
    part->n_groups = v->shape.n_groups;
    for (int64_t i = 0; i < items->n; i++) {
        const uint32_t at = rg_idmap_find_name(model->items, items, (uint32_t)i);
        part->group[i] = at != REGATTA_NONE ? v->group[at] : 0;
    }
done:
    return status;
}

regatta_status rg_vectors_group_items(rg_fit_env *env, rg_fitted *fitted,
                                      regatta_hierarchy hierarchy,
                                      const regatta_model *from)
{
    rg_vectors_part *part = rg_vectors_part_of(fitted);
    const int given = hierarchy == REGATTA_HIERARCHY_GROUPS;
    rg_vectors_ungroup(env->ctx, part);
    if (hierarchy == REGATTA_HIERARCHY_NONE) return REGATTA_OK;
    if (given && from != NULL)
        return groups_of(env->ctx, part, fitted->graph->items, from);
    return rg_vectors_groups(env->ctx, &part->group, &part->n_groups, fitted->graph,
                             given ? env->options->item_groups : NULL);
}

void rg_vectors_part_release(regatta_ctx *ctx, void *state)
{
    rg_vectors_part *part = state;
    rg_vectors *v = part->vectors;
    rg_free(ctx->mem, part->start);
    part->start = NULL;
    if (v == NULL) return;
    rg_free(v->mem, v->y);
    rg_free(v->mem, v->item_state);
    v->y = v->item_state = NULL;
}

void rg_vectors_part_free(regatta_ctx *ctx, void *state)
{
    rg_vectors_part *part = state;
    rg_vectors_free(part->vectors);
    rg_csr_free(part->item_graph);
    rg_free(ctx->mem, part->group);
    rg_node_features_clear(&part->features);
    rg_csr_free(part->user_features);
    rg_known_rows_clear(ctx->mem, &part->known);
    rg_free(ctx->mem, part->start);
    rg_free(ctx->mem, part);
}
