#include "channel/fit/channel_fit.h"
#include <assert.h>
#include <math.h>

int rg_channel_of(const rg_channel_fit_ops *ops)
{
    int channel = 0;
    while (channel < rg_n_channels && rg_channels[channel]->fit != ops) channel++;
    assert(channel < rg_n_channels);
    return channel;
}

/* Returns the number of channels that are fitted before this one. */
static int rank_of(int channel)
{
    const int order = rg_channels[channel]->fit->order;
    int n = 0;
    for (int c = 0; c < rg_n_channels; c++) {
        const int other = rg_channels[c]->fit->order;
        n += other < order || (other == order && c < channel);
    }
    return n;
}

int rg_channel_at(int k)
{
    int channel = 0;
    while (rank_of(channel) != k) channel++;
    return channel;
}

int rg_channel_wanted(const rg_fit_choice *choice, int channel)
{
    const rg_channel_fit_ops *wanted = rg_channels[channel]->fit;
    if (choice->on[channel]) return 1;
    for (int c = 0; c < rg_n_channels; c++) {
        const rg_channel_fit_ops *ops = rg_channels[c]->fit;
        if (choice->on[c] && ops->needs != NULL &&
            ops->needs(choice->setting[c]) == wanted)
            return 1;
    }
    return 0;
}

int rg_count_on(const int *on)
{
    int n = 0;
    for (int c = 0; c < rg_n_channels; c++) n += on[c] != 0;
    return n;
}

void rg_choice_add_read(rg_fit_choice *choice)
{
    for (int c = 0; c < rg_n_channels; c++)
        for (int b = 0; b < rg_n_channels && choice->on[c]; b++)
            if (rg_channels[c]->reads == rg_channels[b]) choice->on[b] = 1;
}

regatta_status rg_channel_blend(regatta_ctx *ctx, rg_blend **out)
{
    return rg_blend_create(ctx->mem, out, rg_n_channels, rg_channel_evidence());
}

void rg_channel_blend_start(rg_blend *blend, const int *on)
{
    float start[RG_MAX_CHANNELS];
    rg_channel_start(start);
    rg_blend_start(blend, on, start);
}

regatta_status rg_fit_choice_create(regatta_ctx *ctx, rg_fit_choice *choice)
{
    *choice = (rg_fit_choice){0};
    for (int c = 0; c < rg_n_channels; c++) {
        const int64_t size = (int64_t)rg_channels[c]->fit->setting_size;
        if (size == 0) continue;
        choice->setting[c] = rg_alloc(ctx->mem, size, 1);
        if (choice->setting[c] == NULL) return REGATTA_ENOMEM;
    }
    return rg_channel_blend(ctx, &choice->blend);
}

void rg_fit_choice_free(regatta_ctx *ctx, rg_fit_choice *choice)
{
    for (int c = 0; c < rg_n_channels; c++) rg_free(ctx->mem, choice->setting[c]);
    rg_blend_free(choice->blend);
    *choice = (rg_fit_choice){0};
}

void rg_fitted_changed(rg_fitted *fitted, int channel)
{
    regatta_model_free(fitted->served[channel]);
    fitted->served[channel] = NULL;
}

void rg_fitted_drop(regatta_ctx *ctx, rg_fitted *fitted, int channel)
{
    rg_fitted_changed(fitted, channel);
    if (fitted->part[channel] == NULL) return;
    rg_channels[channel]->fit->free(ctx, fitted->part[channel]);
    fitted->part[channel] = NULL;
}

void rg_channel_did(rg_fit_env *env, const rg_channel_fit_ops *ops, int kind, double n)
{
    rg_plan_did(env->plan, rg_channel_work(rg_channel_of(ops), kind), n);
}

void rg_selection_write(const rg_selection *s, double ndcg)
{
    rg_text *t = &s->env->trials;
    rg_text_real(t, "ndcg@20", ndcg);
    if (isfinite(s->error)) rg_text_real(t, "standard_error", s->error);
}
