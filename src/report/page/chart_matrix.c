/* Matrices as tables whose cells are coloured by their number. */
#include "report/page/charts.h"
#include <math.h>

enum { SHADES = 5, NAME = 40 };

static double largest(double most, const rg_json_node *value)
{
    return isfinite(value->number) ? fmax(most, fabs(value->number)) : most;
}

static void draw_cell(rg_text *t, double x, double most, int decimals, const char *kind)
{
    const double share = isfinite(x) && most > 0.0 ? fabs(x) / most : 0.0;
    const int shade = (int)ceil(SHADES * fmin(share, 1.0) - 0.25);
    if (shade > 0)
        rg_html(t, "<td class=\"%c%d%s\">", x < 0.0 ? 'z' : 'a', shade, kind);
    else
        rg_html(t, "<td class=\"%s\">", *kind != '\0' ? kind + 1 : "");
    rg_html(t, "%s</td>", rg_show_fixed(x, decimals).text);
}

static void open_table(rg_text *t, const char *label)
{
    rg_scroll_open(t, label);
    rg_text_append(t, "<table class=\"heat\"><thead><tr>");
}

static void close_table(rg_text *t)
{
    rg_text_append(t, "</tbody></table></div>\n");
}

void rg_chart_correlations(rg_text *t, const rg_json_node *object, const char *label)
{
    const rg_json_node *names = rg_json_at(object, "names");
    const rg_json_node *name = names->first;
    open_table(t, label);
    rg_text_append(t, "<td></td>");
    for (const rg_json_node *c = names->first; c != NULL; c = c->next) {
        rg_text_append(t, "<th scope=\"col\">");
        rg_html_text(t, c->text);
        rg_text_append(t, "</th>");
    }
    rg_text_append(t, "</tr></thead><tbody>\n");
    const rg_json_node *row = rg_json_at(object, "correlation")->first;
    for (; row != NULL && name != NULL; row = row->next, name = name->next) {
        rg_text_append(t, "<tr><th scope=\"row\">");
        rg_html_text(t, name->text);
        rg_text_append(t, "</th>");
        for (const rg_json_node *c = row->first; c != NULL; c = c->next)
            draw_cell(t, c->number, 1.0, 2, "");
        rg_text_append(t, "</tr>\n");
    }
    close_table(t);
}

/* The terms of a score that belong to no shown item, and their headings. */
static const char *const terms[][2] = {{"other_items", "other items"},
                                       {"not_by_item", "not by item"},
                                       {"bias", "bias"},
                                       {"popularity", "popularity"},
                                       {"centre", "centre"}};

static void write_heading(rg_text *t, const char *text)
{
    rg_html(t, "<th scope=\"col\"><div class=\"v\">%s</div></th>", text);
}

static void draw_head(rg_text *t, const rg_json_node *user)
{
    rg_text_append(t, "<th scope=\"col\">recommended</th>");
    for (const rg_json_node *c = rg_json_at(user, "columns")->first; c != NULL;
         c = c->next) {
        rg_text_append(t, "<th scope=\"col\"><div class=\"v\">");
        rg_html_item(t, c, NAME);
        rg_text_append(t, "</div></th>");
    }
    for (size_t k = 0; k < sizeof terms / sizeof *terms; k++)
        write_heading(t, terms[k][1]);
    write_heading(t, "residual");
    write_heading(t, "score");
    rg_text_append(t, "</tr></thead><tbody>\n");
}

static void draw_row(rg_text *t, const rg_json_node *row, double most)
{
    rg_text_append(t, "<tr><th scope=\"row\">");
    rg_html_item(t, row, NAME);
    rg_text_append(t, "</th>");
    for (const rg_json_node *c = rg_json_at(row, "contributions")->first; c != NULL;
         c = c->next)
        draw_cell(t, c->number, most, 3, "");
    for (size_t k = 0; k < sizeof terms / sizeof *terms; k++)
        draw_cell(t, rg_json_at(row, terms[k][0])->number, most, 3, "");
    rg_html(t, "<td>%s</td><td class=\"sum\">%s</td></tr>\n",
            rg_show(rg_json_at(row, "residual")->number, 1).text,
            rg_show_fixed(rg_json_at(row, "score")->number, 3).text);
}

void rg_chart_matrix(rg_text *t, const rg_json_node *user)
{
    const rg_json_node *rows = rg_json_at(user, "rows");
    double most = 0.0;
    for (const rg_json_node *r = rows->first; r != NULL; r = r->next) {
        for (const rg_json_node *c = rg_json_at(r, "contributions")->first; c != NULL;
             c = c->next)
            most = largest(most, c);
        for (size_t k = 0; k < sizeof terms / sizeof *terms; k++)
            most = largest(most, rg_json_at(r, terms[k][0]));
    }
    open_table(t, rg_json_at(user, "user")->text);
    draw_head(t, user);
    for (const rg_json_node *r = rows->first; r != NULL; r = r->next)
        draw_row(t, r, most);
    close_table(t);
}
