/* The data of a model. */
#include "base/text/time_text.h"
#include "graph/idmap.h"
#include "graph/interactions.h"
#include "report/measure/report_parts.h"
#include <stdlib.h>

enum {
    PERIODS = 48, /* at most */
    NAMED = 3     /* items that name a community */
};

static void write_degrees(rg_text *t, const char *name, const rg_csr *rows)
{
    int64_t n[RG_REPORT_BINS] = {0};
    int last = 0;
    for (int64_t r = 0; r < rows->n_rows; r++) {
        const int bin = rg_report_bin(rg_csr_degree(rows, r));
        n[bin]++;
        if (bin > last) last = bin;
    }
    rg_text_open(t, name, '[');
    for (int b = n[0] > 0 ? 0 : 1; b <= last; b++) {
        rg_text_open(t, NULL, '{');
        rg_report_bin_write(t, b);
        rg_text_int(t, "nodes", n[b]);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
}

/* Returns the shortest of some usual periods of which `span` seconds have at most
 * PERIODS. */
static int64_t period_of(int64_t span)
{
    static const int64_t usual[] = {1,     10,     60,      600,     3600,     21600,
                                    86400, 604800, 2592000, 7776000, 31536000, 315360000};
    const int n = (int)(sizeof usual / sizeof *usual);
    for (int k = 0; k < n; k++)
        if (span / usual[k] < PERIODS) return usual[k];
    return span / PERIODS + 1;
}

static void write_periods(rg_text *t, const int64_t *n, int64_t first, int64_t period,
                          int64_t last)
{
    char text[RG_TIME_BYTES];
    rg_text_open(t, "times", '{');
    rg_format_time(text, first);
    rg_text_string(t, "first", text);
    rg_format_time(text, last);
    rg_text_string(t, "last", text);
    rg_text_int(t, "period_seconds", period);
    rg_text_open(t, "periods", '[');
    for (int64_t k = 0; k <= (last - first) / period; k++) {
        rg_text_open(t, NULL, '{');
        rg_format_time(text, first + k * period);
        rg_text_string(t, "begin", text);
        rg_text_int(t, "interactions", n[k]);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
    rg_text_close(t, '}');
}

static regatta_status write_times(rg_text *t, const rg_report_world *w)
{
    regatta_status status = REGATTA_OK;
    int64_t n[PERIODS + 1] = {0};
    const int64_t first = w->summary.time_first;
    const int64_t period = period_of(w->summary.time_last - first);
    rg_interactions in = {.graph = NULL};
    RG_TRY(rg_interactions_open(w->ctx, &in, w->graph, 0));
    for (int64_t u = 0; u < w->graph->by_user->n_rows; u++) {
        rg_interactions_read(&in, u);
        for (int64_t k = 0; k < in.now.n; k++) n[(in.now.time[k] - first) / period]++;
    }
    write_periods(t, n, first, period, w->summary.time_last);
done:
    rg_interactions_close(&in);
    return status;
}

typedef struct group {
    int64_t users, items, interactions, inside;
    uint32_t item[NAMED]; /* those with most users */
    int n_named;
} group;

/* Adds the item to the names of its group if it has more users than one of them. */
static void name_group(group *g, const rg_csr *by_item, uint32_t item)
{
    int at = g->n_named;
    while (at > 0 &&
           rg_csr_degree(by_item, item) > rg_csr_degree(by_item, g->item[at - 1]))
        at--;
    if (at == NAMED) return;
    if (g->n_named < NAMED) g->n_named++;
    for (int k = g->n_named - 1; k > at; k--) g->item[k] = g->item[k - 1];
    g->item[at] = item;
}

static void count_groups(group *all, const rg_report_world *w)
{
    const rg_csr *rows = w->graph->by_user, *by_item = w->graph->by_item;
    for (int64_t u = 0; u < rows->n_rows; u++) {
        group *g = &all[rg_report_group(w, u)];
        g->users++;
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++) {
            const int64_t item = rows->n_rows + rows->target[e];
            g->interactions++;
            g->inside += w->community[item] == w->community[u];
        }
    }
    for (int64_t j = 0; j < rows->n_cols; j++) {
        group *g = &all[rg_report_group(w, rows->n_rows + j)];
        g->items++;
        name_group(g, by_item, (uint32_t)j);
    }
}

static void write_groups(rg_text *t, const rg_report_world *w)
{
    group all[RG_REPORT_GROUPS + 1] = {{0}};
    count_groups(all, w);
    rg_text_open(t, "largest_communities", '[');
    for (int c = 0; c <= RG_REPORT_GROUPS; c++) {
        const group *g = &all[c];
        if (g->users + g->items == 0) continue;
        rg_text_open(t, NULL, '{');
        if (c < RG_REPORT_GROUPS)
            rg_text_int(t, "community", c + 1);
        else
            rg_text_string(t, "community", "others");
        rg_text_int(t, "users", g->users);
        rg_text_int(t, "items", g->items);
        rg_text_int(t, "interactions", g->interactions);
        rg_text_int(t, "inside", g->inside);
        rg_text_open(t, "top_items", '[');
        for (int k = 0; k < g->n_named && c < RG_REPORT_GROUPS; k++) {
            rg_text_open(t, NULL, '{');
            rg_report_item(t, w, g->item[k]);
            rg_text_close(t, '}');
        }
        rg_text_close(t, ']');
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
}

static void write_sizes(rg_text *t, const regatta_graph_summary *s)
{
    rg_text_int(t, "users", s->n_users);
    rg_text_int(t, "items", s->n_items);
    rg_text_int(t, "interactions", s->n_edges);
    rg_text_int(t, "repeats", s->n_interactions - s->n_edges);
    rg_text_string(t, "order", s->has_time ? "time" : s->has_order ? "rows" : "items");
    rg_text_real(t, "density", s->density);
    rg_text_real(t, "item_gini", s->item_gini);
    rg_text_int(t, "isolated_users", s->n_isolated_users);
    rg_text_int(t, "isolated_items", s->n_isolated_items);
    rg_text_int(t, "components", s->n_components);
    rg_text_int(t, "largest_component", s->largest_component);
    rg_text_int(t, "communities", s->n_communities);
    rg_text_real(t, "modularity", s->modularity);
}

regatta_status rg_report_data(rg_text *t, const rg_report_world *w)
{
    regatta_status status = REGATTA_OK;
    rg_text_open(t, "data", '{');
    write_sizes(t, &w->summary);
    write_degrees(t, "user_degree", w->graph->by_user);
    write_degrees(t, "item_degree", w->graph->by_item);
    if (w->summary.has_time)
        RG_TRY(write_times(t, w));
    else
        rg_text_null(t, "times");
    write_groups(t, w);
    rg_text_close(t, '}');
done:
    return status;
}
