#include "report/measure/report_world.h"
#include "fit/update/update_graph.h"
#include "graph/idmap.h"
#include "graph/summary.h"
#include <stdlib.h>
#include <string.h>

typedef struct counted {
    int64_t n;
    uint32_t community;
} counted;

static int by_count(const void *left, const void *right)
{
    const counted *a = left, *b = right;
    if (a->n != b->n) return a->n > b->n ? -1 : 1;
    return a->community < b->community ? -1 : a->community > b->community;
}

/* Numbers the communities by their nodes. */
static regatta_status renumber(rg_report_world *w, int64_t n_nodes)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = w->ctx;
    const int64_t n = w->summary.n_communities;
    counted *all = NULL;
    uint32_t *number = NULL;
    RG_NEW(ctx->mem, all, n);
    RG_NEW(ctx->mem, number, n);
    for (int64_t c = 0; c < n; c++) all[c].community = (uint32_t)c;
    for (int64_t k = 0; k < n_nodes; k++) all[w->community[k]].n++;
    qsort(all, (size_t)n, sizeof *all, by_count);
    for (int64_t c = 0; c < n; c++) number[all[c].community] = (uint32_t)c;
    for (int64_t k = 0; k < n_nodes; k++) w->community[k] = number[w->community[k]];
done:
    rg_free(ctx->mem, all);
    rg_free(ctx->mem, number);
    return status;
}

regatta_status rg_report_world_create(rg_report_world *out, regatta_ctx *ctx,
                                      const regatta_model *model,
                                      const regatta_report_options *opts)
{
    regatta_status status = REGATTA_OK;
    const rg_update_rows none = {.news = NULL};
    const int64_t n_nodes = model->n_users + model->n_items;
    *out = (rg_report_world){.ctx = ctx, .model = model, .opts = opts};
    RG_TRY(rg_json_tree_parse(ctx, &out->made_by, model->json,
                              (int64_t)strlen(model->json)));
    RG_TRY(rg_update_graph(ctx, &out->graph, model, rg_update_all(model), &none,
                           REGATTA_DEDUP_SUM));
    RG_NEW(ctx->mem, out->community, n_nodes);
    RG_TRY(rg_summarize(ctx, &out->summary, out->community, out->graph));
    RG_TRY(renumber(out, n_nodes));
done:
    return status;
}

void rg_report_world_free(rg_report_world *w)
{
    rg_json_tree_free(w->ctx, &w->made_by);
    regatta_graph_free(w->graph);
    rg_free(w->ctx->mem, w->community);
}

void rg_report_item(rg_text *t, const rg_report_world *w, uint32_t item)
{
    const char *const *title = w->opts->item_title;
    rg_text_escaped(t, "item", rg_idmap_name(w->model->items, item));
    if (title != NULL && title[item] != NULL) rg_text_escaped(t, "title", title[item]);
}

int rg_report_group(const rg_report_world *w, int64_t node)
{
    const uint32_t c = w->community[node];
    return c < RG_REPORT_GROUPS ? (int)c : RG_REPORT_GROUPS;
}

int rg_report_bin(int64_t count)
{
    int bin = 0;
    for (; count > 0; count >>= 1) bin++;
    return bin < RG_REPORT_BINS ? bin : RG_REPORT_BINS - 1;
}

void rg_report_bin_write(rg_text *t, int bin)
{
    const int64_t from = bin == 0 ? 0 : INT64_C(1) << (bin - 1);
    rg_text_int(t, "from", from);
    rg_text_int(t, "to", bin == 0 ? 0 : 2 * from - 1);
}
