/* The settings of ordered item attention, chosen on the slice: first the ridge and the
 * weights of contexts (ridge_search.c), then the recency of the history. */
#include "channel/fit/order_fit.h"
#include "channel/fit/memory/ridge_memory.h"
#include "channel/fit/recency_choice.h"
#include "channel/fit/ridge_search.h"
#include "channel/fit/update/attention_update.h"
#include "graph/interactions.h"
#include "model/model.h"
#include <math.h>
#include <string.h>

enum { NEIGHBOURS = 100, MOST_STEPS = 500 /* of a sequence; longer ones are cut */ };

/* Operations per second of co-occurrence in contexts, and scores per second. */
#define PAIR_SPEED 1.5e8
#define MEASURED_CELLS 1e8
/* Ridges that take as long as the search beside other channels. */
#define SEARCH_RIDGES 2.0

enum { RIDGE, SEARCH, MEASURE, N_WORKS };
static const char *const WORKS[N_WORKS] = {
    [RIDGE] = "ordered ridge", [SEARCH] = "shape trials", [MEASURE] = "measurements"};

typedef struct setting {
    rg_item_attention_options ridge;
    float recency[RG_N_RECENCY];
} setting;

typedef struct part {
    rg_item_attention *attention;
    float recency[RG_N_RECENCY];
} part;

static setting *setting_of(const rg_fit_choice *choice)
{
    return choice->setting[rg_channel_of(&rg_order_fit)];
}

static part *part_of(const rg_fitted *fitted)
{
    return fitted->part[rg_channel_of(&rg_order_fit)];
}

/* The defaults were chosen on the validation parts of two data sets
 * (docs/experiments.md). A context is the items before an item. What follows it is near
 * it in item attention and in the vectors too. Beside these channels a context of both
 * sides adds less, even where it is better alone. */
static void resolve(void *state, rg_fit_options *options, const regatta_graph *graph)
{
    setting *s = state;
    (void)graph;
    s->ridge = rg_item_attention_defaults();
    s->ridge.seed = options->seed;
    s->ridge.ordered = 1;
    s->ridge.context = (rg_context){.decay = 0.9};
    s->ridge.user_power = 0.0;
    s->ridge.lambda = 8.0;
    s->ridge.theta = 0.5;
    s->ridge.candidate_power = 0.1;
    s->ridge.neighbours = NEIGHBOURS;
    rg_recency_flat(s->recency);
    s->recency[RG_RECENCY_DECAY] = 0.8f;
}

/* The order of rows without times need not mean anything. */
static int in_preset(const rg_fit_options *options, const regatta_graph *graph)
{
    (void)options;
    return rg_interactions_timed(graph);
}

/* Returns the sequences of a user: their interactions in pieces of at most MOST_STEPS. */
static int64_t pieces_of(const regatta_graph *graph, int64_t user)
{
    return (rg_interactions_of(graph, user) + MOST_STEPS - 1) / MOST_STEPS;
}

/* Counts the sequences of all users. */
static int64_t count_pieces(const regatta_graph *graph)
{
    int64_t n = 0;
    for (int64_t u = 0; u < graph->by_user->n_rows; u++) n += pieces_of(graph, u);
    return n;
}

/* Writes where the sequences end: user u has the interactions offset[u]..offset[u+1]. */
static void cut(int64_t *end, const int64_t *offset, int64_t n_users)
{
    for (int64_t u = 0; u < n_users; u++)
        for (int64_t at = offset[u]; at < offset[u + 1];) {
            const int64_t rest = offset[u + 1] - at;
            at += rest < MOST_STEPS ? rest : MOST_STEPS;
            *end++ = at;
        }
}

/* Creates the users' items in order, repeats included: the rows of the ordered ridge. */
static regatta_status make_sequences(regatta_ctx *ctx, rg_csr **out,
                                     const regatta_graph *graph)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_users = graph->by_user->n_rows;
    rg_csr *rows = NULL;
    int64_t *offset = NULL;
    *out = NULL;
    RG_NEW(ctx->mem, offset, n_users + 1);
    RG_TRY(rg_csr_create(ctx, &rows, count_pieces(graph), graph->by_user->n_cols,
                         rg_interactions_count(graph), 0));
    RG_TRY(rg_interactions_items(ctx, graph, offset, rows->target, NULL));
    cut(rows->offset + 1, offset, n_users);
    *out = rows;
    rows = NULL; /* ownership has moved to the caller */
done:
    rg_free(ctx->mem, offset);
    rg_csr_free(rows);
    return status;
}

/* Writes the sum of the recency of each edge's interactions, without ages. */
static regatta_status weigh_histories(regatta_ctx *ctx, float *weight,
                                      const regatta_graph *graph, const float *recency)
{
    regatta_status status = REGATTA_OK;
    rg_interactions in = {0};
    RG_TRY(rg_interactions_open(ctx, &in, graph, 0));
    for (int64_t u = 0; u < graph->by_user->n_rows; u++) {
        float *to = weight + graph->by_user->offset[u];
        rg_interactions_read(&in, u);
        const rg_history h = {.n_steps = in.now.n};
        for (int64_t k = 0; k < in.now.n; k++)
            to[in.now.position[k]] += rg_recency_at(recency, &h, k);
    }
done:
    rg_interactions_close(&in);
    return status;
}

static void write_context(rg_text *t, const rg_item_attention_options *ridge)
{
    rg_text_real(t, "gamma", ridge->context.decay);
    rg_text_real(t, "rho", ridge->context.after);
}

static regatta_status search(rg_selection *s, const rg_csr *sequences)
{
    enum { N_DECAYS = 3, N_AFTER = 3, N_LAMBDA = 5, N_THETA = 3, N_POWERS = 4 };
    static const double DECAYS[N_DECAYS] = {0.7, 0.9, 0.97};
    static const double AFTER[N_AFTER] = {0.0, 0.5, 1.0};
    static const double LAMBDA[N_LAMBDA] = {2.0, 4.0, 8.0, 16.0, 64.0};
    static const double THETA[N_THETA] = {0.0, 0.25, 0.5};
    static const double POWER[N_POWERS] = {0.0, 0.1, 0.2, 0.3};
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = s->env->ctx;
    setting *chosen = setting_of(s->choice);
    const int n_after = rg_count_on(s->choice->on) == 1 ? N_AFTER : 1; /* alone */
    rg_csr history = *s->fitted->graph->by_user;
    rg_item_attention_options ridge[N_DECAYS * N_AFTER];
    history.value = NULL;
    RG_NEW(ctx->mem, history.value, history.n_edges);
    RG_TRY(weigh_histories(ctx, history.value, s->fitted->graph, chosen->recency));
    for (int k = 0; k < N_DECAYS * n_after; k++) {
        ridge[k] = chosen->ridge;
        ridge[k].context = (rg_context){DECAYS[k / n_after], AFTER[k % n_after]};
    }
    const rg_ridge_space space = {.name = "order_shapes",
                                  .stage = rg_order_fit.stage,
                                  .rows = sequences,
                                  .history = &history,
                                  .n_ridges = N_DECAYS * n_after,
                                  .ridge = ridge,
                                  .n_lambda = N_LAMBDA,
                                  .n_theta = N_THETA,
                                  .lambda = LAMBDA,
                                  .theta = THETA,
                                  .n_power = N_POWERS,
                                  .power = POWER,
                                  .write = write_context};
    RG_TRY(rg_ridge_search(s, &chosen->ridge, &space));
    rg_channel_did(s->env, &rg_order_fit, SEARCH, 1.0);
done:
    rg_free(ctx->mem, history.value);
    return status;
}

/* Replaces the part by one without attention. */
static regatta_status begin_part(regatta_ctx *ctx, part **out, rg_fitted *fitted,
                                 const setting *s)
{
    regatta_status status = REGATTA_OK;
    const int self = rg_channel_of(&rg_order_fit);
    rg_fitted_drop(ctx, fitted, self);
    RG_NEW(ctx->mem, *out, 1);
    fitted->part[self] = *out;
    memcpy((*out)->recency, s->recency, sizeof s->recency);
done:
    return status;
}

static regatta_status build(rg_fit_env *env, rg_fitted *fitted, const setting *s,
                            const rg_csr *sequences)
{
    regatta_status status = REGATTA_OK;
    part *p = NULL;
    RG_TRY(begin_part(env->ctx, &p, fitted, s));
    RG_TRY(rg_item_attention_build(env->ctx, &p->attention, sequences, &s->ridge));
    rg_channel_did(env, &rg_order_fit, RIDGE, 1.0);
done:
    if (status != REGATTA_OK)
        rg_fitted_drop(env->ctx, fitted, rg_channel_of(&rg_order_fit));
    return status;
}

static regatta_status fit(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task)
{
    regatta_status status = REGATTA_OK;
    rg_csr *sequences = NULL;
    (void)task;
    RG_TRY(make_sequences(env->ctx, &sequences, fitted->graph));
    RG_TRY(build(env, fitted, setting_of(choice), sequences));
done:
    rg_csr_free(sequences);
    return status;
}

static regatta_status choose(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    setting *chosen = setting_of(s->choice);
    rg_csr *sequences = NULL;
    RG_TRY(make_sequences(s->env->ctx, &sequences, s->fitted->graph));
    RG_TRY(search(s, sequences));
    RG_TRY(build(s->env, s->fitted, chosen, sequences));
    const rg_recency_choice recency = {.ops = &rg_order_fit,
                                       .name = "order_recency",
                                       .stage = rg_order_fit.stage,
                                       .work = MEASURE,
                                       .value = part_of(s->fitted)->recency};
    RG_TRY(rg_recency_choose(s, &recency));
    memcpy(chosen->recency, recency.value, sizeof chosen->recency);
done:
    rg_csr_free(sequences);
    return status;
}

static void restore(void *state, rg_fit_options *options, rg_settings *from)
{
    setting *s = state;
    rg_item_attention_options *r = &s->ridge;
    const rg_item_weights *before =
        rg_model_channel(from->model, rg_channel_of(&rg_order_fit));
    (void)options;
    rg_settings_real(from, &r->context.decay, "order.gamma", 0.0, 1.0);
    rg_settings_real(from, &r->context.after, "order.rho", 0.0, 1.0);
    rg_settings_real(from, &r->lambda, "order.lambda", 0.0, 1e9);
    rg_settings_real(from, &r->theta, "order.theta", 0.0, 10.0);
    rg_settings_real(from, &r->candidate_power, "order.candidate_power", 0.0, 10.0);
    rg_settings_int(from, &r->neighbours, "order.neighbours", 1, 100000);
    if (!from->anew && rg_settings_has(from, "order.mean_self"))
        rg_settings_real(from, &r->mean_self, "order.mean_self", 0.0, 1e30);
    memcpy(s->recency, before->recency, sizeof s->recency);
}

/* Marks the sequences of users with new interactions. */
static void mark_changed(uint8_t *changed, const regatta_graph *graph,
                         const uint8_t *changed_user)
{
    for (int64_t u = 0, row = 0; u < graph->by_user->n_rows; u++) {
        const int64_t pieces = pieces_of(graph, u);
        memset(changed + row, changed_user[u], (size_t)pieces);
        row += pieces;
    }
}

static regatta_status update(rg_fit_env *env, rg_fitted *fitted,
                             const rg_fit_choice *choice, const rg_fit_update *u)
{
    regatta_status status = REGATTA_OK;
    const int self = rg_channel_of(&rg_order_fit);
    const setting *s = setting_of(choice);
    const rg_item_weights *state = rg_model_channel(u->before, self);
    rg_csr *sequences = NULL, *before = NULL;
    uint8_t *changed = NULL;
    part *p = NULL;
    RG_TRY(make_sequences(env->ctx, &sequences, fitted->graph));
    RG_NEW(env->ctx->mem, changed, sequences->n_rows);
    mark_changed(changed, fitted->graph, u->changed_user);
    RG_TRY(begin_part(env->ctx, &p, fitted, s));
    RG_TRY(rg_attention_before(env->ctx, &before, &state->rows, u, 0));
    RG_TRY(rg_attention_update(env->ctx, &p->attention, sequences, changed, &s->ridge,
                               before, u));
done:
    if (status != REGATTA_OK) rg_fitted_drop(env->ctx, fitted, self);
    rg_free(env->ctx->mem, changed);
    rg_csr_free(before);
    rg_csr_free(sequences);
    return status;
}

static regatta_status serve(regatta_ctx *ctx, regatta_model *model, void *state,
                            const rg_fitted *fitted)
{
    const part *p = part_of(fitted);
    rg_item_weights *to = state;
    (void)ctx;
    to->scale =
        rg_model_copied(model, p->attention->scale, model->n_items, sizeof *to->scale);
    to->recency = rg_model_copied(model, p->recency, RG_N_RECENCY, sizeof *to->recency);
    if (to->scale == NULL || to->recency == NULL) return REGATTA_ENOMEM;
    return rg_model_set_weights(model, &to->rows, p->attention->by_history, NULL);
}

static regatta_status ridge(regatta_ctx *ctx, rg_channel_ridge *out, void *state,
                            const rg_fitted *fitted, const rg_fit_choice *choice)
{
    out->weights = &((rg_item_weights *)state)->rows;
    if (fitted == NULL) return REGATTA_OK;
    out->options = setting_of(choice)->ridge;
    const regatta_status status = make_sequences(ctx, &out->made, fitted->graph);
    out->rows = out->made;
    return status;
}

static regatta_status spread(const rg_spread *s, void *state)
{
    return rg_spread_item_attention(s, ((part *)state)->attention);
}

static void free_part(regatta_ctx *ctx, void *state)
{
    rg_item_attention_free(((part *)state)->attention);
    rg_free(ctx->mem, state);
}

static void units(double *unit, const rg_fit_env *env)
{
    const rg_csr *rows = env->graph->by_user;
    const double pairs = rg_plan_pairs(rows, 2.0 * RG_CONTEXT_SPAN + 1.0);
    const double cells =
        fmin((double)rows->n_rows * (double)rows->n_cols, MEASURED_CELLS);
    unit[RIDGE] = pairs / PAIR_SPEED + 1.2e-4 * (double)rows->n_cols;
    unit[SEARCH] = SEARCH_RIDGES * unit[RIDGE];
    unit[MEASURE] = 3.6e-9 * cells + 1.7e-6 * (double)rows->n_edges;
}

static void count(double *left, const rg_outlook *o)
{
    if (o->progress == RG_CHOICE_AHEAD) {
        left[SEARCH] += 1.0;
        left[RIDGE] += 1.0;
        left[MEASURE] += 10.0;
    }
    left[RIDGE] += (double)o->n_folds + 1.0;
}

static void memory(rg_channel_memory *out, const rg_memory_sizes *sizes)
{
    rg_ridge_memory(out, sizes->graph->by_item, sizes->graph->by_user,
                    &setting_of(sizes->choice)->ridge, sizes);
}

static void json(rg_text *t, rg_json_place place, const rg_fit_report *r)
{
    const setting *s = setting_of(r->choice);
    if (place != RG_JSON_SETTINGS) return;
    rg_text_open(t, "order", '{');
    write_context(t, &s->ridge);
    rg_text_real(t, "lambda", s->ridge.lambda);
    rg_text_real(t, "theta", s->ridge.theta);
    rg_text_real(t, "candidate_power", s->ridge.candidate_power);
    rg_text_int(t, "neighbours", s->ridge.neighbours);
    if (part_of(r->whole)->attention->mean_self > 0.0)
        rg_text_exact(t, "mean_self", part_of(r->whole)->attention->mean_self);
    rg_text_open(t, "recency", '{');
    rg_recency_write(t, s->recency);
    rg_text_close(t, '}');
    rg_text_close(t, '}');
}

const rg_channel_fit_ops rg_order_fit = {.order = 4,
                                         .fast = 1,
                                         .stage = "ordered item attention",
                                         .setting_size = sizeof(setting),
                                         .resolve = resolve,
                                         .in_preset = in_preset,
                                         .choose = choose,
                                         .fit = fit,
                                         .restore = restore,
                                         .update = update,
                                         .closed = 1,
                                         .serve = serve,
                                         .ridge = ridge,
                                         .spread = spread,
                                         .free = free_part,
                                         .n_works = N_WORKS,
                                         .works = WORKS,
                                         .units = units,
                                         .count = count,
                                         .memory = memory,
                                         .json = json};
