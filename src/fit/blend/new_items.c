#include "fit/blend/new_items.h"
#include "base/find.h"
#include "base/parallel.h"
#include "base/topk.h"
#include "channel/features/own_growth.h"
#include "channel/fit/fit_work.h"
#include "fit/outlook.h"
#include "rank/metrics.h"
#include "rank/scorer.h"
#include <math.h>
#include <string.h>

enum { CUT = 20, N_WEIGHTS = 7, MOST_USERS = 2560 /* of all folds */ };
static const float WEIGHTS[N_WEIGHTS] = {0.0f, 0.25f, 0.5f, 1.0f, 1.5f, 2.0f, 3.0f};

/* The twins of a fold, and the users who rank them. */
typedef struct fold {
    int number;
    regatta_model *model; /* with twins as the last items of the target */
    int64_t n_old;        /* items of the target before the twins */
    uint32_t *twin;       /* [n_twins] the hidden items, ascending */
    int64_t n_twins;
    rg_holdout users; /* with what is held out */
    double *each;     /* [2][users] ndcg among the twins (-1: none is held out), of all */
    uint32_t *place;  /* as users.item: scratch */
} fold;

/* Moves the scores of the twins to the places of the hidden items, and of twins of items
 * of the history to -INFINITY. */
static void replace(float *row, const fold *f)
{
    for (int64_t k = 0; k < f->n_twins; k++) {
        float *old = &row[f->twin[k]], *own = &row[f->n_old + k];
        *old = *own = *old == -INFINITY ? -INFINITY : *own;
    }
}

static double ndcg_of(float *row, int64_t n, const uint32_t *test, int64_t n_test)
{
    uint32_t ranked[CUT + 1];
    float best[CUT];
    regatta_metrics m = {.k = CUT};
    rg_topk(ranked, best, CUT, row, n);
    ranked[CUT] = REGATTA_NONE;
    rg_metrics_user(&m, ranked, test, n_test, 0, n);
    return m.ndcg;
}

/* Writes the places among the twins of test[n]; returns how many are twins. */
static int64_t twins_of(uint32_t *place, const fold *f, const uint32_t *test, int64_t n)
{
    int64_t n_found = 0;
    for (int64_t e = 0; e < n; e++) {
        const int64_t k = rg_find_u32(f->twin, f->n_twins, test[e]);
        if (k >= 0) place[n_found++] = (uint32_t)k;
    }
    return n_found;
}

static void rate_row(void *state, int64_t query, const rg_history *history, float *row,
                     int thread)
{
    const fold *f = state;
    const rg_holdout *h = &f->users;
    const uint32_t *test = h->item + h->offset[query];
    const int64_t n_test = h->offset[query + 1] - h->offset[query];
    (void)thread;
    rg_history_mask(row, history);
    replace(row, f);
    f->each[h->n_users + query] = ndcg_of(row, f->n_old, test, n_test);
    uint32_t *place = f->place + h->offset[query];
    const int64_t n = twins_of(place, f, test, n_test);
    f->each[query] = n > 0 ? ndcg_of(row + f->n_old, f->n_twins, place, n) : -1.0;
}

/* Measures the model of the fold: the mean over users of both rankings. */
static regatta_status rate(regatta_ctx *ctx, double *value, fold *f)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = f->users.n_users;
    const regatta_query query = {
        .struct_size = sizeof query, .n = n, .user = f->users.user, .at = f->users.at};
    double among = 0.0;
    int64_t n_among = 0;
    rg_shares share;
    RG_TRY(rg_score_share(ctx, &share, f->model, &query, rate_row, f));
    RG_TRY(rg_gather(ctx, f->each, &share, sizeof *f->each));
    RG_TRY(rg_gather(ctx, f->each + n, &share, sizeof *f->each));
    for (int64_t q = 0; q < n; q++) {
        if (f->each[q] < 0.0) continue;
        among += f->each[q];
        n_among++;
    }
    *value = rg_sum(f->each + n, n) / (double)n;
    if (n_among > 0) *value += among / (double)n_among;
done:
    return status;
}

/* Takes every step-th user of the slice, at most `most`, and others in each fold. */
static regatta_status take_users(regatta_ctx *ctx, fold *f, const rg_holdout *all,
                                 int64_t most)
{
    regatta_status status = REGATTA_OK;
    const int64_t step = (all->n_users + most - 1) / most;
    RG_TRY(rg_holdout_create(ctx->mem, &f->users, all->n_users, all->offset[all->n_users],
                             all->at != NULL));
    rg_holdout_pick(&f->users, all, f->number % step, step, NULL);
    RG_NEW(ctx->mem, f->each, 2 * f->users.n_users);
    RG_NEW(ctx->mem, f->place, all->offset[all->n_users]);
done:
    return status;
}

/* Leaves out hidden items of other domains, which are last. */
static void keep_own(fold *f, const regatta_graph *graph)
{
    while (f->n_twins > 0 && f->twin[f->n_twins - 1] >= graph->n_own_items) f->n_twins--;
}

/* Grows twins of the hidden items in a model of the slice. */
static regatta_status grow(rg_fit_run *run, fold *f)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = run->env.ctx;
    const rg_fitted *fitted = &run->slice.fitted;
    const rg_features *features = run->options.item_features;
    regatta_model *model = NULL;
    uint32_t *node = NULL, *of_twin = NULL;
    RG_TRY(rg_features_align(ctx, &node, features, fitted->graph->items));
    RG_NEW(ctx->mem, of_twin, f->n_twins);
    for (int64_t k = 0; k < f->n_twins; k++) of_twin[k] = node[f->twin[k]];
    RG_TRY(rg_fitted_model(ctx, &model, fitted, run->choice.on, run->choice.blend));
    f->n_old = model->own.items;
    RG_TRY(rg_model_grow_own_twins(ctx, &f->model, model, features, of_twin, f->twin,
                                   f->n_twins));
done:
    regatta_model_free(model);
    rg_free(ctx->mem, node);
    rg_free(ctx->mem, of_twin);
    return status;
}

static void free_fold(regatta_ctx *ctx, fold *f)
{
    regatta_model_free(f->model);
    rg_free(ctx->mem, f->twin);
    rg_free(ctx->mem, f->each);
    rg_free(ctx->mem, f->place);
    rg_holdout_free(ctx->mem, &f->users);
}

/* Adds the values of the weights of `channel` on a fold. */
static regatta_status measure(rg_fit_run *run, double *value, fold *f, int channel,
                              int n_folds)
{
    regatta_status status = REGATTA_OK;
    rg_blend *blend = NULL;
    RG_TRY(take_users(run->env.ctx, f, &run->slice.measured, MOST_USERS / n_folds));
    RG_TRY(grow(run, f));
    blend = f->model->blend;
    for (int w = 0; w < N_WEIGHTS; w++) {
        double own;
        for (int a = 0; a < blend->n; a++)
            if (blend->number[a] == channel) blend->fresh[a] = WEIGHTS[w];
        RG_TRY(rate(run->env.ctx, &own, f));
        value[w] += own;
        RG_TRY(run->env.stage(&run->env, "new items"));
    }
done:
    return status;
}

/* Chooses the weight of the largest value; writes the trials. */
static float best_of(rg_text *t, const char *name, const double *value, int n_folds)
{
    int best = 0;
    rg_text_open(t, name, '[');
    for (int w = 0; w < N_WEIGHTS; w++) {
        if (value[w] > value[best]) best = w;
        rg_text_open(t, NULL, '{');
        rg_text_float(t, "weight", WEIGHTS[w]);
        rg_text_real(t, "value", value[w] / (double)n_folds);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
    return WEIGHTS[best];
}

static regatta_status choose(rg_fit_run *run, int channel)
{
    regatta_status status = REGATTA_OK;
    rg_fit_env *env = &run->env;
    rg_fitted *fitted = &run->slice.fitted;
    const rg_channel_fit_ops *ops = rg_channels[channel]->fit;
    double value[N_WEIGHTS] = {0.0};
    uint32_t *none = NULL;
    int64_t n_none;
    int n_folds = 1, n_measured = 0;
    fold f = {.model = NULL};
    for (int k = 0; k < n_folds; k++) {
        f.number = k;
        RG_TRY(ops->hide(env, fitted, &run->choice, k, &n_folds, &f.twin, &f.n_twins));
        keep_own(&f, fitted->graph);
        if (f.n_twins > 0) {
            RG_TRY(measure(run, value, &f, channel, n_folds));
            n_measured++;
        }
        free_fold(env->ctx, &f);
        f = (fold){.model = NULL};
    }
    RG_TRY(ops->hide(env, fitted, &run->choice, n_folds, &n_folds, &none, &n_none));
    if (n_measured > 0)
        run->choice.blend->fresh[channel] =
            best_of(&env->trials, "new_items", value, n_measured);
done:
    free_fold(env->ctx, &f);
    return status;
}

regatta_status rg_fit_new_items(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    const rg_fit_choice *c = &run->choice;
    if (!c->blended) return REGATTA_OK;
    for (int a = 0; a < rg_n_channels; a++)
        if (c->on[a] && rg_channels[a]->fit->hide != NULL &&
            run->slice.fitted.part[a] != NULL)
            RG_TRY(choose(run, a));
done:
    return status;
}
