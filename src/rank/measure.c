#include "rank/measure.h"
#include "base/find.h"
#include "base/parallel.h"
#include "base/topk.h"
#include "rank/metrics.h"
#include <math.h>

enum { CUT = 20 };

typedef struct measure_state {
    const regatta_model *model;
    const rg_holdout *holdout;
    const rg_measure_job *job; /* of measure_scenarios */
    double *ndcg, *recall;     /* of measure_row */
} measure_state;

/* Ranks a row in which the items of the user's history are at -INFINITY. */
static void rank_row(uint32_t *ranked, const float *row, int64_t n_items)
{
    float score[CUT];
    rg_topk(ranked, score, CUT, row, n_items);
    ranked[CUT] = REGATTA_NONE;
}

static regatta_metrics metrics_of(const rg_holdout *holdout, int64_t at,
                                  const uint32_t *ranked, int64_t n_unseen)
{
    regatta_metrics m = {.k = CUT};
    rg_metrics_user(&m, ranked, holdout->item + holdout->offset[at],
                    holdout->offset[at + 1] - holdout->offset[at], 0, n_unseen);
    return m;
}

void rg_measure_row(double *ndcg, double *recall, const regatta_model *model,
                    const rg_holdout *holdout, int64_t at, const rg_history *history,
                    const float *row)
{
    const int64_t n_own = model->own.items,
                  n_unseen = n_own - rg_history_own(history, n_own);
    uint32_t ranked[CUT + 1];
    rank_row(ranked, row, model->n_items);
    const regatta_metrics m = metrics_of(holdout, at, ranked, n_unseen);
    *ndcg = m.ndcg;
    *recall = m.recall;
}

static void measure_row(void *state, int64_t query, const rg_history *history, float *row,
                        int thread)
{
    const measure_state *s = state;
    (void)thread;
    rg_history_mask(row, history);
    rg_measure_row(&s->ndcg[query], &s->recall[query], s->model, s->holdout, query,
                   history, row);
}

/* As measure_row, for both scenarios of the job. */
static void measure_scenarios(void *state, int64_t query, const rg_history *history,
                              float *row, int thread)
{
    const measure_state *s = state;
    const rg_measure_job *job = s->job;
    const int64_t n_items = s->model->n_items, n_own = s->model->own.items,
                  n_unseen = n_own - rg_history_own(history, n_own);
    const int64_t at =
        rg_find_u32(job->part->user, job->part->n_users, job->holdout->user[query]);
    uint32_t ranked[CUT + 1];
    (void)thread;
    rg_history_mask(row, history);
    rank_row(ranked, row, n_items);
    const regatta_metrics m = metrics_of(job->holdout, query, ranked, n_unseen);
    job->out.ndcg[query] = m.ndcg;
    job->out.recall[query] = m.recall;
    if (at >= 0)
        job->out.part_ndcg[at] = metrics_of(job->part, at, ranked, n_unseen).ndcg;
}

static regatta_status measure(regatta_ctx *ctx, rg_shares *share, measure_state *s,
                              rg_row_fn fn)
{
    const regatta_query query = {.struct_size = sizeof query,
                                 .n = s->holdout->n_users,
                                 .user = s->holdout->user,
                                 .at = s->holdout->at};
    return rg_score_share(ctx, share, s->model, &query, fn, s);
}

/* The shares of the users of `part`, who are some of those of `all`. */
static void shares_of_part(rg_shares *out, const regatta_ctx *ctx, const rg_shares *share,
                           const rg_holdout *all, const rg_holdout *part)
{
    int64_t at = 0;
    for (int r = 0; r < rg_n_ranks(ctx); r++) {
        const int64_t end = share->first[r + 1];
        out->first[r] = at;
        while (at < part->n_users && end > 0 && part->user[at] <= all->user[end - 1])
            at++;
    }
    out->first[rg_n_ranks(ctx)] = at;
}

regatta_status rg_measure_run(regatta_ctx *ctx, const regatta_model *model,
                              const rg_measure_job *job)
{
    regatta_status status = REGATTA_OK;
    measure_state s = {.model = model, .holdout = job->holdout, .job = job};
    rg_shares share, part;
    RG_TRY(measure(ctx, &share, &s, measure_scenarios));
    shares_of_part(&part, ctx, &share, job->holdout, job->part);
    RG_TRY(rg_gather(ctx, job->out.ndcg, &share, sizeof *job->out.ndcg));
    RG_TRY(rg_gather(ctx, job->out.recall, &share, sizeof *job->out.recall));
    RG_TRY(rg_gather(ctx, job->out.part_ndcg, &part, sizeof *job->out.part_ndcg));
done:
    return status;
}

regatta_status rg_measure(regatta_ctx *ctx, double *ndcg, double *recall,
                          const regatta_model *model, const rg_holdout *holdout)
{
    regatta_status status = REGATTA_OK;
    const double n = holdout->n_users > 0 ? (double)holdout->n_users : 1.0;
    double *each = NULL;
    RG_NEW(ctx->mem, each, 2 * holdout->n_users);
    measure_state s = {.model = model,
                       .holdout = holdout,
                       .ndcg = each,
                       .recall = each + holdout->n_users};
    rg_shares share;
    RG_TRY(measure(ctx, &share, &s, measure_row));
    RG_TRY(rg_gather(ctx, s.ndcg, &share, sizeof *s.ndcg));
    RG_TRY(rg_gather(ctx, s.recall, &share, sizeof *s.recall));
    *ndcg = rg_sum(each, holdout->n_users) / n;
    if (recall != NULL) *recall = rg_sum(each + holdout->n_users, holdout->n_users) / n;
done:
    rg_free(ctx->mem, each);
    return status;
}
