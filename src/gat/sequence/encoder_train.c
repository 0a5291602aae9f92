#include "gat/sequence/encoder_train.h"
#include "base/checkpoint/checkpoint.h"
#include "base/clock.h"
#include "gat/sequence/encoder_start.h"
#include <math.h>

/* Between one learning rate and the next, and the share of the epochs that is kept for
 * each of the next ones. */
#define RATE_STEP 4.0f
#define RATE_SHARE 0.2
/* A smaller gain over the last one that counted does not count for the patience. */
#define LEAST_GAIN 1.005

typedef struct run {
    regatta_ctx *ctx;
    const rg_encoder_job *job;
    rg_trained_encoder *out;
    rg_encoder *now;
    rg_stepper *stepper;
    rg_windows *windows;
    int64_t step, total; /* steps so far, and of all epochs (estimated) */
    int64_t at;          /* windows of the epoch that were taken */
    double sum;          /* of their losses */
    int is_resumed;      /* 1: `at` and `sum` are of a checkpoint */
    double loss, last_ndcg;
    double mark; /* the last validation that counted as a gain */
    int misses, ended;
    float rate;
    int rates_left;
    double begun;
} run;

static regatta_status create_result(regatta_ctx *ctx, rg_trained_encoder **out,
                                    const rg_encoder_job *job)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_trained_encoder *t = NULL;
    RG_NEW(ctx->mem, t, 1);
    t->mem = ctx->mem;
    t->best_ndcg = (double)NAN;
    RG_TRY(rg_encoder_create(ctx, &t->encoder, &job->shape, job->rows.n_items));
    RG_NEW(t->mem, t->curve, job->options.epochs);
    *out = t;
    t = NULL;
done:
    rg_trained_encoder_free(t);
    return status;
}

static regatta_status start(run *r)
{
    const rg_encoder_job *job = r->job;
    if (job->from != NULL) {
        rg_encoder_copy(r->now, job->from);
        return REGATTA_OK;
    }
    rg_encoder_params_start(r->now->params, job->options.step.seed);
    return rg_encoder_start_items(r->ctx, r->now->item, job->rows.n_items, job->shape.dim,
                                  job->start, job->start_dim, job->options.step.seed);
}

/* Estimates the seconds left of this run and after it. */
static double seconds_left(const run *r)
{
    const double spent = rg_clock() - r->begun;
    const double each = r->step > 0 ? spent / (double)r->step : 0.0;
    return each * (double)(r->total - r->step) + r->job->seconds_after;
}

/* Returns the answer of the caller. */
static int report(const run *r)
{
    const rg_encoder_options *o = &r->job->options;
    if (o->progress == NULL) return REGATTA_GO_ON;
    const regatta_progress p = {.struct_size = sizeof p,
                                .stage = r->job->stage,
                                .done = r->step,
                                .total = r->total > r->step ? r->total : r->step,
                                .loss = r->loss,
                                .valid_ndcg = r->last_ndcg,
                                .best_ndcg = r->out->best_ndcg,
                                .seconds = rg_clock() - r->job->started,
                                .seconds_left = seconds_left(r)};
    return o->progress(o->progress_state, &p);
}

static regatta_status obey(run *r, int word)
{
    if (word == REGATTA_CANCEL)
        return rg_fail(r->ctx, REGATTA_ESTOPPED, "training was cancelled at step %lld",
                       (long long)r->step);
    if (word == REGATTA_FINISH) r->out->finished_early = r->ended = 1;
    return REGATTA_OK;
}

/* Returns the learning rate of an epoch. */
static float rate_of(const run *r, int epoch)
{
    const rg_encoder_options *o = &r->job->options;
    if (r->job->validate != NULL) return r->rate;
    return o->learning_rate * (float)(o->epochs - epoch + 1) / (float)o->epochs;
}

/* Visits what is known of a run. */
static regatta_status visit_numbers(rg_archive *archive, run *r)
{
    regatta_status status = REGATTA_OK;
    rg_trained_encoder *t = r->out;
    const int most = r->job->options.epochs;
    RG_TRY(rg_archive_number(archive, &t->n_epochs, 0, most));
    RG_TRY(rg_archive_number(archive, &t->best_epoch, 0, t->n_epochs));
    RG_TRY(rg_archive_real(archive, &t->best_ndcg));
    RG_TRY(rg_archive_int(archive, &t->n_curve, 0, t->n_epochs));
    for (int64_t k = 0; k < t->n_curve; k++) {
        RG_TRY(rg_archive_number(archive, &t->curve[k].epoch, 0, most));
        RG_TRY(rg_archive_real(archive, &t->curve[k].loss));
        RG_TRY(rg_archive_real(archive, &t->curve[k].ndcg));
    }
    for (int k = 0; k < 2; k++)
        if (r->job->noted[k] != NULL) RG_TRY(rg_archive_real(archive, r->job->noted[k]));
    RG_TRY(rg_encoder_archive(archive, t->encoder));
done:
    return status;
}

/* Visits the state after a step. */
static regatta_status visit_state(rg_archive *archive, void *state)
{
    regatta_status status = REGATTA_OK;
    run *r = state;
    double rate = (double)r->rate;
    double *const real[] = {&r->sum, &r->loss, &r->last_ndcg, &r->mark, &rate};
    const int64_t most = INT64_MAX / 2;
    RG_TRY(visit_numbers(archive, r));
    for (size_t k = 0; k < sizeof real / sizeof *real; k++)
        RG_TRY(rg_archive_real(archive, real[k]));
    r->rate = (float)rate;
    RG_TRY(rg_archive_int(archive, &r->step, 0, most));
    RG_TRY(rg_archive_int(archive, &r->total, 0, most));
    RG_TRY(rg_archive_int(archive, &r->at, 0, r->windows->capacity));
    RG_TRY(rg_archive_number(archive, &r->misses, 0, r->job->options.epochs));
    RG_TRY(rg_archive_number(archive, &r->rates_left, 0, r->job->options.rates));
    RG_TRY(rg_encoder_archive(archive, r->now));
    RG_TRY(rg_stepper_archive(archive, r->stepper));
    r->is_resumed = archive->reads;
done:
    return status;
}

/* Visits the result. */
static regatta_status visit_result(rg_archive *archive, void *state)
{
    regatta_status status = REGATTA_OK;
    run *r = state;
    if (archive->reads) RG_TRY(create_result(r->ctx, &r->out, r->job));
    RG_TRY(visit_numbers(archive, r));
    RG_TRY(rg_archive_real(archive, &r->out->flops));
done:
    return status;
}

/* Steps over all windows; *loss is the mean over their tokens. */
static regatta_status take_epoch(run *r, int epoch, double *loss)
{
    regatta_status status = REGATTA_OK;
    const rg_stepper_options *o = &r->job->options.step;
    rg_windows *w = r->windows;
    const float rate = rate_of(r, epoch);
    rg_windows_draw(w, o->seed, epoch);
    if (!r->is_resumed) {
        r->at = 0;
        r->sum = 0.0;
    }
    r->is_resumed = 0;
    while (r->at < w->n && !r->ended) {
        int64_t tokens = 0;
        const int64_t begin = r->at;
        const int64_t end = rg_windows_batch(w, begin, o->batch_windows, o->batch_tokens);
        for (int64_t k = begin; k < end; k++) tokens += w->window[w->order[k]].length;
        r->loss =
            rg_stepper_gradient(r->stepper, w, begin, end, r->step, r->ctx->threads);
        if (!isfinite(r->loss))
            return rg_fail(r->ctx, REGATTA_ENUMERIC,
                           "training diverged: the loss of step %lld is not finite",
                           (long long)r->step);
        rg_stepper_update(r->stepper, rate, r->ctx->threads);
        r->sum += r->loss * (double)tokens;
        r->step++;
        r->at = end;
        const int word = report(r);
        RG_TRY(rg_unit_keep(r->ctx, word != REGATTA_GO_ON, visit_state, r));
        RG_TRY(obey(r, word));
    }
    *loss = r->sum / (double)(w->n_tokens > 0 ? w->n_tokens : 1);
done:
    return status;
}

/* Measures the state after an epoch; the best so far is kept. */
static regatta_status judge(run *r, int epoch, double loss)
{
    regatta_status status = REGATTA_OK;
    rg_trained_encoder *t = r->out;
    int better = 1;
    if (r->job->validate != NULL) {
        RG_TRY(r->job->validate(r->job->validate_state, &r->last_ndcg, r->now));
        if (!isfinite(r->last_ndcg))
            return rg_fail(r->ctx, REGATTA_ENUMERIC,
                           "training diverged: ndcg of epoch %d is not finite", epoch);
        better = !(r->last_ndcg <= t->best_ndcg);
        if (better) t->best_ndcg = r->last_ndcg;
    }
    t->curve[t->n_curve++] = (rg_encoder_point){epoch, loss, r->last_ndcg};
    const int gains = !(r->last_ndcg <= LEAST_GAIN * r->mark);
    if (gains) r->mark = r->last_ndcg;
    r->misses = gains || r->step < r->job->options.least_steps ? 0 : r->misses + 1;
    if (better) {
        t->best_epoch = epoch;
        rg_encoder_copy(t->encoder, r->now);
    }
done:
    return status;
}

/* Goes on with a smaller learning rate from the best state, or ends. */
static void end_rate(run *r)
{
    r->misses = 0;
    r->mark = r->out->best_ndcg;
    r->rate /= RATE_STEP;
    r->ended = --r->rates_left <= 0;
    if (!r->ended) rg_encoder_copy(r->now, r->out->encoder);
}

static regatta_status take_epochs(run *r)
{
    regatta_status status = REGATTA_OK;
    const rg_encoder_options *o = &r->job->options;
    for (int epoch = r->out->n_epochs + 1; epoch <= o->epochs && !r->ended; epoch++) {
        double loss = 0.0;
        RG_TRY(take_epoch(r, epoch, &loss));
        r->out->n_epochs = epoch;
        r->total = r->step / epoch * o->epochs;
        RG_TRY(judge(r, epoch, loss));
        const double kept = RATE_SHARE * (double)(r->rates_left - 1);
        const int is_last = (double)epoch >= (1.0 - kept) * (double)o->epochs;
        if (r->misses >= o->patience || is_last) end_rate(r);
    }
done:
    return status;
}

/* Estimates the steps of an epoch. */
static int64_t most_steps(const run *r)
{
    const rg_stepper_options *o = &r->job->options.step;
    const int64_t by_tokens = r->windows->n_tokens / o->batch_tokens;
    const int64_t by_windows = r->windows->capacity / o->batch_windows;
    return 1 + (by_tokens > by_windows ? by_tokens : by_windows);
}

/* Trains: the work of the unit. */
static regatta_status train(regatta_ctx *ctx, void *state)
{
    regatta_status status = REGATTA_OK;
    run *r = state;
    const rg_encoder_job *job = r->job;
    RG_TRY(create_result(ctx, &r->out, job));
    RG_TRY(rg_encoder_create(ctx, &r->now, &job->shape, job->rows.n_items));
    RG_TRY(start(r));
    rg_encoder_copy(r->out->encoder, r->now);
    RG_TRY(rg_windows_create(ctx, &r->windows, &job->rows, job->shape.window));
    RG_TRY(rg_stepper_create(ctx, &r->stepper, r->now, &job->rows, &job->options.step));
    r->total = (int64_t)job->options.epochs * most_steps(r);
    if (rg_unit_has_state(ctx)) RG_TRY(rg_unit_resume(ctx, visit_state, r));
    RG_TRY(take_epochs(r));
    r->out->flops = rg_stepper_flops(r->stepper);
    rg_count_flops(ctx, r->out->flops);
done:
    return status;
}

regatta_status rg_encoder_train(regatta_ctx *ctx, rg_trained_encoder **out,
                                const rg_encoder_job *job)
{
    run r = {.ctx = ctx,
             .job = job,
             .last_ndcg = (double)NAN,
             .mark = (double)NAN,
             .rate = job->options.learning_rate,
             .rates_left = job->options.rates,
             .begun = rg_clock()};
    const rg_unit unit = {"sequence encoder", train, visit_result, &r};
    const regatta_status status = rg_unit_run(ctx, &unit);
    *out = NULL;
    if (status == REGATTA_OK)
        *out = r.out;
    else
        rg_trained_encoder_free(r.out);
    rg_stepper_free(r.stepper);
    rg_windows_free(r.windows);
    rg_encoder_free(r.now);
    return status;
}

void rg_trained_encoder_free(rg_trained_encoder *t)
{
    if (t == NULL) return;
    rg_encoder_free(t->encoder);
    rg_free(t->mem, t->curve);
    rg_free(t->mem, t);
}
