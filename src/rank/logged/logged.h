/* What a model's policy would have earned: records, policy, reward model, estimates. */
#ifndef RG_RANK_LOGGED_H
#define RG_RANK_LOGGED_H
#include "rank/logged/logged_records.h"
#include <regatta/logged.h>

/* As regatta_evaluate_logged: everything is checked. `query` has the queries of the
 * records. ENOMEM. */
regatta_status rg_evaluate_logged(regatta_ctx *ctx, regatta_logged_evaluation *out,
                                  const regatta_model *model,
                                  const rg_logged_records *records,
                                  const regatta_query *query,
                                  const regatta_logged_options *opts);
#endif
