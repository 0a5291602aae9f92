#include "report/page/html.h"
#include "base/text/utf8.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PIECE = 1024 };

void rg_html(rg_text *t, const char *format, ...)
{
    char piece[PIECE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    rg_text_append(t, piece);
}

/* Appends the character at `text`; returns its bytes. */
static int append_character(rg_text *t, const char *text)
{
    const int n = rg_utf8_length((const unsigned char *)text, RG_UTF8_MAX);
    const char *entity = *text == '&'    ? "&amp;"
                         : *text == '<'  ? "&lt;"
                         : *text == '>'  ? "&gt;"
                         : *text == '"'  ? "&quot;"
                         : *text == '\'' ? "&#39;"
                                         : NULL;
    if (entity != NULL)
        rg_text_append(t, entity);
    else if (n > 0 && (unsigned char)*text >= 0x20)
        rg_text_append_bytes(t, text, n);
    else
        rg_text_append(t, RG_UTF8_REPLACEMENT);
    return n > 0 ? n : 1;
}

static int length_of(const char *text)
{
    const int n = rg_utf8_length((const unsigned char *)text, RG_UTF8_MAX);
    return n > 0 ? n : 1;
}

void rg_html_text(rg_text *t, const char *text)
{
    while (*text != '\0') text += append_character(t, text);
}

void rg_html_short(rg_text *t, const char *text, int most)
{
    int n = 0;
    for (const char *c = text; *c != '\0'; c += length_of(c)) n++;
    if (n <= most) {
        rg_html_text(t, text);
        return;
    }
    for (int k = 0; k + 1 < most; k++) text += append_character(t, text);
    rg_text_append(t, "…");
}

/* The decimal point of some locales is a comma. */
static void fix_point(char *digits)
{
    char *comma = strchr(digits, ',');
    if (comma != NULL) *comma = '.';
}

/* A minus sign, then digits[n], from the left in groups of three. */
static void group(rg_shown *s, const char *digits, int is_negative)
{
    const size_t n = strlen(digits);
    size_t at = 0;
    if (is_negative) at += (size_t)snprintf(s->text, sizeof s->text, "\u2212");
    for (size_t k = 0; k < n; k++) {
        if (k > 0 && (n - k) % 3 == 0 && n > 4)
            at += (size_t)snprintf(s->text + at, sizeof s->text - at, "\u202F");
        s->text[at++] = digits[k];
    }
    s->text[at] = '\0';
}

/* Puts a minus sign in front of the digits of a negative number. */
static rg_shown sign(const char *digits, double x)
{
    rg_shown s;
    const int negative = x < 0.0 && strspn(digits, "0.") < strlen(digits);
    snprintf(s.text, sizeof s.text, "%s%.40s", negative ? "\u2212" : "", digits);
    return s;
}

rg_shown rg_show(double x, int digits)
{
    rg_shown s;
    char text[40];
    if (!isfinite(x)) return (rg_shown){"–"};
    if (x == floor(x) && fabs(x) < 1e12) {
        snprintf(text, sizeof text, "%.0f", fabs(x));
        group(&s, text, x < 0.0);
        return s;
    }
    snprintf(text, sizeof text, "%.*g", digits, fabs(x));
    fix_point(text);
    return sign(text, x);
}

rg_shown rg_show_fixed(double x, int decimals)
{
    char text[40];
    if (!isfinite(x)) return (rg_shown){"–"};
    if (fabs(x) >= 1e9) return rg_show(x, 4);
    snprintf(text, sizeof text, "%.*f", decimals, fabs(x));
    fix_point(text);
    return sign(text, x);
}

rg_shown rg_show_percent(double x)
{
    rg_shown s;
    if (!isfinite(x)) return (rg_shown){"–"};
    const rg_shown number = rg_show_fixed(100.0 * x, fabs(x) < 0.0995 ? 1 : 0);
    snprintf(s.text, sizeof s.text, "%.40s %%", number.text);
    return s;
}

rg_shown rg_show_svg(double x)
{
    rg_shown s;
    snprintf(s.text, sizeof s.text, "%.1f", isfinite(x) ? x : 0.0);
    fix_point(s.text);
    return s;
}

void rg_section_open(rg_text *t, const char *id, const char *title)
{
    rg_html(t, "<section id=\"%s\" aria-labelledby=\"h-%s\"><h2 id=\"h-%s\">%s</h2>\n",
            id, id, id, title);
}

void rg_section_close(rg_text *t)
{
    rg_text_append(t, "</section>\n");
}

void rg_figure_open(rg_text *t, const char *title, const char *caption, int is_wide)
{
    rg_html(t, "<figure%s><figcaption><h3>%s</h3><p>", is_wide ? " class=\"wide\"" : "",
            title);
    rg_text_append(t, caption);
    rg_text_append(t, "</p></figcaption>\n");
}

void rg_figure_close(rg_text *t)
{
    rg_text_append(t, "</figure>\n");
}

void rg_figure_missing(rg_text *t, const char *title, const char *reason)
{
    rg_html(t, "<figure><figcaption><h3>%s</h3></figcaption><p class=\"missing\">",
            title);
    rg_text_append(t, reason);
    rg_text_append(t, "</p></figure>\n");
}

static void write_cell(rg_text *t, const rg_json_node *value)
{
    if (value->kind == RG_JSON_NUMBER) {
        rg_html(t, "<td class=\"n\">%s</td>", rg_show(value->number, 4).text);
        return;
    }
    rg_text_append(t, "<td>");
    if (value->kind == RG_JSON_BOOL)
        rg_text_append(t, value->number > 0.0 ? "yes" : "no");
    else if (value->kind == RG_JSON_STRING)
        rg_html_text(t, value->text);
    else if (value->kind == RG_JSON_NULL)
        rg_text_append(t, "–");
    for (const rg_json_node *v = value->first; v != NULL; v = v->next) {
        rg_html_item(t, v, 40);
        if (v->next != NULL) rg_text_append(t, ", ");
    }
    rg_text_append(t, "</td>");
}

/* The name of a member as a heading: "test_interactions" is "test interactions". */
static void write_heading(rg_text *t, const char *name)
{
    rg_text_append(t, "<th scope=\"col\">");
    for (; *name != '\0'; name++) rg_text_append_bytes(t, *name == '_' ? " " : name, 1);
    rg_text_append(t, "</th>");
}

void rg_scroll_open(rg_text *t, const char *label)
{
    rg_text_append(t, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                      "aria-label=\"");
    rg_html_text(t, label);
    rg_text_append(t, "\">");
}

void rg_figure_table(rg_text *t, const char *title, const rg_json_node *list)
{
    if (list->first == NULL) return;
    rg_text_append(t, "<details><summary>Table of the numbers</summary>");
    rg_scroll_open(t, title);
    rg_text_append(t, "<table><thead><tr>");
    for (const rg_json_node *m = list->first->first; m != NULL; m = m->next)
        write_heading(t, m->name);
    rg_text_append(t, "</tr></thead><tbody>\n");
    for (const rg_json_node *row = list->first; row != NULL; row = row->next) {
        rg_text_append(t, "<tr>");
        for (const rg_json_node *m = row->first; m != NULL; m = m->next) write_cell(t, m);
        rg_text_append(t, "</tr>\n");
    }
    rg_text_append(t, "</tbody></table></div></details>\n");
}

void rg_html_item(rg_text *t, const rg_json_node *object, int most)
{
    const rg_json_node *title = rg_json_at(object, "title");
    rg_html_short(
        t, *title->text != '\0' ? title->text : rg_json_at(object, "item")->text, most);
}
