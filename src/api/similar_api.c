/* regatta/similar.h: checks of the arguments. */
#include "api/arguments.h"
#include "api/query_as_of.h"
#include "rank/similar/similar.h"
#include <regatta/similar.h>

/* Checks that the model has this similarity for the query. */
static regatta_status check_similarity(regatta_ctx *ctx, const regatta_model *model,
                                       const regatta_query *q, uint32_t by)
{
    const char *words = NULL;
    if (by > REGATTA_SIMILARITY_HISTORY)
        return rg_fail(ctx, REGATTA_EINVAL, "similar: invalid by: %lu",
                       (unsigned long)by);
    if (by == REGATTA_SIMILARITY_VECTORS) {
        const regatta_status status = rg_check_vectors(ctx, model);
        return status == REGATTA_OK ? rg_check_item_lists(ctx, model, q) : status;
    }
    if (by != REGATTA_SIMILARITY_ATTENTION) return REGATTA_OK;
    if (q->side == REGATTA_USERS)
        words = "users have no similarity by attention: use vectors or history";
    else if (model->item_weights == NULL)
        words = "this model has no item attention: train with the items channel";
    else if (q->offset != NULL)
        words = "new items have no attention: use vectors or history";
    return words != NULL ? rg_fail(ctx, REGATTA_EINVAL, "similar: %s", words)
                         : REGATTA_OK;
}

static regatta_status similar(regatta_ctx *ctx, const regatta_model *model,
                              const regatta_query *query,
                              const regatta_similar_options *opts, uint32_t *nodes,
                              float *cosines)
{
    regatta_status status = REGATTA_OK;
    const regatta_similar_options init = REGATTA_SIMILAR_OPTIONS_INIT;
    regatta_similar_options o = init;
    regatta_query q;
    rg_as_of as_of = {.user = NULL};
    if (model == NULL) return rg_missing(ctx, "model");
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "similar options"));
    RG_TRY(rg_query_read(ctx, &q, model, query));
    if (q.user != NULL && q.at != NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "query: similar takes a time of asking for histories only");
    if (nodes == NULL && q.n > 0) return rg_missing(ctx, "nodes");
    RG_TRY(rg_check_count(ctx, "k", o.k));
    RG_TRY(
        rg_check_filters(ctx, model, q.side, o.only, o.n_only, o.exclude, o.n_exclude));
    RG_TRY(check_similarity(ctx, model, &q, o.by));
    o.by = (uint32_t)rg_similarity_by(model, &q, o.by);
    RG_TRY(rg_as_of_create(ctx, &as_of, model, &q));
    RG_TRY(rg_similar(ctx, model, &as_of.query, &o, nodes, cosines));
done:
    rg_as_of_free(ctx, &as_of);
    return status;
}

regatta_status regatta_similar(regatta_ctx *ctx, const regatta_model *model,
                               const regatta_query *query,
                               const regatta_similar_options *opts, uint32_t *nodes,
                               float *cosines)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, similar(ctx, model, query, opts, nodes, cosines));
}
