/* Metrics of one ranking against one test set (docs/metrics.md). */
#ifndef RG_RANK_METRICS_H
#define RG_RANK_METRICS_H
#include <regatta/evaluate.h>

/* Fills recall .. hit of out->k from the ranked items (best first, REGATTA_NONE = none),
 * the user's test items among the candidates, ascending, and n_missed test items that no
 * list can have; n_candidates is how many items were ranked. */
void rg_metrics_user(regatta_metrics *out, const uint32_t *ranked, const uint32_t *test,
                     int64_t n_test, int64_t n_missed, int64_t n_candidates);
#endif
