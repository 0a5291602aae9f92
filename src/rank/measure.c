#include "rank/measure.h"
#include "base/parallel.h"
#include "rank/metrics.h"
#include "rank/topk.h"
#include <math.h>

enum { CUT = 20 };

typedef struct measure_state {
    const regatta_model *model;
    const rg_held *held;
    double *ndcg, *recall; /* [n_users] */
} measure_state;

static void measure_row(void *state, int64_t query, const rg_history *history, float *row,
                        int thread)
{
    const measure_state *s = state;
    const int64_t n_items = s->model->shape.n_items, first = s->held->offset[query];
    uint32_t ranked[CUT + 1];
    float score[CUT];
    regatta_metrics m = {.k = CUT};
    (void)thread;
    for (int64_t e = 0; e < history->n; e++) row[history->item[e]] = -INFINITY;
    rg_topk(ranked, score, CUT, row, n_items);
    ranked[CUT] = REGATTA_NONE;
    rg_metrics_user(&m, ranked, s->held->item + first, s->held->offset[query + 1] - first,
                    n_items - history->n);
    s->ndcg[query] = m.ndcg;
    s->recall[query] = m.recall;
}

regatta_status rg_measure(regatta_ctx *ctx, double *ndcg, double *recall,
                          const regatta_model *model, const rg_held *held)
{
    regatta_status status = REGATTA_OK;
    const regatta_query query = {
        .struct_size = sizeof query, .n = held->n_users, .user = held->user};
    const double n = held->n_users > 0 ? (double)held->n_users : 1.0;
    measure_state s = {.model = model, .held = held};
    RG_NEW(ctx->mem, s.ndcg, held->n_users);
    RG_NEW(ctx->mem, s.recall, held->n_users);
    RG_TRY(rg_score_rows(ctx, model, &query, measure_row, &s));
    *ndcg = rg_sum(s.ndcg, held->n_users) / n;
    if (recall != NULL) *recall = rg_sum(s.recall, held->n_users) / n;
done:
    rg_free(ctx->mem, s.ndcg);
    rg_free(ctx->mem, s.recall);
    return status;
}
