/* The score of item j for a user with dislikes D loses push * scale_j * sum over D of
 * w_dj, with the weights w of item attention. A push is tried on the users whom training
 * measures, and taken if it raises their ndcg by two standard errors of the paired
 * difference: ratings below a threshold often tell that the user chose the item, so that
 * items like it are not less but more likely (docs/model.md). */
#include "fit/fit_push.h"
#include "rank/measure.h"
#include "rank/paired.h"

static const float PUSHES[] = {0.25f, 0.5f, 1.0f};
static const double SURE = 2.0; /* standard errors */

typedef struct trial {
    double *ndcg[2], *recall, *part; /* [n] without the push, and with it */
} trial;

static regatta_status measure(rg_fit_run *run, float push, double *ndcg, const trial *t)
{
    regatta_status status = REGATTA_OK;
    regatta_model view;
    const rg_holdout *holdout = &run->slice.measured;
    const rg_measure_job job = {
        .holdout = holdout, .part = holdout, .out = {ndcg, t->recall, t->part}};
    run->slice.fitted.push = push;
    RG_TRY(rg_fitted_view(run->env.ctx, &view, &run->slice.fitted, run->choice.on,
                          run->choice.blended ? run->choice.blend : NULL));
    RG_TRY(rg_measure_run(run->env.ctx, &view, &job));
done:
    return status;
}

static regatta_status choose(rg_fit_run *run, const trial *t, float *best)
{
    regatta_status status = REGATTA_OK;
    double most = 0.0;
    RG_TRY(measure(run, 0.0f, t->ndcg[0], t));
    for (size_t k = 0; k < sizeof PUSHES / sizeof *PUSHES; k++) {
        regatta_paired paired;
        RG_TRY(measure(run, PUSHES[k], t->ndcg[1], t));
        rg_paired_test(&paired, t->ndcg[1], t->ndcg[0], run->slice.measured.n_users);
        if (!(paired.difference > most && paired.t >= SURE)) continue;
        most = paired.difference;
        *best = PUSHES[k];
    }
done:
    return status;
}

regatta_status rg_fit_push(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    const rg_mem mem = run->env.ctx->mem;
    const rg_csr *d = run->slice.fitted.graph->disliked;
    const int64_t n = run->slice.measured.n_users;
    trial t = {.recall = NULL};
    float best = 0.0f;
    if (d == NULL || d->n_edges == 0) return REGATTA_OK;
    RG_NEW(mem, t.ndcg[0], n);
    RG_NEW(mem, t.ndcg[1], n);
    RG_NEW(mem, t.recall, n);
    RG_NEW(mem, t.part, n);
    RG_TRY(choose(run, &t, &best));
    run->slice.fitted.push = run->whole.push = best;
done:
    rg_free(mem, t.ndcg[0]);
    rg_free(mem, t.ndcg[1]);
    rg_free(mem, t.recall);
    rg_free(mem, t.part);
    return status;
}
