/* Pictures of attention. */
#include "report/page/charts.h"
#include "report/page/sections.h"
#include <math.h>
#include <stdio.h>

static void draw_age(rg_text *t, const rg_json_node *attention, int by_day)
{
    const rg_json_node *list =
        rg_json_at(attention, by_day ? "attention_by_day" : "attention_by_step");
    const char *title = by_day ? "Attention by age in days" : "Attention by order";
    const rg_bars bars = {.list = list,
                          .label = "from",
                          .value = "relative_attention",
                          .x_title = by_day
                                         ? "days before the latest interaction, at least"
                                         : "interactions before the latest, at least",
                          .y_title = "relative attention"};
    if (list->kind != RG_JSON_ARRAY) {
        rg_figure_missing(t, title,
                          by_day ? "The data of this model has no times."
                                 : "The order of the interactions is not known: the data "
                                   "has neither times nor an order of its own.");
        return;
    }
    rg_figure_open(
        t, title,
        "Share of an item of the history in the attention, times the length of "
        "the history: 1 if all items count the same.",
        0);
    rg_chart_bars(t, &bars);
    rg_figure_table(t, title, list);
    rg_figure_close(t);
}

/* Writes a sentence with a number for each name of `object`. */
static void write_list(rg_text *t, const char *sentence, const rg_json_node *object,
                       const char *member, int is_share)
{
    const rg_json_node *x = rg_json_at(object, member)->first;
    const rg_json_node *name = rg_json_at(object, "names")->first;
    rg_html(t, "<p>%s", sentence);
    for (; x != NULL && name != NULL; x = x->next, name = name->next) {
        rg_html_text(t, name->text);
        rg_html(t, " %s%s",
                is_share ? rg_show_percent(x->number).text : rg_show(x->number, 2).text,
                x->next != NULL ? ", " : ".");
    }
    rg_text_append(t, "</p>\n");
}

static void draw_channels(rg_text *t, const rg_json_node *attention)
{
    const rg_json_node *c = rg_json_at(attention, "channel_attention");
    rg_figure_open(
        t, "Channel against channel",
        "Correlation of the contributions of the same item of the history "
        "through two channels. Near 1, both follow the same items. A dash: the "
        "channel is no sum over the items of the history.",
        0);
    rg_chart_correlations(t, c, "Correlations of channels");
    write_list(t, "Share of the absolute contributions: ", c, "share", 1);
    rg_figure_close(t);
}

static void draw_heads(rg_text *t, const rg_json_node *attention)
{
    const rg_json_node *h = rg_json_at(attention, "head_attention");
    if (h->kind != RG_JSON_OBJECT) {
        rg_figure_missing(t, "Head against head",
                          "The layers of this model have no attention of several heads "
                          "(<code>regatta train --attention KIND --heads N</code>).");
        return;
    }
    rg_figure_open(t, "Head against head",
                   "Correlation of the scores of two heads over the items of the "
                   "history. Near 1, the heads are alike.",
                   0);
    rg_chart_correlations(t, h, "Correlations of heads");
    write_list(t,
               "Standard deviation of the scores (0: the head attends to all items "
               "by the weights of their edges alone): ",
               h, "deviation", 0);
    rg_figure_close(t);
}

static void draw_graph(rg_text *t, const rg_json_node *graph)
{
    if (graph->kind != RG_JSON_OBJECT) {
        rg_figure_missing(t, "Items around an item",
                          "This model has no item attention (the channel items).");
        return;
    }
    rg_text_append(t, "<figure><figcaption><h3>Items around ");
    rg_html_item(t, graph, 60);
    rg_text_append(t, "</h3><p>The items to which it gives most weight in item attention "
                      "(orange: the item). Wide lines are large weights, large dots "
                      "popular items.</p></figcaption>\n");
    rg_chart_graph(t, graph);
    rg_figure_table(t, "Items around an item", rg_json_at(graph, "nodes"));
    rg_figure_close(t);
}

void rg_section_attention(rg_text *t, const rg_json_node *report)
{
    const rg_json_node *attention = rg_json_at(report, "attention");
    rg_section_open(t, "attention", "Attention");
    rg_html(t, "<p>Measured on %s recommendations of %s users.</p>\n",
            rg_show(rg_json_at(attention, "recommendations")->number, 4).text,
            rg_show(rg_json_at(attention, "users")->number, 4).text);
    rg_text_append(t, "<div class=\"grid\">\n");
    draw_graph(t, rg_json_at(report, "item_graph"));
    draw_channels(t, attention);
    draw_age(t, attention, 0);
    draw_age(t, attention, 1);
    draw_heads(t, attention);
    rg_text_append(t, "</div>\n");
    rg_section_close(t);
}

void rg_section_users(rg_text *t, const rg_json_node *report)
{
    const rg_json_node *users = rg_json_at(report, "users");
    rg_section_open(t, "users", "Contributions for some users");
    rg_text_append(t, "<p>A row is a recommended item, a column an item of the user's "
                      "history. The cells of a row add up to its score; the residual is "
                      "rounding. Blue cells raise the score, red ones lower it.</p>\n");
    if (users->first == NULL)
        rg_text_append(t, "<p class=\"missing\">No user has a history.</p>\n");
    rg_text_append(t, "<div class=\"grid\">\n");
    for (const rg_json_node *u = users->first; u != NULL; u = u->next) {
        rg_text_append(t, "<figure class=\"wide\"><figcaption><h3>User ");
        rg_html_short(t, rg_json_at(u, "user")->text, 60);
        rg_html(t,
                "</h3><p>%s items in the history; the columns are those that "
                "contribute most.</p></figcaption>\n",
                rg_show(rg_json_at(u, "history")->number, 4).text);
        rg_chart_matrix(t, u);
        rg_figure_close(t);
    }
    rg_text_append(t, "</div>\n");
    rg_section_close(t);
}
