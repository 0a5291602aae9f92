/* The data, and the decisions of the training. */
#include "report/page/charts.h"
#include "report/page/sections.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static void draw_degrees(rg_text *t, const rg_json_node *data, int is_items)
{
    const rg_bars bars = {
        .list = rg_json_at(data, is_items ? "item_degree" : "user_degree"),
        .label = "from",
        .value = "nodes",
        .x_title = is_items ? "users of an item, at least" : "items of a user, at least",
        .y_title = is_items ? "items" : "users"};
    rg_figure_open(t, is_items ? "Popularity of items" : "Length of histories",
                   is_items ? "Items by their number of users. A bar counts from its "
                              "number up to the next one."
                            : "Users by their number of items. A bar counts from its "
                              "number up to the next one.",
                   0);
    rg_chart_bars(t, &bars);
    rg_figure_table(t, is_items ? "Popularity of items" : "Length of histories",
                    bars.list);
    rg_figure_close(t);
}

static void draw_times(rg_text *t, const rg_json_node *times)
{
    const rg_json_node *periods = rg_json_at(times, "periods");
    const double seconds = rg_json_at(times, "period_seconds")->number;
    const int has_days = seconds >= 86400.0;
    const rg_bars bars = {.list = periods,
                          .label = "begin",
                          .value = "interactions",
                          .x_title = "begin of the period (UTC)",
                          .y_title = "interactions",
                          .label_most = has_days ? 10 : 16};
    char caption[160];
    snprintf(caption, sizeof caption, "Interactions in periods of %s %s.",
             rg_show(has_days ? seconds / 86400.0 : seconds, 4).text,
             has_days ? "days" : "seconds");
    rg_figure_open(t, "Interactions over time", caption, 0);
    rg_chart_bars(t, &bars);
    rg_figure_table(t, "Interactions over time", periods);
    rg_figure_close(t);
}

static void draw_communities(rg_text *t, const rg_json_node *data)
{
    const rg_json_node *list = rg_json_at(data, "largest_communities");
    const rg_bars bars = {.list = list,
                          .label = "community",
                          .value = "users",
                          .second = "items",
                          .name = "users",
                          .second_name = "items",
                          .x_title = "community, by size",
                          .y_title = "members"};
    char caption[400];
    snprintf(caption, sizeof caption,
             "Groups of users and items with more interactions inside than by chance, by "
             "the Leiden algorithm: %s communities, modularity %s (0: as by chance). "
             "The table names the most popular items of each.",
             rg_show(rg_json_at(data, "communities")->number, 4).text,
             rg_show_fixed(rg_json_at(data, "modularity")->number, 3).text);
    rg_figure_open(t, "Communities", caption, 0);
    rg_chart_bars(t, &bars);
    rg_figure_table(t, "Communities", list);
    rg_figure_close(t);
}

static void write_lead(rg_text *t, const rg_json_node *data)
{
    rg_html(t,
            "<p>%s of all pairs of user and item are known. The Gini coefficient of the "
            "items' popularity is %s (0: all items have as many users, 1: one has all). ",
            rg_show_percent(rg_json_at(data, "density")->number).text,
            rg_show_fixed(rg_json_at(data, "item_gini")->number, 2).text);
    rg_html(
        t, "%s of %s nodes are in the largest connected part.</p>\n",
        rg_show(rg_json_at(data, "largest_component")->number, 4).text,
        rg_show(rg_json_at(data, "users")->number + rg_json_at(data, "items")->number, 4)
            .text);
}

void rg_section_data(rg_text *t, const rg_json_node *report)
{
    const rg_json_node *data = rg_json_at(report, "data");
    rg_section_open(t, "data", "Data");
    write_lead(t, data);
    rg_text_append(t, "<div class=\"grid\">\n");
    draw_degrees(t, data, 0);
    draw_degrees(t, data, 1);
    draw_communities(t, data);
    if (rg_json_at(data, "times")->kind == RG_JSON_OBJECT)
        draw_times(t, rg_json_at(data, "times"));
    else
        rg_figure_missing(t, "Interactions over time",
                          "The data of this model has no times.");
    rg_text_append(t, "</div>\n");
    rg_section_close(t);
}

/* The name of a choice for readers; of unknown ones the name in the model. */
static const char *title_of(const char *name)
{
    static const char *const known[][2] = {
        {"shapes", "Shape of item attention"},
        {"ridges", "Local or exact ridge"},
        {"bias_starts", "Start of the items' biases"},
        {"temperatures", "Temperature of the softmax"},
        {"item_graphs", "Item graph in the vectors"},
        {"hierarchies", "Communities in the vectors"},
        {"feature_vectors", "Features in the vectors"},
        {"layer_attentions", "Attention in the layers of the vectors"},
        {"attentions", "Reweighting of item attention"},
        {"recency", "Weights by age in item attention"},
        {"vectors_recency", "Weights by age in the vectors"},
        {"order_shapes", "Shape of ordered item attention"},
        {"order_recency", "Weights by age in ordered item attention"},
        {"targets", "Target attention"},
        {"content_gate", "Features of items beside the other channels"},
        {"profile_gate", "Features of users beside the other channels"},
        {"trend_windows", "Window of recent popularity"},
        {"trend_weights", "Recent popularity beside item attention"},
    };
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (strcmp(known[k][0], name) == 0) return known[k][1];
    return name;
}

static int has_errors(const rg_json_node *trials)
{
    for (const rg_json_node *x = trials->first; x != NULL; x = x->next)
        if (rg_json_at(x, "standard_error")->kind == RG_JSON_NUMBER) return 1;
    return 0;
}

static void draw_choice(rg_text *t, const rg_json_node *choice)
{
    const char *name = rg_json_at(choice, "choice")->text;
    const rg_dots dots = {.list = rg_json_at(choice, "trials"),
                          .label = "setting",
                          .value = "ndcg@20",
                          .error = "standard_error",
                          .chosen = "chosen",
                          .x_title = "ndcg@20 on the validation slice"};
    rg_text_append(t, "<figure><figcaption><h3>");
    rg_html_text(t, title_of(name));
    rg_text_append(t, "</h3><p>");
    rg_text_append(t, has_errors(dots.list)
                          ? "± is the standard error of the paired difference over users "
                            "from the trial that it had to beat; the first had none to "
                            "beat. Whiskers are 1.96 of it."
                          : "The training recorded no standard errors of these trials.");
    rg_text_append(t, "</p></figcaption>\n");
    rg_chart_dots(t, &dots);
    rg_figure_table(t, title_of(name), dots.list);
    rg_figure_close(t);
}

static void draw_blend(rg_text *t, const rg_json_node *blend)
{
    const rg_dots adds = {.list = rg_json_at(blend, "channels"),
                          .label = "channel",
                          .value = "adds_ndcg@20",
                          .error = "adds_error",
                          .x_title = "ndcg@20 lost without the channel",
                          .from_zero = 1};
    const rg_dots alone = {.list = adds.list,
                           .label = "channel",
                           .value = "alone_ndcg@20",
                           .x_title = "ndcg@20 of the channel alone"};
    const rg_dots kinds = {.list = rg_json_at(blend, "kinds"),
                           .label = "kind",
                           .value = "ndcg@20",
                           .error = "standard_error",
                           .chosen = "chosen",
                           .x_title = "ndcg@20, cross-validated"};
    rg_figure_open(
        t, "Added by each channel",
        "The loss of ndcg@20 if the blend does without the channel "
        "(cross-validated over users, before the gate); for a channel that was left out "
        "(weight 0) the loss when that was decided. ± is the standard error of the "
        "paired difference over users; whiskers are 1.96 of it.",
        0);
    rg_chart_dots(t, &adds);
    rg_figure_table(t, "Added by each channel", adds.list);
    rg_figure_close(t);
    rg_figure_open(t, "Each channel alone", "Quality of the channel's own ranking.", 0);
    rg_chart_dots(t, &alone);
    rg_figure_table(t, "Each channel alone", alone.list);
    rg_figure_close(t);
    rg_figure_open(
        t, "Kind of blend",
        "Weights from the start, fitted weights, or a gate that weighs "
        "channels by candidate. <i>ungated</i> is the better of the first two, of "
        "the channels that stay. ± is the standard error of the paired difference over "
        "users from the kind before it; whiskers are 1.96 of it.",
        0);
    rg_chart_dots(t, &kinds);
    rg_figure_table(t, "Kind of blend", kinds.list);
    rg_figure_close(t);
}

static void draw_curves(rg_text *t, const rg_json_node *curve)
{
    rg_line line = {.list = curve,
                    .x = "step",
                    .y = "ndcg@20",
                    .x_title = "optimizer steps",
                    .y_title = "ndcg@20 on validation",
                    .reference = (double)NAN};
    if (curve->first == NULL) {
        rg_figure_missing(t, "Learning curves",
                          "This model has no learning curve: it has no vectors that are "
                          "trained in steps, or no validation slice.");
        return;
    }
    rg_figure_open(t, "Learning curve of the vectors",
                   "Quality of the vectors alone while they are trained.", 0);
    rg_chart_line(t, &line);
    rg_figure_table(t, "Learning curve of the vectors", curve);
    rg_figure_close(t);
    line.y = "loss";
    line.y_title = "loss of a batch";
    rg_figure_open(t, "Training loss", "Mean over the users of the batch of the step.",
                   0);
    rg_chart_line(t, &line);
    rg_figure_close(t);
}

void rg_section_decisions(rg_text *t, const rg_json_node *report)
{
    const rg_json_node *v = rg_json_at(report, "validation");
    const rg_json_node *choices = rg_json_at(report, "decisions");
    rg_section_open(t, "decisions", "Decisions of the training");
    if (v->kind != RG_JSON_OBJECT)
        rg_text_append(t, "<p class=\"missing\">This model was trained without a "
                          "validation slice: no setting was chosen by measurement.</p>");
    else
        rg_html(t,
                "<p>Settings were chosen on %s held-out interactions of %s users (%s of "
                "each user).</p>\n",
                rg_show(rg_json_at(v, "interactions")->number, 4).text,
                rg_show(rg_json_at(v, "users")->number, 4).text,
                strcmp(rg_json_at(v, "held_out")->text, "latest") == 0
                    ? "the latest items"
                    : "random items");
    rg_text_append(t, "<div class=\"grid\">\n");
    if (rg_json_at(report, "blend")->kind == RG_JSON_OBJECT)
        draw_blend(t, rg_json_at(report, "blend"));
    else
        rg_figure_missing(t, "Added by each channel",
                          "The training recorded no comparison of channels: the score is "
                          "that of a single channel, or nothing was held out.");
    draw_curves(t, rg_json_at(report, "curve"));
    for (const rg_json_node *c = choices->first; c != NULL; c = c->next)
        draw_choice(t, c);
    rg_text_append(t, "</div>\n");
    rg_section_close(t);
}
