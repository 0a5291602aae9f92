/* Checks the options of a tuning, draws its trials, and reports them. */
#include "api/model/model_train.h"
#include "api/options.h"
#include "api/train_checkpoint.h"
#include "api/tune/tune_axes.h"
#include "base/ranks/ranks.h"
#include "fit/tune/tune.h"
#include "graph/interactions.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { MOST_FOLDS = 20, MOST_SEEDS = 10, MOST_TRIALS = 10000, LINE_BYTES = 96 };

typedef struct tuning {
    regatta_ctx *ctx;
    regatta_tune_options opts;
    regatta_train_options base;
    regatta_train_options *trial; /* [n_trials] */
    int64_t n_trials;
    rg_tune_job job;
    rg_tune_outcome outcome;
} tuning;

static regatta_status check(regatta_ctx *ctx, const regatta_tune_options *o,
                            const regatta_graph *graph)
{
    if (o->crossing > REGATTA_CROSSING_TIME)
        return rg_fail(ctx, REGATTA_EINVAL, "crossing must be 0 to 2, not %lu",
                       (unsigned long)o->crossing);
    if (o->crossing == REGATTA_CROSSING_TIME && graph->time == NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "folds by windows of time need interactions with times");
    if (o->folds < 2 || o->folds > MOST_FOLDS)
        return rg_fail(ctx, REGATTA_EINVAL, "folds must be 2 to %d, not %lu", MOST_FOLDS,
                       (unsigned long)o->folds);
    if (o->seeds < 1 || o->seeds > MOST_SEEDS)
        return rg_fail(ctx, REGATTA_EINVAL, "seeds must be 1 to %d, not %lu", MOST_SEEDS,
                       (unsigned long)o->seeds);
    if (o->trials < 1 || o->trials > MOST_TRIALS)
        return rg_fail(ctx, REGATTA_EINVAL, "trials must be 1 to %d, not %lu",
                       MOST_TRIALS, (unsigned long)o->trials);
    if (!(o->budget >= 0.0) || !isfinite(o->budget))
        return rg_fail(ctx, REGATTA_EINVAL, "budget must be at least 0, not %g",
                       o->budget);
    return REGATTA_OK;
}

/* The trial as the caller sees it. */
static regatta_trial trial_of(const tuning *t, const rg_tune_result *r)
{
    return (regatta_trial){.struct_size = sizeof(regatta_trial),
                           .number = (uint32_t)r->trial,
                           .options = &t->trial[r->trial],
                           .n_fits = (uint32_t)r->n_fits,
                           .is_sampled = (uint32_t)r->is_sampled,
                           .fold = (uint32_t)r->fold,
                           .seed = (uint32_t)r->seed,
                           .ndcg = r->ndcg,
                           .standard_error = r->error,
                           .difference = r->paired.difference,
                           .difference_error = r->paired.standard_error,
                           .n_users = r->paired.n,
                           .seconds = r->seconds};
}

static int measured(void *state, const rg_tune_result *result, double spent)
{
    const tuning *t = state;
    regatta_trial trial = trial_of(t, result);
    if (t->opts.measured == NULL) return REGATTA_GO_ON;
    trial.spent = spent;
    return t->opts.measured(t->opts.measured_state, &trial);
}

static void report_trials(const tuning *t)
{
    rg_tune_result result;
    for (int64_t k = 0; t->opts.result != NULL && k < t->n_trials; k++) {
        rg_tune_result_of(&result, &t->outcome, &t->job, k);
        regatta_trial trial = trial_of(t, &result);
        trial.is_winner = k == t->outcome.winner;
        trial.spent = t->outcome.seconds;
        t->opts.result(t->opts.result_state, &trial);
    }
}

static void options_of(void *state, int64_t trial, rg_fit_options *out)
{
    const tuning *t = state;
    *out = rg_train_fit_options(&t->trial[trial]);
}

/* What the fits of a checkpoint depend on: neither the trials nor the budget. */
static void describe(rg_text *text, const tuning *t, const rg_tune_space *space)
{
    char line[LINE_BYTES];
    const rg_tune_division *d = &t->job.division;
    snprintf(line, sizeof line,
             "tuning=%s\ntuning folds=%d\ntuning seed=%" PRIu64 "\ntuning axes=%d\n",
             d->rolling ? "windows of time" : "parts of items", d->n_folds, d->seed,
             space->n);
    rg_text_append(text, line);
    rg_tune_space_describe(text, space);
}

static regatta_status open_checkpoint(tuning *t, const regatta_graph *graph,
                                      const rg_tune_space *space)
{
    rg_text text;
    rg_text_begin(&text, t->ctx->mem);
    describe(&text, t, space);
    regatta_status status = text.status;
    t->base.checkpoint_seconds = 0.0f;
    if (status == REGATTA_OK)
        status = rg_train_checkpoint_open(t->ctx, graph, &t->base, text.bytes);
    rg_free(t->ctx->mem, text.bytes);
    return status;
}

/* Draws the trials and fills in the job. */
static regatta_status prepare(tuning *t, const regatta_graph *graph)
{
    regatta_status status = REGATTA_OK;
    const regatta_tune_options *o = &t->opts;
    rg_tune_space space;
    const int rolling = o->crossing == REGATTA_CROSSING_AUTO
                            ? rg_interactions_timed(graph)
                            : o->crossing == REGATTA_CROSSING_TIME;
    RG_TRY(
        rg_tune_space_read(t->ctx, &space, o, &t->base, graph->by_user->value != NULL));
    t->n_trials = 1 + (int64_t)o->trials;
    RG_NEW(t->ctx->mem, t->trial, t->n_trials);
    rg_tune_draw(t->trial, &t->n_trials, &space, &t->base, o->seed);
    for (int64_t k = 1; k < t->n_trials; k++)
        RG_TRY(rg_train_check(t->ctx, graph, &t->trial[k]));
    t->job = (rg_tune_job){
        .graph = graph,
        .division = {rolling, (int)o->folds, o->seed},
        .n_seeds = (int)o->seeds,
        .n_trials = t->n_trials,
        .budget = o->budget,
        .stop = {.progress = t->base.progress, .progress_state = t->base.progress_state},
        .state = t,
        .options = options_of,
        .measured = measured};
    RG_TRY(open_checkpoint(t, graph, &space));
done:
    return status;
}

/* The options of the winner for the caller: with what is not tuned as the caller had
 * it. */
static void give(const tuning *t, regatta_train_options *out, regatta_tuning *report)
{
    const rg_tune_outcome *o = &t->outcome;
    regatta_train_options winner = t->trial[o->winner];
    rg_struct_write(out, &winner, sizeof winner);
    const regatta_tuning filled = {.struct_size = sizeof filled,
                                   .winner = (uint32_t)o->winner,
                                   .crossing = t->job.division.rolling
                                                   ? REGATTA_CROSSING_TIME
                                                   : REGATTA_CROSSING_ITEMS,
                                   .n_trials = (uint32_t)t->n_trials,
                                   .n_fits = o->n_fits,
                                   .is_cut = (uint32_t)o->is_cut,
                                   .seconds = o->seconds};
    if (report != NULL) rg_struct_write(report, &filled, sizeof filled);
}

static regatta_status tune(regatta_ctx *ctx, regatta_train_options *out,
                           const regatta_graph *graph, const regatta_tune_options *opts,
                           regatta_tuning *report)
{
    regatta_status status = REGATTA_OK;
    const regatta_tune_options init = REGATTA_TUNE_OPTIONS_INIT;
    const regatta_train_options train = REGATTA_TRAIN_OPTIONS_INIT;
    tuning t = {.ctx = ctx, .opts = init, .base = train};
    RG_TRY(rg_struct_check(ctx, out, "out"));
    if (report != NULL) RG_TRY(rg_struct_check(ctx, report, "report"));
    if (graph == NULL) return rg_missing(ctx, "graph");
    if (rg_ranked(ctx))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "ranks do not share the work of a tuning: tune in one process");
    RG_TRY(rg_options_read(ctx, &t.opts, sizeof t.opts, opts, "tune options"));
    RG_TRY(rg_options_read(ctx, &t.base, sizeof t.base, t.opts.train, "train options"));
    RG_TRY(check(ctx, &t.opts, graph));
    RG_TRY(rg_train_check(ctx, graph, &t.base));
    RG_TRY(prepare(&t, graph));
    RG_TRY(rg_tune(ctx, &t.outcome, &t.job));
    report_trials(&t);
    give(&t, out, report);
done:
    rg_checkpoint_close(ctx);
    rg_tune_outcome_free(ctx, &t.outcome);
    rg_free(ctx->mem, t.trial);
    return status;
}

regatta_status regatta_tune(regatta_ctx *ctx, regatta_train_options *out,
                            const regatta_graph *graph, const regatta_tune_options *opts,
                            regatta_tuning *report)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, tune(ctx, out, graph, opts, report));
}
