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

regatta_status rg_measure_each(regatta_ctx *ctx, double *ndcg, double *recall,
                               const regatta_model *model, const rg_held *held)
{
    const regatta_query query = {
        .struct_size = sizeof query, .n = held->n_users, .user = held->user};
    measure_state s = {.model = model, .held = held, .ndcg = ndcg, .recall = recall};
    return rg_score_rows(ctx, model, &query, measure_row, &s);
}

regatta_status rg_measure(regatta_ctx *ctx, double *ndcg, double *recall,
                          const regatta_model *model, const rg_held *held)
{
    regatta_status status = REGATTA_OK;
    const double n = held->n_users > 0 ? (double)held->n_users : 1.0;
    double *each = NULL;
    RG_NEW(ctx->mem, each, 2 * held->n_users);
    RG_TRY(rg_measure_each(ctx, each, each + held->n_users, model, held));
    *ndcg = rg_sum(each, held->n_users) / n;
    if (recall != NULL) *recall = rg_sum(each + held->n_users, held->n_users) / n;
done:
    rg_free(ctx->mem, each);
    return status;
}
