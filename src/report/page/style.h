/* The style of the page, in pieces; the last one is NULL. */
#ifndef RG_REPORT_STYLE_H
#define RG_REPORT_STYLE_H
extern const char *const rg_report_style[];
#endif
