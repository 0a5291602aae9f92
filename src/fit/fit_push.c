/* Two settings of the scores that dislikes and impressions lower (docs/model.md):
 *
 *   push      item j loses push * scale_j * sum over the dislikes of w_dj, with the
 *             weights w of item attention. Ratings below a threshold often tell that the
 *             user chose the item, so that items like it are not less but more likely.
 *   strength  an item that was shown n times and not taken loses strength * log(1 + n).
 *             What is shown was chosen by someone who knows the user, so that what was
 *             shown may be more likely than what was not. Tried are shares of the mean
 *             spread of the scores: the best of a user minus their mean.
 *
 * Each is tried on the users whom training measures, and taken if it raises their ndcg by
 * two standard errors of the paired difference. */
#include "fit/fit_push.h"
#include "model/history.h"
#include "rank/measure.h"
#include "rank/paired.h"
#include <math.h>

enum { MOST_TRIALS = 6 };
static const float PUSHES[] = {0.25f, 0.5f, 1.0f};
static const float SHARES[MOST_TRIALS] = {0.03125f, 0.0625f, 0.125f, 0.25f, 0.5f, 1.0f};
static const double SURE = 2.0; /* standard errors */

typedef struct trial {
    double *ndcg[2], *recall, *part; /* [n] without the setting, and with it */
    double *spread;                  /* [n] of the scores of each user */
    int64_t n_items;
} trial;

static regatta_status view_of(rg_fit_run *run, regatta_model *view)
{
    return rg_fitted_view(run->env.ctx, view, &run->slice.fitted, run->choice.on,
                          run->choice.blended ? run->choice.blend : NULL);
}

static regatta_status measure(rg_fit_run *run, double *ndcg, const trial *t)
{
    regatta_status status = REGATTA_OK;
    regatta_model view;
    const rg_holdout *holdout = &run->slice.measured;
    const rg_measure_job job = {
        .holdout = holdout, .part = holdout, .out = {ndcg, t->recall, t->part}};
    RG_TRY(view_of(run, &view));
    RG_TRY(rg_measure_run(run->env.ctx, &view, &job));
done:
    return status;
}

/* Sets *setting of the slice to the best of value[n] that is better than 0 for sure, else
 * to 0. */
static regatta_status choose(rg_fit_run *run, const trial *t, float *setting,
                             const float *value, int n)
{
    regatta_status status = REGATTA_OK;
    double most = 0.0;
    float best = 0.0f;
    *setting = 0.0f;
    RG_TRY(measure(run, t->ndcg[0], t));
    for (int k = 0; k < n; k++) {
        regatta_paired paired;
        *setting = value[k];
        RG_TRY(measure(run, t->ndcg[1], t));
        rg_paired_test(&paired, t->ndcg[1], t->ndcg[0], run->slice.measured.n_users);
        if (!(paired.difference > most && paired.t >= SURE)) continue;
        most = paired.difference;
        best = value[k];
    }
    *setting = best;
done:
    return status;
}

/* Stores the best score of a query minus the mean of all. */
static void note_spread(void *state, int64_t query, const rg_history *history, float *row,
                        int thread)
{
    const trial *t = state;
    double sum = 0.0, top = (double)row[0];
    int64_t n = 0;
    (void)thread;
    rg_history_mask(row, history);
    for (int64_t j = 0; j < t->n_items; j++) {
        if (row[j] == -INFINITY) continue;
        top = n == 0 || (double)row[j] > top ? (double)row[j] : top;
        sum += (double)row[j];
        n++;
    }
    t->spread[query] = n > 0 ? top - sum / (double)n : 0.0;
}

/* Returns the mean spread of the scores of the measured users. */
static regatta_status find_spread(rg_fit_run *run, trial *t, double *spread)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = run->env.ctx;
    const rg_holdout *h = &run->slice.measured;
    const regatta_query query = {
        .struct_size = sizeof query, .n = h->n_users, .user = h->user, .at = h->at};
    regatta_model view;
    rg_shares share;
    *spread = 0.0;
    RG_TRY(view_of(run, &view));
    t->n_items = view.own.items;
    RG_TRY(rg_score_share(ctx, &share, &view, &query, note_spread, t));
    RG_TRY(rg_gather(ctx, t->spread, &share, sizeof *t->spread));
    for (int64_t k = 0; k < h->n_users; k++) *spread += t->spread[k] / (double)h->n_users;
done:
    return status;
}

static regatta_status choose_strength(rg_fit_run *run, trial *t)
{
    regatta_status status = REGATTA_OK;
    float value[MOST_TRIALS];
    double spread = 0.0;
    RG_TRY(find_spread(run, t, &spread));
    for (int k = 0; k < MOST_TRIALS; k++) value[k] = (float)(spread * (double)SHARES[k]);
    RG_TRY(choose(run, t, &run->slice.fitted.strength, value, MOST_TRIALS));
    run->whole.strength = run->slice.fitted.strength;
done:
    return status;
}

static int has_some(const rg_csr *marks)
{
    return marks != NULL && marks->n_edges > 0;
}

regatta_status rg_fit_push(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    const rg_mem mem = run->env.ctx->mem;
    const regatta_graph *graph = run->slice.fitted.graph;
    const int64_t n = run->slice.measured.n_users;
    trial t = {.recall = NULL};
    if (!has_some(graph->disliked) && !has_some(graph->shown)) return REGATTA_OK;
    RG_NEW(mem, t.ndcg[0], n);
    RG_NEW(mem, t.ndcg[1], n);
    RG_NEW(mem, t.recall, n);
    RG_NEW(mem, t.part, n);
    RG_NEW(mem, t.spread, n);
    if (has_some(graph->disliked)) {
        RG_TRY(choose(run, &t, &run->slice.fitted.push, PUSHES,
                      (int)(sizeof PUSHES / sizeof *PUSHES)));
        run->whole.push = run->slice.fitted.push;
    }
    if (has_some(graph->shown)) RG_TRY(choose_strength(run, &t));
done:
    rg_free(mem, t.ndcg[0]);
    rg_free(mem, t.ndcg[1]);
    rg_free(mem, t.recall);
    rg_free(mem, t.part);
    rg_free(mem, t.spread);
    return status;
}
