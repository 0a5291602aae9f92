/* Vertical bars. */
#include "report/page/axes.h"
#include "report/page/charts.h"
#include <math.h>
#include <string.h>

enum { LEFT = 52, RIGHT = 356, TOP = 26, BOTTOM = 168, HEIGHT = 214, LETTER = 7 };

static double number(const rg_json_node *bar, const char *name)
{
    const double x = name != NULL ? rg_json_at(bar, name)->number : 0.0;
    return isfinite(x) ? x : 0.0;
}

/* The upper end of a whisker; a share is at most 1. */
static double whisker(const rg_bars *b, const rg_json_node *bar)
{
    const double high = number(bar, b->value) + 1.96 * number(bar, b->error);
    return b->is_share ? fmin(high, 1.0) : high;
}

static double largest(const rg_bars *b)
{
    double most = 0.0;
    for (const rg_json_node *bar = b->list->first; bar != NULL; bar = bar->next) {
        most = fmax(most, whisker(b, bar));
        most = fmax(most, number(bar, b->second));
    }
    return most;
}

static void draw_axis(rg_text *t, const rg_bars *b, const rg_axis *y)
{
    double x = 0.0;
    for (int k = 0; rg_axis_tick(y, k, &x); k++) {
        const double at = rg_axis_at(y, x);
        rg_svg_line(t, "ax", LEFT, at, RIGHT, at);
        rg_svg_text(t, LEFT - 6, at + 4, "m e", rg_axis_text(y, x, b->is_share).text);
    }
    rg_svg_text(t, 0, 12, "m", b->y_title);
    rg_svg_text(t, 0.5 * (LEFT + RIGHT), HEIGHT - 6, "m c", b->x_title);
}

static void draw_bar(rg_text *t, const char *kind, double x, double width, double y)
{
    rg_html(t, "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>\n",
            kind, rg_show_svg(x).text, rg_show_svg(y).text, rg_show_svg(width).text,
            rg_show_svg(BOTTOM - y).text);
}

/* Draws the bars of one object in [x, x + width). */
static void draw_object(rg_text *t, const rg_bars *b, const rg_json_node *bar,
                        const rg_axis *y, double x, double width)
{
    const double value = number(bar, b->value), error = 1.96 * number(bar, b->error);
    const double room = 0.84 * width, half = b->second != NULL ? 0.5 * room : room;
    draw_bar(t, "d", x + 0.08 * width, half, rg_axis_at(y, value));
    if (b->second != NULL)
        draw_bar(t, "p", x + 0.08 * width + half, half,
                 rg_axis_at(y, number(bar, b->second)));
    if (error > 0.0)
        rg_svg_line(t, "wh", x + 0.5 * width, rg_axis_at(y, fmax(value - error, 0.0)),
                    x + 0.5 * width, rg_axis_at(y, whisker(b, bar)));
}

static void label_of(rg_shown *out, const rg_bars *b, const rg_json_node *bar)
{
    const rg_json_node *label = rg_json_at(bar, b->label);
    if (label->kind == RG_JSON_NUMBER) {
        *out = rg_show(label->number, 4);
        return;
    }
    const size_t most = b->label_most > 0 ? (size_t)b->label_most : sizeof out->text - 1;
    const size_t n = strnlen(label->text, most);
    memcpy(out->text, label->text, n);
    out->text[n] = '\0';
}

/* Every how many bars a label has room. */
static int label_every(const rg_bars *b, double width)
{
    size_t longest = 1;
    for (const rg_json_node *bar = b->list->first; bar != NULL; bar = bar->next) {
        rg_shown label;
        label_of(&label, b, bar);
        if (strlen(label.text) > longest) longest = strlen(label.text);
    }
    return (int)ceil((double)(longest + 1) * LETTER / width);
}

void rg_chart_bars(rg_text *t, const rg_bars *b)
{
    rg_axis y = {.low = 0.0, .high = largest(b), .first = BOTTOM, .last = TOP};
    const double width = (RIGHT - LEFT) / (double)(b->list->n > 0 ? b->list->n : 1);
    const int every = label_every(b, width);
    rg_axis_round(&y, 4);
    rg_svg_open(t, HEIGHT, b->y_title);
    draw_axis(t, b, &y);
    double x = LEFT;
    int k = 0;
    for (const rg_json_node *bar = b->list->first; bar != NULL; bar = bar->next, k++) {
        rg_shown label;
        label_of(&label, b, bar);
        draw_object(t, b, bar, &y, x, width);
        const int is_long = strlen(label.text) > 8;
        if (k % every == 0 && (every == 1 || x < RIGHT - 30))
            rg_svg_text(t, is_long ? x : x + 0.5 * width, BOTTOM + 16,
                        is_long ? "m" : "m c", label.text);
        x += width;
    }
    if (b->second != NULL) {
        rg_svg_text(t, RIGHT, 12, "p e", b->second_name);
        rg_svg_text(t, RIGHT - LETTER * ((double)strlen(b->second_name) + 1.0), 12, "d e",
                    b->name);
    }
    rg_svg_close(t);
}
