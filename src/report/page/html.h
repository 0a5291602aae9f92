/* Pieces of a page: escaped text, numbers, figures and their tables. */
#ifndef RG_REPORT_HTML_H
#define RG_REPORT_HTML_H
#include "base/text/json_tree.h"
#include "base/text/text.h"

/* Appends formatted markup, of at most 1023 bytes. Arguments are numbers and texts of the
 * program: never ids or titles. */
__attribute__((format(printf, 2, 3))) void rg_html(rg_text *t, const char *format, ...);
/* Appends any text, escaped; bytes that are not UTF-8 become U+FFFD. */
void rg_html_text(rg_text *t, const char *text);
/* The same, cut to `most` characters, the last one then an ellipsis. */
void rg_html_short(rg_text *t, const char *text, int most);

/* A number as the page shows it, the same in every locale. */
typedef struct rg_shown {
    char text[48];
} rg_shown;

/* Whole numbers with narrow spaces between thousands, others with `digits` significant
 * digits; a dash for NaN. */
rg_shown rg_show(double x, int digits);
/* With `decimals` digits behind the point. */
rg_shown rg_show_fixed(double x, int decimals);
/* A share as a percentage. */
rg_shown rg_show_percent(double x);
/* A coordinate or a size in SVG. */
rg_shown rg_show_svg(double x);

void rg_section_open(rg_text *t, const char *id, const char *title);
void rg_section_close(rg_text *t);
/* A figure with its title and a sentence about it. */
void rg_figure_open(rg_text *t, const char *title, const char *caption, int is_wide);
void rg_figure_close(rg_text *t);
/* A figure that says in a sentence why there is no picture. */
void rg_figure_missing(rg_text *t, const char *title, const char *reason);

/* The numbers of the picture called `title` as a table that opens: `list` is an array of
 * objects with the same members, which are the columns. */
void rg_figure_table(rg_text *t, const char *title, const rg_json_node *list);
/* Opens an element that scrolls sideways, for the keyboard too; `label` is not escaped.
 */
void rg_scroll_open(rg_text *t, const char *label);
/* Appends the id of an object with "item" and perhaps "title": the title, else the id. */
void rg_html_item(rg_text *t, const rg_json_node *object, int most);
#endif
