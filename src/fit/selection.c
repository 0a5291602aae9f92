#include "fit/selection.h"
#include "fit/blend/samples_build.h"
#include "fit/folds.h"
#include "fit/outlook.h"
#include "rank/metrics.h"
#include <math.h>

static void validate_begin(const rg_selection *s)
{
    rg_validation_reset(((const rg_slice *)s->owner)->validation);
}

static regatta_status validate(const rg_selection *s, double *ndcg, int channel,
                               void *state)
{
    regatta_status status = REGATTA_OK;
    static const int none[RG_MAX_CHANNELS];
    const rg_slice *slice = s->owner;
    regatta_model view;
    double recall;
    RG_TRY(rg_fitted_view(s->env->ctx, &view, s->fitted, none, NULL));
    view.channel[channel] =
        (rg_channel){.ops = rg_channels[channel], .state = state, .borrowed = 1};
    RG_TRY(rg_measure(s->env->ctx, ndcg, &recall, &view, &slice->measured));
    rg_validation_note(slice->validation, *ndcg, recall);
done:
    return status;
}

static rg_scenarios *scenarios_of(const rg_selection *s)
{
    const rg_slice *slice = s->owner;
    return s->few_users ? slice->few : slice->scenarios;
}

static void begin(rg_selection *s)
{
    rg_scenarios_begin(scenarios_of(s));
}

static regatta_status measure(rg_selection *s, double *ndcg, int *better, const int *on,
                              rg_blend *blend)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = s->env->ctx;
    rg_scenarios *scenarios = scenarios_of(s);
    const int is_first = !scenarios->has_incumbent;
    regatta_model view;
    RG_TRY(rg_fitted_view(ctx, &view, s->fitted, on, blend));
    RG_TRY(rg_scenarios_measure(ctx, ndcg, better, &view, scenarios));
    s->error = is_first ? (double)NAN : scenarios->error;
done:
    return status;
}

/* Returns the known score of sample k. */
static float known_score(const rg_samples *samples, int64_t k, const float *known)
{
    const float *s = samples->s + k * samples->n_channels;
    float sum = 0.0f;
    for (int a = 0; a < samples->n_channels; a++)
        if (known[a] != 0.0f) sum += known[a] * s[a];
    return sum;
}

static regatta_status sample(rg_selection *s, const int *on, const float *known,
                             regatta_status (*use)(void *state,
                                                   const rg_reweight_samples *samples),
                             void *state)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = s->env->ctx;
    const rg_holdout *past = &((const rg_slice *)s->owner)->scenarios->past;
    regatta_model view;
    rg_samples *samples = NULL;
    float *score = NULL;
    RG_TRY(rg_fitted_view(ctx, &view, s->fitted, on, NULL));
    RG_TRY(rg_samples_build(ctx, &samples, &view, past, on));
    RG_NEW(ctx->mem, score, samples->n_samples);
    for (int64_t k = 0; k < samples->n_samples; k++)
        score[k] = known_score(samples, k, known);
    const rg_reweight_samples choices = {.n_users = samples->n_users,
                                         .offset = samples->offset,
                                         .item = samples->item,
                                         .known = score,
                                         .label = samples->label,
                                         .user = past->user,
                                         .at = past->at};
    RG_TRY(use(state, &choices));
done:
    rg_free(ctx->mem, score);
    rg_samples_free(samples);
    return status;
}

static void rate(regatta_metrics *out, const uint32_t *ranked, const uint32_t *test,
                 int64_t n_test, int64_t n)
{
    rg_metrics_user(out, ranked, test, n_test, 0, n);
}

static void replan(rg_selection *s)
{
    const int n_folds = rg_fold_count(s->env, s->choice);
    rg_fit_replan(s->env, s->choice, s->fitted, RG_AHEAD_CHOICES, n_folds, n_folds);
}

rg_selection rg_select_on(rg_fit_env *env, rg_slice *slice, rg_fit_choice *choice)
{
    return (rg_selection){
        .env = env,
        .fitted = &slice->fitted,
        .choice = choice,
        .owner = slice,
        .holdout = {&slice->scenarios->past, &slice->scenarios->tilted},
        .weight = {slice->scenarios->weight[0], slice->scenarios->weight[1]},
        .best_ndcg = &slice->validation->best_ndcg,
        .best_recall = &slice->validation->best_recall,
        .validate_begin = validate_begin,
        .validate = validate,
        .begin = begin,
        .measure = measure,
        .sample = sample,
        .rate = rate,
        .replan = replan};
}
