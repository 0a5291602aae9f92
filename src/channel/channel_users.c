#include "channel/channel_users.h"
#include "base/bf16.h"

void rg_users_row(float *row, const regatta_model *model, const rg_history *history)
{
    const rg_weights *w = &model->user_attention;
    const int64_t u = history->user;
    memset(row, 0, (size_t)model->shape.n_items * sizeof *row);
    if (history->user == REGATTA_NONE) return;
    for (int64_t e = w->offset[u]; e < w->offset[u + 1]; e++) {
        const int64_t v = w->target[e];
        const float weight = rg_from_bf16(w->value[e]);
        for (int64_t h = model->history_offset[v]; h < model->history_offset[v + 1];
             h++) {
            const float r =
                model->history_weight != NULL ? model->history_weight[h] : 1.0f;
            row[model->history_item[h]] += weight * r;
        }
    }
}
