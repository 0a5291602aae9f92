#include "channel/fit/vectors/vectors_groups.h"
#include "graph/igraph_door.h"
#include <string.h>

/* Replaces labels below n_labels by numbers in the order of their first items. Items with
 * the label REGATTA_NONE are one group. */
static regatta_status number(regatta_ctx *ctx, uint32_t *label, int64_t n,
                             int64_t n_labels, int64_t *n_groups)
{
    regatta_status status = REGATTA_OK;
    uint32_t *place = NULL;
    RG_NEW(ctx->mem, place, n_labels + 1);
    memset(place, 0xff, (size_t)(n_labels + 1) * sizeof *place);
    *n_groups = 0;
    for (int64_t i = 0; i < n; i++) {
        uint32_t *at = &place[label[i] == REGATTA_NONE ? n_labels : (int64_t)label[i]];
        if (*at == REGATTA_NONE) *at = (uint32_t)(*n_groups)++;
        label[i] = *at;
    }
done:
    rg_free(ctx->mem, place);
    return status;
}

static regatta_status communities(regatta_ctx *ctx, uint32_t *label,
                                  const regatta_graph *graph)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_users = graph->by_user->n_rows, n_items = graph->by_user->n_cols;
    rg_structure structure;
    uint32_t *community = NULL;
    RG_NEW(ctx->mem, community, n_users + n_items);
    RG_TRY(rg_igraph_structure(ctx, &structure, community, graph));
    for (int64_t i = 0; i < n_items; i++)
        label[i] =
            rg_csr_degree(graph->by_item, i) > 0 ? community[n_users + i] : REGATTA_NONE;
done:
    rg_free(ctx->mem, community);
    return status;
}

static float weight_of(const rg_csr *rows, int64_t e)
{
    return rows->value != NULL ? rows->value[e] : 1.0f;
}

/* Returns the feature of `node` with the largest weight, as a number among those of all
 * modalities; REGATTA_NONE without one. */
static uint32_t strongest(const rg_features *features, uint32_t node)
{
    int64_t before = 0;
    for (int m = 0; m < features->n_modalities; m++) {
        const rg_modality *k = &features->modality[m];
        int64_t best = -1;
        if (k->rows == NULL) continue;
        for (int64_t e = (int64_t)node < k->n_rows ? k->rows->offset[node] : 0;
             (int64_t)node < k->n_rows && e < k->rows->offset[node + 1]; e++)
            if (best < 0 || weight_of(k->rows, e) > weight_of(k->rows, best)) best = e;
        if (best >= 0) return (uint32_t)(before + (int64_t)k->rows->target[best]);
        before += k->n_columns;
    }
    return REGATTA_NONE;
}

static regatta_status given(regatta_ctx *ctx, uint32_t *label, int64_t *n_labels,
                            const regatta_graph *graph, const rg_features *features)
{
    regatta_status status = REGATTA_OK;
    uint32_t *node = NULL;
    *n_labels = 0;
    for (int m = 0; m < features->n_modalities; m++)
        if (features->modality[m].rows != NULL)
            *n_labels += features->modality[m].n_columns;
    if (*n_labels == 0)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "item_groups: the table has vectors only, and no names of groups");
    RG_TRY(rg_features_align(ctx, &node, features, graph->items));
    for (int64_t i = 0; i < graph->by_user->n_cols; i++)
        label[i] = node[i] != REGATTA_NONE ? strongest(features, node[i]) : REGATTA_NONE;
done:
    rg_free(ctx->mem, node);
    return status;
}

regatta_status rg_vectors_groups(regatta_ctx *ctx, uint32_t **group, int64_t *n_groups,
                                 const regatta_graph *graph, const rg_features *features)
{
    *group = NULL;
    regatta_status status = REGATTA_OK;
    const int64_t n_items = graph->by_user->n_cols;
    int64_t n_labels = graph->by_user->n_rows + n_items;
    uint32_t *label = NULL;
    RG_NEW(ctx->mem, label, n_items);
    if (features == NULL)
        RG_TRY(communities(ctx, label, graph));
    else
        RG_TRY(given(ctx, label, &n_labels, graph, features));
    RG_TRY(number(ctx, label, n_items, n_labels, n_groups));
    *group = label;
    label = NULL;
done:
    rg_free(ctx->mem, label);
    return status;
}
