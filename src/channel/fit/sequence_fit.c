/* Sequence encoders: estimates the cost, trains on the slice with early stopping, trains
 * again on all interactions.
 *
 * Every interaction but the first of a user is predicted from those before it. The size
 * of the encoder depends on the length of histories. `auto` trains if the data has times
 * and the estimate for both trainings fits the seconds of the options. The estimate is a
 * formula of sizes and not a measurement, because the same data and options must give the
 * same model on a busy machine. Whether the encoder stays in the score is decided with
 * the blend. */
#include "channel/fit/sequence_fit.h"
#include "channel/channel_sequence.h"
#include "channel/fit/vectors/vectors_fit.h"
#include "graph/interactions.h"
#include "model/model.h"
#include <math.h>
#include <string.h>

enum {
    LONG_HISTORY = 30, /* mean interactions of a user */
    SHORT_WINDOW = 50,
    LONG_WINDOW = 200,
    DIM = 64,
    BATCHES = 100, /* of an epoch, at least, above LEAST_TOKENS each */
    LEAST_TOKENS = 128,
    MOST_TOKENS = 2048,
    EXACT_ITEMS = 2500, /* above, a sampled softmax */
    NEGATIVES = 1024,
    EPOCHS = 100,
    PATIENCE = 2,
    RATES = 3,
    LEAST_STEPS = 1000, /* before training may stop */
    USUAL_EPOCHS = 20,
    LEAST_EPOCHS = 8, /* auto does not train for fewer */
    MORE_SHARE = 2    /* epochs on all interactions: a half */
};

static const float LEARNING_RATE = 3e-3f, MORE_RATE = 1.5e-3f, SHORT_DROPOUT = 0.5f,
                   LONG_DROPOUT = 0.2f;

/* Operations per second of an epoch: two cores with AVX2. */
#define SPEED 4e10

const rg_trained_encoder *rg_sequence_fitted(const rg_fitted *fitted)
{
    return fitted != NULL ? fitted->part[rg_channel_of(&rg_sequence_fit)] : NULL;
}

static rg_sequence_setting *setting_of(const rg_fit_choice *choice)
{
    return choice->setting[rg_channel_of(&rg_sequence_fit)];
}

/* Returns 1 if a mean history of the graph is long. */
static int has_long(const regatta_graph *graph)
{
    const double users = fmax(1.0, (double)graph->by_user->n_rows);
    return (double)rg_interactions_count(graph) / users > LONG_HISTORY;
}

static rg_encoder_shape shape_of(const rg_fit_options *o, const regatta_graph *graph)
{
    const int is_long = has_long(graph);
    const int64_t dim = o->sequence_dim > 0 ? o->sequence_dim : DIM;
    int64_t window = o->sequence_window;
    int blocks = o->sequence_blocks;
    if (window == 0) window = is_long ? LONG_WINDOW : SHORT_WINDOW;
    if (blocks == 0) blocks = is_long && o->sequence != REGATTA_SEQUENCE_GRU ? 2 : 1;
    return (rg_encoder_shape){.kind = o->sequence == REGATTA_SEQUENCE_GRU
                                          ? RG_ENCODER_GRU
                                          : RG_ENCODER_TRANSFORMER,
                              .blocks = blocks,
                              .heads = o->sequence_heads,
                              .dim = dim,
                              .hidden = dim,
                              .window = window};
}

/* Returns the tokens of a step: fewer on small data, which would have few steps. */
static int64_t batch_tokens(const regatta_graph *graph)
{
    const int64_t n = rg_interactions_count(graph) / BATCHES;
    return n < LEAST_TOKENS ? LEAST_TOKENS : n > MOST_TOKENS ? MOST_TOKENS : n;
}

/* Returns the FLOPs of an epoch. */
static double epoch_flops(const rg_sequence_setting *s, const regatta_graph *graph)
{
    const double n_items = (double)graph->by_user->n_cols;
    const double all = (double)rg_interactions_count(graph);
    const double batch = (double)batch_tokens(graph);
    const double positives = n_items * -expm1(-batch / fmax(1.0, n_items));
    const double sampled = fmax(0.0, (double)s->negatives - positives);
    const double items = s->negatives > 0
                             ? positives + fmax(sampled, 0.5 * (double)s->negatives)
                             : n_items;
    double flops = 6.0 * all * items * (double)s->shape.dim;
    for (int64_t u = 0; u < graph->by_user->n_rows; u++) {
        const int64_t n = rg_interactions_of(graph, u), window = s->shape.window;
        flops += 3.0 * (double)(n / window) * rg_encoder_flops(&s->shape, window);
        flops += 3.0 * rg_encoder_flops(&s->shape, n % window);
    }
    return flops;
}

static rg_sequence_verdict verdict_of(rg_sequence_setting *s, const rg_fit_options *o,
                                      const regatta_graph *graph)
{
    if (o->sequence != REGATTA_SEQUENCE_AUTO) return RG_SEQUENCE_TRAINED;
    if (!rg_interactions_timed(graph)) return RG_SEQUENCE_NO_TIMES;
    const double shared = 1.0 + 1.0 / MORE_SHARE;
    const double most = (double)o->sequence_seconds / (s->epoch_seconds * shared);
    if (most < LEAST_EPOCHS) return RG_SEQUENCE_TOO_SLOW;
    if (most < (double)s->epochs) s->epochs = (int)most;
    return RG_SEQUENCE_TRAINED;
}

static void resolve(void *setting, rg_fit_options *options, const regatta_graph *graph)
{
    rg_sequence_setting *s = setting;
    const int64_t n_items = graph->by_user->n_cols;
    s->verdict = RG_SEQUENCE_NOT_ASKED;
    if (options->sequence == REGATTA_SEQUENCE_NONE) return;
    s->shape = shape_of(options, graph);
    s->negatives = n_items > EXACT_ITEMS ? NEGATIVES : 0;
    s->epochs = EPOCHS;
    s->dropout = options->sequence_dropout;
    if (!(s->dropout >= 0.0f))
        s->dropout = has_long(graph) ? LONG_DROPOUT : SHORT_DROPOUT;
    s->epoch_seconds = epoch_flops(s, graph) / SPEED;
    s->verdict = verdict_of(s, options, graph);
}

static int asked(const void *setting)
{
    return ((const rg_sequence_setting *)setting)->verdict == RG_SEQUENCE_TRAINED;
}

/* Without validation. */
static void settle(void *setting, rg_fit_options *options)
{
    rg_sequence_setting *s = setting;
    (void)options;
    if (s->epochs > USUAL_EPOCHS) s->epochs = USUAL_EPOCHS;
}

static void restore(void *setting, rg_fit_options *options, rg_settings *from)
{
    rg_sequence_setting *s = setting;
    const rg_sequence_state *state =
        rg_model_channel(from->model, rg_channel_of(&rg_sequence_fit));
    int64_t epochs = 0;
    (void)options;
    s->shape = state->shape;
    s->verdict = RG_SEQUENCE_TRAINED;
    rg_settings_int(from, &s->negatives, "sequence.negatives", 0, INT32_MAX);
    rg_settings_float(from, &s->dropout, "sequence.dropout", 0.0, 0.9);
    rg_settings_int(from, &epochs, "sequence.epochs", 0, 100000);
    s->epochs = (int)epochs;
}

/* The interactions of a graph as rows of items, owned. */
typedef struct row_copy {
    int64_t *offset, *time;
    uint32_t *item;
} row_copy;

static void free_rows(regatta_ctx *ctx, row_copy *rows)
{
    rg_free(ctx->mem, rows->offset);
    rg_free(ctx->mem, rows->time);
    rg_free(ctx->mem, rows->item);
}

static regatta_status copy_rows(regatta_ctx *ctx, row_copy *out,
                                const regatta_graph *graph)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = rg_interactions_count(graph);
    RG_NEW(ctx->mem, out->offset, graph->by_user->n_rows + 1);
    RG_NEW(ctx->mem, out->item, n);
    if (graph->time != NULL) RG_NEW(ctx->mem, out->time, n);
    RG_TRY(rg_interactions_items(ctx, graph, out->offset, out->item, out->time));
done:
    return status;
}

static rg_encoder_job job_of(const rg_fit_env *env, const rg_fitted *fitted,
                             const rg_sequence_setting *s, const row_copy *rows,
                             const char *stage)
{
    const rg_fit_options *o = env->options;
    const rg_csr *by_user = fitted->graph->by_user;
    const rg_vectors *vectors = rg_vectors_fitted(fitted);
    rg_encoder_job job = {
        .rows = {.n = by_user->n_rows,
                 .n_items = by_user->n_cols,
                 .offset = rows->offset,
                 .item = rows->item,
                 .time = rows->time},
        .shape = s->shape,
        .options = {.epochs = s->epochs,
                    .patience = PATIENCE,
                    .rates = RATES,
                    .least_steps = LEAST_STEPS,
                    .learning_rate = LEARNING_RATE,
                    .step = {.batch_windows = batch_tokens(fitted->graph),
                             .batch_tokens = batch_tokens(fitted->graph),
                             .negatives = s->negatives,
                             .dropout = s->dropout,
                             .seed = o->seed},
                    .progress = o->progress,
                    .progress_state = o->progress_state},
        .stage = stage,
        .started = env->started};
    if (vectors != NULL) {
        job.start = vectors->y + vectors->shape.n_users * vectors->shape.dim;
        job.start_dim = vectors->shape.dim;
    }
    return job;
}

/* Trains on the interactions of `fitted` and replaces its part. job->rows are set. */
static regatta_status train(rg_fit_env *env, rg_fitted *fitted, rg_encoder_job *job)
{
    regatta_status status = REGATTA_OK;
    const int self = rg_channel_of(&rg_sequence_fit);
    const int work = rg_channel_work(self, 0);
    rg_trained_encoder *trained = NULL;
    job->seconds_after = rg_plan_seconds_left(env->plan, work, 1);
    RG_TRY(rg_encoder_train(env->ctx, &trained, job));
    rg_channel_did(env, &rg_sequence_fit, 0, (double)trained->n_epochs);
    rg_fitted_drop(env->ctx, fitted, self);
    fitted->part[self] = trained;
done:
    return status;
}

/* An rg_encoder_validate_fn: measures the encoder on the slice, in a state as in a model.
 */
static regatta_status validate(void *state, double *ndcg, const rg_encoder *e)
{
    regatta_status status = REGATTA_OK;
    const rg_selection *s = state;
    const int64_t dim = e->params->shape.dim;
    rg_sequence_state v = {.shape = e->params->shape,
                           .item = rg_rows_f32(e->item, e->n_items, dim),
                           .bias = e->bias,
                           .params = e->params};
    RG_TRY(rg_table_create(s->env->ctx, &v.table, RG_F32, &v.item, e->bias));
    RG_TRY(s->validate(s, ndcg, rg_channel_of(&rg_sequence_fit), &v));
done:
    rg_table_free(v.table);
    return status;
}

static regatta_status choose(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    rg_fit_env *env = s->env;
    row_copy rows = {NULL, NULL, NULL};
    RG_TRY(copy_rows(env->ctx, &rows, s->fitted->graph));
    rg_encoder_job job =
        job_of(env, s->fitted, setting_of(s->choice), &rows, "sequence encoder");
    if (env->finished) job.options.epochs = 1;
    s->validate_begin(s);
    job.validate = validate;
    job.validate_state = s;
    job.noted[0] = s->best_ndcg;
    job.noted[1] = s->best_recall;
    RG_TRY(train(env, s->fitted, &job));
    env->finished |= rg_sequence_fitted(s->fitted)->finished_early;
done:
    free_rows(env->ctx, &rows);
    return status;
}

/* Sets how the job begins and how long it takes. On all interactions of the nodes of the
 * slice it continues the training of the slice, so that it takes a share of the epochs;
 * with other nodes or on a fold, whose held-out items the slice has seen, it takes the
 * epochs of the best state. */
static void follow(rg_encoder_job *job, const rg_fit_env *env, const rg_fit_task *task)
{
    const rg_trained_encoder *found = rg_sequence_fitted(task->slice);
    if (found == NULL) return;
    job->options.epochs = found->best_epoch;
    if (task->fold > 0 || !task->same_nodes) return;
    job->from = found->encoder;
    job->options.learning_rate = MORE_RATE;
    job->options.epochs = (found->best_epoch + MORE_SHARE - 1) / MORE_SHARE;
    if (!env->options->refit || env->finished) job->options.epochs = 0;
}

static regatta_status fit(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task)
{
    regatta_status status = REGATTA_OK;
    row_copy rows = {NULL, NULL, NULL};
    RG_TRY(copy_rows(env->ctx, &rows, fitted->graph));
    rg_encoder_job job = job_of(env, fitted, setting_of(choice), &rows,
                                task->stage != NULL ? task->stage : "sequence encoder");
    follow(&job, env, task);
    RG_TRY(train(env, fitted, &job));
    if (task->fold > 0) env->finished |= rg_sequence_fitted(fitted)->finished_early;
done:
    free_rows(env->ctx, &rows);
    return status;
}

static regatta_status serve(regatta_ctx *ctx, regatta_model *model, void *state,
                            const rg_fitted *fitted)
{
    const rg_encoder *e = rg_sequence_fitted(fitted)->encoder;
    rg_sequence_state *to = state;
    const int64_t dim = e->params->shape.dim, n = e->n_items;
    const float *item = rg_model_copied(model, e->item, n * dim, sizeof *item);
    to->bias = rg_model_copied(model, e->bias, n, sizeof *to->bias);
    if (item == NULL || to->bias == NULL) return REGATTA_ENOMEM;
    to->shape = e->params->shape;
    to->item = rg_rows_f32(item, n, dim);
    const regatta_status status = rg_encoder_params_create(ctx, &to->params, &to->shape);
    if (status != REGATTA_OK) return status;
    memcpy(to->params->arena, e->params->arena,
           (size_t)e->params->n_floats * sizeof *e->params->arena);
    return REGATTA_OK;
}

/* Items outside the core have zero rows and the smallest bias. */
static regatta_status spread(const rg_spread *s, void *part)
{
    regatta_status status = REGATTA_OK;
    rg_encoder *e = ((rg_trained_encoder *)part)->encoder;
    RG_TRY(rg_spread_floats(s, &e->item, 1, 0, e->params->shape.dim, 0.0f));
    RG_TRY(rg_spread_bias(s, &e->bias));
    e->n_items = s->n_items;
done:
    return status;
}

static void free_part(regatta_ctx *ctx, void *part)
{
    (void)ctx;
    rg_trained_encoder_free(part);
}

static void units(double *unit, const rg_fit_env *env)
{
    rg_sequence_setting s = {.epochs = 0};
    resolve(&s, env->options, env->graph);
    unit[0] = s.epoch_seconds;
}

static void count(double *left, const rg_outlook *o)
{
    const rg_trained_encoder *found = rg_sequence_fitted(o->slice);
    const rg_sequence_setting *s = setting_of(o->choice);
    const double most = fmin((double)s->epochs, USUAL_EPOCHS);
    const double best = found != NULL ? (double)found->best_epoch : most;
    if (o->slice == NULL) {
        left[0] += (double)s->epochs;
        return;
    }
    if (o->progress < RG_CHOICE_DONE) left[0] += most;
    left[0] += (double)o->n_folds * best + best / MORE_SHARE;
}

/* Kept: the encoder's rows of items and their serving form. A training: the best state,
 * the present one, its gradient and moments, and the softmax. */
static void memory(rg_channel_memory *out, const rg_memory_sizes *sizes)
{
    enum { TABLES = 8, ROOM = 64 << 20 };
    const rg_sequence_setting *s = setting_of(sizes->choice);
    const int64_t table = 4 * sizes->graph->by_user->n_cols * s->shape.dim;
    out->kept = 3 * table;
    out->fit = TABLES * table + 16 * rg_interactions_count(sizes->graph) + ROOM;
    out->choose = out->fit;
}

static void write_curve(rg_text *t, const rg_trained_encoder *e)
{
    rg_text_open(t, "sequence_curve", '[');
    for (int64_t k = 0; k < e->n_curve; k++) {
        rg_text_open(t, NULL, '{');
        rg_text_int(t, "epoch", e->curve[k].epoch);
        rg_text_real(t, "loss", e->curve[k].loss);
        rg_text_real(t, "ndcg@20", e->curve[k].ndcg);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
}

static void write_shape(rg_text *t, const rg_sequence_setting *s)
{
    rg_text_int(t, "blocks", s->shape.blocks);
    rg_text_int(t, "heads", s->shape.heads);
    rg_text_int(t, "dim", s->shape.dim);
    rg_text_int(t, "window", s->shape.window);
    rg_text_float(t, "dropout", s->dropout);
    rg_text_int(t, "negatives", s->negatives);
}

/* Writes what was decided about the encoder, and why. */
static void write_decision(rg_text *t, const rg_fit_report *r)
{
    static const char *const WHY[] = {[RG_SEQUENCE_TRAINED] = NULL,
                                      [RG_SEQUENCE_NOT_ASKED] = NULL,
                                      [RG_SEQUENCE_NO_TIMES] = "the data has no times",
                                      [RG_SEQUENCE_TOO_SLOW] = "too slow"};
    const int self = rg_channel_of(&rg_sequence_fit);
    const rg_sequence_setting *s = setting_of(r->choice);
    const rg_trained_encoder *found = rg_sequence_fitted(r->slice),
                             *whole = rg_sequence_fitted(r->whole);
    const rg_trained_encoder *trained = found != NULL ? found : whole;
    if (s->verdict == RG_SEQUENCE_NOT_ASKED) return;
    rg_text_open(t, "sequence", '{');
    rg_text_string(t, "kind",
                   trained == NULL                           ? "none"
                   : s->shape.kind == RG_ENCODER_TRANSFORMER ? "transformer"
                                                             : "gru");
    rg_text_real(t, "epoch_seconds", s->epoch_seconds);
    if (WHY[s->verdict] != NULL) rg_text_string(t, "why", WHY[s->verdict]);
    if (trained != NULL) {
        write_shape(t, s);
        rg_text_int(t, "epochs", trained->best_epoch);
        if (found != NULL) rg_text_real(t, "ndcg@20", found->best_ndcg);
        rg_text_bool(t, "in_score", r->choice->on[self]);
    }
    rg_text_close(t, '}');
}

static void json(rg_text *t, rg_json_place place, const rg_fit_report *r)
{
    const rg_trained_encoder *found = rg_sequence_fitted(r->slice);
    if (place == RG_JSON_DECISIONS) write_decision(t, r);
    if (place == RG_JSON_VALIDATION && found != NULL) write_curve(t, found);
}

static const char *const WORKS[] = {"encoder epochs"};

const rg_channel_fit_ops rg_sequence_fit = {.order = 4,
                                            .refits = 1,
                                            .setting_size = sizeof(rg_sequence_setting),
                                            .resolve = resolve,
                                            .asked = asked,
                                            .settle = settle,
                                            .choose = choose,
                                            .fit = fit,
                                            .stays = 1,
                                            .restore = restore,
                                            .serve = serve,
                                            .spread = spread,
                                            .free = free_part,
                                            .n_works = 1,
                                            .works = WORKS,
                                            .units = units,
                                            .count = count,
                                            .memory = memory,
                                            .json = json};
