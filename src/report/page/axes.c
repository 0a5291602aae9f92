#include "report/page/axes.h"
#include "report/page/charts.h"
#include <math.h>
#include <stdio.h>

double rg_axis_at(const rg_axis *a, double x)
{
    const double low = a->is_log ? log10(a->low) : a->low;
    const double high = a->is_log ? log10(a->high) : a->high;
    const double at = a->is_log ? log10(x) : x;
    if (!(high > low)) return 0.5 * (a->first + a->last);
    return a->first + (at - low) / (high - low) * (a->last - a->first);
}

/* Returns 1, 2 or 5 times a power of ten: the step of about n ticks of the range. */
static double step_of(double range, int n)
{
    const double rough = range / (double)n, power = pow(10.0, floor(log10(rough)));
    const double digit = rough / power;
    return power * (digit > 5.0 ? 10.0 : digit > 2.0 ? 5.0 : digit > 1.0 ? 2.0 : 1.0);
}

void rg_axis_round(rg_axis *a, int n)
{
    if (!(a->low <= a->high)) { /* no number */
        a->low = a->is_log ? 0.1 : 0.0;
        a->high = 1.0;
    }
    if (a->is_log) {
        a->low = pow(10.0, floor(log10(a->low)));
        a->high = pow(10.0, ceil(log10(a->high)));
        if (!(a->high > a->low)) a->high = 10.0 * a->low;
        a->step = 10.0;
        return;
    }
    if (!(a->high > a->low)) {
        a->high += fabs(a->high) > 0.0 ? 0.05 * fabs(a->high) : 1.0;
        a->low -= 0.05 * fabs(a->low);
    }
    a->step = step_of(a->high - a->low, n);
    a->low = a->step * floor(a->low / a->step + 1e-9);
    a->high = a->step * ceil(a->high / a->step - 1e-9);
}

int rg_axis_tick(const rg_axis *a, int k, double *x)
{
    *x = a->is_log ? a->low * pow(a->step, k) : a->low + a->step * k;
    return a->is_log ? *x <= a->high * 1.001 : *x <= a->high + 0.001 * a->step;
}

rg_shown rg_axis_text(const rg_axis *a, double x, int is_share)
{
    rg_shown percent;
    int decimals = 0;
    if (a->is_log) return rg_show(x, 1);
    const double unit = is_share ? 100.0 : 1.0;
    for (double s = unit * a->step; s < 0.999 && decimals < 8; s *= 10.0) decimals++;
    if (decimals == 0 && !is_share) return rg_show(round(x), 4);
    const rg_shown shown = rg_show_fixed(unit * x, decimals);
    if (!is_share) return shown;
    snprintf(percent.text, sizeof percent.text, "%.40s %%", shown.text);
    return percent;
}

void rg_svg_open(rg_text *t, int height, const char *description)
{
    rg_html(t, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", RG_CHART_WIDTH,
            height);
    rg_html_text(t, description);
    rg_text_append(t, "\">\n");
}

void rg_svg_close(rg_text *t)
{
    rg_text_append(t, "</svg>\n");
}

void rg_svg_text(rg_text *t, double x, double y, const char *kind, const char *text)
{
    rg_html(t, "<text x=\"%s\" y=\"%s\" class=\"%s\">", rg_show_svg(x).text,
            rg_show_svg(y).text, kind);
    rg_html_text(t, text);
    rg_text_append(t, "</text>\n");
}

void rg_svg_line(rg_text *t, const char *kind, double x1, double y1, double x2, double y2)
{
    rg_html(t, "<path class=\"%s\" d=\"M%s %sL%s %s\"/>\n", kind, rg_show_svg(x1).text,
            rg_show_svg(y1).text, rg_show_svg(x2).text, rg_show_svg(y2).text);
}
