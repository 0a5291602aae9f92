/* regatta/rank.h: argument checks in front of the ranking room. */
#include "api/options.h"
#include "rank/candidates.h"
#include "rank/evaluate.h"
#include "rank/explain.h"
#include "rank/recommend.h"
#include "rank/rerank.h"
#include "rank/similar/fold_items.h"
#include "rank/similar/similar.h"
#include <math.h>
#include <regatta/rank.h>

enum { MAX_CUTOFFS = 16, DEFAULT_CUTOFF = 20 };

static regatta_status missing(regatta_ctx *ctx, const char *what)
{
    return rg_fail(ctx, REGATTA_EINVAL, "%s: the argument is missing", what);
}

/* Numbers of a list of the caller's. */
static regatta_status check_nodes(regatta_ctx *ctx, const regatta_model *model,
                                  uint32_t side, const uint32_t *node, int64_t n,
                                  const char *what)
{
    const int users = side == REGATTA_USERS;
    const int64_t limit = users ? model->shape.n_users : model->shape.n_items;
    const char *kind = users ? "user" : "item";
    if (n < 0 || (n > 0 && node == NULL))
        return rg_fail(ctx, REGATTA_EINVAL, "%s: %lld %ss without a list", what,
                       (long long)n, kind);
    for (int64_t e = 0; e < n; e++)
        if ((int64_t)node[e] >= limit)
            return rg_fail(ctx, REGATTA_EINVAL, "%s: %s %lu is not below %lld", what,
                           kind, (unsigned long)node[e], (long long)limit);
    return REGATTA_OK;
}

static regatta_status check_items(regatta_ctx *ctx, const regatta_model *model,
                                  const uint32_t *item, int64_t n, const char *what)
{
    return check_nodes(ctx, model, REGATTA_ITEMS, item, n, what);
}

static regatta_status check_filters(regatta_ctx *ctx, const regatta_model *model,
                                    uint32_t side, const uint32_t *only, int64_t n_only,
                                    const uint32_t *exclude, int64_t n_exclude)
{
    regatta_status status = REGATTA_OK;
    if (only != NULL) RG_TRY(check_nodes(ctx, model, side, only, n_only, "only"));
    RG_TRY(check_nodes(ctx, model, side, exclude, n_exclude, "exclude"));
done:
    return status;
}

/* How many are asked for. */
static regatta_status check_count(regatta_ctx *ctx, const char *what, uint32_t n)
{
    if (n > 0 && n <= INT32_MAX) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL, "%s must be 1 to %ld, not %lu", what,
                   (long)INT32_MAX, (unsigned long)n);
}

/* The caller's query of either side, of any version of the struct, in *out; checked. */
static regatta_status read_nodes(regatta_ctx *ctx, regatta_query *out,
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

/* The same, of users alone. */
static regatta_status read_query(regatta_ctx *ctx, regatta_query *out,
                                 const regatta_model *model, const regatta_query *query)
{
    const regatta_status status = read_nodes(ctx, out, model, query);
    if (status == REGATTA_OK && out->side != REGATTA_USERS)
        return rg_fail(ctx, REGATTA_EINVAL, "query: its side has to be users");
    return status;
}

static regatta_status need_vectors(regatta_ctx *ctx, const regatta_model *model)
{
    if (model->shape.dim > 0) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL,
                   "this model has no vectors: train with the vectors channel");
}

static regatta_status check_order(regatta_ctx *ctx, float mmr, float penalty)
{
    const rg_rerank_options order = {.mmr = mmr, .popularity_penalty = penalty};
    return rg_rerank_check(ctx, &order);
}

static regatta_status recommend(regatta_ctx *ctx, const regatta_model *model,
                                const regatta_query *query,
                                const regatta_recommend_options *opts, uint32_t *items,
                                float *scores)
{
    regatta_status status = REGATTA_OK;
    const regatta_recommend_options init = REGATTA_RECOMMEND_OPTIONS_INIT;
    regatta_recommend_options o = init;
    regatta_query q;
    if (model == NULL) return missing(ctx, "model");
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "recommend options"));
    RG_TRY(read_query(ctx, &q, model, query));
    if (items == NULL && q.n > 0) return missing(ctx, "items");
    RG_TRY(check_count(ctx, "k", o.k));
    RG_TRY(check_filters(ctx, model, REGATTA_ITEMS, o.only, o.n_only, o.exclude,
                         o.n_exclude));
    RG_TRY(check_order(ctx, o.mmr, o.popularity_penalty));
    RG_TRY(rg_recommend(ctx, model, &q, &o, items, scores));
done:
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

/* A query of users or histories, or of vectors of the caller's own. */
static regatta_status read_seekers(regatta_ctx *ctx, regatta_query *out,
                                   const regatta_model *model, const regatta_query *query)
{
    regatta_status status = REGATTA_OK;
    *out = (regatta_query){.struct_size = sizeof *out};
    if (query != NULL) RG_TRY(rg_options_read(ctx, out, sizeof *out, query, "query"));
    if (out->vector == NULL) return read_query(ctx, out, model, query);
    if (out->user != NULL || out->offset != NULL)
        return rg_fail(ctx, REGATTA_EINVAL, "query: vectors exclude users and histories");
    if (out->n < 0) return rg_fail(ctx, REGATTA_EINVAL, "query: n is below 0");
    RG_TRY(need_vectors(ctx, model));
    for (int64_t k = 0; k < out->n * model->shape.dim; k++)
        if (!isfinite(out->vector[k]))
            return rg_fail(ctx, REGATTA_EINVAL, "query %lld: its vector is not finite",
                           (long long)(k / model->shape.dim));
done:
    return status;
}

/* The sources to ask: those that were named, which the model has to have, or all that
 * there are for this query. */
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
        return rg_fail(ctx, REGATTA_EINVAL, "sources %lu are none",
                       (unsigned long)*sources);
    if (from_vectors && *sources & REGATTA_SOURCE_GRAPH)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "the graph needs users or histories, not vectors");
    if (*sources & ~has & REGATTA_SOURCE_GRAPH)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "this model has no item attention: the graph has no candidates");
    return *sources & ~has ? need_vectors(ctx, model) : REGATTA_OK;
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
    if (model == NULL) return missing(ctx, "model");
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "candidates options"));
    RG_TRY(read_seekers(ctx, &q, model, query));
    if (items == NULL && q.n > 0) return missing(ctx, "items");
    RG_TRY(check_count(ctx, "n", o.n));
    RG_TRY(check_filters(ctx, model, REGATTA_ITEMS, o.only, o.n_only, o.exclude,
                         o.n_exclude));
    RG_TRY(choose_sources(ctx, &o.sources, model, q.vector != NULL));
    RG_TRY(rg_candidates(ctx, model, &q, &o, items, scores, by_source));
done:
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

static regatta_status score(regatta_ctx *ctx, const regatta_model *model,
                            const regatta_query *query, const uint32_t *item,
                            int64_t n_items, float *scores)
{
    regatta_status status = REGATTA_OK;
    regatta_query q;
    if (model == NULL) return missing(ctx, "model");
    RG_TRY(read_query(ctx, &q, model, query));
    RG_TRY(check_items(ctx, model, item, n_items, "score"));
    if (scores == NULL && q.n > 0 && n_items > 0) return missing(ctx, "scores");
    RG_TRY(rg_score_items(ctx, model, &q, item, n_items, scores));
done:
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

/* Folding items in takes a table that files of earlier versions do not have. */
static regatta_status check_item_lists(regatta_ctx *ctx, const regatta_model *model,
                                       const regatta_query *q)
{
    if (q->side == REGATTA_USERS || q->offset == NULL || rg_can_fold_items(model))
        return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL, "this model cannot fold items in: train it anew");
}

static regatta_status fold_in(regatta_ctx *ctx, const regatta_model *model,
                              const regatta_query *query, float *vectors)
{
    regatta_status status = REGATTA_OK;
    regatta_query q;
    if (model == NULL) return missing(ctx, "model");
    RG_TRY(need_vectors(ctx, model));
    RG_TRY(read_nodes(ctx, &q, model, query));
    if (q.n == 0) return REGATTA_OK;
    if (vectors == NULL) return missing(ctx, "vectors");
    RG_TRY(check_item_lists(ctx, model, &q));
    RG_TRY(rg_node_vectors(ctx, model, &q, vectors));
done:
    return status;
}

regatta_status regatta_fold_in(regatta_ctx *ctx, const regatta_model *model,
                               const regatta_query *query, float *vectors)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, fold_in(ctx, model, query, vectors));
}

/* Whether nodes can be compared this way. */
static regatta_status check_near(regatta_ctx *ctx, const regatta_model *model,
                                 const regatta_query *q, uint32_t by)
{
    const char *words = NULL;
    if (by > REGATTA_NEAR_HISTORY)
        return rg_fail(ctx, REGATTA_EINVAL, "similar: by %lu is none", (unsigned long)by);
    if (by == REGATTA_NEAR_VECTORS) {
        const regatta_status status = need_vectors(ctx, model);
        return status == REGATTA_OK ? check_item_lists(ctx, model, q) : status;
    }
    if (by != REGATTA_NEAR_ATTENTION) return REGATTA_OK;
    if (q->side == REGATTA_USERS)
        words = "items alone are alike by attention, users by vectors or history";
    else if (!model->has_items)
        words = "this model has no item attention: train with the items channel";
    else if (q->offset != NULL)
        words = "attention knows the items of the model alone";
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
    if (model == NULL) return missing(ctx, "model");
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "similar options"));
    RG_TRY(read_nodes(ctx, &q, model, query));
    if (nodes == NULL && q.n > 0) return missing(ctx, "nodes");
    RG_TRY(check_count(ctx, "k", o.k));
    RG_TRY(check_filters(ctx, model, q.side, o.only, o.n_only, o.exclude, o.n_exclude));
    RG_TRY(check_near(ctx, model, &q, o.by));
    o.by = (uint32_t)rg_near_by(model, &q, o.by);
    RG_TRY(rg_similar(ctx, model, &q, &o, nodes, cosines));
done:
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

static regatta_status explain(regatta_ctx *ctx, const regatta_model *model,
                              const regatta_query *query, uint32_t item,
                              regatta_contribution *contributions, int64_t capacity,
                              int64_t *n_contributions, regatta_explanation *out)
{
    regatta_status status = REGATTA_OK;
    regatta_explanation explanation;
    regatta_query q;
    int64_t n = 0;
    if (model == NULL) return missing(ctx, "model");
    if (out == NULL) return missing(ctx, "explanation");
    if (capacity < 0 || (capacity > 0 && contributions == NULL))
        return missing(ctx, "contributions");
    RG_TRY(read_query(ctx, &q, model, query));
    if (q.n != 1)
        return rg_fail(ctx, REGATTA_EINVAL, "explain needs one query, not %lld",
                       (long long)q.n);
    RG_TRY(check_items(ctx, model, &item, 1, "explain"));
    RG_TRY(rg_explain(ctx, model, &q, item, contributions, capacity, &n, &explanation));
    rg_struct_write(out, &explanation, sizeof explanation);
    if (n_contributions != NULL) *n_contributions = n;
done:
    return status;
}

regatta_status regatta_explain(regatta_ctx *ctx, const regatta_model *model,
                               const regatta_query *query, uint32_t item,
                               regatta_contribution *contributions, int64_t capacity,
                               int64_t *n_contributions, regatta_explanation *out)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, explain(ctx, model, query, item, contributions, capacity,
                               n_contributions, out));
}

static regatta_status evaluate(regatta_ctx *ctx, const regatta_model *model,
                               const regatta_graph *test,
                               const regatta_evaluate_options *opts,
                               regatta_metrics *metrics, regatta_evaluation *out)
{
    regatta_status status = REGATTA_OK;
    const regatta_evaluate_options init = REGATTA_EVALUATE_OPTIONS_INIT;
    const uint32_t default_cutoff = DEFAULT_CUTOFF;
    regatta_evaluate_options o = init;
    regatta_evaluation evaluation;
    if (model == NULL) return missing(ctx, "model");
    if (test == NULL) return missing(ctx, "test");
    if (metrics == NULL) return missing(ctx, "metrics");
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "evaluate options"));
    if (o.k == NULL) {
        o.k = &default_cutoff;
        o.n_k = 1;
    }
    if (o.n_k < 1 || o.n_k > MAX_CUTOFFS)
        return rg_fail(ctx, REGATTA_EINVAL, "n_k must be 1 to %d, not %d",
                       (int)MAX_CUTOFFS, o.n_k);
    for (int c = 0; c < o.n_k; c++) RG_TRY(check_count(ctx, "k", o.k[c]));
    RG_TRY(check_order(ctx, o.mmr, o.popularity_penalty));
    RG_TRY(rg_evaluate(ctx, model, test, &o, metrics, &evaluation));
    if (out != NULL) rg_struct_write(out, &evaluation, sizeof evaluation);
done:
    return status;
}

regatta_status regatta_evaluate(regatta_ctx *ctx, const regatta_model *model,
                                const regatta_graph *test,
                                const regatta_evaluate_options *opts,
                                regatta_metrics *metrics, regatta_evaluation *out)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, evaluate(ctx, model, test, opts, metrics, out));
}
