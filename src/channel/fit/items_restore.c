/* The settings of item attention, read back from a model, and the ridge of its weights.
 */
#include "channel/fit/items_fit.h"
#include "model/model.h"
#include <string.h>

const char *const rg_items_ridges[] = {"local", "exact", NULL};
const char *const rg_items_reweightings[] = {"none", "cosine", "layer", NULL};

void rg_items_restore(void *setting, rg_fit_options *options, rg_settings *from)
{
    rg_items_setting *s = setting;
    rg_item_attention_options *r = &s->ridge;
    const rg_item_weights *state = from->model->item_weights;
    (void)options;
    s->exact = rg_settings_name(from, "item_attention.ridge", rg_items_ridges);
    rg_settings_real(from, &r->user_power, "item_attention.user_power", 0.0, 10.0);
    rg_settings_real(from, &r->lambda, "item_attention.lambda", 0.0, 1e9);
    rg_settings_real(from, &r->theta, "item_attention.theta", 0.0, 10.0);
    rg_settings_real(from, &r->candidate_power, "item_attention.candidate_power", 0.0,
                     10.0);
    rg_settings_int(from, &r->neighbours, "item_attention.neighbours", 1, 100000);
    rg_settings_int(from, &r->cap, "item_attention.cap", 1, INT32_MAX);
    s->reweight.kind = (rg_reweight_kind)rg_settings_name(
        from, "item_attention.attention", rg_items_reweightings);
    if (!from->anew && rg_settings_has(from, "item_attention.mean_self"))
        rg_settings_real(from, &r->mean_self, "item_attention.mean_self", 0.0, 1e30);
    if (s->reweight.kind == RG_REWEIGHT_COSINE)
        s->reweight.strength.heads = rg_settings_floats(
            from, s->reweight.strength.beta, RG_MAX_HEADS, "item_attention.beta");
    if (state != NULL && state->recency != NULL)
        memcpy(s->recency, state->recency, sizeof s->recency);
}

regatta_status rg_items_ridge(regatta_ctx *ctx, rg_channel_ridge *out, void *state,
                              const rg_fitted *fitted, const rg_fit_choice *choice)
{
    (void)ctx;
    out->weights = &((rg_item_weights *)state)->rows;
    if (fitted == NULL) return REGATTA_OK;
    const rg_items_setting *s = choice->setting[rg_channel_of(&rg_items_fit)];
    out->rows = &fitted->rows;
    out->options = s->ridge;
    out->learned = s->reweight.kind == RG_REWEIGHT_LAYER;
    if (s->reweight.kind == RG_REWEIGHT_COSINE) out->strength = &s->reweight.strength;
    return REGATTA_OK;
}
