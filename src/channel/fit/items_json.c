/* The settings of item attention as JSON; items_restore.c reads them back. */
#include "channel/fit/items_fit.h"
#include "channel/fit/recency_choice.h"

void rg_items_write_strength(rg_text *t, const rg_reweighting *how)
{
    if (how->kind != RG_REWEIGHT_COSINE) return;
    rg_text_open(t, "beta", '[');
    for (int h = 0; h < how->strength.heads; h++)
        rg_text_real(t, NULL, (double)how->strength.beta[h]);
    rg_text_close(t, ']');
}

/* Writes the estimate that decides on trying the exact ridge; seconds are null for a
 * method that was not analysed. Speeds are constants, not measured. */
static void write_plan(rg_text *t, const rg_exact_ridge_plan *plan)
{
    static const char *const METHOD[] = {"none", "dense", "sparse"};
    if (plan->n_items == 0) return;
    rg_text_open(t, "exact_estimate", '{');
    rg_text_string(t, "offered", METHOD[plan->method]);
    rg_text_int(t, "items", plan->n_items);
    rg_text_int(t, "entries", plan->n_entries);
    rg_text_real(t, "dense_seconds", plan->dense_seconds);
    rg_text_int(t, "dense_bytes", plan->dense_bytes);
    rg_text_real(t, "sparse_seconds", plan->sparse_seconds);
    rg_text_int(t, "sparse_bytes", plan->sparse_bytes);
    rg_text_close(t, '}');
}

void rg_items_json(rg_text *t, rg_json_place place, const rg_fit_report *r)
{
    const rg_items_setting *s = r->choice->setting[rg_channel_of(&rg_items_fit)];
    const rg_items_part *whole = rg_items_fitted(r->whole);
    if (place != RG_JSON_SETTINGS) return;
    rg_text_open(t, "item_attention", '{');
    rg_text_string(t, "ridge", rg_items_ridges[whole->exact]);
    rg_text_real(t, "user_power", s->ridge.user_power);
    rg_text_real(t, "lambda", s->ridge.lambda);
    rg_text_real(t, "theta", s->ridge.theta);
    rg_text_real(t, "candidate_power", s->ridge.candidate_power);
    rg_text_int(t, "neighbours", s->ridge.neighbours);
    rg_text_int(t, "cap", s->ridge.cap);
    if (whole->attention->mean_self > 0.0)
        rg_text_exact(t, "mean_self", whole->attention->mean_self);
    if (!rg_recency_is_flat(s->recency)) {
        rg_text_open(t, "recency", '{');
        rg_recency_write(t, s->recency);
        rg_text_close(t, '}');
    }
    rg_text_string(t, "attention", rg_items_reweightings[s->reweight.kind]);
    rg_items_write_strength(t, &s->reweight);
    write_plan(t, r->slice != NULL ? &rg_items_fitted(r->slice)->plan : &whole->plan);
    rg_text_close(t, '}');
}
