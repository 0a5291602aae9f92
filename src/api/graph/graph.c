#include "api/graph/read_like.h"
#include "api/options.h"
#include "graph/formats/read_edges.h"
#include "graph/kcore.h"
#include "graph/overlap.h"
#include "graph/readers/column_names.h"
#include "graph/split.h"
#include "graph/summary.h"
#include "graph/writer.h"
#include "store/store.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Builds the graph of a file's rows; a message about them begins with the file. */
static regatta_status build_read(regatta_ctx *ctx, regatta_graph **out, rg_edges *edges,
                                 const char *path, regatta_dedup dedup,
                                 int64_t *n_duplicates)
{
    char shown[RG_SHOWN_PLACE], why[RG_MESSAGE_BYTES];
    const regatta_status status =
        rg_bipartite_build(ctx, out, edges, dedup, n_duplicates);
    if (status != REGATTA_EFORMAT) return status;
    snprintf(shown, sizeof shown, "%s", strcmp(path, "-") != 0 ? path : "<stdin>");
    if (rg_store_is_url(path)) rg_store_show(shown, path);
    memcpy(why, ctx->message, sizeof why);
    return rg_fail(ctx, status, "%s: %s", shown, why);
}

regatta_status regatta_graph_read(regatta_ctx *ctx, regatta_graph **out, const char *path,
                                  const regatta_read_options *opts,
                                  regatta_read_report *report)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (out == NULL) return rg_missing(ctx, "out");
    if (path == NULL) return rg_missing(ctx, "path");
    regatta_status status = REGATTA_OK;
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    regatta_read_report r = {.struct_size = sizeof r};
    rg_edges *edges = NULL;
    rg_read_like own = {.event_weights = NULL};
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "read options"));
    if (report != NULL) RG_TRY(rg_struct_check(ctx, report, "read report"));
    const regatta_read_options given = o;
    RG_TRY(rg_read_like_take(ctx, &o, &own));
    RG_TRY(rg_read_check(ctx, &o));
    RG_TRY(rg_read_edges(ctx, &edges, path, &o, &r));
    RG_TRY(build_read(ctx, out, edges, path, (regatta_dedup)o.dedup, &r.n_duplicates));
    if ((*out)->disliked != NULL) r.n_dislikes = (*out)->disliked->n_edges;
    if ((*out)->shown != NULL) r.n_impressions = (*out)->shown->n_edges;
    RG_TRY(rg_read_rules_take(ctx, &(*out)->rules, &o));
    rg_read_like_report(&r, &o, &given);
    if (report != NULL) rg_struct_write(report, &r, sizeof r);
    rg_begin(ctx); /* clears the messages of dropped rows */
done:
    if (status != REGATTA_OK) {
        regatta_graph_free(*out);
        *out = NULL;
    }
    rg_read_like_free(&own);
    rg_edges_free(edges);
    return rg_end(ctx, status);
}

regatta_column regatta_column_of_name(const char *name, uint32_t logged, uint32_t *rank)
{
    static const regatta_column column[] = {[RG_ROLE_USER] = REGATTA_COLUMN_USER,
                                            [RG_ROLE_ITEM] = REGATTA_COLUMN_ITEM,
                                            [RG_ROLE_WEIGHT] = REGATTA_COLUMN_WEIGHT,
                                            [RG_ROLE_TIME] = REGATTA_COLUMN_TIME,
                                            [RG_ROLE_EVENT] = REGATTA_COLUMN_EVENT,
                                            [RG_ROLE_POSITION] = REGATTA_COLUMN_POSITION,
                                            [RG_ROLE_PROPENSITY] =
                                                REGATTA_COLUMN_PROPENSITY,
                                            [RG_ROLE_OTHER] = REGATTA_COLUMN_OTHER,
                                            [RG_ROLE_UNKNOWN] = REGATTA_COLUMN_UNKNOWN};
    regatta_read_options opts = REGATTA_READ_OPTIONS_INIT;
    opts.logged = logged != 0;
    if (rank != NULL) *rank = 0;
    if (name == NULL) return REGATTA_COLUMN_UNKNOWN;
    const int64_t length = (int64_t)strlen(name);
    rg_column_name known = rg_column_name_in(&opts, name, length);
    if (!opts.logged && (known.role == RG_ROLE_OTHER || known.role == RG_ROLE_UNKNOWN)) {
        opts.event_weights = ""; /* what it is with weights of events */
        known = rg_column_name_in(&opts, name, length);
    }
    if (rank != NULL) *rank = (uint32_t)known.rank;
    return column[known.role];
}

regatta_status regatta_graph_rows(regatta_ctx *ctx, regatta_csr *out,
                                  const regatta_graph *graph)
{
    if (ctx != NULL) rg_begin(ctx);
    const regatta_status status = rg_struct_check(ctx, out, "csr");
    if (status != REGATTA_OK) return status;
    if (graph == NULL) return rg_missing(ctx, "graph");
    const regatta_csr rows = {.struct_size = sizeof rows,
                              .n_users = graph->users->n,
                              .n_items = graph->items->n,
                              .offset = graph->by_user->offset,
                              .item = graph->by_user->target,
                              .weight = graph->by_user->value,
                              .time = graph->time};
    rg_struct_write(out, &rows, sizeof rows);
    return REGATTA_OK;
}

static const rg_idmap *names_of(const regatta_graph *graph, regatta_side side)
{
    if (graph == NULL) return NULL;
    if (side == REGATTA_USERS) return graph->users;
    return side == REGATTA_ITEMS ? graph->items : NULL;
}

const char *regatta_graph_name(const regatta_graph *graph, regatta_side side,
                               uint32_t index)
{
    const rg_idmap *map = names_of(graph, side);
    return map != NULL && index < map->n ? rg_idmap_name(map, index) : NULL;
}

uint32_t regatta_graph_find(const regatta_graph *graph, regatta_side side,
                            const char *name)
{
    const rg_idmap *map = names_of(graph, side);
    if (map == NULL || name == NULL) return REGATTA_NONE;
    return rg_idmap_find(map, name, (int64_t)strlen(name));
}

regatta_status regatta_graph_filter(regatta_ctx *ctx, regatta_graph **out,
                                    const regatta_graph *graph,
                                    const regatta_filter_options *opts)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (out == NULL) return rg_missing(ctx, "out");
    if (graph == NULL) return rg_missing(ctx, "graph");
    regatta_status status = REGATTA_OK;
    regatta_filter_options o = REGATTA_FILTER_OPTIONS_INIT;
    uint8_t *keep_user = NULL, *keep_item = NULL;
    int64_t n_edges = 0;
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "filter options"));
    RG_NEW(ctx->mem, keep_user, graph->users->n);
    RG_NEW(ctx->mem, keep_item, graph->items->n);
    RG_TRY(rg_kcore(ctx, keep_user, keep_item, &n_edges, graph, o.min_user, o.min_item));
    if (n_edges == 0) {
        status = rg_fail(ctx, REGATTA_EFORMAT,
                         "nothing is left: no part of the graph has users with %" PRIu32
                         " item%s and items with %" PRIu32 " user%s",
                         o.min_user, RG_S(o.min_user), o.min_item, RG_S(o.min_item));
        goto done;
    }
    RG_TRY(rg_bipartite_induce(ctx, out, graph, keep_user, keep_item));
done:
    rg_free(ctx->mem, keep_user);
    rg_free(ctx->mem, keep_item);
    return rg_end(ctx, status);
}

static regatta_status check_split(regatta_ctx *ctx, const regatta_graph *graph,
                                  const regatta_split_options *o)
{
    if (o->kind > REGATTA_SPLIT_TIME)
        return rg_fail(ctx, REGATTA_EINVAL, "split kind %" PRIu32 " does not exist",
                       o->kind);
    if (o->kind == REGATTA_SPLIT_RATIO) {
        /* The comparisons also fail for NaN. */
        if (!(o->valid_share >= 0.0 && o->test_share >= 0.0 &&
              o->valid_share + o->test_share < 1.0))
            return rg_fail(
                ctx, REGATTA_EINVAL,
                "the valid and test shares must lie in [0, 1) and stay below 1 "
                "together");
        return REGATTA_OK;
    }
    if (graph->time == NULL)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "a split by time needs times, and the graph "
                       "has none");
    if (o->kind == REGATTA_SPLIT_LEAVE_LAST && o->leave_last == 0)
        return rg_fail(ctx, REGATTA_EINVAL, "leave_last must be at least 1");
    return REGATTA_OK;
}

static void take_back(regatta_graph **part)
{
    if (part == NULL) return;
    regatta_graph_free(*part);
    *part = NULL;
}

regatta_status regatta_graph_split(regatta_ctx *ctx, regatta_graph **train,
                                   regatta_graph **valid, regatta_graph **test,
                                   const regatta_graph *graph,
                                   const regatta_split_options *opts)
{
    regatta_graph **const outs[] = {train, valid, test};
    for (int k = 0; k < 3; k++)
        if (outs[k] != NULL) *outs[k] = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (graph == NULL) return rg_missing(ctx, "graph");
    regatta_status status = REGATTA_OK;
    regatta_split_options o = REGATTA_SPLIT_OPTIONS_INIT;
    uint8_t *part = NULL;
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "split options"));
    RG_TRY(check_split(ctx, graph, &o));
    RG_NEW(ctx->mem, part, rg_interactions_count(graph));
    RG_TRY(rg_split_assign(ctx, part, graph, &o));
    for (uint8_t k = RG_PART_TRAIN; k <= RG_PART_TEST; k++)
        if (outs[k] != NULL) RG_TRY(rg_split_part(ctx, outs[k], graph, part, k));
done:
    if (status != REGATTA_OK)
        for (int k = 0; k < 3; k++) take_back(outs[k]);
    rg_free(ctx->mem, part);
    return rg_end(ctx, status);
}

regatta_status regatta_graph_summarize(regatta_ctx *ctx, regatta_graph_summary *out,
                                       const regatta_graph *graph)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    regatta_graph_summary full;
    regatta_status status = rg_struct_check(ctx, out, "graph summary");
    if (status == REGATTA_OK && graph == NULL) status = rg_missing(ctx, "graph");
    if (status == REGATTA_OK) status = rg_summarize(ctx, &full, NULL, graph);
    if (status == REGATTA_OK) rg_struct_write(out, &full, sizeof full);
    return rg_end(ctx, status);
}

regatta_status regatta_graph_overlap(regatta_ctx *ctx, regatta_overlap *out,
                                     const regatta_graph *train,
                                     const regatta_graph *test)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    regatta_overlap full;
    regatta_status status = rg_struct_check(ctx, out, "overlap");
    if (status == REGATTA_OK && train == NULL) status = rg_missing(ctx, "train");
    if (status == REGATTA_OK && test == NULL) status = rg_missing(ctx, "test");
    if (status == REGATTA_OK) status = rg_overlap(ctx, &full, train, test);
    if (status == REGATTA_OK) rg_struct_write(out, &full, sizeof full);
    return rg_end(ctx, status);
}

regatta_status regatta_graph_write(regatta_ctx *ctx, const regatta_graph *graph,
                                   const char *path)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (graph == NULL) return rg_missing(ctx, "graph");
    if (path == NULL) return rg_missing(ctx, "path");
    return rg_end(ctx, rg_graph_write(ctx, graph, path));
}
