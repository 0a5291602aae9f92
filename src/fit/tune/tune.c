#include "fit/tune/tune.h"
#include "base/checkpoint/checkpoint.h"
#include "base/clock.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { SAMPLED_USERS = 5000, KEPT = 3 /* one of so many goes on */, LEAST_KEPT = 2 };
static const double FIRST_SHARE = 0.4; /* of the budget, for the first rung */

/* Places [first, end) of a rung. */
typedef struct rung {
    int first, end;
} rung;

typedef struct search {
    regatta_ctx *ctx;
    rg_tune_job job;
    rg_tune_outcome *out;
    regatta_graph *sample; /* NULL: no rung of a sample */
    int64_t *alive;        /* trials of the rung, the best first */
    int64_t n_alive;
    double *score; /* [n_trials] of the rung before; of trials that are alive */
    double began;  /* on rg_clock, minus the seconds of the fits that were read */
    double limit;  /* seconds of the job at which the running rung ends */
} search;

static int n_places_of(const rg_tune_job *job)
{
    return RG_TUNE_WHOLE + job->n_seeds * job->division.n_folds;
}

/* Stores rung `number`; returns 0 if there is none. */
static int rung_of(const search *s, int number, rung *out)
{
    const int n_folds = s->job.division.n_folds;
    if (s->sample != NULL && number-- == 0) {
        *out = (rung){RG_TUNE_SAMPLE, RG_TUNE_WHOLE};
        return 1;
    }
    const int of_folds = n_folds > 2 ? 3 : 2; /* rungs of the first seed */
    const int seed = number - of_folds + 1;
    if (seed > 0)
        *out = (rung){seed * n_folds, (seed + 1) * n_folds};
    else
        *out = (rung){number, seed == 0 ? n_folds : number + 1};
    out->first += RG_TUNE_WHOLE;
    out->end += RG_TUNE_WHOLE;
    return out->end <= n_places_of(&s->job);
}

static int n_rungs(const search *s)
{
    int n = 0;
    rung r;
    while (rung_of(s, n, &r)) n++;
    return n;
}

static int fold_of(const rg_tune_job *job, int place)
{
    return place == RG_TUNE_SAMPLE ? 0 : (place - RG_TUNE_WHOLE) % job->division.n_folds;
}

static int seed_of(const rg_tune_job *job, int place)
{
    return place == RG_TUNE_SAMPLE ? 0 : (place - RG_TUNE_WHOLE) / job->division.n_folds;
}

static double spent(const search *s)
{
    return rg_clock() - s->began;
}

static int is_ended(const search *s)
{
    return s->job.stop.over || s->job.stop.finished || s->job.stop.cancelled;
}

void rg_tune_result_of(rg_tune_result *out, const rg_tune_outcome *outcome,
                       const rg_tune_job *job, int64_t trial)
{
    const rg_tune_table *table = &outcome->table;
    const int last = outcome->last_place[trial];
    *out = (rg_tune_result){.trial = trial,
                            .fold = last < 0 ? 0 : fold_of(job, last),
                            .seed = last < 0 ? 0 : seed_of(job, last),
                            .n_fits = rg_tune_table_fits(table, trial),
                            .is_sampled = last == RG_TUNE_SAMPLE,
                            .seconds = table->seconds[trial]};
    const int first = out->is_sampled ? RG_TUNE_SAMPLE : RG_TUNE_WHOLE;
    const int end = out->is_sampled ? RG_TUNE_WHOLE : table->n_places;
    rg_tune_table_mean(&out->ndcg, &out->error, table, trial, first, end);
    rg_tune_table_compare(&out->paired, table, trial, 0, first, end);
}

static void tell(search *s, int64_t trial)
{
    rg_tune_result result;
    if (s->job.measured == NULL) return;
    rg_tune_result_of(&result, s->out, &s->job, trial);
    const int answer = s->job.measured(s->job.state, &result, spent(s));
    s->job.stop.finished |= answer == REGATTA_FINISH;
    s->job.stop.cancelled |= answer == REGATTA_CANCEL;
}

/* Fits a trial at a place. A fit that ended early leaves no measurement. */
static regatta_status fit(search *s, const rg_tune_fold *fold, int64_t trial, int place)
{
    regatta_status status = REGATTA_OK;
    rg_tune_table *table = &s->out->table;
    char name[64];
    rg_fit_options options;
    rg_tune_fit f = {
        .name = name, .fold = fold, .options = &options, .stop = &s->job.stop};
    const int64_t n_read = rg_units_read(s->ctx);
    snprintf(name, sizeof name, "trial %" PRId64 " place %d", trial, place);
    s->job.options(s->job.state, trial, &options);
    options.seed += (uint64_t)seed_of(&s->job, place);
    f.n_users = fold->test->by_user->n_rows;
    RG_NEW(s->ctx->mem, f.ndcg, f.n_users);
    if (s->job.budget > 0.0) s->job.stop.deadline = s->began + s->job.budget;
    status = rg_tune_fit_run(s->ctx, &f);
    if (status == REGATTA_ESTOPPED && is_ended(s) && !s->job.stop.cancelled)
        status = REGATTA_OK;
    else if (status == REGATTA_OK) {
        if (rg_units_read(s->ctx) > n_read) s->began -= f.seconds;
        rg_tune_table_put(table, trial, place, f.ndcg);
        table->seconds[trial] += f.seconds;
        s->out->last_place[trial] = place;
        s->out->n_fits++;
        f.ndcg = NULL;
        tell(s, trial);
    }
done:
    rg_free(s->ctx->mem, f.ndcg);
    return status;
}

static regatta_status run_place(search *s, int place)
{
    regatta_status status = REGATTA_OK;
    rg_tune_fold fold = {NULL, NULL};
    RG_TRY(rg_tune_fold_take(s->ctx, &fold,
                             place == RG_TUNE_SAMPLE ? s->sample : s->job.graph,
                             &s->job.division, fold_of(&s->job, place)));
    RG_TRY(fit(s, &fold, 0, place));
    int64_t n = 0;
    for (; n < s->n_alive && !is_ended(s) && spent(s) < s->limit; n++)
        RG_TRY(fit(s, &fold, s->alive[n], place));
    s->out->is_cut |= n < s->n_alive || is_ended(s);
    if (s->job.stop.cancelled)
        status = rg_fail(s->ctx, REGATTA_ESTOPPED, "the tuning was cancelled");
done:
    rg_tune_fold_free(&fold);
    return status;
}

/* Sorts the trials that the rung has measured by their mean difference to trial 0, the
 * best first, equal ones by number, and drops the others. */
static void rank(search *s, const rung *r)
{
    const rg_tune_table *table = &s->out->table;
    const int first = r->first < RG_TUNE_WHOLE ? RG_TUNE_SAMPLE : RG_TUNE_WHOLE;
    int64_t n = 0;
    for (int64_t k = 0; k < s->n_alive; k++) {
        const int64_t trial = s->alive[k];
        regatta_paired paired;
        if (s->out->last_place[trial] < r->first) continue;
        rg_tune_table_compare(&paired, table, trial, 0, first, r->end);
        if (paired.n == 0) continue;
        s->score[trial] = paired.difference;
        int64_t at = n++;
        for (; at > 0; at--) {
            const int64_t before = s->alive[at - 1];
            const double x = s->score[before], y = s->score[trial];
            if (x > y || (x == y && before < trial)) break;
            s->alive[at] = before;
        }
        s->alive[at] = trial;
    }
    s->n_alive = n;
}

static regatta_status run_rungs(search *s)
{
    regatta_status status = REGATTA_OK;
    const int n = n_rungs(s);
    rung r;
    for (int number = 0; rung_of(s, number, &r) && !is_ended(s) && s->n_alive > 0;
         number++) {
        const double rest = n > 1 ? (double)number / (double)(n - 1) : 1.0;
        s->limit = s->job.budget > 0.0
                       ? s->job.budget * (FIRST_SHARE + (1.0 - FIRST_SHARE) * rest)
                       : (double)INFINITY;
        for (int p = r.first; p < r.end && !is_ended(s); p++) {
            if (p > r.first && spent(s) >= s->limit) break;
            RG_TRY(run_place(s, p));
        }
        rank(s, &r);
        if (number == n - 1) break;
        const int64_t kept = (s->n_alive + KEPT - 1) / KEPT;
        const int64_t least = s->n_alive < LEAST_KEPT ? s->n_alive : LEAST_KEPT;
        s->n_alive = kept > least ? kept : least;
    }
done:
    return status;
}

/* Of the trials with the most fits the one with the largest mean difference, if it
 * beats the defaults; else 0. */
static int64_t winner_of(const rg_tune_outcome *out)
{
    const rg_tune_table *table = &out->table;
    int most = RG_TUNE_LEAST_FITS;
    regatta_paired best = {.difference = 0.0};
    int64_t winner = 0;
    for (int64_t t = 1; t < table->n_trials; t++) {
        const int n = rg_tune_table_fits(table, t);
        if (n > most) most = n;
    }
    for (int64_t t = 1; t < table->n_trials; t++) {
        regatta_paired paired;
        if (rg_tune_table_fits(table, t) < most) continue;
        rg_tune_table_compare(&paired, table, t, 0, RG_TUNE_WHOLE, table->n_places);
        if (paired.n == 0 || (winner > 0 && !(paired.difference > best.difference)))
            continue;
        winner = t;
        best = paired;
    }
    const int beats =
        best.n >= RG_TUNE_LEAST_USERS && best.difference > 2.0 * best.standard_error;
    return beats ? winner : 0;
}

static regatta_status begin(search *s)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = s->ctx;
    const rg_tune_job *job = &s->job;
    const int64_t n_users = job->graph->by_user->n_rows;
    if (n_users > SAMPLED_USERS)
        RG_TRY(rg_tune_sample(ctx, &s->sample, job->graph, SAMPLED_USERS,
                              job->division.seed));
    RG_TRY(rg_tune_table_create(ctx, &s->out->table, job->n_trials, n_places_of(job),
                                n_users, SAMPLED_USERS));
    RG_NEW(ctx->mem, s->out->last_place, job->n_trials);
    RG_NEW(ctx->mem, s->alive, job->n_trials);
    RG_NEW(ctx->mem, s->score, job->n_trials);
    for (int64_t t = 0; t < job->n_trials; t++) {
        s->out->last_place[t] = -1;
        if (t > 0) s->alive[s->n_alive++] = t;
    }
done:
    return status;
}

regatta_status rg_tune(regatta_ctx *ctx, rg_tune_outcome *out, const rg_tune_job *job)
{
    regatta_status status = REGATTA_OK;
    search s = {.ctx = ctx, .job = *job, .out = out, .began = rg_clock()};
    s.job.stop.deadline = (double)INFINITY;
    RG_TRY(begin(&s));
    RG_TRY(run_rungs(&s));
    out->winner = winner_of(out);
    out->seconds = spent(&s);
done:
    regatta_graph_free(s.sample);
    rg_free(ctx->mem, s.alive);
    rg_free(ctx->mem, s.score);
    return status;
}

void rg_tune_outcome_free(regatta_ctx *ctx, rg_tune_outcome *outcome)
{
    rg_tune_table_free(&outcome->table);
    rg_free(ctx->mem, outcome->last_place);
}
