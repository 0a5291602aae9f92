#include "channel/channel_users.h"
#include "base/bf16.h"
#include "channel/users_fit.h"
#include "model/model.h"
#include <string.h>

static const rg_bound WEIGHTS = {0x1p40f, 0, 0};

static regatta_status visit(rg_visitor *v, regatta_model *model, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_user_weights *s = state;
    const int64_t n = model->n_users;
    RG_TRY(rg_visit_weights(v, "user_attention", &s->rows, n, n, &WEIGHTS));
    RG_TRY(rg_visit_sum(v, "user_attention.weights", v->largest,
                        rg_model_largest_weight(model) * (double)n));
done:
    return status;
}

static int element(const void *state, rg_element *out)
{
    *out = RG_I8;
    return ((const rg_user_weights *)state)->rows.coded;
}

static void row(float *out, float *best, float *support, const regatta_model *model,
                const void *state, const rg_history *history)
{
    const rg_weights *w = &((const rg_user_weights *)state)->rows;
    const int64_t u = history->user;
    (void)best, (void)support;
    memset(out, 0, (size_t)model->n_items * sizeof *out);
    if (history->user == REGATTA_NONE) return;
    for (int64_t e = w->offset[u]; e < w->offset[u + 1]; e++) {
        const int64_t v = w->target[e];
        const float weight = rg_from_bf16(w->value[e]);
        for (int64_t h = model->history_offset[v]; h < model->history_offset[v + 1];
             h++) {
            const float r =
                model->history_weight != NULL ? model->history_weight[h] : 1.0f;
            out[model->history_item[h]] += weight * r;
        }
    }
}

/* All of x comes from other users' histories: nothing of it belongs to an item of the
 * user's own. */
static void explain(rg_channel_parts *parts, const regatta_model *model,
                    const void *state, const rg_history *history, uint32_t item, double x,
                    float *work)
{
    (void)model, (void)state, (void)history, (void)item, (void)work;
    parts->direct = x;
}

const rg_channel_ops rg_channel_users = {
    .fit = &rg_users_fit,
    .name = "users",
    .title = "user attention: items of similar users",
    .state_size = sizeof(rg_user_weights),
    .start_weight = 0.3f,
    .seen_only = 1,
    .visit = visit,
    .element = element,
    .row = row,
    .explain = explain,
};
