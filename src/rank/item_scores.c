#include "rank/item_scores.h"
#include <string.h>

void rg_item_scores(float *row, const rg_csr *by_history, const float *scale,
                    const uint32_t *item, const float *weight, int64_t n)
{
    memset(row, 0, (size_t)by_history->n_cols * sizeof *row);
    for (int64_t k = 0; k < n; k++) {
        const float w = weight != NULL ? weight[k] : 1.0f;
        const int64_t end = by_history->offset[(int64_t)item[k] + 1];
        for (int64_t e = by_history->offset[item[k]]; e < end; e++)
            row[by_history->target[e]] += w * by_history->value[e];
    }
    if (scale == NULL) return;
    for (int64_t j = 0; j < by_history->n_cols; j++) row[j] *= scale[j];
}

double rg_item_score_parts(float *part, const rg_csr *by_history, const float *scale,
                           uint32_t candidate, const uint32_t *item, const float *weight,
                           int64_t n)
{
    double sum = 0.0;
    for (int64_t k = 0; k < n; k++) {
        const int64_t e = rg_csr_find(by_history, item[k], candidate);
        float value = e >= 0 ? by_history->value[e] : 0.0f;
        if (weight != NULL) value *= weight[k];
        if (scale != NULL) value *= scale[candidate];
        part[k] = value;
        sum += (double)value;
    }
    return sum;
}
