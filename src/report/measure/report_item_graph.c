/* The item graph around an item: its strongest targets in item attention, and the
 * weights between these. */
#include "graph/idmap.h"
#include "graph/igraph_door.h"
#include "report/measure/report_parts.h"
#include <math.h>

enum { NODES = 15 /* the item and its neighbours */, EDGES = NODES * (NODES - 1) / 2 };

typedef struct item_graph {
    uint32_t item[NODES];
    double weight[NODES]; /* from the first item; 0 of itself */
    int n;
    uint32_t end[2 * EDGES];
    double strength[EDGES], length[EDGES];
    int n_edges;
    double x[NODES], y[NODES];
} item_graph;

static uint32_t most_popular(const regatta_model *model)
{
    uint32_t best = 0;
    for (uint32_t j = 1; j < model->own.items; j++)
        if (model->item_count[j] > model->item_count[best]) best = j;
    return best;
}

/* The contribution of history item i to candidate j. */
static double weight_of(const rg_item_weights *w, uint32_t i, uint32_t j)
{
    return (double)w->scale[j] * (double)rg_weights_at(&w->rows, i, j);
}

/* Selects the targets of the item with the largest weights, all above 0. */
static void select_nodes(item_graph *g, const rg_item_weights *w, uint32_t item)
{
    g->item[0] = item;
    g->n = 1;
    for (int64_t e = w->rows.offset[item]; e < w->rows.offset[item + 1]; e++) {
        const uint32_t target = w->rows.target[e];
        const double mine = weight_of(w, item, target);
        int at = g->n;
        if (target == item || !(mine > 0.0)) continue;
        while (at > 1 && mine > g->weight[at - 1]) at--;
        if (at == NODES) continue;
        if (g->n < NODES) g->n++;
        for (int k = g->n - 1; k > at; k--) {
            g->item[k] = g->item[k - 1];
            g->weight[k] = g->weight[k - 1];
        }
        g->item[at] = target;
        g->weight[at] = mine;
    }
}

/* Joins nodes with a positive weight, the mean of both directions; strong ones are
 * near. */
static void join_nodes(item_graph *g, const rg_item_weights *w)
{
    double most = 0.0;
    for (uint32_t a = 0; a < (uint32_t)g->n; a++)
        for (uint32_t b = a + 1; b < (uint32_t)g->n; b++) {
            const double strength = 0.5 * (weight_of(w, g->item[a], g->item[b]) +
                                           weight_of(w, g->item[b], g->item[a]));
            if (!(strength > 0.0)) continue;
            g->end[2 * g->n_edges] = a;
            g->end[2 * g->n_edges + 1] = b;
            g->strength[g->n_edges++] = strength;
            most = fmax(most, strength);
        }
    for (int e = 0; e < g->n_edges; e++) g->length[e] = 1.0 + log2(most / g->strength[e]);
}

static void write_graph(rg_text *t, const rg_report_world *w, const item_graph *g)
{
    rg_text_open(t, "item_graph", '{');
    rg_report_item(t, w, g->item[0]);
    rg_text_int(t, "users", w->model->item_count[g->item[0]]);
    rg_text_open(t, "nodes", '[');
    for (int k = 0; k < g->n; k++) {
        rg_text_open(t, NULL, '{');
        rg_report_item(t, w, g->item[k]);
        rg_text_int(t, "users", w->model->item_count[g->item[k]]);
        rg_text_real(t, "weight", k > 0 ? g->weight[k] : (double)NAN);
        rg_text_real(t, "x", g->x[k]);
        rg_text_real(t, "y", g->y[k]);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
    rg_text_open(t, "edges", '[');
    for (int e = 0; e < g->n_edges; e++) {
        rg_text_open(t, NULL, '{');
        rg_text_int(t, "a", g->end[2 * e]);
        rg_text_int(t, "b", g->end[2 * e + 1]);
        rg_text_real(t, "strength", g->strength[e]);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
    rg_text_close(t, '}');
}

regatta_status rg_report_item_graph(rg_text *t, const rg_report_world *w)
{
    regatta_status status = REGATTA_OK;
    const rg_item_weights *weights = w->model->item_weights;
    item_graph g = {.n = 0};
    if (weights == NULL || weights->rows.offset == NULL) {
        rg_text_null(t, "item_graph");
        return REGATTA_OK;
    }
    select_nodes(&g, weights,
                 w->opts->item != REGATTA_NONE ? w->opts->item : most_popular(w->model));
    join_nodes(&g, weights);
    RG_TRY(rg_igraph_layout(w->ctx, g.x, g.y, g.n, g.end, g.length, g.n_edges));
    write_graph(t, w, &g);
done:
    return status;
}
