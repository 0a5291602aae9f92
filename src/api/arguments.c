#include "api/arguments.h"
#include "rank/recommend.h"
#include "rank/rerank.h"
#include "rank/similar/fold_items.h"

regatta_status rg_check_nodes(regatta_ctx *ctx, const regatta_model *model, uint32_t side,
                              const uint32_t *node, int64_t n, const char *name)
{
    const int users = side == REGATTA_USERS;
    const int64_t limit = users ? model->n_users : model->n_items;
    const char *kind = users ? "user" : "item";
    if (n < 0)
        return rg_fail(ctx, REGATTA_EINVAL, "%s: the number of %ss is negative", name,
                       kind);
    if (n > 0 && node == NULL)
        return rg_fail(ctx, REGATTA_EINVAL, "%s: the list of %lld %ss is NULL", name,
                       (long long)n, kind);
    for (int64_t e = 0; e < n; e++)
        if ((int64_t)node[e] >= limit)
            return rg_fail(ctx, REGATTA_EINVAL, "%s: %s %lu is not below %lld", name,
                           kind, (unsigned long)node[e], (long long)limit);
    return REGATTA_OK;
}

regatta_status rg_check_filters(regatta_ctx *ctx, const regatta_model *model,
                                uint32_t side, const uint32_t *only, int64_t n_only,
                                const uint32_t *exclude, int64_t n_exclude)
{
    regatta_status status = REGATTA_OK;
    if (only != NULL) RG_TRY(rg_check_nodes(ctx, model, side, only, n_only, "only"));
    RG_TRY(rg_check_nodes(ctx, model, side, exclude, n_exclude, "exclude"));
done:
    return status;
}

regatta_status rg_check_answers(regatta_ctx *ctx, const regatta_model *model,
                                const uint32_t *item, int64_t n, const char *name)
{
    for (int64_t e = 0; e < n; e++)
        if ((int64_t)item[e] >= model->own.items)
            return rg_fail(ctx, REGATTA_EINVAL,
                           "%s: item %lu is of another domain: it is context in "
                           "histories, and never an answer",
                           name, (unsigned long)item[e]);
    return REGATTA_OK;
}

regatta_status rg_check_count(regatta_ctx *ctx, const char *name, uint32_t n)
{
    if (n > 0 && n <= INT32_MAX) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL, "%s must be 1 to %ld, not %lu", name,
                   (long)INT32_MAX, (unsigned long)n);
}

regatta_status rg_check_exclude(regatta_ctx *ctx, const regatta_model *model,
                                const regatta_query *q)
{
    regatta_status status = REGATTA_OK;
    if (q->exclude_offset == NULL) {
        if (q->exclude == NULL) return REGATTA_OK;
        return rg_fail(ctx, REGATTA_EINVAL, "query: exclude needs exclude_offset");
    }
    if (q->exclude_offset[0] < 0)
        return rg_fail(ctx, REGATTA_EINVAL, "query: exclude_offset is negative");
    for (int64_t i = 0; i < q->n; i++)
        if (q->exclude_offset[i + 1] < q->exclude_offset[i])
            return rg_fail(ctx, REGATTA_EINVAL, "query %lld: exclude_offset decreases",
                           (long long)i);
    const int64_t first = q->exclude_offset[0], n = q->exclude_offset[q->n] - first;
    RG_TRY(rg_check_nodes(ctx, model, REGATTA_ITEMS,
                          q->exclude != NULL ? q->exclude + first : NULL, n,
                          "query: exclude"));
done:
    return status;
}

static regatta_status read_query(regatta_ctx *ctx, regatta_query *out,
                                 const regatta_model *model, const regatta_query *query)
{
    regatta_status status = REGATTA_OK;
    *out = (regatta_query){.struct_size = sizeof *out};
    if (query == NULL) return rg_query_check(ctx, model, NULL);
    RG_TRY(rg_options_read(ctx, out, sizeof *out, query, "query"));
    RG_TRY(rg_query_check(ctx, model, out));
done:
    return status;
}

regatta_status rg_query_read(regatta_ctx *ctx, regatta_query *out,
                             const regatta_model *model, const regatta_query *query)
{
    const regatta_status status = read_query(ctx, out, model, query);
    if (status == REGATTA_OK && (out->exclude_offset != NULL || out->exclude != NULL))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "query: only recommend and candidates exclude items of a query");
    return status;
}

static regatta_status check_users(regatta_ctx *ctx, const regatta_query *q)
{
    if (q->side == REGATTA_USERS) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL, "query: the side must be users");
}

regatta_status rg_query_read_users(regatta_ctx *ctx, regatta_query *out,
                                   const regatta_model *model, const regatta_query *query)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_query_read(ctx, out, model, query));
    RG_TRY(check_users(ctx, out));
done:
    return status;
}

regatta_status rg_query_read_seekers(regatta_ctx *ctx, regatta_query *out,
                                     const regatta_model *model,
                                     const regatta_query *query)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(read_query(ctx, out, model, query));
    RG_TRY(check_users(ctx, out));
    RG_TRY(rg_check_exclude(ctx, model, out));
done:
    return status;
}

regatta_status rg_check_vectors(regatta_ctx *ctx, const regatta_model *model)
{
    if (rg_model_dim(model) > 0) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL,
                   "this model has no vectors: train with the vectors channel");
}

regatta_status rg_check_order(regatta_ctx *ctx, float mmr, float penalty)
{
    const rg_rerank_options order = {.mmr = mmr, .popularity_penalty = penalty};
    return rg_rerank_check(ctx, &order);
}

/* Fold-in of items needs a table that files of earlier versions lack. */
regatta_status rg_check_item_lists(regatta_ctx *ctx, const regatta_model *model,
                                   const regatta_query *q)
{
    if (q->side == REGATTA_USERS || q->offset == NULL || rg_can_fold_items(model))
        return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL,
                   "this model cannot fold items in: train it again");
}
