#include "rank/channel_items.h"
#include "base/bf16.h"

void rg_items_row(float *row, const regatta_model *model, const rg_history *history)
{
    const rg_weights *w = &model->item_attention;
    memset(row, 0, (size_t)model->shape.n_items * sizeof *row);
    for (int64_t h = 0; h < history->n; h++) {
        const int64_t i = history->item[h];
        const float r = history->weight != NULL ? history->weight[h] : 1.0f;
        for (int64_t e = w->offset[i]; e < w->offset[i + 1]; e++)
            row[w->target[e]] += r * rg_from_bf16(w->value[e]);
    }
    for (int64_t j = 0; j < model->shape.n_items; j++) row[j] *= model->item_scale[j];
}

/* The weight from row i to target j, 0 where none is kept. */
static float weight_of(const rg_weights *w, int64_t i, uint32_t j)
{
    int64_t low = w->offset[i], high = w->offset[i + 1];
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (w->target[middle] < j) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < w->offset[i + 1] && w->target[low] == j ? rg_from_bf16(w->value[low])
                                                         : 0.0f;
}

void rg_items_explain(double *contribution, const regatta_model *model,
                      const rg_history *history, uint32_t item)
{
    const double scale = (double)model->item_scale[item];
    for (int64_t h = 0; h < history->n; h++) {
        const double r = history->weight != NULL ? (double)history->weight[h] : 1.0;
        contribution[h] =
            scale * r * (double)weight_of(&model->item_attention, history->item[h], item);
    }
}
