/* Metrics of one ranking; docs/metrics.md defines each. O(k log n_test). */
#include "rank/metrics.h"
#include "base/find.h"
#include <math.h>
#include <string.h>

void rg_metrics_user(regatta_metrics *out, const uint32_t *ranked, const uint32_t *test,
                     int64_t n_test, int64_t n_missed, int64_t n_candidates)
{
    const int64_t k = out->k, n_wanted = n_test + n_missed,
                  n_all = n_candidates + n_missed;
    const int64_t ideal_hits = n_wanted < k ? n_wanted : k;
    int64_t n_ranked = 0, hits = 0;
    double dcg = 0.0, ideal = 0.0, precisions = 0.0, first = 0.0;
    for (; n_ranked < k && ranked[n_ranked] != REGATTA_NONE; n_ranked++) {
        if (rg_find_u32(test, n_test, ranked[n_ranked]) < 0) continue;
        hits++;
        dcg += 1.0 / log2((double)n_ranked + 2.0);
        precisions += (double)hits / ((double)n_ranked + 1.0);
        if (hits == 1) first = 1.0 / ((double)n_ranked + 1.0);
    }
    for (int64_t r = 0; r < ideal_hits; r++) ideal += 1.0 / log2((double)r + 2.0);
    out->recall = n_wanted > 0 ? (double)hits / (double)n_wanted : 0.0;
    out->precision = (double)hits / (double)k;
    const double both = out->recall + out->precision;
    out->f1 = both > 0.0 ? 2.0 * out->recall * out->precision / both : 0.0;
    const int64_t wrong =
        n_ranked + n_wanted - 2 * hits; /* false positives + negatives */
    out->accuracy = n_all > 0 ? 1.0 - (double)wrong / (double)n_all : 0.0;
    out->ndcg = ideal > 0.0 ? dcg / ideal : 0.0;
    out->map = ideal_hits > 0 ? precisions / (double)ideal_hits : 0.0;
    out->mrr = first;
    out->hit = hits > 0 ? 1.0 : 0.0;
}
