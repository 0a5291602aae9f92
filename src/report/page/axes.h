/* Axes of a chart. */
#ifndef RG_REPORT_AXES_H
#define RG_REPORT_AXES_H
#include "report/page/html.h"

/* A scale from numbers to a coordinate. */
typedef struct rg_axis {
    double low, high;   /* numbers */
    double first, last; /* their coordinates */
    int is_log;
    double step; /* between two ticks: a difference, or a factor; set by rg_axis_round */
} rg_axis;

double rg_axis_at(const rg_axis *axis, double x);
/* Widens low and high to whole steps of about n ticks, or to powers of ten. */
void rg_axis_round(rg_axis *axis, int n);
/* Sets *x to tick k of a rounded axis; returns 0 behind the last one. */
int rg_axis_tick(const rg_axis *axis, int k, double *x);
/* The text of a tick; the step says how many decimals it needs. */
rg_shown rg_axis_text(const rg_axis *axis, double x, int is_share);
/* Opens a picture of this height with a description for those who do not see it. */
void rg_svg_open(rg_text *t, int height, const char *description);
void rg_svg_close(rg_text *t);
/* Writes a text; `kind` is a list of classes. */
void rg_svg_text(rg_text *t, double x, double y, const char *kind, const char *text);
void rg_svg_line(rg_text *t, const char *kind, double x1, double y1, double x2,
                 double y2);
#endif
