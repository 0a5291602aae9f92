#include "fit/update/update_communities.h"
#include "channel/fit/vectors/vectors_groups.h"
#include "fit/update/update_graph.h"

regatta_status rg_communities_find(regatta_ctx *ctx, regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const rg_update_rows none = {.news = NULL};
    regatta_graph *graph = NULL;
    uint32_t *group = NULL;
    int64_t n = 0;
    RG_TRY(rg_update_graph(ctx, &graph, model, rg_update_all(model), &none,
                           REGATTA_DEDUP_SUM));
    RG_TRY(rg_vectors_groups(ctx, &group, &n, graph, NULL));
    uint32_t *own = rg_model_copied(model, group, model->n_items, sizeof *group);
    if (own == NULL) status = REGATTA_ENOMEM;
    if (own == NULL) goto done;
    model->community = own;
    model->n_communities = n;
done:
    rg_free(ctx->mem, group);
    regatta_graph_free(graph);
    return status;
}
