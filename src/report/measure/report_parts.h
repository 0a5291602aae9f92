/* The parts of a report. Each writes members of the JSON object that is open in `t`;
 * docs/report.md describes them. What the model does not have is null. */
#ifndef RG_REPORT_PARTS_H
#define RG_REPORT_PARTS_H
#include "report/measure/report_world.h"

/* "data": sizes, degrees, times, communities. */
regatta_status rg_report_data(rg_text *t, const rg_report_world *world);
/* "decisions", "blend", "curves": the record of the training. */
void rg_report_decisions(rg_text *t, const rg_report_world *world);
/* "test", "lists", "flows": quality, and where recommendations go. */
regatta_status rg_report_quality(rg_text *t, const rg_report_world *world);
/* "calibration" */
void rg_report_calibration(rg_text *t, const rg_report_world *world);
/* "users": exact contributions. */
regatta_status rg_report_users(rg_text *t, const rg_report_world *world);
/* "age", "channels", "heads": attention over a sample of users. */
regatta_status rg_report_attention(rg_text *t, const rg_report_world *world);
/* "item_graph" */
regatta_status rg_report_item_graph(rg_text *t, const rg_report_world *world);
#endif
