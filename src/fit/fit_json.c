/* What made a model, as JSON: equal runs give equal bytes, so no times and no machine. */
#include "base/text/text.h"
#include "fit/fit_run.h"
#include <inttypes.h>
#include <regatta/version.h>
#include <stdio.h>

static const char *const ATTENTION[] = {"none",       "cosine", "dot",
                                        "scaled-dot", "gat",    "gatv2"};
static const char *const COMBINE[] = {"mean", "all", "last"};
static const char *const START[] = {"spectral", "random"};
static const char *const LOSS[] = {"softmax", "bpr"};
static const char *const PRESET[] = {"default", "fast", "best"};
static const char *const EXPECT[] = {"both", "past", "popular"};
static const char *const WEIGHTING[] = {"binary", "log", "raw"};

static void write_options(rg_text *t, const regatta_train_options *o)
{
    rg_text_open(t, "options", '{');
    rg_text_string(t, "preset", PRESET[o->preset]);
    rg_text_string(t, "expect", EXPECT[o->expect]);
    rg_text_string(t, "attention", ATTENTION[o->attention]);
    rg_text_int(t, "heads", o->heads);
    rg_text_int(t, "layers", o->layers);
    rg_text_int(t, "dim", o->dim);
    rg_text_string(t, "combine", COMBINE[o->combine]);
    rg_text_string(t, "start", START[o->start]);
    rg_text_string(t, "loss", LOSS[o->loss]);
    rg_text_string(t, "weighting", WEIGHTING[o->weighting]);
    rg_text_int(t, "max_steps", o->max_steps);
    rg_text_int(t, "patience", o->patience);
    rg_text_int(t, "eval_every", o->eval_every);
    rg_text_int(t, "batch_users", o->batch_users);
    rg_text_int(t, "softmax_items", o->softmax_items);
    rg_text_bool(t, "refit", o->refit != 0);
    rg_text_float(t, "valid_share", o->valid_share);
    rg_text_float(t, "learning_rate", o->learning_rate);
    rg_text_float(t, "temperature", o->temperature);
    rg_text_float(t, "l2", o->l2);
    rg_text_float(t, "edge_dropout", o->edge_dropout);
    rg_text_close(t, '}');
}

/* A string where JSON readers would round the number. */
static void write_seed(rg_text *t, uint64_t seed)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, seed);
    if (seed < (UINT64_C(1) << 53))
        rg_text_int(t, "seed", (int64_t)seed);
    else
        rg_text_string(t, "seed", digits);
}

static void write_data(rg_text *t, const rg_fit_run *run)
{
    char hash[24];
    snprintf(hash, sizeof hash, "%016" PRIx64, run->full->hash);
    rg_text_open(t, "data", '{');
    rg_text_int(t, "users", run->full->by_user->n_rows);
    rg_text_int(t, "items", run->full->by_user->n_cols);
    rg_text_int(t, "interactions", run->full->by_user->n_edges);
    rg_text_string(t, "hash", hash);
    rg_text_close(t, '}');
}

/* Nothing of weights that count as they are. */
static void write_weights(rg_text *t, const rg_weighting *w)
{
    if (w->least == 0.0f) return;
    rg_text_open(t, "weights", '{');
    rg_text_int(t, "exponent", w->exponent);
    rg_text_int(t, "raised", w->n_raised);
    rg_text_close(t, '}');
}

static void write_hubs(rg_text *t, const rg_hubs *hubs)
{
    if (hubs->n_users == 0) return;
    rg_text_open(t, "hubs", '{');
    rg_text_int(t, "users", hubs->n_users);
    rg_text_int(t, "above", RG_HUB_ABOVE);
    rg_text_int(t, "sampled", RG_HUB_SAMPLED);
    rg_text_int(t, "items_left_out", hubs->n_left_out);
    rg_text_close(t, '}');
}

static void write_trials(rg_text *t, const char *name, const char *what,
                         const rg_trials *trials)
{
    if (trials->n == 0) return;
    rg_text_open(t, name, '[');
    for (int k = 0; k < trials->n; k++) {
        rg_text_open(t, NULL, '{');
        rg_text_float(t, what, (float)trials->trial[k].value);
        rg_text_real(t, "ndcg@20", trials->trial[k].ndcg);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
}

static void write_strength(rg_text *t, const rg_reweighting *how)
{
    if (how->kind != RG_REWEIGHT_COSINE) return;
    rg_text_open(t, "beta", '[');
    for (int h = 0; h < how->strength.heads; h++)
        rg_text_real(t, NULL, (double)how->strength.beta[h]);
    rg_text_close(t, ']');
}

static void write_reweights(rg_text *t, const rg_fit_run *run)
{
    if (run->n_reweights == 0) return;
    rg_text_open(t, "attentions", '[');
    for (int k = 0; k < run->n_reweights; k++) {
        const rg_reweight_trial *trial = &run->reweights[k];
        rg_text_open(t, NULL, '{');
        rg_text_string(t, "attention", trial->name);
        write_strength(t, &trial->how);
        rg_text_real(t, "ndcg@20", trial->ndcg);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
    rg_text_open(t, "learned", '{');
    rg_text_int(t, "steps", run->learned.steps);
    rg_text_real(t, "loss_before", run->learned.loss_before);
    rg_text_real(t, "loss_after", run->learned.loss_after);
    rg_text_close(t, '}');
}

static void write_curve(rg_text *t, const rg_vectors *v)
{
    rg_text_open(t, "curve", '[');
    for (int64_t k = 0; k < v->n_curve; k++) {
        rg_text_open(t, NULL, '{');
        rg_text_int(t, "step", v->curve[k].step);
        rg_text_real(t, "loss", v->curve[k].loss);
        rg_text_real(t, "ndcg@20", v->curve[k].ndcg);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
}

static void write_validation(rg_text *t, const rg_fit_run *run)
{
    if (run->validation == NULL) return;
    rg_text_open(t, "validation", '{');
    rg_text_int(t, "interactions", run->validation->n_holdout);
    rg_text_int(t, "users", run->validation->n_users);
    rg_text_bool(t, "sample_of_users", run->sample != NULL);
    rg_text_real(t, "ndcg@20", run->valid_ndcg);
    rg_text_real(t, "recall@20", run->valid_recall);
    write_trials(t, "candidate_powers", "c", &run->powers);
    write_trials(t, "temperatures", "temperature", &run->temperatures);
    write_trials(t, "item_graphs", "item_graph", &run->item_graphs);
    write_reweights(t, run);
    if (run->slice.vectors != NULL) write_curve(t, run->slice.vectors);
    rg_text_close(t, '}');
}

static void write_training(rg_text *t, const rg_fit_run *run)
{
    const rg_vectors *v = run->whole.vectors;
    if (v == NULL) return;
    const int64_t sampled = rg_sampled_items(&run->options, v->shape.n_items);
    const rg_vectors *steps = v->n_steps > 0 ? v : run->slice.vectors;
    rg_text_open(t, "training", '{');
    rg_text_int(t, "steps", steps->best_step);
    rg_text_bool(t, "refit", run->slice.vectors != NULL && v->n_steps > 0);
    rg_text_bool(t, "finished_early", run->finished || steps->finished_early);
    rg_text_bool(t, "item_graph", run->choice.item_graph);
    if (run->options.loss == REGATTA_LOSS_SOFTMAX) {
        rg_text_string(t, "softmax", sampled > 0 ? "sampled" : "exact");
        rg_text_int(t, "softmax_items", sampled > 0 ? sampled : v->shape.n_items);
    }
    rg_text_close(t, '}');
}

static const char *const CHANNEL[] = {"vectors", "items", "users", "spectral"};

static void write_channel_numbers(rg_text *t, const char *name, const double *number)
{
    rg_text_open(t, name, '{');
    for (int a = 0; a < RG_N_CHANNELS; a++) rg_text_real(t, CHANNEL[a], number[a]);
    rg_text_close(t, '}');
}

static void write_blend(rg_text *t, const rg_fit_run *run)
{
    static const char *const KIND[] = {"start", "linear", "gated"};
    const rg_blend_report *r = &run->report;
    double base[RG_N_CHANNELS];
    if (!run->choice.blended) return;
    for (int a = 0; a < RG_N_CHANNELS; a++) base[a] = (double)run->choice.blend->base[a];
    rg_text_open(t, "blend", '{');
    write_channel_numbers(t, "base", base);
    if (run->validation != NULL) {
        rg_text_string(t, "kind", KIND[r->kind]);
        rg_text_real(t, "ndcg@20", r->ndcg);
        for (int k = 0; k < RG_N_BLEND_KINDS; k++)
            rg_text_real(t, KIND[k], r->by_kind[k]);
        rg_text_real(t, "ungated", r->ungated);
        write_channel_numbers(t, "alone", r->alone);
        write_channel_numbers(t, "without", r->without);
    }
    rg_text_close(t, '}');
}

/* What the exact ridge would take, and so whether and how it was offered; null seconds
 * where a way was not worth an analysis. Speeds are assumed: no clock is in it. */
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

static const char *const ATTEND[] = {"none", "cosine", "layer"};

static void write_channels(rg_text *t, const rg_fit_run *run)
{
    const rg_fit_choice *c = &run->choice;
    rg_text_open(t, "channels", '[');
    for (int a = 0; a < RG_N_CHANNELS; a++)
        if (c->on[a]) rg_text_string(t, NULL, CHANNEL[a]);
    rg_text_close(t, ']');
    if (c->on[RG_CHANNEL_ITEMS]) {
        rg_text_open(t, "item_attention", '{');
        rg_text_string(t, "ridge", run->whole.exact ? "exact" : "local");
        rg_text_real(t, "user_power", c->items.user_power);
        rg_text_real(t, "lambda", c->items.lambda);
        rg_text_real(t, "theta", c->items.theta);
        rg_text_real(t, "candidate_power", c->items.candidate_power);
        rg_text_int(t, "neighbours", c->items.neighbours);
        rg_text_int(t, "cap", c->items.cap);
        rg_text_string(t, "attention", ATTEND[c->reweight.kind]);
        write_strength(t, &c->reweight);
        write_plan(t, run->validation != NULL ? &run->slice.plan : &run->whole.plan);
        rg_text_close(t, '}');
    }
    write_blend(t, run);
}

regatta_status rg_fit_json(rg_fit_run *run, char **out)
{
    rg_text t;
    *out = NULL;
    rg_text_begin(&t, run->ctx->mem);
    rg_text_append(&t, "{");
    rg_text_string(&t, "regatta", REGATTA_VERSION);
    write_seed(&t, run->options.seed);
    write_options(&t, &run->options);
    write_data(&t, run);
    write_weights(&t, &run->weighting);
    write_hubs(&t, &run->hubs);
    write_channels(&t, run);
    write_training(&t, run);
    write_validation(&t, run);
    rg_text_append(&t, "}");
    if (t.status != REGATTA_OK) {
        rg_free(run->ctx->mem, t.bytes);
        return t.status;
    }
    *out = t.bytes;
    return REGATTA_OK;
}
