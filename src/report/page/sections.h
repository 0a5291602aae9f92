/* The sections of the page. Each reads its part of the report's JSON. */
#ifndef RG_REPORT_SECTIONS_H
#define RG_REPORT_SECTIONS_H
#include "report/page/html.h"

void rg_section_data(rg_text *t, const rg_json_node *report);
void rg_section_decisions(rg_text *t, const rg_json_node *report);
void rg_section_quality(rg_text *t, const rg_json_node *report);
void rg_section_lists(rg_text *t, const rg_json_node *report);
void rg_section_users(rg_text *t, const rg_json_node *report);
void rg_section_attention(rg_text *t, const rg_json_node *report);
#endif
