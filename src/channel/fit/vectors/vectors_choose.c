/* Chooses the settings of node vectors on the slice.
 *
 * The temperature of the softmax is chosen by a walk over a geometric grid from its
 * middle in the direction that improves, each step a short run. Quality has one maximum
 * over the temperature, so the walk ends at the first step that does not improve. Low
 * temperatures learn faster at first: shorter runs would favour them on dense data.
 * Before it, on small data, two short runs choose where the biases of items start: early
 * stopping ends training there before they are learned, and most data is better with
 * less. Further short runs measure the gain of the item graph, of a hierarchy over
 * communities, of features in the input layer, and of attention in the layers. Short runs
 * train short vectors: longer vectors prefer the same settings. Early stopping ends the
 * main run and keeps its best state; the fit on all interactions takes as many steps. */
#include "channel/fit/vectors/vectors_choose.h"
#include "base/ranks/ranks.h"
#include "channel/fit/items_fit.h"
#include "channel/fit/recency_choice.h"
#include "channel/fit/vectors/vectors_features.h"
#include "channel/fit/vectors/vectors_init.h"
#include "channel/fit/vectors/vectors_job.h"
#include "channel/fit/vectors/vectors_part.h"
#include "graph/interactions.h"
#include "model/model.h"
#include "model/recency.h"
#include <math.h>
#include <string.h>

enum { SHORT_EVERY = 10, N_GRID = 7, MIDDLE = 3 };
static const float GRID[N_GRID] = {0.06f, 0.08f, 0.11f, 0.15f, 0.20f, 0.27f, 0.37f};

/* An rg_validate_fn: measures the vectors on the slice, in a state as in a model. The
 * rows of users are those of training, also if a model would fold histories in with the
 * ages at the time of asking. */
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
    v.shape.dynamic = 0;
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

/* A short run: its first validation, its best one, and its steps. */
typedef struct score {
    double first, best;
    int steps;
} score;

/* Trains and validates for a few steps; a run whose first validation is below
 * first_to_beat ends there. is_trial: see rg_train_job. */
static regatta_status short_run(rg_selection *s, rg_vectors **out, const char *stage,
                                float temperature, double first_to_beat, int is_trial)
{
    rg_train_job job = job_of(s, stage);
    job.options.temperature = temperature;
    job.first_to_beat = first_to_beat;
    if (job.options.max_steps > RG_SHORT_STEPS) job.options.max_steps = RG_SHORT_STEPS;
    job.options.eval_every = SHORT_EVERY;
    job.is_trial = is_trial;
    const regatta_status status = rg_vectors_train(s->env, out, &job, RG_VECTORS_TRIALS);
    if (status == REGATTA_OK) s->env->finished |= (*out)->finished_early;
    return status;
}

static void write_trial(rg_text *t, const char *what, float value, double ndcg, int steps)
{
    rg_text_open(t, NULL, '{');
    rg_text_float(t, what, value);
    rg_text_real(t, "ndcg@20", ndcg);
    rg_text_int(t, "steps", steps);
    rg_text_close(t, '}');
}

/* Makes a short run. A run that the caller ends is kept. */
static regatta_status try_run(rg_selection *s, const char *stage, float temperature,
                              double first_to_beat, score *out)
{
    regatta_status status = REGATTA_OK;
    rg_vectors *vectors = NULL;
    RG_TRY(short_run(s, &vectors, stage, temperature, first_to_beat, 1));
    *out = (score){vectors->curve[0].ndcg, vectors->best_ndcg, vectors->n_steps};
    if (vectors->finished_early) {
        s->env->options->temperature = temperature;
        rg_vectors_part_of(s->fitted)->vectors = vectors;
        vectors = NULL;
    }
done:
    rg_vectors_free(vectors);
    return status;
}

/* Makes a short run with GRID[at]. */
static regatta_status try_temperature(rg_selection *s, int at, double first_to_beat,
                                      score *out)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(try_run(s, "temperature", GRID[at], first_to_beat, out));
    write_trial(&s->env->trials, "temperature", GRID[at], out->best, out->steps);
done:
    return status;
}

/* A lower temperature that is so far behind at its first validation ends there: from a
 * start of the biases at the degrees it is level after 10 steps and ahead by 5 % after 40
 * (gowalla, docs/experiments.md). */
static const double TRAILING = 0.97;

/* Walks from MIDDLE by `step` while *best improves. */
static regatta_status walk(rg_selection *s, int step, score *best)
{
    regatta_status status = REGATTA_OK;
    const int *finished = &s->env->finished;
    for (int at = MIDDLE + step; at >= 0 && at < N_GRID && !*finished; at += step) {
        score now = {0};
        RG_TRY(try_temperature(s, at, step < 0 ? TRAILING * best->first : 0.0, &now));
        if (*finished || !(now.best > best->best)) break;
        *best = now;
        s->env->options->temperature = GRID[at];
    }
done:
    return status;
}

/* A start at the degrees has to gain so much: on amazon-hin/random it gained 2.3 % of the
 * short run, ended training at its 10th step, and the blend lost 1.4 %; where popularity
 * matters most it gains 9 % (debian). */
static const double BIAS_BAR = 1.05;

/* Chooses where the biases start. Sets *best to the score of the chosen run. A start at
 * the degrees leads most at first: a run that does not lead by the bar at its first
 * validation ends there. */
static regatta_status choose_bias_start(rg_selection *s, score *best)
{
    static const float START[] = {0.0f, RG_BIAS_START};
    regatta_status status = REGATTA_OK;
    rg_fit_env *env = s->env;
    const float given = env->options->temperature;
    float *start = &rg_vectors_part_of(s->fitted)->bias_start;
    rg_text_open(&env->trials, "bias_starts", '[');
    for (int k = 0; k < 2 && !env->finished; k++) {
        score now = {0};
        const double to_beat = k > 0 ? BIAS_BAR * best->first : 0.0;
        *start = START[k];
        RG_TRY(try_run(s, "bias", given > 0.0f ? given : GRID[MIDDLE], to_beat, &now));
        write_trial(&env->trials, "bias_start", *start, now.best, now.steps);
        if (k > 0 && !env->finished && !(now.best > BIAS_BAR * best->best)) continue;
        *best = now;
        rg_vectors_setting_of(s->choice)->bias_start = *start;
    }
    rg_text_close(&env->trials, ']');
    *start = rg_vectors_setting_of(s->choice)->bias_start;
done:
    return status;
}

/* Sets *best to the score of the chosen temperature; that of MIDDLE if it is known. */
static regatta_status choose_temperature(rg_selection *s, score *best)
{
    regatta_status status = REGATTA_OK;
    rg_fit_options *o = s->env->options;
    rg_text_open(&s->env->trials, "temperatures", '[');
    if (isfinite(best->best))
        write_trial(&s->env->trials, "temperature", GRID[MIDDLE], best->best,
                    best->steps);
    else
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

/* Something that the vectors may have besides. */
typedef struct extra {
    const char *trials, *stage;
    const char *number; /* of a trial in the report */
    /* Gives it to the part, or takes it away; returns the number of the report. */
    regatta_status (*set)(rg_selection *s, int use, float *number);
    void (*keep)(rg_vectors_setting *setting, int use);
    double bar; /* times the best without it, that it has to beat */
} extra;

static regatta_status set_item_graph(rg_selection *s, int use, float *number)
{
    rg_vectors_part *part = rg_vectors_part_of(s->fitted);
    *number = (float)use;
    if (use) return rg_vectors_link_items(s->env->ctx, s->fitted);
    rg_csr_free(part->item_graph);
    part->item_graph = NULL;
    return REGATTA_OK;
}

static void keep_item_graph(rg_vectors_setting *setting, int use)
{
    setting->item_graph = use;
}

static regatta_status set_communities(rg_selection *s, int use, float *number)
{
    const regatta_status status = rg_vectors_group_items(
        s->env, s->fitted, use ? REGATTA_HIERARCHY_COMMUNITIES : REGATTA_HIERARCHY_NONE,
        NULL);
    *number = (float)rg_vectors_part_of(s->fitted)->n_groups;
    return status;
}

static void keep_communities(rg_vectors_setting *setting, int use)
{
    setting->hierarchy = use ? REGATTA_HIERARCHY_COMMUNITIES : REGATTA_HIERARCHY_NONE;
}

/* Less than half a percent is noise for communities, as in early stopping: on
 * amazon-hin/random they gained 0.2 % of validation and lost 0.4 % of the test part. */
static const extra ITEM_GRAPH = {"item_graphs",  "item graph",    "item_graph",
                                 set_item_graph, keep_item_graph, 1.0};
static const extra COMMUNITIES = {"hierarchies",   "hierarchy",      "communities",
                                  set_communities, keep_communities, 1.005};

/* Compares a short run with it to the best one without, which an earlier choice has made
 * if *best is finite. *best is then the better of both. A run that the caller ends is
 * kept. */
static regatta_status choose_extra(rg_selection *s, const extra *x, double *best)
{
    regatta_status status = REGATTA_OK;
    rg_fit_env *env = s->env;
    rg_vectors *vectors = NULL;
    float number = 0.0f;
    int use = isfinite(*best), chosen = 0;
    rg_text_open(&env->trials, x->trials, '[');
    for (; use < 2 && !env->finished; use++) {
        RG_TRY(x->set(s, use, &number));
        rg_vectors_free(vectors);
        vectors = NULL;
        RG_TRY(short_run(s, &vectors, x->stage, env->options->temperature, 0.0, 1));
        write_trial(&env->trials, x->number, number, vectors->best_ndcg,
                    vectors->n_steps);
        chosen = use && vectors->best_ndcg > x->bar * *best;
        if (!use || chosen) *best = vectors->best_ndcg;
    }
    rg_text_close(&env->trials, ']');
    if (env->finished) {
        chosen = use > 1;
        rg_vectors_part_of(s->fitted)->vectors = vectors;
        vectors = NULL;
    }
    x->keep(rg_vectors_setting_of(s->choice), chosen);
    if (!chosen) RG_TRY(x->set(s, 0, &number));
done:
    rg_vectors_free(vectors);
    return status;
}

/* Gives the part features, or takes them away. Among ranks the start has then other rows
 * (rg_train_divides). */
static regatta_status set_features(rg_selection *s, int use)
{
    regatta_status status = REGATTA_OK;
    rg_vectors_undescribe(s->fitted);
    if (use) RG_TRY(rg_vectors_describe(s->env->ctx, s->fitted, NULL));
    if (rg_ranked(s->env->ctx)) RG_TRY(share_start(s));
done:
    return status;
}

/* Makes a short run and measures it as a channel, which needs its rows: better by two
 * standard errors or not. It stays the vectors of the part. */
static regatta_status measured_run(rg_selection *s, const char *stage, int *better)
{
    regatta_status status = REGATTA_OK;
    const int self = rg_channel_of(&rg_vectors_fit);
    rg_vectors_part *part = rg_vectors_part_of(s->fitted);
    int on[RG_MAX_CHANNELS] = {0};
    double ndcg = 0.0;
    on[self] = 1;
    rg_vectors_free(part->vectors);
    part->vectors = NULL;
    RG_TRY(short_run(s, &part->vectors, stage, s->env->options->temperature, 0.0, 0));
    rg_fitted_changed(s->fitted, self);
    RG_TRY(s->measure(s, &ndcg, better, on, NULL));
    rg_selection_write(s, ndcg);
    rg_text_int(&s->env->trials, "steps", part->vectors->n_steps);
done:
    return status;
}

/* Frees what measured_run has left, unless the caller ended it. */
static void drop_run(rg_selection *s)
{
    rg_vectors_part *part = rg_vectors_part_of(s->fitted);
    if (s->env->finished) return;
    rg_vectors_free(part->vectors);
    part->vectors = NULL;
    rg_fitted_changed(s->fitted, rg_channel_of(&rg_vectors_fit));
}

/* Makes a run with features in the input layer, or without. */
static regatta_status try_features(rg_selection *s, int use, int *better)
{
    regatta_status status = REGATTA_OK;
    if (use) RG_TRY(set_features(s, 1));
    rg_text_open(&s->env->trials, NULL, '{');
    rg_text_bool(&s->env->trials, "features", use);
    RG_TRY(measured_run(s, "features", better));
    rg_text_close(&s->env->trials, '}');
done:
    return status;
}

/* Features stay if they gain the margin of a choice, two standard errors. A run that the
 * caller ends is kept. */
static regatta_status choose_features(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    int better = 0, use = 0;
    s->begin(s);
    rg_text_open(&s->env->trials, "feature_vectors", '[');
    for (; use < 2 && !s->env->finished; use++) RG_TRY(try_features(s, use, &better));
    rg_text_close(&s->env->trials, ']');
    rg_vectors_setting_of(s->choice)->features = use > 1 && (better || s->env->finished);
    drop_run(s);
    if (!rg_vectors_setting_of(s->choice)->features) RG_TRY(set_features(s, 0));
done:
    return status;
}

/* What REGATTA_ATTENTION_AUTO chooses from: the forms that have won by two standard
 * errors somewhere (docs/quality.md, "Forms in the layers"). */
typedef struct attention {
    const char *name;
    regatta_attention kind;
    int dynamic;
} attention;
enum { N_ATTENTIONS = 3 };
static const attention ATTENTIONS[N_ATTENTIONS] = {
    {"none", REGATTA_ATTENTION_NONE, 0},
    {"dot", REGATTA_ATTENTION_DOT, 0},
    {"cosine", REGATTA_ATTENTION_COSINE, 1}};

int rg_vectors_auto_heads(const rg_fit_options *options)
{
    enum { HEADS = 4 };
    int heads = options->heads > 1 ? options->heads : HEADS;
    while (options->dim % heads != 0) heads--;
    return heads;
}

/* Among ranks the start may then have other rows (rg_train_divides). */
static regatta_status set_attention(rg_selection *s, const attention *a, int heads)
{
    rg_fit_options *o = s->env->options;
    const int same = o->attention == a->kind;
    o->attention = a->kind;
    o->dynamic = a->dynamic;
    o->heads = heads;
    return same || !rg_ranked(s->env->ctx) ? REGATTA_OK : share_start(s);
}

static regatta_status try_attention(rg_selection *s, const attention *a, int *better)
{
    regatta_status status = REGATTA_OK;
    rg_text *t = &s->env->trials;
    rg_text_open(t, NULL, '{');
    rg_text_string(t, "attention", a->name);
    rg_text_bool(t, "dynamic", a->dynamic);
    rg_text_int(t, "heads", s->env->options->heads);
    RG_TRY(measured_run(s, "attention", better));
    rg_text_close(t, '}');
done:
    return status;
}

/* Chooses the attention of the layers. A run that the caller ends is kept. */
static regatta_status choose_attention(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    const int plain = s->env->options->heads,
              heads = rg_vectors_auto_heads(s->env->options);
    int best = 0;
    s->begin(s);
    rg_text_open(&s->env->trials, "layer_attentions", '[');
    for (int k = 0; k < N_ATTENTIONS && !s->env->finished; k++) {
        int better = 0;
        RG_TRY(set_attention(s, &ATTENTIONS[k], k > 0 ? heads : plain));
        RG_TRY(try_attention(s, &ATTENTIONS[k], &better));
        if (better || s->env->finished) best = k;
    }
    rg_text_close(&s->env->trials, ']');
    drop_run(s);
    RG_TRY(set_attention(s, &ATTENTIONS[best], best > 0 ? heads : plain));
done:
    return status;
}

/* The caller returned REGATTA_FINISH before any vectors were trained: use the middle
 * temperature; the main run takes one step from the SVD start. */
static regatta_status settle_early(rg_selection *s)
{
    rg_vectors_settle(NULL, s->env->options);
    s->env->options->max_steps = 1;
    return share_start(s);
}

/* Chooses start of the biases, temperature, item graph, hierarchy, features and
 * attention. A run that the caller ends is kept with its vector length. */
static regatta_status short_runs(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    rg_fit_env *env = s->env;
    rg_fit_options *o = env->options;
    const int64_t dim = o->dim, heads = o->heads;
    const int64_t short_dim = (RG_SHORT_DIM + heads - 1) / heads * heads;
    score best = {0.0, (double)NAN, 0};
    if (env->finished) return settle_early(s);
    if (dim > short_dim) o->dim = short_dim;
    RG_TRY(share_start(s));
    if (rg_vectors_few(env->graph)) RG_TRY(choose_bias_start(s, &best));
    if (!(o->temperature > 0.0f) && !env->finished) RG_TRY(choose_temperature(s, &best));
    if (rg_items_fitted(s->fitted) != NULL && !env->finished)
        RG_TRY(choose_extra(s, &ITEM_GRAPH, &best.best));
    if (o->hierarchy == REGATTA_HIERARCHY_AUTO && !env->finished)
        RG_TRY(choose_extra(s, &COMMUNITIES, &best.best));
    if (o->feature_vectors == REGATTA_FEATURE_VECTORS_AUTO && !env->finished)
        RG_TRY(choose_features(s));
    if (rg_vectors_setting_of(s->choice)->attends && !env->finished)
        RG_TRY(choose_attention(s));
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
    memcpy(rg_vectors_setting_of(s->choice)->recency, recency.value,
           sizeof recency.value[0] * RG_N_RECENCY);
    return status;
}

/* Starts the runs on the slice from options->init, if it has not seen the answers. */
static regatta_status start_from_init(rg_selection *s)
{
    if (s->env->options->init == NULL) return REGATTA_OK;
    if (!rg_vectors_init_is_clean(s)) return REGATTA_OK;
    rg_vectors_setting_of(s->choice)->init_slice = 1;
    return rg_vectors_find_known(s->env, s->fitted);
}

regatta_status rg_vectors_choose(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_vectors_begin(s->env->ctx, s->fitted));
    rg_vectors_part *part = rg_vectors_part_of(s->fitted);
    part->bias_start = rg_vectors_setting_of(s->choice)->bias_start;
    RG_TRY(rg_vectors_group_items(s->env, s->fitted,
                                  rg_vectors_setting_of(s->choice)->hierarchy, NULL));
    if (rg_vectors_setting_of(s->choice)->features)
        RG_TRY(rg_vectors_describe(s->env->ctx, s->fitted, NULL));
    RG_TRY(start_from_init(s));
    RG_TRY(short_runs(s));
    s->env->progress[rg_channel_of(&rg_vectors_fit)] = RG_SHORT_RUNS_DONE;
    s->replan(s);
    if (part->vectors == NULL) {
        rg_train_job job = job_of(s, "validate");
        job.usual_steps = RG_USUAL_STEPS;
        RG_TRY(rg_vectors_train(s->env, &part->vectors, &job, RG_VECTORS_STEPS));
        s->env->finished |= part->vectors->finished_early;
    }
    RG_TRY(choose_recency(s));
done:
    return status;
}
