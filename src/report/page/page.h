/* The page of a report, made from its JSON alone. */
#ifndef RG_REPORT_PAGE_H
#define RG_REPORT_PAGE_H
#include "base/text/json_tree.h"
#include "base/text/text.h"

/* Appends the page of the object `report`. */
void rg_report_page(rg_text *t, const rg_json_node *report);
#endif
