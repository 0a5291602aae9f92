/* Horizontal dots with error bars. */
#include "report/page/axes.h"
#include "report/page/charts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    LEFT = 8,
    RIGHT = 352,
    ROW = 36,
    TOP = 6,
    TICKS = 40,
    LABEL = 33 /* characters */,
    MORE = 9
};

/* Writes a label cut to `most` characters; the names of Greek letters in it become the
 * letters, which leaves room for the numbers: "lambda 4, theta 0.5" is "λ 4, θ 0.5". */
static void write_label(rg_text *t, const char *label, int most)
{
    static const char *const LETTER[][2] = {
        {"lambda ", "λ "}, {"theta ", "θ "}, {"beta ", "β "}};
    char text[256];
    size_t n = 0;
    for (const char *c = label; *c != '\0' && n + 4 < sizeof text;) {
        const char *letter = NULL;
        size_t length = 1;
        for (size_t k = 0; k < sizeof LETTER / sizeof *LETTER && letter == NULL; k++) {
            const size_t name = strlen(LETTER[k][0]);
            if (strncmp(c, LETTER[k][0], name) != 0 || (c > label && c[-1] != ' '))
                continue;
            letter = LETTER[k][1];
            length = name;
        }
        const char *from = letter != NULL ? letter : c;
        const size_t bytes = letter != NULL ? strlen(letter) : 1;
        memcpy(text + n, from, bytes);
        n += bytes;
        c += length;
    }
    text[n] = '\0';
    rg_html_short(t, text, most);
}

static double number(const rg_json_node *row, const char *name)
{
    const double x = name != NULL ? rg_json_at(row, name)->number : (double)NAN;
    return x;
}

/* The range of the values with their whiskers. */
static rg_axis range_of(const rg_dots *d)
{
    rg_axis axis = {.low = INFINITY, .high = -INFINITY, .first = LEFT, .last = RIGHT};
    for (const rg_json_node *row = d->list->first; row != NULL; row = row->next) {
        const double x = number(row, d->value), error = number(row, d->error);
        const double half = isfinite(error) ? 1.96 * error : 0.0;
        if (!isfinite(x)) continue;
        axis.low = fmin(axis.low, x - half);
        axis.high = fmax(axis.high, x + half);
    }
    if (d->from_zero || !(axis.low <= axis.high)) {
        axis.low = fmin(axis.low, 0.0);
        axis.high = fmax(axis.high, 0.0);
    }
    rg_axis_round(&axis, 4);
    return axis;
}

static void draw_row(rg_text *t, const rg_dots *d, const rg_json_node *row,
                     const rg_axis *axis, double y)
{
    const double x = number(row, d->value), error = number(row, d->error);
    const int chosen = d->chosen != NULL && rg_json_at(row, d->chosen)->number > 0.0;
    const double at = rg_axis_at(axis, isfinite(x) ? x : 0.0);
    rg_shown value = rg_show_fixed(x, 4);
    if (isfinite(error))
        snprintf(value.text, sizeof value.text, "%.20s ± %.20s", rg_show_fixed(x, 4).text,
                 rg_show_fixed(error, 4).text);
    rg_html(t, "<text x=\"0\" y=\"%s\" class=\"%s\">", rg_show_svg(y + 13).text,
            chosen ? "p" : "");
    write_label(t, rg_json_at(row, d->label)->text,
                LABEL + (isfinite(error) ? 0 : MORE) - (chosen ? MORE : 0));
    if (chosen) rg_text_append(t, " (chosen)");
    rg_text_append(t, "</text>\n");
    rg_svg_text(t, RG_CHART_WIDTH, y + 13, chosen ? "p e" : "m e", value.text);
    rg_svg_line(t, "ax", LEFT, y + 24, RIGHT, y + 24);
    if (!isfinite(x)) return;
    if (d->from_zero)
        rg_svg_line(t, chosen ? "lp" : "ld", rg_axis_at(axis, 0.0), y + 24, at, y + 24);
    if (isfinite(error))
        rg_svg_line(t, "wh", rg_axis_at(axis, x - 1.96 * error), y + 24,
                    rg_axis_at(axis, x + 1.96 * error), y + 24);
    rg_html(t, "<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"4.5\"/>\n",
            chosen ? "p" : "d", rg_show_svg(at).text, rg_show_svg(y + 24).text);
}

void rg_chart_dots(rg_text *t, const rg_dots *d)
{
    const rg_axis axis = range_of(d);
    const int bottom = TOP + ROW * (int)d->list->n;
    double y = TOP, x = 0.0;
    rg_svg_open(t, bottom + TICKS, d->x_title);
    for (int k = 0; rg_axis_tick(&axis, k, &x); k++) {
        const double at = rg_axis_at(&axis, x);
        const char *kind = at > RIGHT - 12 ? "m e" : at < LEFT + 12 ? "m" : "m c";
        rg_svg_line(t, "ax", at, TOP, at, bottom);
        rg_svg_text(t, at, bottom + 14, kind, rg_axis_text(&axis, x, 0).text);
    }
    rg_svg_text(t, 0.5 * RG_CHART_WIDTH, bottom + 32, "m c", d->x_title);
    for (const rg_json_node *row = d->list->first; row != NULL; row = row->next, y += ROW)
        draw_row(t, d, row, &axis, y);
    rg_svg_close(t);
}
