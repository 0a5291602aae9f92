/* Side tables to other layouts and formats. */
#ifndef RG_GRAPH_FEATURE_WRITE_H
#define RG_GRAPH_FEATURE_WRITE_H
#include "base/ctx.h"
#include <regatta/features.h>

/* Converts the table of a file; options are checked, and the statuses are those of
 * regatta_features_convert. */
regatta_status rg_features_convert(regatta_ctx *ctx, const char *from,
                                   const regatta_features_options *opts, const char *to,
                                   const regatta_features_output *output,
                                   regatta_features_report *report);
#endif
