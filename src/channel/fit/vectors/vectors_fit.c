/* Node vectors: chooses settings on the slice, and trains.
 *
 * The temperature of the softmax is chosen by a walk over a geometric grid from its
 * middle in the direction that improves, each step a short run. Quality has one maximum
 * over the temperature, so the walk ends at the first step that does not improve. Low
 * temperatures learn faster at first: shorter runs would favour them on dense data.
 * Another short run measures the gain of the item graph. Short runs train short vectors:
 * longer vectors prefer the same settings. Early stopping ends the main run and keeps its
 * best state; the fit on all interactions takes as many steps. */
#include "channel/fit/vectors/vectors_fit.h"
#include "channel/fit/items_fit.h"
#include "channel/fit/recency_choice.h"
#include "channel/fit/vectors/vectors_job.h"
#include "channel/fit/vectors/vectors_serve.h"
#include "channel/fit/vectors/vectors_update.h"
#include "gat/unit_pick.h"
#include "graph/interactions.h"
#include "model/model.h"
#include "ridge/item_graph.h"
#include <math.h>
#include <string.h>

enum { SHORT_STEPS = 40, SHORT_EVERY = 20, SHORT_DIM = 64, N_GRID = 7, MIDDLE = 3 };
static const float GRID[N_GRID] = {0.06f, 0.08f, 0.11f, 0.15f, 0.20f, 0.27f, 0.37f};
enum { ITEM_GRAPH_DEGREE = 24 };

enum {
    DEFAULT_STEPS = 200,
    SMALL_GRAPH = 10000,  /* nodes: below, a smaller learning rate */
    LARGE_GRAPH = 400000, /* nodes: above, shorter vectors */
    DIM = 128,
    DIM_LARGE = 64
};

/* Typical numbers: steps of the main run until early stopping, the step of the best
 * state, and runs of a walk. */
#define USUAL_STEPS 90.0
#define USUAL_BEST 50.0
#define USUAL_WALK 3.0

enum { SHORT_RUNS_DONE = 1 }; /* progress of the choice */

static rg_vectors_setting *setting_of(const rg_fit_choice *choice)
{
    return choice->setting[rg_channel_of(&rg_vectors_fit)];
}

rg_vectors_part *rg_vectors_part_of(const rg_fitted *fitted)
{
    return fitted->part[rg_channel_of(&rg_vectors_fit)];
}

const rg_vectors *rg_vectors_fitted(const rg_fitted *fitted)
{
    const rg_vectors_part *part = fitted != NULL ? rg_vectors_part_of(fitted) : NULL;
    return part != NULL ? part->vectors : NULL;
}

static void resolve(void *setting, rg_fit_options *o, const regatta_graph *graph)
{
    const rg_csr *rows = graph->by_user;
    const int64_t n_nodes = rows->n_rows + rows->n_cols;
    rg_recency_flat(((rg_vectors_setting *)setting)->recency);
    if (o->dim == 0) o->dim = n_nodes > LARGE_GRAPH ? DIM_LARGE : DIM;
    if (o->batch_users == 0) o->batch_users = rg_fit_batch(rows->n_rows);
    if (o->max_steps == 0) o->max_steps = DEFAULT_STEPS;
    if (!(o->learning_rate > 0.0f))
        o->learning_rate = n_nodes < SMALL_GRAPH ? 0.03f : 0.06f;
}

static void settle(void *setting, rg_fit_options *options)
{
    (void)setting;
    if (!(options->temperature > 0.0f)) options->temperature = RG_MIDDLE_TEMPERATURE;
}

static const rg_channel_fit_ops *needs(const void *setting)
{
    const rg_vectors_setting *s = setting;
    return s->item_graph ? &rg_items_fit : NULL;
}

/* Creates the part if there is none. */
static regatta_status begin_part(regatta_ctx *ctx, rg_fitted *fitted)
{
    regatta_status status = REGATTA_OK;
    rg_vectors_part *part = rg_vectors_part_of(fitted);
    if (part == NULL) {
        RG_NEW(ctx->mem, part, 1);
        rg_recency_flat(part->recency);
    }
    fitted->part[rg_channel_of(&rg_vectors_fit)] = part;
done:
    return status;
}

static regatta_status build_item_graph(regatta_ctx *ctx, rg_fitted *fitted)
{
    rg_vectors_part *part = rg_vectors_part_of(fitted);
    rg_csr_free(part->item_graph);
    part->item_graph = NULL;
    return rg_item_graph_build(ctx, &part->item_graph,
                               rg_items_fitted(fitted)->attention->by_target,
                               ITEM_GRAPH_DEGREE);
}

/* An rg_validate_fn: measures the vectors on the slice, in a state as in a model. */
static regatta_status validate(void *state, double *ndcg, const float *users,
                               const float *items, const float *bias, float scale,
                               const rg_shape *shape)
{
    regatta_status status = REGATTA_OK;
    const rg_selection *s = state;
    rg_node_vectors v = {.shape = *shape,
                         .scale = scale,
                         .user_vectors = rg_rows_f32(users, shape->n_users, shape->dim),
                         .item_vectors = rg_rows_f32(items, shape->n_items, shape->dim),
                         .bias = bias};
    RG_TRY(rg_table_create(s->env->ctx, &v.item_table, RG_F32, &v.item_vectors, bias));
    RG_TRY(s->validate(s, ndcg, rg_channel_of(&rg_vectors_fit), &v));
done:
    rg_table_free(v.item_table);
    return status;
}

/* Returns the job of training on the slice, with its validation. */
static rg_train_job job_of(rg_selection *s, const char *stage)
{
    rg_train_job job = rg_vectors_job(s->env, s->fitted, stage);
    s->validate_begin(s);
    job.validate = validate;
    job.validate_state = s;
    job.noted[0] = s->best_ndcg;
    job.noted[1] = s->best_recall;
    return job;
}

/* Computes the SVD start that all runs with this vector length on the slice share. */
static regatta_status share_start(rg_selection *s)
{
    rg_vectors_part *part = rg_vectors_part_of(s->fitted);
    rg_free(s->env->ctx->mem, part->start);
    part->start = NULL;
    if (s->env->options->start != REGATTA_START_SVD) return REGATTA_OK;
    const rg_train_job job = job_of(s, "start");
    const regatta_status status = rg_train_start(s->env->ctx, &part->start, &job);
    rg_channel_did(s->env, &rg_vectors_fit, RG_VECTORS_STARTS, 1.0);
    return status;
}

/* The best validations of short runs: the first of the run, and its best. */
typedef struct score {
    double first, best;
} score;

/* Trains and validates for a few steps; a run whose first validation is below
 * first_to_beat ends there. */
static regatta_status short_run(rg_selection *s, rg_vectors **out, const char *stage,
                                float temperature, double first_to_beat)
{
    rg_train_job job = job_of(s, stage);
    job.options.temperature = temperature;
    job.first_to_beat = first_to_beat;
    if (job.options.max_steps > SHORT_STEPS) job.options.max_steps = SHORT_STEPS;
    job.options.eval_every = SHORT_EVERY;
    job.is_trial = 1;
    const regatta_status status = rg_vectors_train(s->env, out, &job, RG_VECTORS_TRIALS);
    if (status == REGATTA_OK) s->env->finished |= (*out)->finished_early;
    return status;
}

static void write_trial(rg_text *t, const char *what, float value, const rg_vectors *v)
{
    rg_text_open(t, NULL, '{');
    rg_text_float(t, what, value);
    rg_text_real(t, "ndcg@20", v->best_ndcg);
    rg_text_int(t, "steps", v->n_steps);
    rg_text_close(t, '}');
}

/* Makes a short run with GRID[at]. A run that the caller ends is kept. */
static regatta_status try_temperature(rg_selection *s, int at, double first_to_beat,
                                      score *out)
{
    regatta_status status = REGATTA_OK;
    rg_vectors *vectors = NULL;
    RG_TRY(short_run(s, &vectors, "temperature", GRID[at], first_to_beat));
    *out = (score){vectors->curve[0].ndcg, vectors->best_ndcg};
    write_trial(&s->env->trials, "temperature", GRID[at], vectors);
    if (vectors->finished_early) {
        s->env->options->temperature = GRID[at];
        rg_vectors_part_of(s->fitted)->vectors = vectors;
        vectors = NULL;
    }
done:
    rg_vectors_free(vectors);
    return status;
}

/* Walks from MIDDLE by `step` while *best improves. Low temperatures learn faster at
 * first: a lower one that is behind at the first validation stays behind. */
static regatta_status walk(rg_selection *s, int step, score *best)
{
    regatta_status status = REGATTA_OK;
    const int *finished = &s->env->finished;
    for (int at = MIDDLE + step; at >= 0 && at < N_GRID && !*finished; at += step) {
        score now = {0.0, 0.0};
        RG_TRY(try_temperature(s, at, step < 0 ? best->first : 0.0, &now));
        if (*finished || !(now.best > best->best)) break;
        *best = now;
        s->env->options->temperature = GRID[at];
    }
done:
    return status;
}

/* Sets *best to the score of the chosen temperature. */
static regatta_status choose_temperature(rg_selection *s, score *best)
{
    regatta_status status = REGATTA_OK;
    rg_fit_options *o = s->env->options;
    rg_text_open(&s->env->trials, "temperatures", '[');
    RG_TRY(try_temperature(s, MIDDLE, 0.0, best));
    if (!s->env->finished) {
        o->temperature = GRID[MIDDLE];
        RG_TRY(walk(s, -1, best));
        /* A lower temperature did not improve: try higher ones. */
        if (!s->env->finished && o->temperature == GRID[MIDDLE]) RG_TRY(walk(s, 1, best));
    }
    rg_text_close(&s->env->trials, ']');
done:
    return status;
}

/* Decides on propagation over the item graph: compares a short run with it to the best
 * one without, which the choice of the temperature has made unless it was given. */
static regatta_status choose_item_graph(rg_selection *s, int known, double without)
{
    regatta_status status = REGATTA_OK;
    rg_fit_env *env = s->env;
    rg_vectors_setting *setting = setting_of(s->choice);
    rg_vectors_part *part = rg_vectors_part_of(s->fitted);
    rg_vectors *vectors = NULL;
    int use = known;
    rg_text_open(&env->trials, "item_graphs", '[');
    for (; use < 2 && !env->finished; use++) {
        if (use) RG_TRY(build_item_graph(env->ctx, s->fitted));
        rg_vectors_free(vectors);
        vectors = NULL;
        RG_TRY(short_run(s, &vectors, "item graph", env->options->temperature, 0.0));
        write_trial(&env->trials, "item_graph", (float)use, vectors);
        setting->item_graph = use && vectors->best_ndcg > without;
        if (!use) without = vectors->best_ndcg;
    }
    rg_text_close(&env->trials, ']');
    if (env->finished) { /* keep the run that the caller ended */
        setting->item_graph = use > 1;
        part->vectors = vectors;
        vectors = NULL;
    }
    if (!setting->item_graph) {
        rg_csr_free(part->item_graph);
        part->item_graph = NULL;
    }
done:
    rg_vectors_free(vectors);
    return status;
}

/* The caller returned REGATTA_FINISH before any vectors were trained: use the middle
 * temperature; the main run takes one step from the SVD start. */
static regatta_status settle_early(rg_selection *s)
{
    settle(NULL, s->env->options);
    s->env->options->max_steps = 1;
    return share_start(s);
}

/* Chooses temperature and item graph. A run that the caller ends is kept with its vector
 * length. */
static regatta_status short_runs(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    rg_fit_env *env = s->env;
    rg_fit_options *o = env->options;
    const int64_t dim = o->dim, heads = o->heads;
    const int64_t short_dim = (SHORT_DIM + heads - 1) / heads * heads;
    const int known = !(o->temperature > 0.0f);
    score best = {0.0, 0.0};
    if (env->finished) return settle_early(s);
    if (dim > short_dim) o->dim = short_dim;
    RG_TRY(share_start(s));
    if (known) RG_TRY(choose_temperature(s, &best));
    if (rg_items_fitted(s->fitted) != NULL && !env->finished)
        RG_TRY(choose_item_graph(s, known, best.best));
    if (rg_vectors_part_of(s->fitted)->vectors != NULL || o->dim == dim)
        return REGATTA_OK;
    o->dim = dim;
    RG_TRY(share_start(s));
done:
    return status;
}

/* Without times the order of a history need not mean anything. */
static regatta_status choose_recency(rg_selection *s)
{
    const rg_recency_choice recency = {.ops = &rg_vectors_fit,
                                       .name = "vectors_recency",
                                       .stage = "validate",
                                       .work = -1,
                                       .is_optional = 1,
                                       .value = rg_vectors_part_of(s->fitted)->recency};
    if (s->env->finished || !rg_interactions_timed(s->fitted->graph)) return REGATTA_OK;
    const regatta_status status = rg_recency_choose(s, &recency);
    memcpy(setting_of(s->choice)->recency, recency.value,
           sizeof recency.value[0] * RG_N_RECENCY);
    return status;
}

static regatta_status choose(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(begin_part(s->env->ctx, s->fitted));
    rg_vectors_part *part = rg_vectors_part_of(s->fitted);
    RG_TRY(short_runs(s));
    s->env->progress[rg_channel_of(&rg_vectors_fit)] = SHORT_RUNS_DONE;
    s->replan(s);
    if (part->vectors == NULL) {
        rg_train_job job = job_of(s, "validate");
        job.usual_steps = USUAL_STEPS;
        RG_TRY(rg_vectors_train(s->env, &part->vectors, &job, RG_VECTORS_STEPS));
        s->env->finished |= part->vectors->finished_early;
    }
    RG_TRY(choose_recency(s));
done:
    return status;
}

/* Computes vectors over all interactions with the parameters of the slice, which has the
 * same nodes. */
static regatta_status read_out(rg_fit_env *env, rg_fitted *fitted, const rg_vectors *from)
{
    rg_train_job job = rg_vectors_job(env, fitted, "read out");
    job.options.max_steps = 0;
    job.from = from->params;
    return rg_vectors_train(env, &rg_vectors_part_of(fitted)->vectors, &job,
                            RG_VECTORS_STEPS);
}

static regatta_status fit_whole(rg_fit_env *env, rg_fitted *fitted,
                                const rg_fit_task *task)
{
    regatta_status status = REGATTA_OK;
    rg_vectors_part *part = rg_vectors_part_of(fitted);
    const rg_vectors *found = rg_vectors_fitted(task->slice);
    const int same_nodes = task->same_nodes && found != NULL;
    rg_train_job job = rg_vectors_job(env, fitted, found != NULL ? "refit" : "train");
    if (same_nodes && (!env->options->refit || env->finished))
        return read_out(env, fitted, found);
    if (found != NULL) job.options.max_steps = (uint32_t)found->best_step;
    RG_TRY(rg_vectors_train(env, &part->vectors, &job, RG_VECTORS_STEPS));
    if (part->vectors->finished_early && same_nodes) {
        /* An incomplete refit is worse than the validated vectors. */
        rg_vectors_free(part->vectors);
        part->vectors = NULL;
        RG_TRY(read_out(env, fitted, found));
    }
done:
    return status;
}

/* Trains for the number of steps that was best on the slice. */
static regatta_status fit_fold(rg_fit_env *env, rg_fitted *fitted,
                               const rg_fit_task *task)
{
    const int steps = rg_vectors_fitted(task->slice)->best_step;
    rg_vectors_part *part = rg_vectors_part_of(fitted);
    rg_train_job job = rg_vectors_job(env, fitted, task->stage);
    job.options.max_steps = (uint32_t)steps;
    job.steps_before = (task->fold - 1) * steps;
    job.stage_steps = task->n_folds * steps;
    const regatta_status status =
        rg_vectors_train(env, &part->vectors, &job, RG_VECTORS_STEPS);
    if (status == REGATTA_OK) env->finished |= part->vectors->finished_early;
    return status;
}

/* Begins the part with chosen settings: recency and item graph. */
static regatta_status prepare_part(regatta_ctx *ctx, rg_fitted *fitted,
                                   const rg_vectors_setting *setting)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(begin_part(ctx, fitted));
    memcpy(rg_vectors_part_of(fitted)->recency, setting->recency,
           sizeof setting->recency);
    if (setting->item_graph) RG_TRY(build_item_graph(ctx, fitted));
done:
    return status;
}

static regatta_status fit(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(prepare_part(env->ctx, fitted, setting_of(choice)));
    status = task->fold > 0 ? fit_fold(env, fitted, task) : fit_whole(env, fitted, task);
done:
    return status;
}

static void restore(void *setting, rg_fit_options *options, rg_settings *from)
{
    rg_vectors_setting *s = setting;
    const rg_node_vectors *v = from->model->vectors;
    (void)options;
    s->item_graph = rg_settings_bool(from, "training.item_graph");
    if (v->recency != NULL) memcpy(s->recency, v->recency, sizeof s->recency);
}

static regatta_status update(rg_fit_env *env, rg_fitted *fitted,
                             const rg_fit_choice *choice, const rg_fit_update *u)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(prepare_part(env->ctx, fitted, setting_of(choice)));
    RG_TRY(rg_vectors_update(env, fitted, u));
done:
    return status;
}

/* Items outside the core have zero rows and the smallest bias. */
static regatta_status spread(const rg_spread *s, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_vectors *v = ((rg_vectors_part *)state)->vectors;
    const rg_shape *shape = &v->shape;
    const int64_t dim = shape->dim;
    RG_TRY(rg_spread_floats(s, &v->y, 1, shape->n_users * dim, dim, 0.0f));
    RG_TRY(rg_spread_bias(s, &v->bias));
    RG_TRY(rg_spread_floats(s, &v->item_state, shape->layers, 0, dim, 0.0f));
    RG_TRY(rg_spread_floats(s, &v->item_degree, 1, 0, 1, 0.0f));
    v->shape.n_items = s->n_items;
done:
    return status;
}

static void free_part(regatta_ctx *ctx, void *state)
{
    rg_vectors_part *part = state;
    rg_vectors_free(part->vectors);
    rg_csr_free(part->item_graph);
    rg_free(ctx->mem, part->start);
    rg_free(ctx->mem, part);
}

static void units(double *unit, const rg_fit_env *env)
{
    const rg_csr *rows = env->graph->by_user;
    unit[RG_VECTORS_TRIALS] = unit[RG_VECTORS_STEPS] = 1.0; /* counted in seconds */
    unit[RG_VECTORS_STARTS] =
        3e-5 * (double)(rows->n_rows + rows->n_cols) + 2e-7 * (double)rows->n_edges;
}

/* Adds the steps of all remaining runs; folds and the fit on all interactions take as
 * many as the best state. */
static void count_steps(double *left, const rg_outlook *outlook)
{
    const rg_fit_options *o = outlook->env->options;
    const rg_vectors *found = rg_vectors_fitted(outlook->slice);
    const regatta_graph *all = outlook->env->graph;
    const regatta_graph *graph = outlook->slice != NULL ? outlook->slice->graph : all;
    const int64_t short_dim = o->dim < SHORT_DIM ? o->dim : SHORT_DIM;
    const double most = (double)o->max_steps;
    const double full = rg_vectors_step(graph, o, o->dim, o->batch_users);
    const double trial =
        fmin(most, SHORT_STEPS) * rg_vectors_step(graph, o, short_dim, o->batch_users);
    const double best = found != NULL ? (double)found->best_step : fmin(most, USUAL_BEST);
    double *steps = &left[RG_VECTORS_STEPS];
    if (outlook->slice == NULL) {
        *steps += most * full;
        return;
    }
    if (outlook->progress < SHORT_RUNS_DONE)
        left[RG_VECTORS_TRIALS] +=
            trial * ((o->temperature > 0.0f ? 0.0 : USUAL_WALK) +
                     (outlook->choice->on[rg_channel_of(&rg_items_fit)] ? 1.5 : 0.0));
    *steps += (double)outlook->n_folds * best * full;
    if (outlook->progress < RG_CHOICE_DONE) *steps += fmin(most, USUAL_STEPS) * full;
    if (o->refit) *steps += best * rg_vectors_step(all, o, o->dim, o->batch_users);
}

/* Kept: start, read-out, parameters and item states, and the serving form
 * of rows and panels. A training: parameters, gradient, moments, best state, states of
 * the layers, read-out with its gradient, and unit rows; the edges of both directions;
 * attention weights by head; and the softmax. */
static void memory(rg_channel_memory *out, const rg_memory_sizes *sizes)
{
    enum { TABLES = 9, EXPONENTIALS = 32 << 20, BLOCK_USERS = 192 };
    const rg_fit_options *o = sizes->options;
    const rg_csr *rows = sizes->graph->by_user;
    const int64_t n_users = rows->n_rows, n_items = rows->n_cols, n = n_users + n_items;
    const int64_t dim = 4 * o->dim, layers = o->layers;
    const int attends = o->attention != REGATTA_ATTENTION_NONE;
    const int64_t edge = attends ? 16 + 4 * (int64_t)o->heads * (layers + 2) : 8;
    out->kept =
        dim * (3 * n + layers * n_items) + dim * (n + (2 + layers) * n_items + n_users);
    out->fit = dim * n * (TABLES + layers) + 2 * rows->n_edges * edge + 3 * dim * n_items;
    out->fit += 4 * BLOCK_USERS * n_items < EXPONENTIALS ? 4 * BLOCK_USERS * n_items
                                                         : EXPONENTIALS;
    if (attends) out->fit += 5 * 3 * layers * dim * o->dim; /* its parameters */
    out->choose = out->fit;
}

static void count(double *left, const rg_outlook *o)
{
    left[RG_VECTORS_STARTS] +=
        (double)o->n_folds + 1.0 + (o->progress < SHORT_RUNS_DONE ? 2.0 : 0.0);
    count_steps(left, o);
}

static void write_training(rg_text *t, const rg_fit_report *r)
{
    const rg_vectors *v = rg_vectors_fitted(r->whole),
                     *found = rg_vectors_fitted(r->slice);
    const rg_vectors *steps = v->n_steps > 0 ? v : found;
    const rg_fit_options *o = r->env->options;
    const int64_t sampled = rg_sampled_items(o->loss, o->softmax_items, v->shape.n_items);
    rg_text_open(t, "training", '{');
    rg_text_int(t, "steps", steps->best_step);
    rg_text_bool(t, "refit", found != NULL && v->n_steps > 0);
    rg_text_bool(t, "finished_early", r->env->finished || steps->finished_early);
    rg_text_bool(t, "item_graph", setting_of(r->choice)->item_graph);
    if (!rg_recency_is_flat(setting_of(r->choice)->recency)) {
        rg_text_open(t, "recency", '{');
        rg_recency_write(t, setting_of(r->choice)->recency);
        rg_text_close(t, '}');
    }
    if (o->loss == REGATTA_LOSS_SOFTMAX) {
        rg_text_string(t, "softmax", sampled > 0 ? "sampled" : "exact");
        rg_text_int(t, "softmax_items", sampled > 0 ? sampled : v->shape.n_items);
    }
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

static void json(rg_text *t, rg_json_place place, const rg_fit_report *r)
{
    if (place == RG_JSON_TRAINING) write_training(t, r);
    if (place == RG_JSON_VALIDATION) write_curve(t, rg_vectors_fitted(r->slice));
}

static const char *const WORKS[RG_VECTORS_WORKS] = {[RG_VECTORS_TRIALS] = "short runs",
                                                    [RG_VECTORS_STEPS] = "steps",
                                                    [RG_VECTORS_STARTS] = "starts"};

const rg_channel_fit_ops rg_vectors_fit = {.order = 1,
                                           .refits = 1,
                                           .setting_size = sizeof(rg_vectors_setting),
                                           .resolve = resolve,
                                           .settle = settle,
                                           .needs = needs,
                                           .choose = choose,
                                           .fit = fit,
                                           .restore = restore,
                                           .update = update,
                                           .serve = rg_vectors_serve,
                                           .spread = spread,
                                           .free = free_part,
                                           .n_works = RG_VECTORS_WORKS,
                                           .works = WORKS,
                                           .units = units,
                                           .count = count,
                                           .memory = memory,
                                           .json = json};
