/* A score taken apart: what each item of the history adds, the item's own bias, and what
 * is left. Each channel adds its part to the contributions (channel_vectors.h has the
 * formula); the score itself is computed as the scorer does, so that it is the number
 * by which recommendations are ranked, and the residual says how far the parts are from
 * it. O(history * dim). */
#include "rank/explain.h"
#include "base/vec.h"
#include "rank/channel_vectors.h"
#include "rank/history.h"
#include <math.h>
#include <stdlib.h>

/* Largest absolute contribution first, ties to the lower item. */
static int by_size(const void *left, const void *right)
{
    const regatta_contribution *a = left, *b = right;
    const double x = fabs(a->contribution), y = fabs(b->contribution);
    if (x != y) return x > y ? -1 : 1;
    return a->item < b->item ? -1 : a->item > b->item;
}

/* The same bits as the item's place in a row of the scorer. */
static float one_score(const regatta_model *model, const rg_history *history,
                       uint32_t item, float *unit, float *workspace)
{
    float panel[RG_PANEL];
    const int64_t p = (int64_t)item / RG_PANEL;
    rg_vectors_unit(unit, model, history, workspace);
    for (int64_t k = 0; k < model->shape.dim; k++) unit[k] *= model->scale;
    rg_vectors_rows(panel, RG_PANEL, model, unit, 1, p, p + 1);
    return panel[item % RG_PANEL];
}

static void summarize(regatta_explanation *out, const regatta_model *model, uint32_t item,
                      const double *contribution, int64_t n, float score)
{
    *out = (regatta_explanation){.struct_size = sizeof *out,
                                 .score = (double)score,
                                 .bias = (double)model->bias[item]};
    for (int64_t e = 0; e < n; e++) out->history += contribution[e];
    out->residual = out->score - out->bias - out->history;
}

regatta_status rg_explain(regatta_ctx *ctx, const regatta_model *model,
                          const regatta_query *query, uint32_t item,
                          regatta_contribution *contributions, int64_t capacity,
                          int64_t *n_contributions, regatta_explanation *out)
{
    regatta_status status = REGATTA_OK;
    const int64_t longest = rg_history_longest(model, query, 0, 1);
    rg_history history;
    uint32_t *scratch = NULL;
    float *unit = NULL, *work = NULL;
    double *contribution = NULL, *attention = NULL;
    regatta_contribution *all = NULL;
    RG_NEW(ctx->mem, scratch, longest);
    RG_NEW(ctx->mem, unit, model->shape.dim);
    RG_NEW(ctx->mem, work, rg_vectors_floats(model, longest));
    RG_NEW(ctx->mem, contribution, longest);
    RG_NEW(ctx->mem, attention, longest);
    RG_NEW(ctx->mem, all, longest);

    rg_history_resolve(&history, model, query, 0, scratch);
    const float score = one_score(model, &history, item, unit, work);
    rg_vectors_explain(contribution, attention, model, &history, item, work);
    summarize(out, model, item, contribution, history.n, score);
    for (int64_t e = 0; e < history.n; e++)
        all[e] = (regatta_contribution){.item = history.item[e],
                                        .attention = (float)attention[e],
                                        .contribution = contribution[e]};
    qsort(all, (size_t)history.n, sizeof *all, by_size);
    *n_contributions = history.n < capacity ? history.n : capacity;
    for (int64_t e = 0; e < *n_contributions; e++) contributions[e] = all[e];
done:
    rg_free(ctx->mem, scratch);
    rg_free(ctx->mem, unit);
    rg_free(ctx->mem, work);
    rg_free(ctx->mem, contribution);
    rg_free(ctx->mem, attention);
    rg_free(ctx->mem, all);
    return status;
}
