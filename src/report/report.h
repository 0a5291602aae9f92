/* A report of a model: its numbers as JSON, and a page made from them. */
#ifndef RG_REPORT_H
#define RG_REPORT_H
#include "model/model.h"
#include <regatta/report.h>

/* As regatta_report; the options are checked. */
regatta_status rg_report(regatta_ctx *ctx, const regatta_model *model,
                         const regatta_report_options *opts);
#endif
