/* Quality on a test part, calibration, and where recommendations go. */
#include "report/page/charts.h"
#include "report/page/sections.h"
#include <math.h>
#include <stdio.h>

static void draw_bins(rg_text *t, const rg_json_node *report, int by_items)
{
    const double k = rg_json_at(report, "lists.k")->number;
    char value[32], y_title[64];
    snprintf(value, sizeof value, by_items ? "hit_share@%.0f" : "ndcg@%.0f", k);
    snprintf(y_title, sizeof y_title, by_items ? "share in the top %.0f" : "ndcg@%.0f",
             k);
    const rg_bars bars = {
        .list = rg_json_at(report, by_items ? "test.by_popularity" : "test.by_history"),
        .label = "from",
        .value = value,
        .error = "standard_error",
        .x_title =
            by_items ? "users of the item, at least" : "items of the user, at least",
        .y_title = y_title,
        .is_share = by_items};
    rg_figure_open(t, by_items ? "By popularity of the item" : "By length of history",
                   by_items
                       ? "Share of the test interactions whose item is in the user's "
                         "list. Whiskers: 95 % confidence interval."
                       : "Mean over users. Whiskers: 95 % confidence interval.",
                   0);
    rg_chart_bars(t, &bars);
    rg_figure_table(t, by_items ? "By popularity of the item" : "By length of history",
                    bars.list);
    rg_figure_close(t);
}

static void draw_calibration(rg_text *t, const rg_json_node *c)
{
    const rg_line line = {.list = rg_json_at(c, "reliability"),
                          .x = "predicted",
                          .y = "observed",
                          .x_title = "predicted probability",
                          .y_title = "observed share",
                          .is_log = 1,
                          .has_diagonal = 1,
                          .reference = (double)NAN};
    char caption[300];
    if (c->kind != RG_JSON_OBJECT) {
        rg_figure_missing(t, "Calibration",
                          "This model has no calibration: it was trained without a "
                          "validation slice, or by an earlier version.");
        return;
    }
    snprintf(caption, sizeof caption,
             "Probabilities that a user takes an item, in ten bins%s. On the dashed line "
             "they are exact. Log loss %s; of the mean share alone %s.",
             rg_json_at(c, "held_out")->number > 0.0
                 ? ", on users on whom they were not fitted"
                 : "",
             rg_show(rg_json_at(c, "log_loss")->number, 3).text,
             rg_show(rg_json_at(c, "constant_log_loss")->number, 3).text);
    rg_figure_open(t, "Calibration", caption, 0);
    rg_chart_line(t, &line);
    rg_figure_table(t, "Calibration", line.list);
    rg_figure_close(t);
}

static void write_lead(rg_text *t, const rg_json_node *report)
{
    const rg_json_node *test = rg_json_at(report, "test");
    const double k = rg_json_at(report, "lists.k")->number;
    char path[32];
    if (test->kind != RG_JSON_OBJECT) {
        rg_text_append(
            t, "<p class=\"missing\">No test part was given. Quality by "
               "popularity and by length of history needs interactions that "
               "were not in the training: <code>regatta report MODEL TEST</code>.</p>\n");
        return;
    }
    snprintf(path, sizeof path, "ndcg@%.0f", k);
    rg_html(t, "<p>On %s test interactions of %s users%s: %s %s ± %s (standard error)",
            rg_show(rg_json_at(test, "interactions")->number, 4).text,
            rg_show(rg_json_at(test, "users")->number, 4).text,
            rg_json_at(test, "is_sample")->number > 0.0 ? " (a sample)" : "", path,
            rg_show_fixed(rg_json_at(test, path)->number, 4).text,
            rg_show_fixed(rg_json_at(test, "standard_error")->number, 4).text);
    snprintf(path, sizeof path, "recall@%.0f", k);
    rg_html(t, ", %s %s.", path, rg_show_fixed(rg_json_at(test, path)->number, 4).text);
    if (rg_json_at(test, "unknown_interactions")->number > 0.0)
        rg_html(t, " %s interactions with unknown users or items count as misses.",
                rg_show(rg_json_at(test, "unknown_interactions")->number, 4).text);
    rg_text_append(t, "</p>\n");
}

void rg_section_quality(rg_text *t, const rg_json_node *report)
{
    rg_section_open(t, "quality", "Quality");
    write_lead(t, report);
    rg_text_append(t, "<div class=\"grid\">\n");
    if (rg_json_at(report, "test")->kind == RG_JSON_OBJECT) {
        draw_bins(t, report, 1);
        draw_bins(t, report, 0);
    }
    draw_calibration(t, rg_json_at(report, "calibration"));
    rg_text_append(t, "</div>\n");
    rg_section_close(t);
}

static void draw_exposure(rg_text *t, const rg_json_node *lists)
{
    const rg_bars bars = {.list = rg_json_at(lists, "exposure"),
                          .label = "from",
                          .value = "share_of_interactions",
                          .second = "share_of_recommendations",
                          .name = "interactions",
                          .second_name = "recommendations",
                          .x_title = "users of the item, at least",
                          .y_title = "share",
                          .is_share = 1};
    rg_figure_open(
        t, "Popular and rare items",
        "Share of the data and of the recommendations that go to items of each "
        "popularity.",
        0);
    rg_chart_bars(t, &bars);
    rg_figure_table(t, "Popular and rare items", bars.list);
    rg_figure_close(t);
}

static void draw_flows(rg_text *t, const rg_json_node *report)
{
    const rg_json_node *flows = rg_json_at(report, "flows");
    const rg_json_node *cells = rg_json_at(flows, "cells");
    char caption[360];
    snprintf(caption, sizeof caption,
             "%s of the recommendations stay in the community of their user (blue); of "
             "the interactions %s do. Bands to other communities are orange. A community "
             "is named by its most popular item.",
             rg_show_percent(rg_json_at(flows, "inside_recommendations")->number).text,
             rg_show_percent(rg_json_at(flows, "inside_interactions")->number).text);
    rg_figure_open(t, "Flow between communities", caption, 0);
    rg_chart_flows(t, cells, rg_json_at(report, "data.largest_communities"));
    rg_figure_table(t, "Flow between communities", cells);
    rg_figure_close(t);
}

void rg_section_lists(rg_text *t, const rg_json_node *report)
{
    const rg_json_node *lists = rg_json_at(report, "lists");
    rg_section_open(t, "recommendations", "Recommendations");
    rg_html(t, "<p>The %s best items of %s users contain %s items, %s of all.</p>\n",
            rg_show(rg_json_at(lists, "k")->number, 4).text,
            rg_show(rg_json_at(lists, "users")->number, 4).text,
            rg_show(rg_json_at(lists, "items_shown")->number, 4).text,
            rg_show_percent(rg_json_at(lists, "coverage")->number).text);
    rg_text_append(t, "<div class=\"grid\">\n");
    draw_exposure(t, lists);
    draw_flows(t, report);
    rg_text_append(t, "</div>\n");
    rg_section_close(t);
}
