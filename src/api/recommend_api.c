/* regatta/recommend.h: checks of the arguments. */
#include "api/arguments.h"
#include "api/query_as_of.h"
#include "rank/recommend.h"
#include <regatta/recommend.h>

static regatta_status recommend(regatta_ctx *ctx, const regatta_model *model,
                                const regatta_query *query,
                                const regatta_recommend_options *opts, uint32_t *items,
                                float *scores)
{
    regatta_status status = REGATTA_OK;
    const regatta_recommend_options init = REGATTA_RECOMMEND_OPTIONS_INIT;
    regatta_recommend_options o = init;
    regatta_query q;
    rg_as_of as_of = {.user = NULL};
    if (model == NULL) return rg_missing(ctx, "model");
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "recommend options"));
    RG_TRY(rg_query_read_seekers(ctx, &q, model, query));
    if (items == NULL && q.n > 0) return rg_missing(ctx, "items");
    RG_TRY(rg_check_count(ctx, "k", o.k));
    RG_TRY(rg_check_filters(ctx, model, REGATTA_ITEMS, o.only, o.n_only, o.exclude,
                            o.n_exclude));
    RG_TRY(rg_check_order(ctx, o.mmr, o.popularity_penalty));
    RG_TRY(rg_as_of_create(ctx, &as_of, model, &q));
    RG_TRY(rg_recommend(ctx, model, &as_of.query, &o, items, scores));
done:
    rg_as_of_free(ctx, &as_of);
    return status;
}

regatta_status regatta_recommend(regatta_ctx *ctx, const regatta_model *model,
                                 const regatta_query *query,
                                 const regatta_recommend_options *opts, uint32_t *items,
                                 float *scores)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, recommend(ctx, model, query, opts, items, scores));
}
