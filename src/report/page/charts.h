/* Charts as inline SVG, 360 units wide, so that their text has about the size of the
 * page's. Each reads an array of objects of the report's JSON. */
#ifndef RG_REPORT_CHARTS_H
#define RG_REPORT_CHARTS_H
#include "report/page/html.h"

enum { RG_CHART_WIDTH = 360 };

/* Vertical bars, one for each object. */
typedef struct rg_bars {
    const rg_json_node *list;
    const char *label;              /* member with the label of a bar */
    const char *value, *error;      /* members; error NULL: no whiskers, else the standard
                                       error: they show 1.96 of it */
    const char *second;             /* NULL, or a second bar in the second colour */
    const char *name, *second_name; /* shown above the bars if there are two */
    const char *x_title, *y_title;
    int is_share;   /* 1: values are shares, shown in percent */
    int label_most; /* characters of a label; 0: all */
} rg_bars;
void rg_chart_bars(rg_text *t, const rg_bars *bars);

/* Horizontal dots under their labels, one for each object. */
typedef struct rg_dots {
    const rg_json_node *list;
    const char *label, *value, *error; /* error NULL: no whiskers; 1.96 of it */
    const char *chosen; /* NULL, or the member that is true for the chosen object */
    const char *x_title;
    int from_zero; /* 1: a line from 0 to each dot */
} rg_dots;
void rg_chart_dots(rg_text *t, const rg_dots *dots);

/* A line through points. */
typedef struct rg_line {
    const rg_json_node *list;
    const char *x, *y;
    const char *x_title, *y_title;
    int is_log;       /* 1: both axes are logarithmic; numbers are above 0 */
    int has_diagonal; /* 1: both axes have the same range, and x = y is shown */
    double reference; /* a horizontal line with the label below; NaN: none */
    const char *reference_name;
} rg_line;
void rg_chart_line(rg_text *t, const rg_line *line);

/* Bands from the communities of users to those of the items: cells as in "flows", names
 * of the groups as in "largest_communities". */
void rg_chart_flows(rg_text *t, const rg_json_node *cells, const rg_json_node *groups);
/* Nodes and edges as in "item_graph". */
void rg_chart_graph(rg_text *t, const rg_json_node *graph);

/* A square table of correlations: names[n], rows[n][n]. */
void rg_chart_correlations(rg_text *t, const rg_json_node *object, const char *label);
/* The matrix of one user, as in "users". */
void rg_chart_matrix(rg_text *t, const rg_json_node *user);
#endif
