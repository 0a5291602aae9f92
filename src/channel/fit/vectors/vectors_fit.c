/* Node vectors: chooses settings on the slice, and trains.
 */
#include "channel/fit/vectors/vectors_fit.h"
#include "channel/fit/items_fit.h"
#include "channel/fit/recency_choice.h"
#include "channel/fit/vectors/vectors_choose.h"
#include "channel/fit/vectors/vectors_features.h"
#include "channel/fit/vectors/vectors_init.h"
#include "channel/fit/vectors/vectors_job.h"
#include "channel/fit/vectors/vectors_part.h"
#include "channel/fit/vectors/vectors_serve.h"
#include "channel/fit/vectors/vectors_update.h"
#include "gat/attention/levels.h"
#include "model/model.h"
#include <math.h>
#include <string.h>

static const char *const HIERARCHY[] = {"none", "communities", "given", NULL};

enum {
    DEFAULT_STEPS = 200,
    LARGE_GRAPH = 400000, /* nodes: above, shorter vectors */
    DIM = 128,
    DIM_LARGE = 64
};

/* Typical numbers: the step of the best state, and runs of a walk. */
#define USUAL_BEST 45.0
#define USUAL_WALK 3.0
/* Runs that choose the attention, in runs without it. */
#define ATTENDING 7.0

rg_vectors_setting *rg_vectors_setting_of(const rg_fit_choice *choice)
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
    rg_vectors_setting *own = setting;
    rg_recency_flat(own->recency);
    own->bias_start = RG_BIAS_START;
    if (o->hierarchy != REGATTA_HIERARCHY_AUTO) own->hierarchy = o->hierarchy;
    own->features = o->feature_vectors == REGATTA_FEATURE_VECTORS_ALWAYS;
    own->attends = o->attention == REGATTA_ATTENTION_AUTO;
    if (own->attends) o->attention = REGATTA_ATTENTION_NONE;
    if (o->dim == 0 && o->init != NULL) o->dim = o->init->vectors->shape.dim;
    if (o->dim == 0) o->dim = n_nodes > LARGE_GRAPH ? DIM_LARGE : DIM;
    if (o->batch_users == 0) o->batch_users = rg_fit_batch(rows->n_rows);
    if (o->max_steps == 0) o->max_steps = DEFAULT_STEPS;
    if (!(o->learning_rate > 0.0f))
        o->learning_rate = rg_vectors_few(graph) ? 0.02f : 0.06f;
}

void rg_vectors_settle(void *setting, rg_fit_options *options)
{
    (void)setting;
    if (!(options->temperature > 0.0f)) options->temperature = RG_MIDDLE_TEMPERATURE;
}

static const rg_channel_fit_ops *needs(const void *setting)
{
    const rg_vectors_setting *s = setting;
    return s->item_graph ? &rg_items_fit : NULL;
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
    RG_TRY(rg_vectors_begin(ctx, fitted));
    memcpy(rg_vectors_part_of(fitted)->recency, setting->recency,
           sizeof setting->recency);
    rg_vectors_part_of(fitted)->bias_start = setting->bias_start;
    if (setting->item_graph) RG_TRY(rg_vectors_link_items(ctx, fitted));
done:
    return status;
}

static regatta_status fit(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task)
{
    regatta_status status = REGATTA_OK;
    const rg_vectors_setting *setting = rg_vectors_setting_of(choice);
    RG_TRY(prepare_part(env->ctx, fitted, setting));
    if (setting->features) RG_TRY(rg_vectors_describe(env->ctx, fitted, setting->model));
    if (task->fold == 0 || setting->init_slice)
        RG_TRY(rg_vectors_find_known(env, fitted));
    RG_TRY(rg_vectors_group_items(env, fitted, setting->hierarchy, setting->model));
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
    s->bias_start = 0.0f; /* of earlier versions */
    if (rg_settings_has(from, "training.bias_start"))
        rg_settings_float(from, &s->bias_start, "training.bias_start", 0.0, 10.0);
    if (rg_settings_has(from, "training.hierarchy"))
        s->hierarchy = (regatta_hierarchy)rg_settings_name(
            from, "training.hierarchy.groups_of", HIERARCHY);
    s->model = from->model;
    s->features = v->n_features[REGATTA_USERS] > 0 || v->n_features[REGATTA_ITEMS] > 0;
    if (v->recency != NULL) memcpy(s->recency, v->recency, sizeof s->recency);
}

static regatta_status update(rg_fit_env *env, rg_fitted *fitted,
                             const rg_fit_choice *choice, const rg_fit_update *u)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(prepare_part(env->ctx, fitted, rg_vectors_setting_of(choice)));
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
    RG_TRY(rg_spread_numbers(s, &((rg_vectors_part *)state)->group, 0));
    v->shape.n_items = s->n_items;
done:
    return status;
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
    const int64_t short_dim = o->dim < RG_SHORT_DIM ? o->dim : RG_SHORT_DIM;
    const double most = (double)o->max_steps;
    const double full = rg_vectors_step(graph, o, o->dim, o->batch_users);
    const double trial =
        fmin(most, RG_SHORT_STEPS) * rg_vectors_step(graph, o, short_dim, o->batch_users);
    const double best = found != NULL ? (double)found->best_step : fmin(most, USUAL_BEST);
    double *steps = &left[RG_VECTORS_STEPS];
    if (outlook->slice == NULL) {
        *steps += most * full;
        return;
    }
    if (outlook->progress < RG_SHORT_RUNS_DONE)
        left[RG_VECTORS_TRIALS] +=
            trial * ((o->temperature > 0.0f ? 0.0 : USUAL_WALK) +
                     (rg_vectors_few(all) ? 1.0 : 0.0) +
                     (o->feature_vectors == REGATTA_FEATURE_VECTORS_AUTO ? 2.0 : 0.0) +
                     (rg_vectors_setting_of(outlook->choice)->attends ? ATTENDING : 0.0) +
                     (outlook->choice->on[rg_channel_of(&rg_items_fit)] ? 1.5 : 0.0));
    *steps += (double)outlook->n_folds * best * full;
    if (outlook->progress < RG_CHOICE_DONE) *steps += fmin(most, RG_USUAL_STEPS) * full;
    if (o->refit) *steps += best * rg_vectors_step(all, o, o->dim, o->batch_users);
}

/* Returns the features of all modalities of a table. */
static int64_t count_columns(const rg_features *table)
{
    int64_t n = 0;
    for (int m = 0; table != NULL && m < table->n_modalities; m++)
        n += table->modality[m].n_columns;
    return n;
}

/* Returns 1 if ranks divide the users of every training (rg_train_divides). */
static int divides(const rg_memory_sizes *sizes, int attends)
{
    const rg_fit_options *o = sizes->options;
    return sizes->n_ranks > 1 && !attends && !(o->edge_dropout > 0.0f) &&
           o->init == NULL && o->feature_vectors == REGATTA_FEATURE_VECTORS_NONE;
}

/* Tables of the largest moment after the last step: the read-out with the states of the
 * layers, of which those of items are copied; then, if ranks divide the users, the
 * read-out and the parameters of all nodes, one after the other; and the model, which
 * takes these and packs the items. */
static int64_t end_rows(int64_t here, int64_t n, int64_t n_items, int64_t layers,
                        int parts)
{
    const int64_t copied = layers * n_items;
    const int64_t states = (layers + 1) * here + copied;
    const int64_t read_out = 2 * here + n + copied, params = here + 2 * n + copied;
    const int64_t model = 2 * (n + n_items) + copied;
    int64_t whole = read_out > params ? read_out : params;
    if (whole < model) whole = model;
    return parts > 1 && whole > states ? whole : states;
}

/* Kept: start, read-out, parameters and item states, and the serving form of rows and
 * panels; of a slice, in the end, the parameters. A training: parameters, gradient,
 * moments, best state, states of the layers, read-out, where its gradient is too, and
 * unit rows; with attention a table more; the edges of both directions; attention weights
 * by head; the rows of features, with gradient, moments, best state and start; the
 * softmax and the rows of its users; on a slice, the start that runs share, and what a
 * validation makes of the items. Ranks have their users
 * alone, except in unit rows, and their items alone in the gradient, moments and best
 * state where these are in panels: the end may then be larger. */
static void memory(rg_channel_memory *out, const rg_memory_sizes *sizes)
{
    enum { TABLES = 6, PANELS = 4, EXPONENTIALS = 32 << 20, BLOCK_USERS = 192 };
    const rg_fit_options *o = sizes->options;
    const rg_csr *rows = sizes->graph->by_user;
    const int64_t n_users = rows->n_rows, n_items = rows->n_cols, n = n_users + n_items;
    const int64_t dim = 4 * o->dim, layers = o->layers;
    const int chosen = rg_vectors_setting_of(sizes->choice)->attends;
    const int attends = o->attention != REGATTA_ATTENTION_NONE || chosen ||
                        o->hierarchy != REGATTA_HIERARCHY_NONE || o->dynamic;
    const int heads = chosen ? rg_vectors_auto_heads(o) : o->heads;
    const int parts = divides(sizes, attends) ? sizes->n_ranks : 1;
    const int64_t here = (n_users + parts - 1) / parts + n_items;
    const int64_t elsewhere = sizes->item_panels ? n_items - n_items / parts : 0;
    const int64_t edge = attends ? 16 + 4 * (int64_t)heads * (2 * layers + 2) : 8;
    out->kept = dim * (here + 2 * n + layers * n_items) +
                dim * (n + (2 + layers) * n_items + n_users);
    out->released = out->kept - dim * n;
    out->fit = dim * (here * (TABLES + layers) + n - PANELS * elsewhere) +
               2 * (rows->n_edges / parts) * edge + 3 * dim * n_items +
               2 * dim * (o->batch_users < n_users ? o->batch_users : n_users);
    out->fit += 4 * BLOCK_USERS * n_items < EXPONENTIALS ? 4 * BLOCK_USERS * n_items
                                                         : EXPONENTIALS;
    if (attends) /* the gradient between layers, and the parameters of attention */
        out->fit += dim * n + 5 * 3 * layers * dim * o->dim;
    if (o->feature_vectors != REGATTA_FEATURE_VECTORS_NONE)
        out->fit +=
            dim *
            (n + 6 * (count_columns(o->user_features) + count_columns(o->item_features)));
    const int64_t end = dim * end_rows(here, n, n_items, layers, parts);
    if (out->fit < end) out->fit = end;
    out->choose = out->fit + dim * (here + 2 * n_items); /* start; validation */
}

static void count(double *left, const rg_outlook *o)
{
    left[RG_VECTORS_STARTS] +=
        (double)o->n_folds + 1.0 + (o->progress < RG_SHORT_RUNS_DONE ? 2.0 : 0.0);
    count_steps(left, o);
}

/* Writes the mean over the heads of the shares of the levels, and of the factors gamma
 * and delta of groups. */
static void write_levels(rg_text *t, const rg_params *p, const rg_param_entry *levels,
                         const rg_param_entry *groups)
{
    static const char *const NAME[] = {"items", "groups", "whole", "cosine", "mass"};
    const int heads = (int)levels->cols;
    double sum[RG_N_LEVELS + 2] = {0.0};
    for (int h = 0; h < heads; h++) {
        float share[RG_N_LEVELS];
        rg_level_shares(share, p->arena + levels->first, h, heads);
        for (int z = 0; z < RG_N_LEVELS; z++) sum[z] += (double)share[z];
        for (int k = 0; k < 2; k++)
            sum[RG_N_LEVELS + k] += (double)p->arena[groups->first + k * heads + h];
    }
    rg_text_open(t, NULL, '{');
    for (int k = 0; k < RG_N_LEVELS + 2; k++)
        rg_text_real(t, NAME[k], sum[k] / (double)heads);
    rg_text_close(t, '}');
}

/* Writes the nodes that start with the rows of another model. */
static void write_init(rg_text *t, const rg_fit_report *r)
{
    const rg_vectors_part *part = rg_vectors_part_of(r->whole);
    if (r->env->options->init == NULL) return;
    rg_text_open(t, "init", '{');
    rg_text_int(t, "users", part->n_known[REGATTA_USERS]);
    rg_text_int(t, "items", part->n_known[REGATTA_ITEMS]);
    rg_text_bool(t, "on_slice", rg_vectors_setting_of(r->choice)->init_slice);
    rg_text_close(t, '}');
}

/* Writes the features of the input layer. */
static void write_features(rg_text *t, const rg_fit_report *r)
{
    const rg_vectors *v = rg_vectors_fitted(r->whole);
    if (!rg_vectors_setting_of(r->choice)->features) return;
    rg_text_open(t, "feature_vectors", '{');
    rg_text_int(t, "users", v->shape.n_features[REGATTA_USERS]);
    rg_text_int(t, "items", v->shape.n_features[REGATTA_ITEMS]);
    rg_text_float(t, "cold_share", RG_COLD_SHARE);
    rg_text_close(t, '}');
}

/* Writes the groups of the hierarchy, and what each layer has learned; the layers share
 * it if there is one entry. */
static void write_hierarchy(rg_text *t, const rg_fit_report *r, const rg_vectors *v)
{
    const rg_vectors_setting *setting = rg_vectors_setting_of(r->choice);
    const rg_params *p = v->params;
    if (v->shape.n_groups == 0) return;
    rg_text_open(t, "hierarchy", '{');
    rg_text_string(t, "groups_of", HIERARCHY[setting->hierarchy]);
    rg_text_int(t, "groups", v->shape.n_groups);
    rg_text_open(t, "layers", '[');
    for (int k = 0; k + 1 < p->n_entries; k++)
        if (strstr(p->entry[k].name, ".levels") != NULL)
            write_levels(t, p, &p->entry[k], &p->entry[k + 1]);
    rg_text_close(t, ']');
    rg_text_close(t, '}');
}

/* Writes what dynamic attention has learned in each layer, for rows of users and of
 * items; the layers share it if there is one entry. */
static void write_dynamic(rg_text *t, const rg_params *p)
{
    static const char *const TERM[RG_N_DYNAMIC] = {"scale", "degree", "neighbour_degree",
                                                   "item_graph", "age"};
    if (p->shape.dynamic == 0) return;
    rg_text_open(t, "dynamic", '[');
    for (int k = 0; k < p->n_entries; k++) {
        const float *theta = p->arena + p->entry[k].first;
        if (strstr(p->entry[k].name, ".dynamic") == NULL) continue;
        for (int side = 0; side < 2; side++) {
            rg_text_open(t, NULL, '{');
            rg_text_string(t, "rows", side == 0 ? "users" : "items");
            for (int term = 0; term < RG_N_DYNAMIC; term++)
                rg_text_float(t, TERM[term], theta[term * 2 + side]);
            rg_text_close(t, '}');
        }
    }
    rg_text_close(t, ']');
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
    rg_text_bool(t, "item_graph", rg_vectors_setting_of(r->choice)->item_graph);
    rg_text_float(t, "bias_start", rg_vectors_setting_of(r->choice)->bias_start);
    write_init(t, r);
    write_features(t, r);
    write_hierarchy(t, r, v);
    write_dynamic(t, v->params);
    if (!rg_recency_is_flat(rg_vectors_setting_of(r->choice)->recency)) {
        rg_text_open(t, "recency", '{');
        rg_recency_write(t, rg_vectors_setting_of(r->choice)->recency);
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
                                           .settle = rg_vectors_settle,
                                           .needs = needs,
                                           .choose = rg_vectors_choose,
                                           .fit = fit,
                                           .restore = restore,
                                           .update = update,
                                           .serve = rg_vectors_serve,
                                           .spread = spread,
                                           .release = rg_vectors_part_release,
                                           .free = rg_vectors_part_free,
                                           .n_works = RG_VECTORS_WORKS,
                                           .works = WORKS,
                                           .units = units,
                                           .count = count,
                                           .memory = memory,
                                           .json = json};
