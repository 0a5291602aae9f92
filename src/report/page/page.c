#include "report/page/page.h"
#include "report/page/sections.h"
#include "report/page/style.h"
#include <stdio.h>

static const struct {
    const char *id, *name;
} contents[] = {{"data", "Data"},           {"decisions", "Decisions"},
                {"quality", "Quality"},     {"recommendations", "Recommendations"},
                {"attention", "Attention"}, {"users", "Users"}};

static void write_head(rg_text *t, const char *title)
{
    rg_text_append(t,
                   "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, "
                   "initial-scale=1\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                   "'none'; style-src 'unsafe-inline'; img-src data:\">\n"
                   "<link rel=\"icon\" href=\"data:,\">\n<title>");
    rg_html_text(t, title);
    rg_text_append(t, "</title>\n<style>");
    for (int k = 0; rg_report_style[k] != NULL; k++)
        rg_text_append(t, rg_report_style[k]);
    rg_text_append(t, "</style></head>\n<body>\n");
}

static void write_fact(rg_text *t, const char *name, const char *value)
{
    rg_html(t, "<div><dt>%s</dt><dd>%s</dd></div>\n", name, value);
}

static void write_facts(rg_text *t, const rg_json_node *r)
{
    const rg_json_node *data = rg_json_at(r, "data"), *test = rg_json_at(r, "test");
    const double k = rg_json_at(r, "lists.k")->number;
    char name[64];
    rg_text_append(t, "<dl>\n");
    write_fact(t, "users", rg_show(rg_json_at(data, "users")->number, 4).text);
    write_fact(t, "items", rg_show(rg_json_at(data, "items")->number, 4).text);
    write_fact(t, "interactions",
               rg_show(rg_json_at(data, "interactions")->number, 4).text);
    write_fact(t, "ndcg@20 on validation",
               rg_show_fixed(rg_json_at(r, "validation.ndcg@20")->number, 4).text);
    if (test->kind == RG_JSON_OBJECT) {
        snprintf(name, sizeof name, "ndcg@%.0f on the test part", k);
        char path[32];
        snprintf(path, sizeof path, "ndcg@%.0f", k);
        write_fact(t, name, rg_show_fixed(rg_json_at(test, path)->number, 4).text);
    }
    snprintf(name, sizeof name, "items in the top %.0f of a user", k);
    write_fact(t, name, rg_show_percent(rg_json_at(r, "lists.coverage")->number).text);
    rg_text_append(t, "</dl>\n");
}

static void write_header(rg_text *t, const rg_json_node *r, const char *title)
{
    rg_text_append(t, "<header><h1>");
    rg_html_text(t, title);
    rg_text_append(t, "</h1>\n<p class=\"lead\">A recommendation model of regatta ");
    rg_html_text(t, rg_json_at(r, "regatta")->text);
    rg_text_append(t, " with the channels ");
    for (const rg_json_node *c = rg_json_at(r, "channels")->first; c != NULL;
         c = c->next) {
        rg_html_text(t, c->text);
        if (c->next != NULL) rg_text_append(t, ", ");
    }
    rg_text_append(t, ".</p>\n");
    write_facts(t, r);
    rg_text_append(t, "</header>\n<nav aria-label=\"Contents\"><ul>\n");
    for (size_t k = 0; k < sizeof contents / sizeof *contents; k++)
        rg_html(t, "<li><a href=\"#%s\">%s</a></li>\n", contents[k].id, contents[k].name);
    rg_text_append(t, "</ul></nav>\n<main>\n");
}

void rg_report_page(rg_text *t, const rg_json_node *r)
{
    const char *title = rg_json_at(r, "title")->text;
    write_head(t, title);
    write_header(t, r, title);
    rg_section_data(t, r);
    rg_section_decisions(t, r);
    rg_section_quality(t, r);
    rg_section_lists(t, r);
    rg_section_attention(t, r);
    rg_section_users(t, r);
    rg_text_append(t, "</main>\n<footer><p>Made by regatta ");
    rg_html_text(t, rg_json_at(r, "regatta")->text);
    rg_text_append(t, " from data with the hash ");
    rg_html_text(t, rg_json_at(r, "data_hash")->text);
    rg_text_append(
        t, ". Each number of this page is in the output of <code>regatta "
           "report --json</code>, with more digits.</p></footer>\n</body></html>\n");
}
