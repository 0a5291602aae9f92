/* regatta/candidates.h: checks of the arguments. */
#include "api/arguments.h"
#include "api/query_as_of.h"
#include "rank/candidates.h"
#include <math.h>
#include <regatta/candidates.h>

/* Reads a query of users, histories or vectors. */
static regatta_status read_seekers(regatta_ctx *ctx, regatta_query *out,
                                   const regatta_model *model, const regatta_query *query)
{
    regatta_status status = REGATTA_OK;
    *out = (regatta_query){.struct_size = sizeof *out};
    if (query != NULL) RG_TRY(rg_options_read(ctx, out, sizeof *out, query, "query"));
    if (out->vector == NULL) return rg_query_read_seekers(ctx, out, model, query);
    if (out->user != NULL || out->offset != NULL)
        return rg_fail(ctx, REGATTA_EINVAL, "query: vectors exclude users and histories");
    if (out->at != NULL)
        return rg_fail(ctx, REGATTA_EINVAL, "query: vectors have no time of asking");
    if (out->n < 0) return rg_fail(ctx, REGATTA_EINVAL, "query: n is negative");
    RG_TRY(rg_check_vectors(ctx, model));
    RG_TRY(rg_check_exclude(ctx, model, out));
    for (int64_t k = 0; k < out->n * rg_model_dim(model); k++)
        if (!isfinite(out->vector[k]))
            return rg_fail(ctx, REGATTA_EINVAL, "query %lld: its vector is not finite",
                           (long long)(k / rg_model_dim(model)));
done:
    return status;
}

/* Sets the sources to use: the given ones, which the model must have, or for 0 all that
 * support this query. */
static regatta_status choose_sources(regatta_ctx *ctx, uint32_t *sources,
                                     const regatta_model *model, int from_vectors)
{
    uint32_t has = rg_candidates_sources(model);
    if (from_vectors) has &= REGATTA_SOURCE_VECTORS;
    if (*sources == 0) *sources = has;
    if (has == 0)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "this model has no item attention and no vectors");
    if (*sources > REGATTA_SOURCE_BOTH)
        return rg_fail(ctx, REGATTA_EINVAL, "invalid sources: %lu",
                       (unsigned long)*sources);
    if (from_vectors && *sources & REGATTA_SOURCE_GRAPH)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "the graph needs users or histories, not vectors");
    if (*sources & ~has & REGATTA_SOURCE_GRAPH)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "this model has no item attention: the graph has no candidates");
    return *sources & ~has ? rg_check_vectors(ctx, model) : REGATTA_OK;
}

static regatta_status check_communities(regatta_ctx *ctx,
                                        const regatta_candidates_options *o,
                                        const regatta_model *model)
{
    if (o->communities == 0.0f) return REGATTA_OK;
    if (!(o->communities > 0.0f && o->communities <= 1.0f))
        return rg_fail(ctx, REGATTA_EINVAL, "communities must be 0 to 1, not %g",
                       (double)o->communities);
    if (!(rg_candidates_sources(model) & REGATTA_SOURCE_GRAPH))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "communities shorten the walk over the graph, and this model has "
                       "no item attention to walk over");
    if (!(o->sources & REGATTA_SOURCE_GRAPH))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "communities need the source graph, which sources leave out");
    if (model->community == NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "this model has no communities: regatta index --communities or "
                       "regatta_model_convert finds them");
    return REGATTA_OK;
}

static regatta_status candidates(regatta_ctx *ctx, const regatta_model *model,
                                 const regatta_query *query,
                                 const regatta_candidates_options *opts, uint32_t *items,
                                 float *scores, float *by_source)
{
    regatta_status status = REGATTA_OK;
    const regatta_candidates_options init = REGATTA_CANDIDATES_OPTIONS_INIT;
    regatta_candidates_options o = init;
    regatta_query q;
    rg_as_of as_of = {.user = NULL};
    if (model == NULL) return rg_missing(ctx, "model");
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "candidates options"));
    RG_TRY(read_seekers(ctx, &q, model, query));
    if (items == NULL && q.n > 0) return rg_missing(ctx, "items");
    RG_TRY(rg_check_count(ctx, "n", o.n));
    RG_TRY(rg_check_filters(ctx, model, REGATTA_ITEMS, o.only, o.n_only, o.exclude,
                            o.n_exclude));
    RG_TRY(choose_sources(ctx, &o.sources, model, q.vector != NULL));
    RG_TRY(check_communities(ctx, &o, model));
    RG_TRY(rg_as_of_create(ctx, &as_of, model, &q));
    RG_TRY(rg_candidates(ctx, model, &as_of.query, &o, items, scores, by_source));
done:
    rg_as_of_free(ctx, &as_of);
    return status;
}

regatta_status regatta_candidates(regatta_ctx *ctx, const regatta_model *model,
                                  const regatta_query *query,
                                  const regatta_candidates_options *opts, uint32_t *items,
                                  float *scores, float *by_source)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, candidates(ctx, model, query, opts, items, scores, by_source));
}
