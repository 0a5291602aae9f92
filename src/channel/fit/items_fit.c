/* The settings of item attention, chosen on the slice: first the shape of the ridge
 * (ridge_search.c); then the exact or the local ridge if the exact one is affordable, by
 * both scenarios; then the reweighting by node vectors: none, the cosine of the vectors
 * with strengths learned from samples of the slice (one per head), or the scores of the
 * trained layers. */
#include "channel/fit/items_fit.h"
#include "base/bf16.h"
#include "base/checkpoint/checkpoint.h"
#include "channel/fit/memory/ridge_memory.h"
#include "channel/fit/recency_choice.h"
#include "channel/fit/ridge_search.h"
#include "channel/fit/update/attention_update.h"
#include "channel/fit/vectors/vectors_fit.h"
#include "graph/interactions.h"
#include "model/model.h"
#include <math.h>
#include <string.h>

enum { NEIGHBOURS = 200, MOST_STEPS = 3 };

/* The dense ridge is not affordable for more items (exact_ridge.h). */
enum { EXACT_ITEMS = 8400 };

/* Operations per second of co-occurrence in the local and in the exact ridge, and of the
 * dense inverse. */
#define LOCAL_SPEED 2.5e8
#define EXACT_SPEED 7.5e7
#define DENSE_SPEED 2.2e10
#define MEASURED_CELLS 1e8
/* Local ridges that take as long as the trials of shapes. */
#define SHAPE_RIDGES 3.0

enum { LOCAL, EXACT, SHAPE, MEASURE, REWEIGHT, N_WORKS };
static const char *const WORKS[N_WORKS] = {[LOCAL] = "local ridge",
                                           [EXACT] = "exact ridge",
                                           [SHAPE] = "shape trials",
                                           [MEASURE] = "measurements",
                                           [REWEIGHT] = "reweighting"};

static const rg_items_setting *setting_of(const rg_fit_choice *choice)
{
    return choice->setting[rg_channel_of(&rg_items_fit)];
}

rg_items_part *rg_items_fitted(const rg_fitted *fitted)
{
    return fitted->part[rg_channel_of(&rg_items_fit)];
}

static void resolve(void *setting, rg_fit_options *options, const regatta_graph *graph)
{
    rg_items_setting *s = setting;
    (void)graph;
    s->ridge = rg_items_local_defaults(options->seed);
    rg_recency_flat(s->recency);
}

static void settle(void *setting, rg_fit_options *options)
{
    rg_items_setting *s = setting;
    (void)options;
    s->exact = 1;
}

/* Creates the part if there is none, without weights. */
static regatta_status begin_part(regatta_ctx *ctx, rg_items_part **out, rg_fitted *fitted)
{
    regatta_status status = REGATTA_OK;
    rg_items_part *part = rg_items_fitted(fitted);
    *out = NULL;
    if (part == NULL) RG_NEW(ctx->mem, part, 1);
    fitted->part[rg_channel_of(&rg_items_fit)] = *out = part;
    rg_fitted_changed(fitted, rg_channel_of(&rg_items_fit));
    rg_item_attention_free(part->attention);
    rg_csr_free(part->reweighted);
    part->attention = NULL;
    part->reweighted = NULL;
    part->exact = 0;
done:
    return status;
}

/* part->attention stays NULL if the exact ridge is too expensive by its estimate. */
static regatta_status fit_exact(regatta_ctx *ctx, rg_items_part *part, const rg_csr *rows,
                                const rg_item_attention_options *o)
{
    rg_exact_ridge_options exact = rg_exact_ridge_defaults();
    exact.user_power = o->user_power;
    exact.lambda = o->lambda;
    exact.theta = o->theta;
    exact.candidate_power = o->candidate_power;
    exact.cap = o->cap;
    exact.seed = o->seed;
    const regatta_status status =
        rg_exact_ridge_build(ctx, &part->attention, &part->plan, rows, &exact);
    part->exact = part->attention != NULL;
    return status;
}

static regatta_status fit(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task)
{
    regatta_status status = REGATTA_OK;
    const rg_items_setting *s = setting_of(choice);
    rg_items_part *part = NULL;
    (void)task;
    RG_TRY(begin_part(env->ctx, &part, fitted));
    memcpy(part->recency, s->recency, sizeof part->recency);
    if (s->exact) RG_TRY(fit_exact(env->ctx, part, &fitted->rows, &s->ridge));
    if (part->attention == NULL)
        RG_TRY(rg_item_attention_build(env->ctx, &part->attention, &fitted->rows,
                                       &s->ridge));
    rg_channel_did(env, &rg_items_fit, part->exact ? EXACT : LOCAL, 1.0);
done:
    return status;
}

static regatta_status update(rg_fit_env *env, rg_fitted *fitted,
                             const rg_fit_choice *choice, const rg_fit_update *u)
{
    regatta_status status = REGATTA_OK;
    const rg_items_setting *s = setting_of(choice);
    rg_items_part *part = NULL;
    rg_csr *before = NULL;
    RG_TRY(begin_part(env->ctx, &part, fitted));
    memcpy(part->recency, s->recency, sizeof part->recency);
    if (s->exact) RG_TRY(fit_exact(env->ctx, part, &fitted->rows, &s->ridge));
    if (part->attention == NULL) {
        if (s->reweight.kind != RG_REWEIGHT_LAYER && u->before->item_weights != NULL)
            RG_TRY(rg_attention_before(env->ctx, &before, &u->before->item_weights->rows,
                                       u, s->reweight.kind == RG_REWEIGHT_COSINE));
        RG_TRY(rg_attention_update(env->ctx, &part->attention, &fitted->rows,
                                   u->changed_user, &s->ridge, before, u));
    } else {
        *u->n_solved += fitted->rows.n_cols;
        *u->n_targets += fitted->rows.n_cols;
    }
done:
    rg_csr_free(before);
    return status;
}

/* Measures the present weights of the slice, for item attention alone; *better is 1 if
 * they beat the incumbent. */
static regatta_status try_ridge(rg_selection *s, const char *name, double lambda,
                                double *ndcg, int *better)
{
    regatta_status status = REGATTA_OK;
    const int self = rg_channel_of(&rg_items_fit);
    rg_text *t = &s->env->trials;
    int on[RG_MAX_CHANNELS] = {0};
    on[self] = 1;
    rg_fitted_changed(s->fitted, self);
    RG_TRY(s->measure(s, ndcg, better, on, NULL));
    rg_text_open(t, NULL, '{');
    rg_text_string(t, "ridge", name);
    rg_text_real(t, "lambda", lambda);
    rg_selection_write(s, *ndcg);
    rg_text_close(t, '}');
    rg_channel_did(s->env, &rg_items_fit, MEASURE, 1.0);
done:
    return status;
}

rg_item_attention_options rg_items_local_defaults(uint64_t seed)
{
    rg_item_attention_options ridge = rg_item_attention_defaults();
    ridge.seed = seed;
    ridge.user_power = 0.5;
    ridge.neighbours = NEIGHBOURS;
    return ridge;
}

regatta_status rg_items_fit_local(regatta_ctx *ctx, rg_fitted *fitted,
                                  const rg_item_attention_options *ridge)
{
    regatta_status status = REGATTA_OK;
    rg_items_part *part = NULL;
    RG_TRY(begin_part(ctx, &part, fitted));
    rg_recency_flat(part->recency);
    RG_TRY(rg_item_attention_build(ctx, &part->attention, &fitted->rows, ridge));
done:
    return status;
}

static regatta_status choose_local(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    int better = 0;
    double ndcg = 0.0;
    RG_TRY(rg_items_fit_local(s->env->ctx, s->fitted, &setting_of(s->choice)->ridge));
    rg_channel_did(s->env, &rg_items_fit, LOCAL, 1.0);
    s->begin(s);
    RG_TRY(s->env->stage(s->env, rg_items_fit.stage));
    RG_TRY(try_ridge(s, "local", setting_of(s->choice)->ridge.lambda, &ndcg, &better));
done:
    return status;
}

/* Fits and measures the exact ridge with another lambda. If it is better it becomes the
 * part's attention and the setting. *ndcg is negative if it is not affordable. */
static regatta_status try_exact(rg_selection *s, double lambda, double *ndcg)
{
    regatta_status status = REGATTA_OK;
    rg_items_setting *setting = s->choice->setting[rg_channel_of(&rg_items_fit)];
    rg_items_part *part = rg_items_fitted(s->fitted);
    rg_item_attention *other = part->attention;
    rg_item_attention_options ridge = setting->ridge;
    int better = 0;
    *ndcg = -1.0;
    ridge.lambda = lambda;
    part->attention = NULL;
    RG_TRY(s->env->stage(s->env, rg_items_fit.stage));
    RG_TRY(fit_exact(s->env->ctx, part, &s->fitted->rows, &ridge));
    if (part->attention == NULL) goto done;
    rg_channel_did(s->env, &rg_items_fit, EXACT, 1.0);
    RG_TRY(s->env->stage(s->env, rg_items_fit.stage));
    RG_TRY(try_ridge(s, "exact", lambda, ndcg, &better));
done:
    if (better) {
        setting->exact = 1;
        setting->ridge.lambda = lambda;
    } else { /* keep the other one */
        rg_item_attention *worse = part->attention;
        part->attention = other;
        other = worse;
    }
    rg_item_attention_free(other);
    part->exact = setting->exact;
    rg_fitted_changed(s->fitted, rg_channel_of(&rg_items_fit));
    return status;
}

/* Replaces the local ridge by the exact one if the exact one wins. The exact ridge may
 * prefer another lambda, mostly a larger one, for its weights are more: a walk by factors
 * of two, up or else down, while it improves. */
static regatta_status choose_exact(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    const double start = setting_of(s->choice)->ridge.lambda;
    const int is_fast = s->env->options->preset == REGATTA_PRESET_FAST;
    double first = 0.0;
    RG_TRY(try_exact(s, start, &first));
    for (int down = 0; down < 2 && first >= 0.0 && !is_fast; down++) {
        const double step = down ? 0.5 : 2.0;
        double best = first, lambda = start * step, ndcg = 0.0;
        for (int k = 0; k < MOST_STEPS; k++, lambda *= step) {
            RG_TRY(try_exact(s, lambda, &ndcg));
            if (!(ndcg > best)) break;
            best = ndcg;
        }
        if (best > first) break;
    }
done:
    return status;
}

/* Without times the order of a history need not mean anything. */
static regatta_status choose_recency(rg_selection *s, rg_items_setting *setting)
{
    const rg_recency_choice recency = {.ops = &rg_items_fit,
                                       .name = "recency",
                                       .stage = rg_items_fit.stage,
                                       .work = MEASURE,
                                       .is_optional = 1,
                                       .value = rg_items_fitted(s->fitted)->recency};
    const regatta_status status = rg_recency_choose(s, &recency);
    memcpy(setting->recency, recency.value, sizeof setting->recency);
    return status;
}

static regatta_status choose(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    rg_items_setting *setting = s->choice->setting[rg_channel_of(&rg_items_fit)];
    rg_text *trials = &s->env->trials;
    RG_TRY(rg_items_choose_shape(s, &setting->ridge));
    rg_channel_did(s->env, &rg_items_fit, SHAPE, 1.0);
    rg_text_open(trials, "ridges", '[');
    RG_TRY(choose_local(s));
    RG_TRY(choose_exact(s));
    rg_text_close(trials, ']');
    if (rg_interactions_timed(s->fitted->graph)) RG_TRY(choose_recency(s, setting));
done:
    return status;
}

/* Rounds the weights as a model keeps them: those that an update reads then give the same
 * as those that it solves. */
static void round_weights(rg_csr *rows)
{
    for (int64_t e = 0; e < rows->n_edges; e++)
        rows->value[e] = rg_round_bf16(rows->value[e]);
}

static regatta_status reweight(regatta_ctx *ctx, rg_fitted *fitted,
                               const rg_reweighting *how)
{
    regatta_status status = REGATTA_OK;
    rg_items_part *part = rg_items_fitted(fitted);
    const rg_vectors *v = rg_vectors_fitted(fitted);
    rg_csr *by_target = NULL;
    rg_fitted_changed(fitted, rg_channel_of(&rg_items_fit));
    rg_csr_free(part->reweighted);
    part->reweighted = NULL;
    if (how->kind == RG_REWEIGHT_NONE || v == NULL) return REGATTA_OK;
    const rg_shape *s = &v->shape;
    const int last = s->layers - 1;
    round_weights(part->attention->by_target);
    if (how->kind == RG_REWEIGHT_COSINE)
        RG_TRY(rg_reweight_build(ctx, &by_target, part->attention->by_target,
                                 v->y + s->n_users * s->dim, s->dim, &how->strength));
    else
        RG_TRY(rg_reweight_layer(ctx, &by_target, part->attention->by_target,
                                 v->item_state + last * s->n_items * s->dim, v->params,
                                 last));
    RG_TRY(rg_csr_transpose(ctx, &part->reweighted, by_target));
done:
    rg_csr_free(by_target);
    return status;
}

static regatta_status adjust(rg_fit_env *env, rg_fitted *fitted,
                             const rg_fit_choice *choice)
{
    const rg_reweighting *how = &setting_of(choice)->reweight;
    rg_items_part *part = rg_items_fitted(fitted);
    const regatta_status status = reweight(env->ctx, fitted, how);
    /* Any other update solves all systems, or there is none. */
    part->keeps_solved = how->kind == RG_REWEIGHT_COSINE && !part->exact &&
                         fitted->data == NULL && env->options->n_sources == 0;
    rg_channel_did(env, &rg_items_fit, REWEIGHT, 0.0);
    return status;
}

/* Sets on[] to the two channels. */
static void both_on(int *on)
{
    memset(on, 0, RG_MAX_CHANNELS * sizeof *on);
    on[rg_channel_of(&rg_items_fit)] = on[rg_channel_of(&rg_vectors_fit)] = 1;
}

/* Measures the reweighting `how` with the start weights of the blend; the setting changes
 * if it is better. */
static regatta_status try_reweighting(rg_selection *s, const rg_reweighting *how)
{
    regatta_status status = REGATTA_OK;
    rg_items_setting *setting = s->choice->setting[rg_channel_of(&rg_items_fit)];
    rg_text *t = &s->env->trials;
    rg_blend *blend = NULL;
    int on[RG_MAX_CHANNELS], better = 0;
    double ndcg = 0.0;
    both_on(on);
    RG_TRY(rg_channel_blend(s->env->ctx, &blend));
    rg_channel_blend_start(blend, on);
    RG_TRY(reweight(s->env->ctx, s->fitted, how));
    RG_TRY(s->measure(s, &ndcg, &better, on, blend));
    rg_text_open(t, NULL, '{');
    rg_text_string(t, "attention", rg_items_reweightings[how->kind]);
    rg_items_write_strength(t, how);
    rg_selection_write(s, ndcg);
    rg_text_close(t, '}');
    if (better) setting->reweight = *how;
    rg_channel_did(s->env, &rg_items_fit, REWEIGHT, 0.25);
    RG_TRY(s->env->stage(s->env, "blend"));
done:
    rg_blend_free(blend);
    return status;
}

typedef struct learning {
    const rg_selection *selection;
    rg_learned learned;
} learning;

static regatta_status learn_from(void *state, const rg_reweight_samples *samples)
{
    learning *l = state;
    const rg_selection *s = l->selection;
    const rg_vectors *v = rg_vectors_fitted(s->fitted);
    const rg_item_attention *items = rg_items_fitted(s->fitted)->attention;
    rg_reweight_samples choices = *samples;
    choices.history = &s->fitted->rows;
    choices.candidate = items->scale;
    return rg_attention_learn(s->env->ctx, &l->learned, items->by_target,
                              v->y + v->shape.n_users * v->shape.dim, v->shape.dim,
                              s->env->options->heads, &choices);
}

/* The sampling and the learning, a unit of a checkpoint. */
typedef struct task {
    rg_selection *selection;
    learning learning;
} task;

static regatta_status learn_strengths(regatta_ctx *ctx, void *state)
{
    task *t = state;
    rg_selection *s = t->selection;
    float known[RG_MAX_CHANNELS] = {0.0f};
    int on[RG_MAX_CHANNELS];
    (void)ctx;
    both_on(on);
    known[rg_channel_of(&rg_vectors_fit)] = 1.0f;
    return s->sample(s, on, known, learn_from, &t->learning);
}

static regatta_status visit_learned(rg_archive *archive, void *state)
{
    return rg_learned_archive(archive, &((task *)state)->learning.learned);
}

/* Learns strengths from samples of the two channels without reweighting. */
static regatta_status learn(rg_selection *s, rg_learned *learned)
{
    regatta_status status = REGATTA_OK;
    const rg_reweighting none = {.kind = RG_REWEIGHT_NONE};
    task t = {.selection = s, .learning.selection = s};
    const rg_unit unit = {"strengths", learn_strengths, visit_learned, &t};
    RG_TRY(reweight(s->env->ctx, s->fitted, &none));
    RG_TRY(rg_unit_run(s->env->ctx, &unit));
    *learned = t.learning.learned;
    rg_channel_did(s->env, &rg_items_fit, REWEIGHT, 0.25);
    RG_TRY(s->env->stage(s->env, "blend"));
done:
    return status;
}

static void write_learned(rg_text *t, const rg_learned *learned)
{
    rg_text_open(t, "learned", '{');
    rg_text_int(t, "steps", learned->steps);
    rg_text_real(t, "loss_before", learned->loss_before);
    rg_text_real(t, "loss_after", learned->loss_after);
    rg_text_close(t, '}');
}

static regatta_status choose_reweighting(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    rg_reweighting how = {.kind = RG_REWEIGHT_NONE};
    const rg_vectors *v = rg_vectors_fitted(s->fitted);
    rg_learned learned;
    if (v == NULL) return REGATTA_OK;
    s->begin(s);
    rg_text_open(&s->env->trials, "attentions", '[');
    RG_TRY(try_reweighting(s, &how));
    RG_TRY(learn(s, &learned));
    how = (rg_reweighting){RG_REWEIGHT_COSINE, learned.strength};
    /* Half of it first: most of the gain with half of the noise, which determines the
     * margin over the two scenarios. */
    for (int h = 0; h < how.strength.heads; h++) how.strength.beta[h] *= 0.5f;
    RG_TRY(try_reweighting(s, &how));
    how.strength = learned.strength;
    RG_TRY(try_reweighting(s, &how));
    if (v->shape.attention != REGATTA_ATTENTION_NONE) {
        how = (rg_reweighting){.kind = RG_REWEIGHT_LAYER};
        RG_TRY(try_reweighting(s, &how));
    }
    rg_text_close(&s->env->trials, ']');
    write_learned(&s->env->trials, &learned);
    RG_TRY(adjust(s->env, s->fitted, s->choice));
done:
    return status;
}

static regatta_status serve(regatta_ctx *ctx, regatta_model *model, void *state,
                            const rg_fitted *fitted)
{
    const rg_items_part *part = rg_items_fitted(fitted);
    rg_item_weights *to = state;
    (void)ctx;
    to->scale =
        rg_model_copied(model, part->attention->scale, model->n_items, sizeof *to->scale);
    if (to->scale == NULL) return REGATTA_ENOMEM;
    const regatta_status status = rg_recency_serve(model, &to->recency, part->recency);
    if (status != REGATTA_OK) return status;
    const rg_csr *solved = part->attention->by_history;
    if (part->reweighted == NULL)
        return rg_model_set_weights(model, &to->rows, solved, NULL);
    return rg_model_set_weights(model, &to->rows, part->reweighted,
                                part->keeps_solved ? solved : NULL);
}

/* Items outside the core have no attention. */
static regatta_status spread(const rg_spread *s, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_items_part *part = state;
    RG_TRY(rg_spread_item_attention(s, part->attention));
    RG_TRY(rg_spread_rows(s, &part->reweighted));
    part->keeps_solved = 0; /* such a model cannot be updated */
done:
    return status;
}

static void free_part(regatta_ctx *ctx, void *state)
{
    rg_items_part *part = state;
    rg_item_attention_free(part->attention);
    rg_csr_free(part->reweighted);
    rg_free(ctx->mem, part);
}

static void units(double *unit, const rg_fit_env *env)
{
    const rg_csr *rows = env->graph->by_user;
    const double n_items = (double)rows->n_cols, edges = (double)rows->n_edges;
    const double pairs = rg_plan_pairs(rows, 500.0);
    const double cells = fmin((double)rows->n_rows * n_items, MEASURED_CELLS);
    unit[LOCAL] = pairs / LOCAL_SPEED + 1.2e-4 * n_items;
    unit[SHAPE] = SHAPE_RIDGES * unit[LOCAL];
    unit[EXACT] = n_items * n_items * n_items / DENSE_SPEED + pairs / EXACT_SPEED;
    unit[MEASURE] = 3.6e-9 * cells + 1.7e-6 * edges;
    unit[REWEIGHT] = 3.1e-5 * edges;
}

static void count(double *left, const rg_outlook *o)
{
    const int affordable = o->env->graph->by_user->n_cols < EXACT_ITEMS;
    const int ahead = o->progress == RG_CHOICE_AHEAD;
    if (ahead) {
        left[SHAPE] += 1.0;
        left[LOCAL] += 1.0;
        left[MEASURE] += 4.0;
        left[EXACT] += 3 * affordable;
    }
    const int exact = ahead ? affordable : setting_of(o->choice)->exact;
    left[exact ? EXACT : LOCAL] += (double)o->n_folds + 1.0;
    if (o->adjusts && o->choice->on[rg_channel_of(&rg_vectors_fit)])
        left[REWEIGHT] += 1.0;
}

const rg_channel_fit_ops rg_items_fit = {.order = 0,
                                         .fast = 1,
                                         .stage = "item attention",
                                         .setting_size = sizeof(rg_items_setting),
                                         .resolve = resolve,
                                         .settle = settle,
                                         .choose = choose,
                                         .choose_adjustment = choose_reweighting,
                                         .fit = fit,
                                         .restore = rg_items_restore,
                                         .update = update,
                                         .closed = 1,
                                         .adjust = adjust,
                                         .serve = serve,
                                         .ridge = rg_items_ridge,
                                         .spread = spread,
                                         .free = free_part,
                                         .n_works = N_WORKS,
                                         .works = WORKS,
                                         .units = units,
                                         .count = count,
                                         .memory = rg_items_memory,
                                         .json = rg_items_json};
