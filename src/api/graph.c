#include "api/options.h"
#include "graph/formats/reader_json.h"
#include "graph/formats/reader_matrix.h"
#include "graph/formats/reader_netflix.h"
#include "graph/formats/reader_npz.h"
#include "graph/formats/reader_store.h"
#include "graph/kcore.h"
#include "graph/overlap.h"
#include "graph/readers/reader.h"
#include "graph/split.h"
#include "graph/summary.h"
#include "graph/times/reader_time.h"
#include "graph/writer.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static regatta_status check_read_options(regatta_ctx *ctx, const regatta_read_options *o)
{
    rg_time_format ignored = RG_TIMES_AUTO;
    const char *const reason = rg_time_format_find(o->time_format, &ignored);
    if (o->format > REGATTA_FORMAT_NETFLIX)
        return rg_fail(ctx, REGATTA_EINVAL, "format %" PRIu32 " does not exist",
                       o->format);
    if (o->header > REGATTA_HEADER_NO || o->dedup > REGATTA_DEDUP_LAST)
        return rg_fail(ctx, REGATTA_EINVAL, "header or dedup is out of range");
    if (o->user_column == REGATTA_COLUMN_NONE || o->item_column == REGATTA_COLUMN_NONE)
        return rg_fail(ctx, REGATTA_EINVAL, "a user and an item column are needed");
    if (o->use_min_weight && !isfinite(o->min_weight))
        return rg_fail(ctx, REGATTA_EINVAL, "min_weight is not finite");
    if (reason != NULL)
        return rg_fail(ctx, REGATTA_EINVAL, "--time-format '%s' %s", o->time_format,
                       reason);
    return REGATTA_OK;
}

/* Returns 1 if the options name columns, which an adjacency list does not have. */
static int asks_for_columns(const regatta_read_options *o)
{
    return o->user_column || o->item_column ||
           (o->weight_column && o->weight_column != REGATTA_COLUMN_NONE) ||
           (o->time_column && o->time_column != REGATTA_COLUMN_NONE) ||
           o->header == REGATTA_HEADER_YES || o->use_min_weight || o->time_format != NULL;
}

/* Returns 1 if an option has no meaning for the format: an adjacency list has no columns,
 * a matrix no columns but a value, and only a table has a header. */
static const char *idle_option(const regatta_read_options *o, regatta_format format)
{
    regatta_read_options values = *o;
    values.use_min_weight = 0;
    switch (format) {
    case REGATTA_FORMAT_ADJACENCY:
        return asks_for_columns(o) ? "an adjacency list has no columns, header, weights "
                                     "or times to choose"
                                   : NULL;
    case REGATTA_FORMAT_MATRIX_MARKET:
    case REGATTA_FORMAT_NPZ:
        return asks_for_columns(&values)
                   ? "a matrix has no columns, header or times to choose"
                   : NULL;
    case REGATTA_FORMAT_JSONL:
    case REGATTA_FORMAT_NETFLIX:
    case REGATTA_FORMAT_SQLITE:
    case REGATTA_FORMAT_POSTGRES:
        return o->header != REGATTA_HEADER_AUTO ? "only tables have a header to choose"
                                                : NULL;
    default: return NULL;
    }
}

static regatta_status check_idle(regatta_ctx *ctx, const regatta_read_options *o,
                                 regatta_format format, const char *name)
{
    const char *reason = idle_option(o, format);
    return reason == NULL ? REGATTA_OK
                          : rg_fail(ctx, REGATTA_EINVAL, "%s: %s", name, reason);
}

static regatta_status read_text(regatta_ctx *ctx, rg_edges **out, rg_input *in,
                                const regatta_read_options *o,
                                regatta_read_report *report)
{
    regatta_format format = (regatta_format)o->format;
    regatta_status status = rg_reader_detect(ctx, &format, in);
    if (status != REGATTA_OK) return status;
    report->format = format;
    report->gzip = (uint32_t)rg_input_is_gzip(in);
    report->zstd = (uint32_t)rg_input_is_zstd(in);
    status = check_idle(ctx, o, format, rg_input_name(in));
    if (status != REGATTA_OK) return status;
    switch (format) {
    case REGATTA_FORMAT_ADJACENCY: return rg_read_adjacency(ctx, out, in, o, report);
    case REGATTA_FORMAT_JSONL: return rg_read_json(ctx, out, in, o, report);
    case REGATTA_FORMAT_MATRIX_MARKET: return rg_read_matrix(ctx, out, in, o, report);
    case REGATTA_FORMAT_NETFLIX: return rg_read_netflix(ctx, out, in, o, report);
    default: return rg_read_table(ctx, out, in, o, report);
    }
}

static regatta_status read_database(regatta_ctx *ctx, rg_edges **out, rg_input **in,
                                    const char *path, const regatta_read_options *o,
                                    regatta_read_report *report)
{
    char shown[RG_SHOWN_PLACE];
    rg_store_show(shown, path);
    if (o->format != REGATTA_FORMAT_AUTO)
        return rg_fail(ctx, REGATTA_EFORMAT,
                       "%s: is a database: --format does not apply to it", shown);
    const regatta_status status = check_idle(ctx, o, REGATTA_FORMAT_SQLITE, shown);
    if (status != REGATTA_OK) return status;
    return rg_read_store(ctx, out, in, path, o->query, o, report);
}

/* Reads a file by its first bytes; *in changes to the input that messages name. */
static regatta_status read_file(regatta_ctx *ctx, rg_edges **out, rg_input **in,
                                const char *path, const regatta_read_options *o,
                                regatta_read_report *report)
{
    regatta_status status = REGATTA_OK;
    const char *bytes = NULL;
    int64_t n = 0;
    RG_TRY(rg_input_open(ctx, in, path));
    RG_TRY(rg_input_peek(*in, 16, &bytes, &n));
    const int is_plain =
        strcmp(path, "-") != 0 && !rg_input_is_gzip(*in) && !rg_input_is_zstd(*in);
    const int is_sqlite = rg_store_is_sqlite(bytes, n);
    const int is_zip = n >= 4 && memcmp(bytes, "PK\3\4", 4) == 0;
    if ((is_sqlite || is_zip) && is_plain) {
        rg_input_close(*in);
        *in = NULL;
    }
    if (is_sqlite && is_plain) return read_database(ctx, out, in, path, o, report);
    if (o->query != NULL) {
        status =
            rg_fail(ctx, REGATTA_EINVAL, "%s: is not a database to be queried", path);
        goto done;
    }
    if (is_zip && is_plain) {
        report->format = REGATTA_FORMAT_NPZ;
        RG_TRY(check_idle(ctx, o, REGATTA_FORMAT_NPZ, path));
        return rg_read_npz(ctx, out, in, path, o, report);
    }
    if (is_zip || is_sqlite || o->format == REGATTA_FORMAT_NPZ) {
        status = rg_fail(ctx, REGATTA_EFORMAT, "%s: %s", rg_input_name(*in),
                         is_sqlite ? "a database is not read from a stream: give its file"
                         : is_zip  ? "a zip archive is not read from a stream: give the "
                                     ".npz file"
                                   : "is not an .npz file");
        goto done;
    }
    RG_TRY(read_text(ctx, out, *in, o, report));
done:
    return status;
}

static regatta_status fail_without_rows(regatta_ctx *ctx, const rg_input *in,
                                        const regatta_read_report *r)
{
    int64_t n_bad = 0;
    char last[RG_MESSAGE_BYTES];
    memcpy(last, ctx->message, sizeof last); /* of the last bad row */
    for (int k = 0; k < REGATTA_N_BAD_ROWS; k++) n_bad += r->n_bad[k];
    if (n_bad > 0)
        return rg_fail(ctx, REGATTA_EFORMAT,
                       "%s: no interaction left: %" PRId64 " of %" PRId64
                       " rows are bad, the last one: %s",
                       rg_input_name(in), n_bad, n_bad + r->n_below, last);
    if (r->n_below > 0)
        return rg_fail(ctx, REGATTA_EFORMAT,
                       "%s: no interaction left: all %" PRId64
                       " are below the minimum weight",
                       rg_input_name(in), r->n_below);
    return rg_fail(ctx, REGATTA_EFORMAT, "%s: no interaction%s", rg_input_name(in),
                   r->has_header ? " after the header" : " in it");
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
    rg_input *in = NULL;
    rg_edges *edges = NULL;
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "read options"));
    if (report != NULL) RG_TRY(rg_struct_check(ctx, report, "read report"));
    RG_TRY(check_read_options(ctx, &o));
    RG_TRY(rg_store_is_url(path) ? read_database(ctx, &edges, &in, path, &o, &r)
                                 : read_file(ctx, &edges, &in, path, &o, &r));
    assert(edges != NULL); /* no failure is REGATTA_OK */
    if (edges->n == 0) {
        status = fail_without_rows(ctx, in, &r);
        goto done;
    }
    RG_TRY(rg_bipartite_build(ctx, out, edges, (regatta_dedup)o.dedup, &r.n_duplicates));
    if (report != NULL) rg_struct_write(report, &r, sizeof r);
    rg_begin(ctx); /* clears the messages of dropped rows */
done:
    rg_edges_free(edges);
    rg_input_close(in);
    return rg_end(ctx, status);
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
                         " items and items with %" PRIu32 " users",
                         o.min_user, o.min_item);
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
    if (status == REGATTA_OK) status = rg_summarize(ctx, &full, graph);
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
