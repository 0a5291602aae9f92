/* regatta/explain.h: checks of the arguments. */
#include "api/arguments.h"
#include "api/query_as_of.h"
#include "rank/explain.h"
#include <regatta/explain.h>

/* The caller's output arrays. */
typedef struct answers {
    regatta_contribution *contributions; /* [n_items][capacity] of the caller's size */
    int64_t capacity;
    regatta_explanation *out; /* [n_items] of the caller's size */
} answers;

static void take(void *state, int64_t place, const regatta_explanation *terms,
                 const regatta_contribution *all, int64_t n)
{
    const answers *a = state;
    regatta_explanation filled = *terms;
    filled.n_contributions = n < a->capacity ? n : a->capacity;
    rg_struct_write_at(a->out, place, &filled, sizeof filled);
    for (int64_t e = 0; e < filled.n_contributions; e++)
        rg_struct_write_at(a->contributions, place * a->capacity + e, &all[e],
                           sizeof all[e]);
}

/* Checks the query and the items. */
static regatta_status check(regatta_ctx *ctx, regatta_query *q,
                            const regatta_model *model, const regatta_query *query,
                            const uint32_t *item, int64_t n_items)
{
    regatta_status status = REGATTA_OK;
    if (model == NULL) return rg_missing(ctx, "model");
    RG_TRY(rg_query_read_users(ctx, q, model, query));
    if (q->n != 1)
        return rg_fail(ctx, REGATTA_EINVAL, "explain needs one query, not %lld",
                       (long long)q->n);
    RG_TRY(rg_check_nodes(ctx, model, REGATTA_ITEMS, item, n_items, "explain"));
    RG_TRY(rg_check_answers(ctx, model, item, n_items, "explain"));
done:
    return status;
}

static regatta_status explain(regatta_ctx *ctx, const regatta_model *model,
                              const regatta_query *query, const uint32_t *item,
                              int64_t n_items, answers *a)
{
    regatta_status status = REGATTA_OK;
    regatta_query q;
    rg_as_of as_of = {.user = NULL};
    RG_TRY(check(ctx, &q, model, query, item, n_items));
    if (n_items == 0) return REGATTA_OK;
    RG_TRY(rg_struct_check(ctx, a->out, "explanation"));
    if (a->capacity < 0)
        return rg_fail(ctx, REGATTA_EINVAL, "explain: capacity is negative");
    if (a->capacity > 0) RG_TRY(rg_struct_check(ctx, a->contributions, "contributions"));
    RG_TRY(rg_as_of_create(ctx, &as_of, model, &q));
    RG_TRY(rg_explain(ctx, model, &as_of.query, item, n_items, take, a));
done:
    rg_as_of_free(ctx, &as_of);
    return status;
}

regatta_status regatta_explain(regatta_ctx *ctx, const regatta_model *model,
                               const regatta_query *query, const uint32_t *item,
                               int64_t n_items, regatta_contribution *contributions,
                               int64_t capacity, regatta_explanation *out)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    answers a = {contributions, capacity, out};
    return rg_end(ctx, explain(ctx, model, query, item, n_items, &a));
}

static regatta_status explain_features(regatta_ctx *ctx, const regatta_model *model,
                                       const regatta_query *query, uint32_t item,
                                       regatta_feature_part *out, int64_t capacity,
                                       int64_t *n)
{
    regatta_status status = REGATTA_OK;
    regatta_query q;
    rg_as_of as_of = {.user = NULL};
    rg_feature_part *all = NULL;
    if (n == NULL) return rg_missing(ctx, "n");
    *n = 0;
    RG_TRY(check(ctx, &q, model, query, &item, 1));
    if (capacity < 0)
        return rg_fail(ctx, REGATTA_EINVAL, "explain: capacity is negative");
    if (capacity > 0) RG_TRY(rg_struct_check(ctx, out, "feature parts"));
    RG_TRY(rg_as_of_create(ctx, &as_of, model, &q));
    RG_TRY(rg_explain_features(ctx, model, &as_of.query, item, &all, n));
    for (int64_t k = 0; k < *n && k < capacity; k++) {
        const regatta_feature_part part = {.struct_size = sizeof part,
                                           .modality = all[k].modality,
                                           .feature = all[k].feature,
                                           .contribution = all[k].value};
        rg_struct_write_at(out, k, &part, sizeof part);
    }
done:
    rg_free(ctx->mem, all);
    rg_as_of_free(ctx, &as_of);
    return status;
}

regatta_status regatta_explain_features(regatta_ctx *ctx, const regatta_model *model,
                                        const regatta_query *query, uint32_t item,
                                        regatta_feature_part *out, int64_t capacity,
                                        int64_t *n)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, explain_features(ctx, model, query, item, out, capacity, n));
}
