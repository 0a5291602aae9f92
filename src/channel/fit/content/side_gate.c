#include "channel/fit/content/side_gate.h"
#include <string.h>

enum { N_WEIGHTS = 3 };
static const float WEIGHTS[N_WEIGHTS] = {0.1f, 0.3f, 0.8f};

static regatta_status try_weight(rg_selection *s, int *better, const int *on, int channel,
                                 float weight)
{
    regatta_status status = REGATTA_OK;
    rg_text *t = &s->env->trials;
    rg_blend *blend = NULL;
    double ndcg = 0.0;
    RG_TRY(rg_channel_blend(s->env->ctx, &blend));
    rg_channel_blend_start(blend, on);
    blend->base[channel] = weight;
    RG_TRY(s->measure(s, &ndcg, better, on, blend));
    rg_text_open(t, NULL, '{');
    rg_text_float(t, "weight", weight);
    rg_selection_write(s, ndcg);
    rg_text_bool(t, "better", *better);
    rg_text_close(t, '}');
    RG_TRY(s->env->stage(s->env, "blend"));
done:
    rg_blend_free(blend);
    return status;
}

regatta_status rg_side_helps(rg_selection *s, int *helps, const int *without,
                             const rg_channel_fit_ops *ops, const char *name)
{
    regatta_status status = REGATTA_OK;
    const int channel = rg_channel_of(ops);
    int on[RG_MAX_CHANNELS], better = 0;
    *helps = 0;
    memcpy(on, without, sizeof on);
    rg_text_open(&s->env->trials, name, '[');
    s->begin(s);
    RG_TRY(try_weight(s, &better, on, channel, 0.0f));
    on[channel] = 1;
    for (int k = 0; k < N_WEIGHTS; k++) {
        RG_TRY(try_weight(s, &better, on, channel, WEIGHTS[k]));
        *helps |= better;
    }
    rg_text_close(&s->env->trials, ']');
done:
    return status;
}

regatta_status rg_side_gate(rg_selection *s, const rg_channel_fit_ops *ops,
                            const char *name)
{
    regatta_status status = REGATTA_OK;
    const int channel = rg_channel_of(ops);
    int on[RG_MAX_CHANNELS], helps = 0;
    if (s->fitted->part[channel] == NULL) return REGATTA_OK;
    memcpy(on, s->choice->on, sizeof on);
    on[channel] = 0;
    if (rg_count_on(on) < 2) return REGATTA_OK;
    RG_TRY(rg_side_helps(s, &helps, on, ops, name));
    s->choice->apart[channel] = !helps;
done:
    return status;
}
