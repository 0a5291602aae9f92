/* Target attention is learned on the slice, after all other channels: a network for each
 * kind, from the labelled samples of the channels that are on, beside their blend by
 * start weights. The slice's users are scored by the networks of the halves, which did
 * not see them (gat/target/target_learn.h), so the slice measures the channel, and the
 * blend's weights are fitted, as for unseen users. It stays on if the loss of unseen
 * users clearly falls, and ndcg rises with the channel in the place of item attention.
 *
 * The fit on all interactions has other weights, other limits, and vectors in another
 * frame: its coordinates are fitted to the slice's (target_coordinates.h); the share of a
 * weight is relative to the mean weight. Its network is the one learned from all
 * users. */
#include "channel/fit/target/target_fit.h"
#include "base/bf16.h"
#include "base/checkpoint/checkpoint.h"
#include "base/topk.h"
#include "channel/fit/items_fit.h"
#include "channel/fit/recency_choice.h"
#include "channel/fit/target/target_coordinates.h"
#include "channel/fit/target/target_pairs.h"
#include "channel/fit/vectors/vectors_fit.h"
#include "graph/interactions.h"
#include "model/model.h"
#include <limits.h>
#include <math.h>
#include <string.h>

enum { LEARN, PART, N_WORKS };
static const char *const WORKS[N_WORKS] = {
    [LEARN] = "target attention", [PART] = "coordinates"};
static const char *const KINDS[] = {"none", "gate", "softmax"};

static int self(void)
{
    return rg_channel_of(&rg_target_fit);
}

static rg_target_part *part_of(const rg_fitted *fitted)
{
    return fitted->part[self()];
}

/* Returns the weights that item attention serves. */
static const rg_csr *weights_of(const rg_fitted *fitted)
{
    const rg_items_part *items = rg_items_fitted(fitted);
    return items->reweighted != NULL ? items->reweighted : items->attention->by_history;
}

static const rg_channel_fit_ops *needs(const void *setting)
{
    (void)setting;
    return &rg_items_fit;
}

/* Creates a part without tables; `adjust` fills them, when all channels are fitted. */
static regatta_status fit(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task)
{
    regatta_status status = REGATTA_OK;
    rg_target_part *part = NULL;
    RG_NEW(env->ctx->mem, part, 1);
    part->setting = *(const rg_target_setting *)choice->setting[self()];
    part->halves = task->selection != NULL || task->fold > 0;
    if (task->selection == NULL && task->slice != NULL && part_of(task->slice) != NULL) {
        part->reference = part_of(task->slice)->q;
        part->n_reference = part_of(task->slice)->n_items;
    }
    rg_fitted_drop(env->ctx, fitted, self());
    fitted->part[self()] = part;
done:
    return status;
}

static void restore(void *setting, rg_fit_options *options, rg_settings *from)
{
    rg_target_setting *s = setting;
    const rg_target_state *state = rg_model_channel(from->model, self());
    (void)options;
    s->kind = (rg_target_kind)state->kind;
    s->width = state->width;
    s->place_mean = state->scale[RG_TARGET_PLACE_MEAN];
    s->place_inverse = state->scale[RG_TARGET_PLACE_INVERSE];
    s->age_mean = state->scale[RG_TARGET_AGE_MEAN];
    s->age_inverse = state->scale[RG_TARGET_AGE_INVERSE];
    memcpy(s->x[RG_TARGET_ALL], state->x[0], sizeof s->x[0]);
}

/* The network stays; `adjust` fits the coordinates to those of the model before. */
static regatta_status update(rg_fit_env *env, rg_fitted *fitted,
                             const rg_fit_choice *choice, const rg_fit_update *u)
{
    regatta_status status = REGATTA_OK;
    const rg_fit_task task = {.stage = NULL};
    const rg_target_state *state = rg_model_channel(u->from, self());
    RG_TRY(fit(env, fitted, choice, &task));
    if (state->width == 0) return REGATTA_OK;
    rg_target_part *part = part_of(fitted);
    RG_NEW(env->ctx->mem, part->before, state->q.n * state->q.dim);
    rg_rows_decode(part->before, &state->q, 0, state->q.n);
    part->reference = part->before;
    part->n_reference = u->before->n_items;
    part->same = !u->changed;
done:
    return status;
}

/* Returns the RG_TARGET_PAIRS-th largest size of the n weights, 0 if there are fewer, as
 * the model rounds them; size[n] is scratch. */
static float limit_of(float *size, const float *weight, int64_t n)
{
    uint32_t index[RG_TARGET_PAIRS];
    float best[RG_TARGET_PAIRS];
    if (n <= RG_TARGET_PAIRS) return 0.0f;
    for (int64_t e = 0; e < n; e++) size[e] = fabsf(rg_round_bf16(weight[e]));
    rg_topk(index, best, RG_TARGET_PAIRS, size, n);
    return best[RG_TARGET_PAIRS - 1];
}

/* Fills limit[] and the typical weight. */
static regatta_status find_limits(regatta_ctx *ctx, rg_target_part *part,
                                  const rg_csr *weights)
{
    regatta_status status = REGATTA_OK;
    double sum = 0.0, n_pairs = 0.0;
    float *size = NULL;
    RG_NEW(ctx->mem, size, rg_csr_widest(weights));
    RG_NEW(ctx->mem, part->limit, weights->n_rows);
    for (int64_t i = 0; i < weights->n_rows; i++) {
        const float *w = weights->value + weights->offset[i];
        const int64_t n = rg_csr_degree(weights, i);
        part->limit[i] = limit_of(size, w, n);
        for (int64_t e = 0; e < n; e++) {
            if (fabsf(w[e]) < part->limit[i] || w[e] == 0.0f) continue;
            sum += (double)fabsf(w[e]);
            n_pairs += 1.0;
        }
    }
    part->typical = n_pairs > 0.0 ? (float)(sum / n_pairs) : 1.0f;
done:
    rg_free(ctx->mem, size);
    return status;
}

/* Fills the tables of the part from the fitted item attention and vectors. */
static regatta_status fill_part(rg_fit_env *env, rg_fitted *fitted)
{
    regatta_status status = REGATTA_OK;
    rg_target_part *part = part_of(fitted);
    const rg_vectors *v = rg_vectors_fitted(fitted);
    const int width = part->setting.width;
    rg_fitted_changed(fitted, self());
    rg_free(env->ctx->mem, part->q);
    rg_free(env->ctx->mem, part->limit);
    part->q = part->limit = NULL;
    part->n_items = fitted->rows.n_cols;
    RG_TRY(find_limits(env->ctx, part, weights_of(fitted)));
    if (width > 0 && v == NULL)
        RG_NEW(env->ctx->mem, part->q, part->n_items * width); /* zeros: no vectors */
    else if (width > 0)
        RG_TRY(rg_target_coordinates(
            env->ctx, &part->q, &part->explained, v->y + v->shape.n_users * v->shape.dim,
            part->n_items, v->shape.dim, width, part->reference, part->n_reference));
    if (part->same && part->q != NULL)
        memcpy(part->q, part->reference,
               (size_t)(part->n_items * width) * sizeof *part->q);
    rg_channel_did(env, &rg_target_fit, PART, 1.0);
done:
    return status;
}

static regatta_status adjust(rg_fit_env *env, rg_fitted *fitted,
                             const rg_fit_choice *choice)
{
    (void)choice;
    return fill_part(env, fitted);
}

/* The learning of one or two kinds. */
typedef struct learning {
    const rg_selection *selection;
    int wanted[3]; /* by kind */
    float scale[RG_TARGET_SCALES];
    rg_target_learned *learned; /* [3] by kind */
} learning;

static regatta_status learn_from(void *state, const rg_reweight_samples *labels)
{
    regatta_status status = REGATTA_OK;
    learning *l = state;
    const rg_selection *s = l->selection;
    const rg_target_part *part = part_of(s->fitted);
    const rg_items_part *items = rg_items_fitted(s->fitted);
    const rg_target_source source = {
        .weights = weights_of(s->fitted),
        .candidate = items->attention->scale,
        .limit = part->limit,
        .recency = rg_recency_is_flat(items->recency) ? NULL : items->recency,
        .q = part->q,
        .width = part->setting.width,
        .ordered = rg_interactions_timed(s->fitted->graph),
        .typical = part->typical,
        .base = s->fitted->base,
        .seed = s->env->options->seed};
    rg_target_pairs *pairs = NULL;
    RG_TRY(rg_target_pairs_create(s->env->ctx, &pairs, &source, labels));
    memcpy(l->scale, pairs->scale, sizeof l->scale);
    for (int kind = RG_TARGET_GATE; kind <= RG_TARGET_SOFTMAX; kind++) {
        if (!l->wanted[kind]) continue;
        RG_TRY(rg_target_learn(s->env->ctx, &l->learned[kind], &pairs->samples,
                               pairs->user, (rg_target_kind)kind, s->env->options->seed));
        rg_channel_did(s->env, &rg_target_fit, LEARN, 1.0);
        RG_TRY(s->env->stage(s->env, rg_target_fit.stage));
    }
done:
    rg_target_pairs_free(pairs);
    return status;
}

/* The sampling and the learning, a unit of a checkpoint. */
typedef struct task {
    rg_selection *selection;
    learning *learning;
    const float *known;
    const int *on;
} task;

static regatta_status run_learning(regatta_ctx *ctx, void *state)
{
    const task *t = state;
    rg_selection *s = t->selection;
    (void)ctx;
    return s->sample(s, t->on, t->known, learn_from, t->learning);
}

static regatta_status visit_kind(rg_archive *archive, rg_target_learned *l)
{
    regatta_status status = REGATTA_OK;
    double *const real[] = {&l->loss_before, &l->loss_after, &l->error};
    RG_TRY(rg_archive_floats(archive, l->x[0], RG_TARGET_NETS * RG_TARGET_FLOATS));
    RG_TRY(rg_archive_number(archive, &l->rounds, 0, INT_MAX));
    RG_TRY(rg_archive_int(archive, &l->n_users, 0, INT64_MAX));
    for (size_t k = 0; k < sizeof real / sizeof *real; k++)
        RG_TRY(rg_archive_real(archive, real[k]));
done:
    return status;
}

static regatta_status visit_learned(rg_archive *archive, void *state)
{
    regatta_status status = REGATTA_OK;
    const learning *l = ((task *)state)->learning;
    RG_TRY(rg_archive_floats(archive, (float *)l->scale, RG_TARGET_SCALES));
    for (int kind = RG_TARGET_GATE; kind <= RG_TARGET_SOFTMAX; kind++)
        RG_TRY(visit_kind(archive, &l->learned[kind]));
done:
    return status;
}

/* Sets the part's numbers to those learned for a kind (NONE: g = 1). */
static void take(rg_selection *s, const learning *l, rg_target_kind kind)
{
    rg_target_setting *setting = &part_of(s->fitted)->setting;
    setting->kind = kind;
    setting->place_mean = l->scale[RG_TARGET_PLACE_MEAN];
    setting->place_inverse = l->scale[RG_TARGET_PLACE_INVERSE];
    setting->age_mean = l->scale[RG_TARGET_AGE_MEAN];
    setting->age_inverse = l->scale[RG_TARGET_AGE_INVERSE];
    memcpy(setting->x, l->learned[kind].x, sizeof setting->x);
    rg_fitted_changed(s->fitted, self());
}

/* Measures the channels of the choice with start weights; with `kind` (NULL = off) the
 * channel has the place of item attention. */
static regatta_status measure(rg_selection *s, const char *kind, double *ndcg)
{
    regatta_status status = REGATTA_OK;
    const int items = rg_channel_of(&rg_items_fit);
    rg_text *t = &s->env->trials;
    rg_blend *blend = NULL;
    int on[RG_MAX_CHANNELS], better = 0;
    memcpy(on, s->choice->on, sizeof on);
    on[self()] = kind != NULL;
    RG_TRY(rg_channel_blend(s->env->ctx, &blend));
    rg_channel_blend_start(blend, on);
    if (kind != NULL) {
        blend->base[self()] = blend->base[items];
        blend->base[items] = blend->on[items] = 0.0f;
    }
    RG_TRY(s->measure(s, ndcg, &better, on, blend));
    rg_text_open(t, NULL, '{');
    rg_text_string(t, "target", kind != NULL ? kind : "off");
    rg_selection_write(s, *ndcg);
    rg_text_close(t, '}');
done:
    rg_blend_free(blend);
    return status;
}

/* Returns 1 if the loss of unseen users clearly falls. */
static int is_clear(const rg_target_learned *l)
{
    return l->rounds > 0 && l->loss_before - l->loss_after > 2.0 * l->error;
}

/* Measures each kind whose loss clearly falls; *kind is the best by ndcg, NONE if none is
 * better than item attention in its place. */
static regatta_status try_kinds(rg_selection *s, const learning *l, rg_target_kind *kind)
{
    regatta_status status = REGATTA_OK;
    double best = 0.0, ndcg = 0.0;
    *kind = RG_TARGET_NONE;
    s->begin(s);
    rg_text_open(&s->env->trials, "targets", '[');
    RG_TRY(measure(s, NULL, &best));
    for (int k = RG_TARGET_GATE; k <= RG_TARGET_SOFTMAX; k++) {
        if (!l->wanted[k] || !is_clear(&l->learned[k])) continue;
        take(s, l, (rg_target_kind)k);
        RG_TRY(measure(s, KINDS[k], &ndcg));
        if (!(ndcg > best)) continue;
        best = ndcg;
        *kind = (rg_target_kind)k;
    }
    rg_text_close(&s->env->trials, ']');
done:
    return status;
}

static void write_learned(rg_text *t, const learning *l)
{
    rg_text_open(t, "target_learned", '{');
    for (int k = RG_TARGET_GATE; k <= RG_TARGET_SOFTMAX; k++) {
        if (!l->wanted[k]) continue;
        rg_text_open(t, KINDS[k], '{');
        rg_text_int(t, "users", l->learned[k].n_users);
        rg_text_int(t, "rounds", l->learned[k].rounds);
        rg_text_real(t, "loss_before", l->learned[k].loss_before);
        rg_text_real(t, "loss_after", l->learned[k].loss_after);
        rg_text_real(t, "standard_error", l->learned[k].error);
        rg_text_close(t, '}');
    }
    rg_text_close(t, '}');
}

static regatta_status choose_adjustment(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    rg_target_setting *setting = s->choice->setting[self()];
    const regatta_target wanted = s->env->options->target;
    learning l = {.selection = s};
    rg_target_kind kind = RG_TARGET_NONE;
    float known[RG_MAX_CHANNELS];
    int on[RG_MAX_CHANNELS];
    l.wanted[RG_TARGET_GATE] = wanted != REGATTA_TARGET_SOFTMAX;
    l.wanted[RG_TARGET_SOFTMAX] = wanted != REGATTA_TARGET_GATE;
    RG_NEW(s->env->ctx->mem, l.learned, 3);
    RG_TRY(s->env->stage(s->env, rg_target_fit.stage));
    part_of(s->fitted)->setting.width =
        rg_vectors_fitted(s->fitted) != NULL ? RG_TARGET_WIDTH : 0;
    RG_TRY(fill_part(s->env, s->fitted));
    memcpy(on, s->choice->on, sizeof on);
    on[self()] = 0;
    rg_channel_start(known);
    for (int c = 0; c < rg_n_channels; c++)
        if (!on[c] || c == rg_channel_of(&rg_items_fit)) known[c] = 0.0f;
    task t = {s, &l, known, on};
    const rg_unit unit = {"target attention", run_learning, visit_learned, &t};
    RG_TRY(rg_unit_run(s->env->ctx, &unit));
    write_learned(&s->env->trials, &l);
    RG_TRY(try_kinds(s, &l, &kind));
    take(s, &l, kind);
    *setting = part_of(s->fitted)->setting;
    if (kind == RG_TARGET_NONE) s->choice->on[self()] = 0;
done:
    rg_free(s->env->ctx->mem, l.learned);
    return status;
}

static regatta_status serve(regatta_ctx *ctx, regatta_model *model, void *state,
                            const rg_fitted *fitted)
{
    const rg_target_part *part = part_of(fitted);
    const rg_target_setting *from = &part->setting;
    rg_target_state *to = state;
    const size_t size = sizeof to->x[0];
    (void)ctx;
    to->n_items = model->n_items;
    to->kind = (int)from->kind;
    to->width = from->width;
    to->n_nets = part->halves ? RG_TARGET_HALVES : 1;
    memcpy(to->x[0], from->x[part->halves ? 0 : RG_TARGET_ALL], size);
    if (part->halves) memcpy(to->x[1], from->x[1], size);
    to->scale[RG_TARGET_TYPICAL] = part->typical;
    to->scale[RG_TARGET_PLACE_MEAN] = from->place_mean;
    to->scale[RG_TARGET_PLACE_INVERSE] = from->place_inverse;
    to->scale[RG_TARGET_AGE_MEAN] = from->age_mean;
    to->scale[RG_TARGET_AGE_INVERSE] = from->age_inverse;
    to->limit = rg_model_copied(model, part->limit, model->n_items, sizeof *to->limit);
    if (to->limit == NULL) return REGATTA_ENOMEM;
    if (to->width == 0) return REGATTA_OK;
    const float *q =
        rg_model_copied(model, part->q, model->n_items * to->width, sizeof *q);
    if (q == NULL) return REGATTA_ENOMEM;
    to->q = rg_rows_f32(q, model->n_items, to->width);
    return REGATTA_OK;
}

/* Items outside the core have no weights, so their coordinates are not read. */
static regatta_status spread(const rg_spread *s, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_target_part *part = state;
    RG_TRY(rg_spread_floats(s, &part->q, 1, 0, part->setting.width, 0.0f));
    RG_TRY(rg_spread_floats(s, &part->limit, 1, 0, 1, 0.0f));
    part->n_items = s->n_items;
done:
    return status;
}

static void free_part(regatta_ctx *ctx, void *state)
{
    rg_target_part *part = state;
    rg_free(ctx->mem, part->q);
    rg_free(ctx->mem, part->limit);
    rg_free(ctx->mem, part->before);
    rg_free(ctx->mem, part);
}

static int in_preset(const rg_fit_options *options, const regatta_graph *graph)
{
    if (options->target == REGATTA_TARGET_NONE) return 0;
    return options->target != REGATTA_TARGET_AUTO || rg_interactions_timed(graph);
}

static void units(double *unit, const rg_fit_env *env)
{
    const double edges = (double)env->graph->by_user->n_edges;
    unit[LEARN] = 2.0 + 2e-5 * edges;
    unit[PART] = 1e-5 * (double)env->graph->by_user->n_cols;
}

static void count(double *left, const rg_outlook *o)
{
    left[PART] += (double)o->n_folds + 1.0;
    if (!o->adjusts) return;
    left[LEARN] += o->env->options->target == REGATTA_TARGET_AUTO ? 2.0 : 1.0;
    left[PART] += 1.0;
}

static void json(rg_text *t, rg_json_place place, const rg_fit_report *r)
{
    const rg_target_part *whole = part_of(r->whole);
    if (place != RG_JSON_SETTINGS || whole == NULL) return;
    rg_text_open(t, "target_attention", '{');
    rg_text_string(t, "kind", KINDS[whole->setting.kind]);
    rg_text_int(t, "width", whole->setting.width);
    rg_text_bool(t, "place", whole->setting.place_inverse > 0.0f);
    rg_text_bool(t, "age", whole->setting.age_inverse > 0.0f);
    if (whole->setting.width > 0) rg_text_real(t, "explained", whole->explained);
    rg_text_close(t, '}');
}

const rg_channel_fit_ops rg_target_fit = {.order = 9,
                                          .learned = 1,
                                          .stage = "target attention",
                                          .setting_size = sizeof(rg_target_setting),
                                          .in_preset = in_preset,
                                          .needs = needs,
                                          .choose_adjustment = choose_adjustment,
                                          .fit = fit,
                                          .restore = restore,
                                          .update = update,
                                          .remains = 1,
                                          .adjust = adjust,
                                          .serve = serve,
                                          .spread = spread,
                                          .free = free_part,
                                          .n_works = N_WORKS,
                                          .works = WORKS,
                                          .units = units,
                                          .count = count,
                                          .json = json};
