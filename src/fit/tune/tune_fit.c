#include "fit/tune/tune_fit.h"
#include "base/checkpoint/checkpoint.h"
#include "base/clock.h"
#include "fit/fit.h"
#include "rank/evaluate.h"

enum { CUT = 20 };

/* A regatta_progress_fn of a fit. */
static int listen(void *state, const regatta_progress *progress)
{
    rg_tune_stop *stop = state;
    const int answer = stop->progress != NULL
                           ? stop->progress(stop->progress_state, progress)
                           : REGATTA_GO_ON;
    stop->finished |= answer == REGATTA_FINISH;
    stop->cancelled |= answer == REGATTA_CANCEL;
    stop->over |= rg_clock() >= stop->deadline;
    return stop->finished || stop->cancelled || stop->over ? REGATTA_CANCEL
                                                           : REGATTA_GO_ON;
}

static void note(void *state, uint32_t user, uint32_t n_test,
                 const regatta_metrics *metrics, int n_metrics)
{
    float *ndcg = state;
    (void)n_test;
    (void)n_metrics;
    ndcg[user] = (float)metrics->ndcg;
}

static regatta_status measure(regatta_ctx *ctx, rg_tune_fit *fit,
                              const regatta_model *model)
{
    const uint32_t k = CUT;
    regatta_metrics metrics, other;
    regatta_evaluation evaluation;
    regatta_evaluate_options o = REGATTA_EVALUATE_OPTIONS_INIT;
    o.k = &k;
    o.n_k = 1;
    o.other = &other;
    o.unknown = REGATTA_UNKNOWN_SKIP;
    o.per_user = note;
    o.per_user_state = fit->ndcg;
    return rg_evaluate(ctx, model, fit->fold->test, &o, NULL, &metrics, &evaluation);
}

static void rank_nothing(rg_tune_fit *fit)
{
    const rg_csr *rows = fit->fold->test->by_user;
    for (int64_t u = 0; u < rows->n_rows; u++)
        if (rg_csr_degree(rows, u) > 0) fit->ndcg[u] = 0.0f;
}

static regatta_status train(regatta_ctx *ctx, rg_tune_fit *fit)
{
    regatta_model *model = NULL;
    rg_fit_options options = *fit->options;
    options.progress = listen;
    options.progress_state = fit->stop;
    options.work = NULL;
    regatta_status status = rg_fit(ctx, &model, fit->fold->train, &options);
    if (status == REGATTA_OK)
        status = measure(ctx, fit, model);
    else if (status == REGATTA_ENUMERIC) {
        rank_nothing(fit);
        status = REGATTA_OK;
    }
    regatta_model_free(model);
    return status;
}

/* The fit itself is not kept in parts: there are many of them. */
static regatta_status work(regatta_ctx *ctx, void *state)
{
    rg_tune_fit *fit = state;
    struct rg_checkpoint *checkpoint = ctx->checkpoint;
    const double begin = rg_clock();
    for (int64_t u = 0; u < fit->n_users; u++) fit->ndcg[u] = -1.0f;
    ctx->checkpoint = NULL;
    const regatta_status status = train(ctx, fit);
    ctx->checkpoint = checkpoint;
    fit->seconds = rg_clock() - begin;
    return status;
}

static regatta_status visit(rg_archive *archive, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_tune_fit *fit = state;
    RG_TRY(rg_archive_real(archive, &fit->seconds));
    RG_TRY(rg_archive_floats(archive, fit->ndcg, fit->n_users));
done:
    return status;
}

regatta_status rg_tune_fit_run(regatta_ctx *ctx, rg_tune_fit *fit)
{
    const rg_unit unit = {fit->name, work, visit, fit};
    return rg_unit_run_named(ctx, &unit);
}
