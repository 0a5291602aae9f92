#include "fit/settings/fit_json.h"
#include "fit/settings/option_names.h"
#include <inttypes.h>
#include <regatta/version.h>
#include <stdio.h>

static void write_names(rg_text *t, const int *on)
{
    rg_text_open(t, "channels", '[');
    for (int c = 0; c < rg_n_channels; c++)
        if (on[c]) rg_text_string(t, NULL, rg_channels[c]->name);
    rg_text_close(t, ']');
}

static void write_sequence(rg_text *t, const rg_fit_options *o)
{
    rg_text_string(t, "sequence", rg_sequence_name[o->sequence]);
    if (o->sequence == REGATTA_SEQUENCE_NONE) return;
    rg_text_int(t, "sequence_dim", o->sequence_dim);
    rg_text_int(t, "sequence_blocks", o->sequence_blocks);
    rg_text_int(t, "sequence_heads", o->sequence_heads);
    rg_text_int(t, "sequence_window", o->sequence_window);
    rg_text_float(t, "sequence_dropout", o->sequence_dropout);
    if (o->sequence == REGATTA_SEQUENCE_AUTO)
        rg_text_float(t, "sequence_seconds", o->sequence_seconds);
}

static void write_options(rg_text *t, const rg_fit_options *o)
{
    rg_text_open(t, "options", '{');
    rg_text_string(t, "preset", rg_preset_name[o->preset]);
    rg_text_string(t, "expect", rg_expect_name[o->expect]);
    rg_text_string(t, "attention", rg_attention_name[o->attention]);
    rg_text_string(t, "share", rg_share_name[o->share]);
    rg_text_string(t, "hierarchy", rg_hierarchy_name[o->hierarchy]);
    rg_text_bool(t, "dynamic", o->dynamic);
    rg_text_string(t, "feature_vectors", rg_feature_vectors_name[o->feature_vectors]);
    rg_text_int(t, "heads", o->heads);
    rg_text_int(t, "layers", o->layers);
    rg_text_int(t, "dim", o->dim);
    rg_text_string(t, "combine", rg_combine_name[o->combine]);
    rg_text_string(t, "start", rg_start_name[o->start]);
    rg_text_string(t, "loss", rg_loss_name[o->loss]);
    rg_text_string(t, "weighting", rg_weighting_name[o->weighting]);
    rg_text_string(t, "target", rg_target_name[o->target]);
    rg_text_string(t, "denoise", rg_denoise_name[o->denoise]);
    rg_text_int(t, "max_steps", o->max_steps);
    rg_text_int(t, "patience", o->patience);
    rg_text_int(t, "eval_every", o->eval_every);
    rg_text_int(t, "batch_users", o->batch_users);
    rg_text_int(t, "softmax_items", o->softmax_items);
    rg_text_bool(t, "refit", o->refit != 0);
    rg_text_float(t, "valid_share", o->valid_share);
    rg_text_int(t, "valid_latest", o->valid_latest);
    rg_text_float(t, "learning_rate", o->learning_rate);
    rg_text_float(t, "temperature", o->temperature);
    rg_text_float(t, "l2", o->l2);
    rg_text_float(t, "edge_dropout", o->edge_dropout);
    write_sequence(t, o);
    if (rg_count_on(o->on) > 0) write_names(t, o->on); /* those that were named */
    rg_text_close(t, '}');
}

/* Writes a string if JSON readers would round the number. */
static void write_seed(rg_text *t, uint64_t seed)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, seed);
    if (seed < (UINT64_C(1) << 53))
        rg_text_int(t, "seed", (int64_t)seed);
    else
        rg_text_string(t, "seed", digits);
}

/* Writes the rules by which rows of the data counted (regatta_read_options.like); nothing
 * if all did. */
static void write_reading(rg_text *t, const rg_read_rules *r)
{
    if (r == NULL) return;
    rg_text_open(t, "reading", '{');
    if (r->event_weights != NULL) rg_text_string(t, "event_weights", r->event_weights);
    if (r->event_column > 0) rg_text_int(t, "event_column", r->event_column);
    if (r->use_dislike_below) rg_text_real(t, "dislike_below", r->dislike_below);
    if (r->use_min_weight) rg_text_real(t, "min_weight", r->min_weight);
    rg_text_close(t, '}');
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
    rg_text_string(t, "dedup", rg_dedup_name[run->full->dedup]);
    write_reading(t, run->full->rules);
    rg_text_close(t, '}');
}

/* Writes the scaling of weights; nothing if weights are not scaled. */
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

static void write_channel_numbers(rg_text *t, const char *name, const double *number)
{
    rg_text_open(t, name, '{');
    for (int c = 0; c < rg_n_channels; c++)
        rg_text_real(t, rg_channels[c]->name, number[c]);
    rg_text_close(t, '}');
}

static void write_blend(rg_text *t, const rg_fit_run *run)
{
    static const char *const KIND[] = {"start", "linear", "gated"};
    const rg_blend_report *r = &run->report;
    double base[RG_MAX_CHANNELS] = {0.0}, fresh[RG_MAX_CHANNELS] = {0.0};
    int any = 0;
    if (!run->choice.blended) return;
    for (int c = 0; c < rg_n_channels; c++) {
        base[c] = (double)run->choice.blend->base[c];
        fresh[c] = (double)run->choice.blend->fresh[c];
        any |= fresh[c] != 0.0;
    }
    rg_text_open(t, "blend", '{');
    write_channel_numbers(t, "base", base);
    if (any) write_channel_numbers(t, "new_items", fresh);
    if (run->slice.validation != NULL) {
        rg_text_string(t, "kind", KIND[r->kind]);
        rg_text_real(t, "ndcg@20", r->ndcg);
        for (int k = 0; k < RG_N_BLEND_KINDS; k++)
            rg_text_real(t, KIND[k], r->by_kind[k]);
        rg_text_real(t, "ungated", r->ungated);
        rg_text_open(t, "kind_errors", '{');
        for (int k = 0; k < RG_N_BLEND_KINDS; k++)
            rg_text_real(t, KIND[k], r->kind_error[k]);
        rg_text_close(t, '}');
        write_channel_numbers(t, "alone", r->alone);
        write_channel_numbers(t, "without", r->without);
        write_channel_numbers(t, "without_errors", r->without_error);
    }
    rg_text_close(t, '}');
}

/* Calls the writers of all fitted channels for this place; of all channels for
 * decisions. An update reads the settings of a channel that only another one needs, too.
 */
static void write_channels(rg_text *t, rg_json_place place, const rg_fit_run *run)
{
    const rg_fit_report report = {.env = &run->env,
                                  .choice = &run->choice,
                                  .slice = rg_slice_fitted(&run->slice),
                                  .whole = &run->whole};
    for (int c = 0; c < rg_n_channels; c++)
        if ((rg_channel_wanted(&run->choice, c) || place == RG_JSON_DECISIONS) &&
            rg_channels[c]->fit->json != NULL)
            rg_channels[c]->fit->json(t, place, &report);
}

static void write_validation(rg_text *t, const rg_fit_run *run)
{
    const rg_validation *v = run->slice.validation;
    if (v == NULL) return;
    rg_text_open(t, "validation", '{');
    rg_text_int(t, "interactions", v->n_holdout);
    rg_text_int(t, "users", run->valid_users);
    rg_text_int(t, "users_of_choices", v->holdout.n_users);
    rg_text_bool(t, "sample_of_users", run->sample != NULL);
    rg_text_string(t, "held_out", v->is_latest ? "latest" : "random");
    rg_text_real(t, "popularity_shift", v->shift);
    rg_text_real(t, "tilted_weight", run->slice.scenarios->weight[1]);
    rg_text_real(t, "ndcg@20", run->valid_ndcg);
    rg_text_real(t, "recall@20", run->valid_recall);
    rg_text_members(t, &run->env.trials);
    write_channels(t, RG_JSON_VALIDATION, run);
    rg_text_close(t, '}');
}

regatta_status rg_fit_json(const rg_fit_run *run, char **out)
{
    rg_text t;
    *out = NULL;
    rg_text_begin(&t, run->env.ctx->mem);
    rg_text_append(&t, "{");
    rg_text_string(&t, "regatta", REGATTA_VERSION);
    write_seed(&t, run->options.seed);
    write_options(&t, &run->options);
    write_data(&t, run);
    write_weights(&t, &run->weighting);
    write_hubs(&t, &run->hubs);
    rg_domains_write(&t, run->domains);
    rg_denoise_write(&t, run->denoise);
    write_names(&t, run->choice.on);
    write_channels(&t, RG_JSON_SETTINGS, run);
    write_blend(&t, run);
    write_channels(&t, RG_JSON_TRAINING, run);
    write_channels(&t, RG_JSON_DECISIONS, run);
    write_validation(&t, run);
    rg_text_append(&t, "}");
    if (t.status != REGATTA_OK) {
        rg_free(run->env.ctx->mem, t.bytes);
        return t.status;
    }
    *out = t.bytes;
    return REGATTA_OK;
}
