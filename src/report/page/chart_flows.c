/* Bands from the communities of users (left) to those of recommended items (right). */
#include "report/page/axes.h"
#include "report/page/charts.h"
#include <math.h>
#include <string.h>

enum { GROUPS = 9, LEFT = 108, RIGHT = 252, TOP = 26, ROOM = 250, GAP = 6, BLOCK = 8 };

typedef struct stack {
    double size[GROUPS], at[GROUPS]; /* in shares; the next free coordinate */
} stack;

/* The group of a side of a cell: the last one for "others". */
static int group_of(const rg_json_node *cell, const char *side)
{
    const rg_json_node *g = rg_json_at(cell, side);
    return g->kind == RG_JSON_NUMBER ? (int)g->number - 1 : GROUPS - 1;
}

static double scale_of(const stack *s, double total)
{
    int shown = 0;
    for (int g = 0; g < GROUPS; g++) shown += s->size[g] > 0.0;
    return ((double)ROOM - (double)GAP * shown) / total;
}

static void place(stack *s, double scale)
{
    double y = TOP;
    for (int g = 0; g < GROUPS; g++) {
        s->at[g] = y;
        if (s->size[g] > 0.0) y += s->size[g] * scale + GAP;
    }
}

/* The name of group g: its number and its top item. */
static void name_of(rg_text *t, const rg_json_node *groups, int g)
{
    const rg_json_node *group = groups->first;
    if (g == GROUPS - 1) {
        rg_text_append(t, "others");
        return;
    }
    for (int k = 0; k < g && group != NULL; k++) group = group->next;
    rg_html(t, "%d ", g + 1);
    if (group == NULL) return;
    const rg_json_node *top = rg_json_at(group, "top_items")->first;
    if (top != NULL) rg_html_item(t, top, 13);
}

static void draw_blocks(rg_text *t, const stack *s, double scale, int is_right,
                        const rg_json_node *groups)
{
    const double x = is_right ? RIGHT : LEFT - BLOCK;
    for (int g = 0; g < GROUPS; g++) {
        const double height = s->size[g] * scale;
        if (!(s->size[g] > 0.0)) continue;
        rg_html(t, "<rect class=\"r\" x=\"%s\" y=\"%s\" width=\"%d\" height=\"%s\"/>\n",
                rg_show_svg(x).text, rg_show_svg(s->at[g]).text, BLOCK,
                rg_show_svg(fmax(height, 1.0)).text);
        if (height < 9.0) continue; /* too narrow for a label; the table has it */
        rg_html(t, "<text x=\"%d\" y=\"%s\" class=\"%s\">",
                is_right ? RIGHT + BLOCK + 5 : LEFT - BLOCK - 5,
                rg_show_svg(s->at[g] + 0.5 * height + 4.0).text, is_right ? "" : "e");
        name_of(t, groups, g);
        rg_text_append(t, "</text>\n");
    }
}

static void draw_band(rg_text *t, stack *from, stack *to, const rg_json_node *cell,
                      double left_scale, double right_scale)
{
    const int a = group_of(cell, "from_users"), b = group_of(cell, "to_items");
    const double n = rg_json_at(cell, "recommendations")->number;
    const double y1 = from->at[a], y2 = to->at[b], middle = 0.5 * (LEFT + RIGHT);
    const double h1 = n * left_scale, h2 = n * right_scale;
    from->at[a] += h1;
    to->at[b] += h2;
    if (h1 < 0.2) return;
    rg_html(t, "<path class=\"%s\" d=\"M%d %sC%s %s %s %s %d %sV%s",
            a != b           ? "bp"
            : a < GROUPS - 1 ? "bd"
                             : "br",
            LEFT, rg_show_svg(y1).text, rg_show_svg(middle).text, rg_show_svg(y1).text,
            rg_show_svg(middle).text, rg_show_svg(y2).text, RIGHT, rg_show_svg(y2).text,
            rg_show_svg(y2 + h2).text);
    rg_html(t, "C%s %s %s %s %d %sZ\"/>\n", rg_show_svg(middle).text,
            rg_show_svg(y2 + h2).text, rg_show_svg(middle).text,
            rg_show_svg(y1 + h1).text, LEFT, rg_show_svg(y1 + h1).text);
}

void rg_chart_flows(rg_text *t, const rg_json_node *cells, const rg_json_node *groups)
{
    stack from = {{0.0}, {0.0}}, to = {{0.0}, {0.0}};
    double total = 0.0;
    for (const rg_json_node *c = cells->first; c != NULL; c = c->next) {
        const double n = rg_json_at(c, "recommendations")->number;
        from.size[group_of(c, "from_users")] += n;
        to.size[group_of(c, "to_items")] += n;
        total += n;
    }
    if (!(total > 0.0)) return;
    const double left = scale_of(&from, total), right = scale_of(&to, total);
    place(&from, left);
    place(&to, right);
    rg_svg_open(t, TOP + ROOM + 6,
                "Recommendations from communities of users to "
                "communities of items");
    rg_svg_text(t, LEFT, 14, "m e", "users of");
    rg_svg_text(t, RIGHT, 14, "m", "items of");
    draw_blocks(t, &from, left, 0, groups);
    draw_blocks(t, &to, right, 1, groups);
    for (const rg_json_node *c = cells->first; c != NULL; c = c->next)
        draw_band(t, &from, &to, c, left, right);
    rg_svg_close(t);
}
