/* The settings of content attention, chosen on new items (content_trial.h): the
 * regularisation and the weight of each modality, one after another, then the share of
 * the learned matrix. Whether content helps items that have interactions is decided with
 * the blend. */
#include "channel/fit/content_fit.h"
#include "channel/channel_content.h"
#include "channel/fit/content/content_renew.h"
#include "channel/fit/content/content_trial.h"
#include "channel/fit/content/side_gate.h"
#include "model/model.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Without validation; see docs/experiments.md. */
static const float LAMBDA = 10.0f;

enum { N_LAMBDA = 7, N_ALPHA = 5, N_LEARNED = 6 };
static const float LAMBDAS[N_LAMBDA] = {1.0f, 3.0f, 10.0f, 20.0f, 50.0f, 200.0f, 1000.0f};
static const float ALPHAS[N_ALPHA] = {0.0f, 0.25f, 0.5f, 2.0f, 4.0f};
static const float LEARNED[N_LEARNED] = {0.25f, 0.5f, 1.0f, 2.0f, 4.0f, 8.0f};

enum { SPACES, TRIALS, N_WORKS };
static const char *const WORKS[N_WORKS] = {
    [SPACES] = "feature spaces", [TRIALS] = "new items"};

typedef struct setting {
    rg_content_weights weights;
    int64_t n_users, n_items; /* of the trial; 0: there was none */
    double value;             /* of the chosen weights */
} setting;

static setting *setting_of(const rg_fit_choice *choice)
{
    return choice->setting[rg_channel_of(&rg_content_fit)];
}

const rg_content_part *rg_content_fitted(const rg_fitted *fitted)
{
    return fitted->part[rg_channel_of(&rg_content_fit)];
}

static void resolve(void *state, rg_fit_options *options, const regatta_graph *graph)
{
    setting *s = state;
    (void)graph;
    if (options->item_features == NULL) return;
    for (int m = 0; m < options->item_features->n_modalities; m++) {
        s->weights.lambda[m] = LAMBDA;
        s->weights.alpha[m] = 1.0f;
    }
}

static int asked(const void *state)
{
    return ((const setting *)state)->weights.alpha[0] != 0.0f;
}

/* Replaces the part by one with spaces and without a matrix. `same`: a part of a graph
 * with the same items, whose spaces it takes; NULL: none. *out is NULL if no item has
 * features. */
static regatta_status begin_part(rg_fit_env *env, rg_content_part **out,
                                 rg_fitted *fitted, const rg_content_part *same)
{
    regatta_status status = REGATTA_OK;
    const int self = rg_channel_of(&rg_content_fit);
    rg_content_part *part = NULL;
    *out = NULL;
    if (env->options->item_features == NULL) return REGATTA_OK;
    if (same != NULL)
        RG_TRY(rg_content_part_copy(env->ctx, &part, same));
    else
        RG_TRY(rg_content_part_create(env->ctx, &part, env->options->item_features,
                                      fitted->graph->items, env->options->seed));
    rg_channel_did(env, &rg_content_fit, SPACES, same == NULL ? 1.0 : 0.0);
    rg_fitted_drop(env->ctx, fitted, self);
    for (uint32_t k = 0; k < env->options->n_sources && part->rank > 0; k++) {
        const regatta_graph *source = env->options->sources[k];
        if (rg_graph_is_apart(env->graph, source))
            RG_TRY(rg_content_part_add_source(env->ctx, part, source->items,
                                              source->by_user));
    }
    if (part->rank > 0) {
        fitted->part[self] = *out = part;
        part = NULL;
    }
done:
    rg_content_part_free(part);
    return status;
}

static regatta_status fit(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task)
{
    regatta_status status = REGATTA_OK;
    const rg_content_part *same =
        task->same_nodes && task->slice != NULL ? rg_content_fitted(task->slice) : NULL;
    rg_content_part *part = NULL;
    RG_TRY(begin_part(env, &part, fitted, same));
    if (part != NULL)
        RG_TRY(rg_content_part_mix(env->ctx, part, &setting_of(choice)->weights,
                                   &fitted->rows));
done:
    return status;
}

/* A search in the making. */
typedef struct search {
    rg_selection *selection;
    const rg_content_part *part;
    int n_trials;
    rg_content_trial *trial[RG_NEW_ITEM_FOLDS];
    float *learned[RG_NEW_ITEM_FOLDS]; /* [rank][rank] of each trial; NULL at first */
    float *mix;                        /* [rank][rank] */
    rg_content_weights best;
    double value, spread; /* of the best */
    double closed;        /* spread of the best closed form */
} search;

/* Measures weights: the means over the trials. */
static regatta_status measure(search *s, double *value, double *spread,
                              const rg_content_weights *weights)
{
    regatta_status status = REGATTA_OK;
    *value = *spread = 0.0;
    for (int f = 0; f < s->n_trials; f++) {
        double own, wide;
        rg_content_mix(s->mix, s->part, weights, s->learned[f]);
        RG_TRY(rg_content_trial_measure(s->selection, &own, &wide, s->trial[f], weights,
                                        s->mix));
        *value += own / s->n_trials;
        *spread += wide / s->n_trials;
    }
done:
    return status;
}

/* Writes the weights of sources, if there are any. */
static void write_sources(rg_text *t, const rg_content_part *part,
                          const rg_content_weights *weights)
{
    if (part->n_sources == 0) return;
    rg_text_open(t, "sources", '[');
    for (int k = 0; k < part->n_sources; k++) rg_text_float(t, NULL, weights->source[k]);
    rg_text_close(t, ']');
}

/* Measures weights; they become the best if they are better. */
static regatta_status try_weights(search *s, const rg_content_weights *weights)
{
    regatta_status status = REGATTA_OK;
    double value, spread;
    rg_text *t = &s->selection->env->trials;
    RG_TRY(measure(s, &value, &spread, weights));
    rg_text_open(t, NULL, '{');
    for (int m = 0; m < s->part->features->n_modalities; m++) {
        rg_text_open(t, s->part->features->modality[m].name, '{');
        rg_text_float(t, "weight", weights->alpha[m]);
        rg_text_float(t, "lambda", weights->lambda[m]);
        rg_text_close(t, '}');
    }
    rg_text_float(t, "learned", weights->learned);
    write_sources(t, s->part, weights);
    rg_text_real(t, "value", value);
    rg_text_close(t, '}');
    rg_channel_did(s->selection->env, &rg_content_fit, TRIALS, 0.0);
    if (!(value > s->value)) return REGATTA_OK;
    s->best = *weights;
    s->value = value;
    s->spread = spread;
done:
    return status;
}

static regatta_status try_lambdas(search *s, int m)
{
    regatta_status status = REGATTA_OK;
    rg_content_weights w = s->best;
    const float present = w.lambda[m];
    for (int k = 0; k < N_LAMBDA; k++) {
        w.lambda[m] = LAMBDAS[k];
        if (LAMBDAS[k] != present) RG_TRY(try_weights(s, &w));
    }
done:
    return status;
}

static regatta_status try_alphas(search *s, int m)
{
    regatta_status status = REGATTA_OK;
    rg_content_weights w = s->best;
    for (int k = 0; k < N_ALPHA; k++) {
        w.alpha[m] = ALPHAS[k];
        RG_TRY(try_weights(s, &w));
    }
done:
    return status;
}

/* Fits the learned matrix of each trial, without its hidden items. */
static regatta_status learn(search *s, const rg_content_weights *weights)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = s->selection->env->ctx;
    for (int f = 0; f < s->n_trials; f++) {
        if (s->learned[f] == NULL)
            RG_NEW(ctx->mem, s->learned[f], s->part->rank * s->part->rank);
        RG_TRY(rg_content_part_learn(ctx, s->learned[f], s->part, weights,
                                     s->trial[f]->seen));
    }
done:
    return status;
}

/* Tries factors of the learned matrix: it is scaled so that its scores have the spread of
 * the closed form. */
static regatta_status try_factors(search *s, const rg_content_weights *weights)
{
    regatta_status status = REGATTA_OK;
    double value, own;
    rg_content_weights w = {.learned = 1.0f};
    memcpy(w.lambda, weights->lambda, sizeof w.lambda);
    RG_TRY(measure(s, &value, &own, &w));
    if (!(own > 0.0)) return REGATTA_OK;
    for (int k = 0; k < N_LEARNED; k++) {
        w = *weights;
        w.learned = LEARNED[k] * (float)(s->closed / own);
        RG_TRY(try_weights(s, &w));
    }
done:
    return status;
}

static regatta_status try_learned(search *s)
{
    regatta_status status = REGATTA_OK;
    const rg_content_weights closed = s->best;
    const double spread = s->spread;
    s->closed = spread;
    RG_TRY(learn(s, &closed));
    RG_TRY(try_factors(s, &closed));
done:
    return status;
}

/* Learns the matrix from a source too, if its best weight gains half a percent: less is
 * noise, as in early stopping. */
static regatta_status try_source(search *s, int k)
{
    static const float WEIGHTS[] = {1.0f, 0.5f, 0.25f};
    regatta_status status = REGATTA_OK;
    const rg_content_weights before = s->best;
    const double value = s->value;
    s->value = 1.005 * value;
    for (size_t w = 0; w < sizeof WEIGHTS / sizeof *WEIGHTS; w++) {
        rg_content_weights weights = before;
        weights.source[k] = WEIGHTS[w];
        RG_TRY(learn(s, &weights));
        RG_TRY(try_factors(s, &weights));
    }
    if (s->best.source[k] == 0.0f) s->value = value;
done:
    return status;
}

/* Modalities begin with equal weights. */
static regatta_status run_search(search *s)
{
    regatta_status status = REGATTA_OK;
    const int n = s->part->features->n_modalities;
    const rg_content_weights start = s->best;
    RG_TRY(try_weights(s, &start));
    for (int m = 0; m < n; m++) RG_TRY(try_lambdas(s, m));
    for (int m = 0; m < n && n > 1; m++) RG_TRY(try_alphas(s, m));
    RG_TRY(try_learned(s));
    for (int k = 0; k < s->part->n_sources; k++) RG_TRY(try_source(s, k));
done:
    return status;
}

/* Creates the trials of all folds that have enough items and users. */
static regatta_status create_trials(search *s)
{
    regatta_status status = REGATTA_OK;
    const rg_selection *selection = s->selection;
    int n_folds = 1;
    for (int f = 0; f < n_folds; f++) {
        rg_content_trial **to = &s->trial[s->n_trials];
        RG_TRY(rg_content_trial_create(selection->env->ctx, to, &n_folds, s->part,
                                       &selection->fitted->rows,
                                       selection->env->options->seed, f));
        if (*to == NULL) continue;
        s->n_trials++;
        RG_TRY(rg_content_trial_prepare(selection->env->ctx, *to));
    }
done:
    return status;
}

static void keep(setting *chosen, const search *s)
{
    chosen->weights = s->best;
    chosen->value = s->value;
    for (int f = 0; f < s->n_trials; f++) {
        chosen->n_users += s->trial[f]->users->n_rows;
        chosen->n_items += s->trial[f]->n_hidden;
    }
}

static regatta_status choose_weights(rg_selection *selection, rg_content_part *part)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = selection->env->ctx;
    setting *chosen = setting_of(selection->choice);
    rg_text *t = &selection->env->trials;
    search s = {
        .selection = selection, .part = part, .best = chosen->weights, .value = -1.0};
    RG_TRY(create_trials(&s));
    if (s.n_trials == 0) goto done;
    RG_NEW(ctx->mem, s.mix, part->rank * part->rank);
    rg_text_open(t, "content", '[');
    RG_TRY(run_search(&s));
    rg_text_close(t, ']');
    keep(chosen, &s);
    rg_channel_did(selection->env, &rg_content_fit, TRIALS, 1.0);
done:
    for (int f = 0; f < RG_NEW_ITEM_FOLDS; f++) {
        rg_content_trial_free(s.trial[f]);
        rg_free(ctx->mem, s.learned[f]);
    }
    rg_free(ctx->mem, s.mix);
    return status;
}

static regatta_status choose(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    rg_content_part *part = NULL;
    RG_TRY(begin_part(s->env, &part, s->fitted, NULL));
    if (part == NULL) return REGATTA_OK;
    RG_TRY(choose_weights(s, part));
    RG_TRY(rg_content_part_mix(s->env->ctx, part, &setting_of(s->choice)->weights,
                               &s->fitted->rows));
done:
    return status;
}

static regatta_status choose_apart(rg_selection *s)
{
    return rg_side_gate(s, &rg_content_fit, "content_gate");
}

static regatta_status hide(rg_fit_env *env, rg_fitted *fitted,
                           const rg_fit_choice *choice, int fold, int *n_folds,
                           uint32_t **hidden, int64_t *n_hidden)
{
    regatta_status status = REGATTA_OK;
    const int self = rg_channel_of(&rg_content_fit);
    rg_content_part *part = fitted->part[self];
    rg_content_trial *trial = NULL;
    *hidden = NULL;
    *n_hidden = 0;
    if (fold < *n_folds) {
        RG_TRY(rg_content_trial_create(env->ctx, &trial, n_folds, part, &fitted->rows,
                                       env->options->seed, fold));
        if (trial == NULL) return REGATTA_OK;
        *hidden = trial->hidden;
        *n_hidden = trial->n_hidden;
        trial->hidden = NULL;
    }
    RG_TRY(rg_content_part_mix(env->ctx, part, &setting_of(choice)->weights,
                               trial != NULL ? trial->seen : &fitted->rows));
    rg_fitted_changed(fitted, self);
done:
    rg_content_trial_free(trial);
    return status;
}

/* Reads a setting of modality m back. */
static void restore_modality(rg_settings *from, float *out, int m, const char *member)
{
    char path[64];
    snprintf(path, sizeof path, "content.modalities.%d.%s", m, member);
    if (rg_settings_has(from, path))
        rg_settings_float(from, out, path, 0.0, 1e9);
    else if (from->wrong == NULL)
        from->wrong = "content";
}

static void restore(void *state, rg_fit_options *options, rg_settings *from)
{
    rg_content_weights *w = &((setting *)state)->weights;
    const int64_t n = rg_content_of(from->model)->features.n;
    (void)options;
    for (int m = 0; m < (int)n; m++) {
        restore_modality(from, &w->alpha[m], m, "weight");
        restore_modality(from, &w->lambda[m], m, "lambda");
    }
    rg_settings_float(from, &w->learned, "content.learned", 0.0, 1e9);
    if (rg_settings_has(from, "content.sources"))
        rg_settings_floats(from, w->source, RG_CONTENT_SOURCES, "content.sources");
}

static regatta_status renew(rg_fit_env *env, regatta_model *model, void *state,
                            const rg_fitted *fitted, const rg_fit_choice *choice)
{
    return rg_content_renew(env->ctx, model, state, &setting_of(choice)->weights,
                            &fitted->rows);
}

static regatta_status serve(regatta_ctx *ctx, regatta_model *model, void *state,
                            const rg_fitted *fitted)
{
    regatta_status status = REGATTA_OK;
    const rg_content_part *part = rg_content_fitted(fitted);
    const int64_t rank = part->rank, n = part->features->n_modalities;
    rg_content_state *to = state;
    RG_TRY(rg_feature_blocks_serve(ctx, model, &to->features, part));
    for (int m = 0; m < (int)n; m++)
        if (part->space[m]->rows != NULL)
            RG_TRY(rg_model_set_weights(model, &to->rows[m], part->space[m]->rows, NULL));
    const float *z = rg_model_copied(model, part->z, part->n_items * rank, sizeof *z);
    to->tail = rg_model_copied(model, part->tail, n, sizeof *to->tail);
    to->mix = rg_model_copied(model, part->mix, rank * rank, sizeof *to->mix);
    float *value = rg_model_own(model, rank, sizeof *value);
    to->value = value;
    if (z == NULL || to->tail == NULL || to->mix == NULL || value == NULL)
        return REGATTA_ENOMEM;
    for (int m = 0; m < (int)n; m++)
        for (int64_t k = 0; k < part->space[m]->rank; k++)
            value[part->first[m] + k] = part->space[m]->value[k];
    to->z = rg_rows_f32(z, part->n_items, rank);
done:
    return status;
}

static regatta_status spread(const rg_spread *s, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_content_part *part = state;
    for (int m = 0; m < part->features->n_modalities; m++)
        RG_TRY(rg_spread_features(s, &part->space[m]->rows));
    RG_TRY(rg_spread_floats(s, &part->z, 1, 0, part->rank, 0.0f));
    part->n_items = s->n_items;
done:
    return status;
}

static void free_part(regatta_ctx *ctx, void *part)
{
    (void)ctx;
    rg_content_part_free(part);
}

static void units(double *unit, const rg_fit_env *env)
{
    const rg_features *f = env->options->item_features;
    unit[SPACES] = unit[TRIALS] = 0.0;
    for (int m = 0; f != NULL && m < f->n_modalities; m++) {
        const rg_modality *own = &f->modality[m];
        const double n = own->rows != NULL ? (double)own->rows->n_edges
                                           : (double)(own->n_rows * own->n_columns);
        unit[SPACES] += 3e-7 * n + 1e-4 * (double)own->n_columns;
        unit[TRIALS] += 1.0;
    }
}

static void count(double *left, const rg_outlook *o)
{
    const int same =
        o->slice != NULL && o->slice->graph->items->n == o->env->graph->items->n;
    left[SPACES] += same ? 0.0 : 1.0; /* else folds and the last fit copy them */
    if (o->progress >= RG_CHOICE_DONE) return;
    left[SPACES] += 1.0;
    left[TRIALS] += 1.0;
}

static void write_modality(rg_text *t, const rg_content_part *part,
                           const rg_content_weights *w, int m)
{
    const rg_feature_space *s = part->space[m];
    int64_t n_nodes = 0;
    for (int64_t i = 0; i < part->n_items && s->rows != NULL; i++)
        n_nodes += rg_csr_degree(s->rows, i) > 0;
    rg_text_open(t, NULL, '{');
    rg_text_string(t, "name", part->features->modality[m].name);
    rg_text_string(t, "kind", s->rows != NULL ? "sparse" : "dense");
    rg_text_int(t, s->rows != NULL ? "features" : "dim", s->n_columns);
    if (s->rows != NULL) rg_text_int(t, "items", n_nodes);
    rg_text_int(t, "rank", s->rank);
    rg_text_float(t, "lambda", w->lambda[m]);
    rg_text_float(t, "weight", w->alpha[m]);
    rg_text_close(t, '}');
}

static void json(rg_text *t, rg_json_place place, const rg_fit_report *r)
{
    const rg_content_part *part = rg_content_fitted(r->whole);
    const setting *s = setting_of(r->choice);
    if (place != RG_JSON_SETTINGS || part == NULL) return;
    rg_text_open(t, "content", '{');
    rg_text_open(t, "modalities", '[');
    for (int m = 0; m < part->features->n_modalities; m++)
        write_modality(t, part, &s->weights, m);
    rg_text_close(t, ']');
    rg_text_float(t, "learned", s->weights.learned);
    write_sources(t, part, &s->weights);
    rg_text_bool(t, "in_score", !r->choice->apart[rg_channel_of(&rg_content_fit)]);
    if (s->n_users > 0) {
        rg_text_open(t, "new_items", '{');
        rg_text_int(t, "users", s->n_users);
        rg_text_int(t, "items", s->n_items);
        rg_text_real(t, "value", s->value);
        rg_text_close(t, '}');
    }
    rg_text_close(t, '}');
}

const rg_channel_fit_ops rg_content_fit = {.order = -1,
                                           .fast = 1,
                                           .stage = "content",
                                           .setting_size = sizeof(setting),
                                           .resolve = resolve,
                                           .asked = asked,
                                           .choose = choose,
                                           .choose_apart = choose_apart,
                                           .hide = hide,
                                           .fit = fit,
                                           .restore = restore,
                                           .stays = 1,
                                           .remains = 1,
                                           .renew = renew,
                                           .serve = serve,
                                           .spread = spread,
                                           .free = free_part,
                                           .n_works = N_WORKS,
                                           .works = WORKS,
                                           .units = units,
                                           .count = count,
                                           .json = json};
