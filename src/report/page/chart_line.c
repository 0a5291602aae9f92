/* A line through points. */
#include "report/page/axes.h"
#include "report/page/charts.h"
#include <math.h>

enum { LEFT = 56, RIGHT = 352, TOP = 26, BOTTOM = 172, HEIGHT = 216 };

static void widen(rg_axis *axis, double x)
{
    if (!isfinite(x) || (axis->is_log && !(x > 0.0))) return;
    axis->low = fmin(axis->low, x);
    axis->high = fmax(axis->high, x);
}

static void find_ranges(rg_axis *x, rg_axis *y, const rg_line *l)
{
    *x = (rg_axis){INFINITY, -INFINITY, LEFT, RIGHT, l->is_log, 0.0};
    *y = (rg_axis){INFINITY, -INFINITY, BOTTOM, TOP, l->is_log, 0.0};
    for (const rg_json_node *p = l->list->first; p != NULL; p = p->next) {
        widen(x, rg_json_at(p, l->x)->number);
        widen(y, rg_json_at(p, l->y)->number);
    }
    widen(y, l->reference);
    if (l->has_diagonal) {
        x->low = y->low = fmin(x->low, y->low);
        x->high = y->high = fmax(x->high, y->high);
    }
    rg_axis_round(x, 4);
    rg_axis_round(y, 4);
}

static void draw_axes(rg_text *t, const rg_line *l, const rg_axis *x, const rg_axis *y)
{
    double v = 0.0;
    for (int k = 0; rg_axis_tick(y, k, &v); k++) {
        const double at = rg_axis_at(y, v);
        rg_svg_line(t, "ax", LEFT, at, RIGHT, at);
        rg_svg_text(t, LEFT - 6, at + 4, "m e", rg_axis_text(y, v, 0).text);
    }
    for (int k = 0; rg_axis_tick(x, k, &v); k++) {
        const double at = rg_axis_at(x, v);
        rg_svg_line(t, "ax", at, BOTTOM, at, BOTTOM + 4);
        rg_svg_text(t, at, BOTTOM + 18, at > RIGHT - 12 ? "m e" : "m c",
                    rg_axis_text(x, v, 0).text);
    }
    rg_svg_text(t, 0, 12, "m", l->y_title);
    rg_svg_text(t, 0.5 * (LEFT + RIGHT), HEIGHT - 6, "m c", l->x_title);
}

static int is_shown(const rg_line *l, const rg_json_node *p)
{
    const double x = rg_json_at(p, l->x)->number, y = rg_json_at(p, l->y)->number;
    return isfinite(x) && isfinite(y) && (!l->is_log || (x > 0.0 && y > 0.0));
}

static void draw_points(rg_text *t, const rg_line *l, const rg_axis *x, const rg_axis *y)
{
    int n = 0;
    rg_text_append(t, "<path class=\"ld\" d=\"");
    for (const rg_json_node *p = l->list->first; p != NULL; p = p->next)
        if (is_shown(l, p))
            rg_html(t, "%s%s %s", n++ > 0 ? "L" : "M",
                    rg_show_svg(rg_axis_at(x, rg_json_at(p, l->x)->number)).text,
                    rg_show_svg(rg_axis_at(y, rg_json_at(p, l->y)->number)).text);
    rg_text_append(t, "\"/>\n");
    for (const rg_json_node *p = l->list->first; p != NULL; p = p->next)
        if (is_shown(l, p))
            rg_html(t, "<circle class=\"d\" cx=\"%s\" cy=\"%s\" r=\"3\"/>\n",
                    rg_show_svg(rg_axis_at(x, rg_json_at(p, l->x)->number)).text,
                    rg_show_svg(rg_axis_at(y, rg_json_at(p, l->y)->number)).text);
}

void rg_chart_line(rg_text *t, const rg_line *l)
{
    rg_axis x, y;
    find_ranges(&x, &y, l);
    rg_svg_open(t, HEIGHT, l->y_title);
    draw_axes(t, l, &x, &y);
    if (l->has_diagonal) rg_svg_line(t, "lr", LEFT, BOTTOM, RIGHT, TOP);
    if (isfinite(l->reference)) {
        const double at = rg_axis_at(&y, l->reference);
        rg_svg_line(t, "lr", LEFT, at, RIGHT, at);
        rg_svg_text(t, RIGHT, at - 4, "m e halo", l->reference_name);
    }
    draw_points(t, l, &x, &y);
    rg_svg_close(t);
}
