/* regatta/score.h: checks of the arguments. */
#include "api/arguments.h"
#include "api/query_as_of.h"
#include "rank/recommend.h"
#include "rank/similar/fold_items.h"
#include <regatta/score.h>

static regatta_status score(regatta_ctx *ctx, const regatta_model *model,
                            const regatta_query *query, const uint32_t *item,
                            int64_t n_items, float *scores)
{
    regatta_status status = REGATTA_OK;
    regatta_query q;
    rg_as_of as_of = {.user = NULL};
    if (model == NULL) return rg_missing(ctx, "model");
    RG_TRY(rg_query_read_users(ctx, &q, model, query));
    RG_TRY(rg_check_nodes(ctx, model, REGATTA_ITEMS, item, n_items, "score"));
    RG_TRY(rg_check_answers(ctx, model, item, n_items, "score"));
    if (scores == NULL && q.n > 0 && n_items > 0) return rg_missing(ctx, "scores");
    RG_TRY(rg_as_of_create(ctx, &as_of, model, &q));
    RG_TRY(rg_score_items(ctx, model, &as_of.query, item, n_items, scores));
done:
    rg_as_of_free(ctx, &as_of);
    return status;
}

regatta_status regatta_score(regatta_ctx *ctx, const regatta_model *model,
                             const regatta_query *query, const uint32_t *item,
                             int64_t n_items, float *scores)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, score(ctx, model, query, item, n_items, scores));
}

/* offset[query->n + 1] and the items between. */
static regatta_status check_items(regatta_ctx *ctx, const regatta_model *model,
                                  const regatta_query *query, const int64_t *offset,
                                  const uint32_t *item)
{
    if (offset == NULL) return rg_missing(ctx, "offset");
    if (offset[0] < 0)
        return rg_fail(ctx, REGATTA_EINVAL, "score: the first offset is negative");
    for (int64_t q = 0; q < query->n; q++)
        if (offset[q + 1] < offset[q])
            return rg_fail(ctx, REGATTA_EINVAL, "score: query %lld: its offsets decrease",
                           (long long)q);
    const int64_t n = offset[query->n] - offset[0];
    return rg_check_nodes(ctx, model, REGATTA_ITEMS,
                          n > 0 && item != NULL ? item + offset[0] : NULL, n, "score");
}

static regatta_status score_pairs(regatta_ctx *ctx, const regatta_model *model,
                                  const regatta_query *query, const int64_t *offset,
                                  const uint32_t *item, float *scores,
                                  double *probabilities)
{
    regatta_status status = REGATTA_OK;
    regatta_query q;
    rg_as_of as_of = {.user = NULL};
    float *own = NULL;
    if (model == NULL) return rg_missing(ctx, "model");
    RG_TRY(rg_query_read_users(ctx, &q, model, query));
    if (q.n == 0) return REGATTA_OK;
    RG_TRY(check_items(ctx, model, &q, offset, item));
    const int64_t first = offset[0], end = offset[q.n];
    if (first == end) return REGATTA_OK;
    if (scores == NULL && probabilities == NULL) return rg_missing(ctx, "scores");
    if (probabilities != NULL && model->calibration.knots == NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "this model has no calibration: train it again with a validation "
                       "slice, or calibrate it");
    if (scores == NULL) {
        RG_NEW(ctx->mem, own, end);
        scores = own;
    }
    RG_TRY(rg_as_of_create(ctx, &as_of, model, &q));
    RG_TRY(rg_score_pairs(ctx, model, &as_of.query, offset, item, scores));
    for (int64_t k = first; probabilities != NULL && k < end; k++)
        probabilities[k] =
            rg_calibration_probability(&model->calibration, (double)scores[k]);
done:
    rg_as_of_free(ctx, &as_of);
    rg_free(ctx->mem, own);
    return status;
}

regatta_status regatta_score_pairs(regatta_ctx *ctx, const regatta_model *model,
                                   const regatta_query *query, const int64_t *offset,
                                   const uint32_t *item, float *scores,
                                   double *probabilities)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx,
                  score_pairs(ctx, model, query, offset, item, scores, probabilities));
}

static regatta_status fold_in(regatta_ctx *ctx, const regatta_model *model,
                              const regatta_query *query, float *vectors)
{
    regatta_status status = REGATTA_OK;
    regatta_query q;
    rg_as_of as_of = {.user = NULL};
    if (model == NULL) return rg_missing(ctx, "model");
    RG_TRY(rg_check_vectors(ctx, model));
    RG_TRY(rg_query_read(ctx, &q, model, query));
    if (q.n == 0) return REGATTA_OK;
    if (vectors == NULL) return rg_missing(ctx, "vectors");
    RG_TRY(rg_check_item_lists(ctx, model, &q));
    RG_TRY(rg_as_of_create(ctx, &as_of, model, &q));
    RG_TRY(rg_vectors_of_nodes(ctx, model, &as_of.query, vectors));
done:
    rg_as_of_free(ctx, &as_of);
    return status;
}

regatta_status regatta_fold_in(regatta_ctx *ctx, const regatta_model *model,
                               const regatta_query *query, float *vectors)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, fold_in(ctx, model, query, vectors));
}
