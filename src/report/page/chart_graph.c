/* The graph around an item. */
#include "report/page/axes.h"
#include "report/page/charts.h"
#include <math.h>

enum { LEFT = 14, RIGHT = 346, TOP = 4, BOTTOM = 296, HEIGHT = 300, NODES = 64 };

typedef struct places {
    double x[NODES], y[NODES];
    int n;
} places;

static void draw_edges(rg_text *t, const places *p, const rg_json_node *edges)
{
    double most = 0.0;
    for (const rg_json_node *e = edges->first; e != NULL; e = e->next)
        most = fmax(most, rg_json_at(e, "strength")->number);
    for (const rg_json_node *e = edges->first; e != NULL; e = e->next) {
        const int a = (int)rg_json_at(e, "a")->number,
                  b = (int)rg_json_at(e, "b")->number;
        const double share = rg_json_at(e, "strength")->number / most;
        if (a >= p->n || b >= p->n || share < 0.03) continue;
        rg_html(t,
                "<path class=\"lr\" d=\"M%s %sL%s %s\" style=\"stroke-dasharray:none;"
                "stroke-width:%s;stroke-opacity:%s\"/>\n",
                rg_show_svg(p->x[a]).text, rg_show_svg(p->y[a]).text,
                rg_show_svg(p->x[b]).text, rg_show_svg(p->y[b]).text,
                rg_show_svg(0.5 + 4.0 * share).text, rg_show_svg(0.2 + 0.5 * share).text);
    }
}

/* Spreads the nodes over the height in their order, so that no two labels are on one
 * line. */
static void spread(places *p)
{
    double y[NODES];
    for (int k = 0; k < p->n; k++) {
        int above = 0;
        for (int j = 0; j < p->n; j++)
            above += p->y[j] < p->y[k] || (p->y[j] == p->y[k] && j < k);
        y[k] = TOP + (BOTTOM - TOP) * (above + 0.5) / p->n;
    }
    for (int k = 0; k < p->n; k++) p->y[k] = y[k];
}

/* Draws a node and its label, on the side with more room. */
static void draw_node(rg_text *t, const rg_json_node *node, const places *p, int k,
                      double most)
{
    const double radius = 3.0 + 6.0 * sqrt(rg_json_at(node, "users")->number / most);
    const int is_right = p->x[k] > 0.5 * RG_CHART_WIDTH;
    const double x = is_right ? p->x[k] - radius - 3.0 : p->x[k] + radius + 3.0;
    rg_html(t, "<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"%s\"/>\n",
            k == 0 ? "p" : "d", rg_show_svg(p->x[k]).text, rg_show_svg(p->y[k]).text,
            rg_show_svg(radius).text);
    rg_html(t, "<text x=\"%s\" y=\"%s\" class=\"halo %s\">", rg_show_svg(x).text,
            rg_show_svg(p->y[k] + 4.0).text, is_right ? "e" : "");
    rg_html_item(t, node, 22);
    rg_text_append(t, "</text>\n");
}

void rg_chart_graph(rg_text *t, const rg_json_node *graph)
{
    const rg_json_node *nodes = rg_json_at(graph, "nodes");
    places p = {.n = 0};
    double most = 1.0;
    for (const rg_json_node *v = nodes->first; v != NULL && p.n < NODES; v = v->next) {
        p.x[p.n] = LEFT + rg_json_at(v, "x")->number * (RIGHT - LEFT);
        p.y[p.n++] = TOP + rg_json_at(v, "y")->number * (BOTTOM - TOP);
        most = fmax(most, rg_json_at(v, "users")->number);
    }
    spread(&p);
    rg_svg_open(t, HEIGHT, "Items near each other in item attention");
    draw_edges(t, &p, rg_json_at(graph, "edges"));
    int k = 0;
    for (const rg_json_node *v = nodes->first; v != NULL && k < p.n; v = v->next, k++)
        draw_node(t, v, &p, k, most);
    rg_svg_close(t);
}
