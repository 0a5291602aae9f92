/* Training: steps, validation with patience, the best state, the result for a model. */
#include "gat/train.h"
#include "base/checkpoint/checkpoint.h"
#include "base/clock.h"
#include "gat/svd_start.h"
#include "gat/trainer.h"
#include "gat/unit_pick.h"
#include "linalg/row_share.h"
#include <math.h>
#include <string.h>

/* Above this many items the default is a sample. */
enum { EXACT_ITEMS = 250000, DEFAULT_SAMPLE = 65536 };

int64_t rg_sampled_items(regatta_loss loss, uint32_t softmax_items, int64_t n_items)
{
    int64_t size = (int64_t)softmax_items;
    if (size == 0) size = n_items <= EXACT_ITEMS ? n_items : DEFAULT_SAMPLE;
    if (loss != REGATTA_LOSS_SOFTMAX || size >= n_items) return 0;
    return size;
}

/* The state of a run. */
typedef struct run {
    regatta_ctx *ctx;
    const rg_train_job *job;
    rg_trainer *trainer;
    rg_train_job own; /* the job, with another start if a checkpoint has the state */
    rg_vectors *out;
    rg_params *known; /* the parameters of a result that a checkpoint has */
    rg_params *best;  /* rg_trainer_copy of the parameters; NULL without a validator */
    float *unit;      /* [n_nodes][dim] rows for the validator */
    double loss, last_ndcg;
    int total;    /* steps, shrinking when training stops early */
    int misses;   /* validations since the best one */
    double began; /* of this run's steps */
} run;

static regatta_status vectors_create(regatta_ctx *ctx, rg_vectors **out,
                                     const rg_train_job *job)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_vectors *v = NULL;
    const rg_shape *s = &job->shape;
    const int64_t max_steps = (int64_t)job->options.max_steps;
    RG_NEW(ctx->mem, v, 1);
    v->mem = ctx->mem;
    v->shape = *s;
    v->scale = 1.0f / job->options.temperature;
    v->best_ndcg = (double)NAN;
    RG_NEW(ctx->mem, v->bias, s->n_items);
    RG_NEW(ctx->mem, v->item_degree, s->n_items);
    if (s->n_groups > 0) RG_NEW(ctx->mem, v->prototype, s->layers * s->n_groups * s->dim);
    if (job->validate != NULL)
        RG_NEW(ctx->mem, v->curve, max_steps / (int64_t)job->options.eval_every + 2);
    *out = v;
    v = NULL;
done:
    rg_vectors_free(v);
    return status;
}

void rg_vectors_free(rg_vectors *v)
{
    if (v == NULL) return;
    rg_free(v->mem, v->y);
    rg_free(v->mem, v->bias);
    rg_free(v->mem, v->item_state);
    rg_free(v->mem, v->item_degree);
    rg_free(v->mem, v->prototype);
    rg_free(v->mem, v->curve);
    rg_free(v->mem, v->input);
    rg_params_free(v->params);
    rg_free(v->mem, v);
}

/* A gain below half a percent is noise: it neither prolongs training nor makes the fit on
 * all interactions longer. */
static const double PATIENCE_GAIN = 1.005;

/* Unit rows of all nodes. */
static regatta_status pick_all(run *r)
{
    const rg_trainer *t = r->trainer;
    const int64_t dim = t->shape.dim, users = t->shape.n_users, items = t->shape.n_items;
    float *own = r->unit + t->adj->first_user * dim;
    rg_unit_pick_forward(own, NULL, t->net->y, NULL, users, dim, t->threads);
    rg_unit_pick_forward(r->unit + t->adj->all_users * dim, NULL, t->net->y + users * dim,
                         NULL, items, dim, t->threads);
    return rg_trainer_gather_users(t, r->unit);
}

/* Validates the present parameters; keeps them if they are the best. */
static regatta_status validate(run *r, int step)
{
    rg_trainer *t = r->trainer;
    const rg_shape *s = &r->job->shape;
    regatta_status status = REGATTA_OK;
    rg_trainer_read_out(t);
    RG_TRY(pick_all(r));
    rg_count_flops(r->ctx, 3.0 * (double)(s->n_users + s->n_items) * (double)s->dim);
    double ndcg = (double)NAN;
    RG_TRY(r->job->validate(r->job->validate_state, &ndcg, r->unit,
                            r->unit + s->n_users * s->dim, t->params->bias, t->scale, s));
    if (!isfinite(ndcg))
        return rg_fail(r->ctx, REGATTA_ENUMERIC,
                       "training diverged: the validation after step %d is not finite",
                       step);
    r->last_ndcg = ndcg;
    r->out->curve[r->out->n_curve++] = (rg_curve_point){step, r->loss, ndcg};
    r->misses++;
    if (isnan(r->out->best_ndcg) || ndcg > r->out->best_ndcg * PATIENCE_GAIN) {
        r->misses = 0;
        r->out->best_ndcg = ndcg;
        r->out->best_step = step;
        rg_params_take_part(r->best, t->params, 0);
    }
done:
    return status;
}

/* Returns the estimated seconds of the remaining steps. */
static double seconds_left(const run *r, int done, double now)
{
    if (done == 0) return (double)NAN;
    const rg_train_job *job = r->job;
    const double per_step = (now - r->began) / (double)done;
    double left = (double)(r->total - done);
    if (job->usual_steps > 0.0) /* after it, patience ends the run soon */
        left = fmin(
            left, fmax(job->usual_steps - (double)done, (double)job->options.eval_every));
    return per_step * (left + job->steps_after) + job->seconds_after;
}

static int report(const run *r, int done)
{
    const rg_train_options *o = &r->job->options;
    if (o->progress == NULL) return REGATTA_GO_ON;
    const double now = rg_clock();
    const regatta_progress p = {.struct_size = sizeof p,
                                .stage = r->job->stage,
                                .done = r->job->steps_before + done,
                                .total = r->job->stage_steps > 0 ? r->job->stage_steps
                                                                 : r->total,
                                .loss = r->loss,
                                .valid_ndcg = r->last_ndcg,
                                .best_ndcg = r->out->best_ndcg,
                                .seconds = now - r->job->started,
                                .seconds_left = seconds_left(r, done, now)};
    return o->progress(o->progress_state, &p);
}

/* Visits what is known of a run: the numbers of its validations. */
static regatta_status visit_numbers(rg_archive *archive, run *r)
{
    regatta_status status = REGATTA_OK;
    rg_vectors *v = r->out;
    const int most = (int)r->job->options.max_steps;
    RG_TRY(rg_archive_number(archive, &v->n_steps, 0, most));
    const int64_t room = r->job->validate != NULL
                             ? v->n_steps / (int64_t)r->job->options.eval_every + 1
                             : 0;
    RG_TRY(rg_archive_number(archive, &v->best_step, 0, most));
    RG_TRY(rg_archive_real(archive, &v->best_ndcg));
    RG_TRY(rg_archive_int(archive, &v->n_curve, 0, room));
    for (int64_t k = 0; k < v->n_curve; k++) {
        RG_TRY(rg_archive_number(archive, &v->curve[k].step, 0, most));
        RG_TRY(rg_archive_real(archive, &v->curve[k].loss));
        RG_TRY(rg_archive_real(archive, &v->curve[k].ndcg));
    }
    for (int k = 0; k < 2; k++)
        if (r->job->noted[k] != NULL) RG_TRY(rg_archive_real(archive, r->job->noted[k]));
done:
    return status;
}

/* Visits the state after a step. */
static regatta_status visit_state(rg_archive *archive, void *state)
{
    regatta_status status = REGATTA_OK;
    run *r = state;
    const int most = (int)r->job->options.max_steps;
    RG_TRY(visit_numbers(archive, r));
    RG_TRY(rg_archive_number(archive, &r->total, 0, most));
    RG_TRY(rg_archive_number(archive, &r->misses, 0, most));
    RG_TRY(rg_archive_real(archive, &r->loss));
    RG_TRY(rg_archive_real(archive, &r->last_ndcg));
    if (r->best != NULL)
        RG_TRY(rg_trainer_arena(archive, r->trainer, r->best, r->best->arena, 1));
    RG_TRY(rg_trainer_archive(archive, r->trainer, r->out->n_steps));
done:
    return status;
}

/* Visits the result: its arrays follow from the parameters. */
static regatta_status visit_result(rg_archive *archive, void *state)
{
    regatta_status status = REGATTA_OK;
    run *r = state;
    if (archive->reads) RG_TRY(vectors_create(r->ctx, &r->out, r->job));
    RG_TRY(visit_numbers(archive, r));
    if (r->job->is_trial) return REGATTA_OK;
    if (archive->reads) RG_TRY(rg_params_create(r->ctx, &r->known, &r->job->shape));
    const rg_params *p = archive->reads ? r->known : r->out->params;
    RG_TRY(rg_archive_floats(archive, p->arena, p->n_floats));
done:
    return status;
}

/* Runs steps until the last one, until patience is exhausted, or until the caller ends
 * training. */
static regatta_status take_steps(run *r)
{
    const rg_train_options *o = &r->job->options;
    const int every = (int)o->eval_every;
    regatta_status status = REGATTA_OK;
    for (int step = r->out->n_steps + 1; step <= r->total; step++) {
        r->loss = rg_trainer_step(r->trainer, step - 1);
        RG_TRY(r->ctx->lost);
        r->out->n_steps = step;
        if (!isfinite(r->loss))
            return rg_fail(r->ctx, REGATTA_ENUMERIC,
                           "training diverged: the loss of step %d is not finite", step);
        const int is_last = step == r->total;
        if (r->job->validate != NULL && (is_last || step % every == 0)) {
            RG_TRY(validate(r, step));
            const int is_behind =
                r->out->n_curve == 1 && r->last_ndcg < r->job->first_to_beat;
            if (r->misses >= (int)o->patience || is_behind) r->total = step;
        }
        const int word = report(r, step);
        RG_TRY(rg_unit_keep(r->ctx, word != REGATTA_GO_ON, visit_state, r));
        if (word == REGATTA_CANCEL)
            return rg_fail(r->ctx, REGATTA_ESTOPPED, "training was cancelled at step %d",
                           step);
        if (word == REGATTA_FINISH) {
            r->out->finished_early = 1;
            break;
        }
    }
    /* If training ends before the first validation, the present state is the best one. */
    if (r->job->validate != NULL && r->out->n_curve == 0)
        RG_TRY(validate(r, r->out->n_steps));
done:
    return status;
}

/* Copies the states of the items below the last one, and frees those of all nodes. */
static regatta_status take_states(run *r)
{
    regatta_status status = REGATTA_OK;
    rg_network *net = r->trainer->net;
    const rg_shape *s = &r->job->shape;
    const int64_t items = s->n_items * s->dim;
    const int64_t users = r->trainer->shape.n_users * s->dim;
    rg_network_drop_state(net, s->layers);
    RG_NEW(r->ctx->mem, r->out->item_state, s->layers * items);
    for (int l = 0; l < s->layers; l++) {
        memcpy(r->out->item_state + l * items, net->state[l] + users,
               (size_t)items * sizeof *net->state[l]);
        rg_network_drop_state(net, l);
    }
done:
    return status;
}

/* Moves the parameters; of divided users, receives the others. first_user: the first one
 * here. */
static regatta_status take_params(run *r, int64_t first_user)
{
    regatta_status status = REGATTA_OK;
    rg_trainer *t = r->trainer;
    rg_vectors *v = r->out;
    if (!t->divided) {
        v->params = t->params;
        t->params = NULL;
        v->user_x0 = v->input != NULL ? v->input : v->params->x0;
        return REGATTA_OK;
    }
    RG_TRY(rg_params_create(r->ctx, &v->params, &r->job->shape));
    rg_params_put_part(v->params, t->params, first_user);
    rg_params_free(t->params);
    t->params = NULL;
    RG_TRY(rg_trainer_gather_users(t, v->params->x0));
    v->user_x0 = v->params->x0;
done:
    return status;
}

/* Moves the read-out *y, or receives the rows of users that are not here. */
static regatta_status take_read_out(run *r, float **y, int64_t first_user)
{
    regatta_status status = REGATTA_OK;
    rg_trainer *t = r->trainer;
    rg_vectors *v = r->out;
    const rg_shape *s = &r->job->shape;
    const int64_t users = s->n_users * s->dim, items = s->n_items * s->dim;
    const int64_t here = t->shape.n_users * s->dim;
    if (!t->divided) {
        v->y = *y;
        *y = NULL;
        return REGATTA_OK;
    }
    RG_NEW(r->ctx->mem, v->y, users + items);
    memcpy(v->y + first_user * s->dim, *y, (size_t)here * sizeof *v->y);
    memcpy(v->y + users, *y + here, (size_t)items * sizeof *v->y);
    rg_free(r->ctx->mem, *y);
    *y = NULL;
    RG_TRY(rg_trainer_gather_users(t, v->y));
done:
    return status;
}

/* Takes what the model needs out of the trainer, one table after another, and frees each
 * before the next is made: of users that ranks divide, a table of all of them. */
static regatta_status take_tables(run *r)
{
    regatta_status status = REGATTA_OK;
    rg_trainer *t = r->trainer;
    const rg_shape *s = &r->job->shape;
    const int64_t users = s->n_users * s->dim, first_user = t->adj->first_user;
    float *y = NULL;
    RG_TRY(take_states(r));
    if (r->job->features != NULL) {
        RG_NEW(r->ctx->mem, r->out->input, users);
        memcpy(r->out->input, t->net->input, (size_t)users * sizeof *y);
    }
    y = rg_trainer_take_read_out(t);
    RG_TRY(take_read_out(r, &y, first_user));
    RG_TRY(take_params(r, first_user));
done:
    rg_free(r->ctx->mem, y);
    return status;
}

/* Collects what the model needs. */
static regatta_status collect(run *r)
{
    regatta_status status = REGATTA_OK;
    rg_trainer *t = r->trainer;
    rg_vectors *v = r->out;
    const rg_shape *s = &r->job->shape;
    const int64_t here = t->shape.n_users;
    rg_trainer_read_out(t);
    RG_TRY(r->ctx->lost);
    memcpy(v->bias, t->params->bias, (size_t)s->n_items * sizeof *v->bias);
    for (int64_t j = 0; j < s->n_items; j++)
        v->item_degree[j] = (float)t->adj->degree[here + j];
    if (v->prototype != NULL)
        memcpy(v->prototype, rg_network_prototypes(t->net),
               (size_t)(s->layers * s->n_groups * s->dim) * sizeof *v->prototype);
    RG_TRY(take_tables(r));
    for (int64_t k = 0; k < (s->n_users + s->n_items) * s->dim; k++)
        if (!isfinite(v->y[k]))
            return rg_fail(r->ctx, REGATTA_ENUMERIC,
                           "training diverged: the vector of node %lld is not finite",
                           (long long)(k / s->dim));
done:
    return status;
}

static regatta_status start_run(run *r)
{
    regatta_status status = REGATTA_OK;
    const rg_shape *s = &r->job->shape;
    RG_TRY(vectors_create(r->ctx, &r->out, r->job));
    if (rg_unit_has_state(r->ctx)) { /* which replaces the start */
        r->own = *r->job;
        r->own.options.start = REGATTA_START_RANDOM;
        r->job = &r->own;
    }
    RG_TRY(rg_trainer_create(r->ctx, &r->trainer, r->job));
    if (r->job->validate != NULL) {
        RG_TRY(rg_trainer_copy(r->ctx, &r->best, r->trainer));
        RG_NEW(r->ctx->mem, r->unit, (s->n_users + s->n_items) * s->dim);
    }
    if (r->job == &r->own) RG_TRY(rg_unit_resume(r->ctx, visit_state, r));
    r->began = rg_clock();
done:
    return status;
}

/* Trains: the work of the unit. */
static regatta_status train(regatta_ctx *ctx, void *state)
{
    regatta_status status = REGATTA_OK;
    run *r = state;
    RG_TRY(start_run(r));
    RG_TRY(take_steps(r));
    if (r->job->validate != NULL) {
        RG_TRY(rg_trainer_restore(r->trainer, r->best));
    } else {
        r->out->best_step = r->out->n_steps;
    }
    rg_trainer_end_steps(r->trainer);
    rg_params_free(r->best);
    rg_free(r->ctx->mem, r->unit);
    r->best = NULL;
    r->unit = NULL;
    RG_TRY(collect(r));
done:
    (void)ctx;
    return status;
}

/* Computes the arrays of a result from the parameters that the checkpoint has. */
static regatta_status read_out_known(run *r)
{
    regatta_status status = REGATTA_OK;
    const double flops = r->ctx->flops; /* those of the result are counted */
    r->own = *r->job;
    r->own.from = r->known;
    r->own.options.max_steps = 0;
    r->job = &r->own;
    RG_TRY(rg_trainer_create(r->ctx, &r->trainer, r->job));
    RG_TRY(collect(r));
    r->ctx->flops = flops;
done:
    return status;
}

regatta_status rg_train_vectors(regatta_ctx *ctx, rg_vectors **out,
                                const rg_train_job *job)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    run r = {.ctx = ctx,
             .job = job,
             .loss = (double)NAN,
             .last_ndcg = (double)NAN,
             .total = (int)job->options.max_steps};
    const rg_unit unit = {"vectors", train, visit_result, &r};
    RG_TRY(rg_unit_run(ctx, &unit));
    if (r.known != NULL) RG_TRY(read_out_known(&r));
    *out = r.out;
    r.out = NULL;
done:
    rg_vectors_free(r.out);
    rg_trainer_free(r.trainer);
    rg_params_free(r.known);
    rg_params_free(r.best);
    rg_free(ctx->mem, r.unit);
    return status;
}

/* The arguments of a start. */
typedef struct start {
    const rg_train_job *job;
    const rg_shares *share; /* NULL: all users are here */
    int64_t n_users;        /* here */
    float *x0;              /* the result */
} start;

static int64_t start_floats(const start *s)
{
    return (s->n_users + s->job->shape.n_items) * s->job->shape.dim;
}

static regatta_status compute_start(regatta_ctx *ctx, void *state)
{
    regatta_status status = REGATTA_OK;
    start *s = state;
    const rg_train_job *job = s->job;
    rg_adjacency *adj = NULL;
    RG_TRY(
        rg_adjacency_build_symmetric(ctx, &adj, job->graph, job->weight, NULL, s->share));
    RG_NEW(ctx->mem, s->x0, start_floats(s));
    RG_TRY(rg_svd_start(ctx, s->x0, adj, job->shape.dim, job->options.seed));
done:
    rg_adjacency_free(adj);
    return status;
}

/* The record has the start of all nodes. */
static regatta_status visit_shared_start(rg_archive *archive, start *s)
{
    regatta_status status = REGATTA_OK;
    const rg_shape *shape = &s->job->shape;
    const int64_t dim = shape->dim, all = (shape->n_users + shape->n_items) * dim;
    const size_t users = (size_t)(s->n_users * dim) * sizeof *s->x0;
    const size_t items = (size_t)(shape->n_items * dim) * sizeof *s->x0;
    float *x0 = NULL;
    RG_NEW(archive->ctx->mem, x0, all);
    float *own = x0 + s->share->begin * dim, *rest = x0 + shape->n_users * dim;
    if (!archive->reads) {
        memcpy(own, s->x0, users);
        memcpy(rest, s->x0 + s->n_users * dim, items);
        RG_TRY(rg_gather(archive->ctx, x0, s->share, dim * (int64_t)sizeof *x0));
    }
    RG_TRY(rg_archive_floats(archive, x0, all));
    if (archive->reads) {
        memcpy(s->x0, own, users);
        memcpy(s->x0 + s->n_users * dim, rest, items);
    }
done:
    rg_free(archive->ctx->mem, x0);
    return status;
}

static regatta_status visit_start(rg_archive *archive, void *state)
{
    regatta_status status = REGATTA_OK;
    start *s = state;
    if (archive->reads) RG_NEW(archive->ctx->mem, s->x0, start_floats(s));
    if (s->share != NULL) return visit_shared_start(archive, s);
    RG_TRY(rg_archive_floats(archive, s->x0, start_floats(s)));
done:
    return status;
}

regatta_status rg_train_start(regatta_ctx *ctx, float **out, const rg_train_job *job)
{
    rg_shares share;
    start s = {.job = job, .n_users = job->shape.n_users};
    if (rg_train_divides(ctx, job)) {
        rg_row_share(&share, ctx, job->graph->by_user);
        s.share = &share;
        s.n_users = share.end - share.begin;
    }
    const rg_unit unit = {"start", compute_start, visit_start, &s};
    const regatta_status status = rg_unit_run(ctx, &unit);
    *out = NULL;
    if (status == REGATTA_OK)
        *out = s.x0;
    else
        rg_free(ctx->mem, s.x0);
    return status;
}
