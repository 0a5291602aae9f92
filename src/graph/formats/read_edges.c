#include "graph/formats/read_edges.h"
#include "base/files/file.h"
#include "graph/formats/reader_json.h"
#include "graph/formats/reader_matrix.h"
#include "graph/formats/reader_netflix.h"
#include "graph/formats/reader_npz.h"
#include "graph/formats/reader_store.h"
#include "graph/readers/event_weights.h"
#include "graph/readers/reader.h"
#include "graph/readers/rows_share.h"
#include "graph/times/reader_time.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

regatta_status rg_read_check(regatta_ctx *ctx, const regatta_read_options *o)
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
    if (o->logged)
        return rg_fail(ctx, REGATTA_EINVAL, "logged must be 0, not %" PRIu32, o->logged);
    if (o->use_dislike_below && !isfinite(o->dislike_below))
        return rg_fail(ctx, REGATTA_EINVAL, "dislike_below is not finite");
    if (reason != NULL)
        return rg_fail(ctx, REGATTA_EINVAL, "--time-format '%s' %s", o->time_format,
                       reason);
    if (o->event_weights == NULL && o->event_column != 0)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "an event column has no effect without event weights");
    return o->event_weights != NULL ? rg_event_weights_check(ctx, o->event_weights)
                                    : REGATTA_OK;
}

/* Returns 1 if the options name columns, which an adjacency list does not have. */
static int asks_for_columns(const regatta_read_options *o)
{
    const int has_rules =
        o->event_weights != NULL || o->use_min_weight || o->use_dislike_below;
    return o->user_column || o->item_column ||
           (o->weight_column && o->weight_column != REGATTA_COLUMN_NONE) ||
           (o->time_column && o->time_column != REGATTA_COLUMN_NONE) ||
           o->header == REGATTA_HEADER_YES || o->time_format != NULL ||
           (has_rules && o->like == NULL);
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

/* Refuses logged feedback in a format without propensities. */
static regatta_status check_logged(regatta_ctx *ctx, const regatta_read_options *o,
                                   regatta_format format, const char *name)
{
    const int has_columns =
        format != REGATTA_FORMAT_ADJACENCY && format != REGATTA_FORMAT_MATRIX_MARKET &&
        format != REGATTA_FORMAT_NPZ && format != REGATTA_FORMAT_NETFLIX;
    if (!o->logged || has_columns) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EFORMAT,
                   "%s: is no table with named columns, which logged feedback needs: "
                   "user, item, position, propensity, reward",
                   name);
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
    if (status == REGATTA_OK) status = check_logged(ctx, o, format, rg_input_name(in));
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

static regatta_status open_input(regatta_ctx *ctx, rg_input **in, const char *path)
{
    return rg_is_folder(path) ? rg_input_open_folder(ctx, in, path)
                              : rg_input_open(ctx, in, path);
}

/* Reads a file by its first bytes; *in changes to the input that messages name. With
 * `divided` the ranks may divide it. */
static regatta_status read_file(regatta_ctx *ctx, rg_edges **out, rg_input **in,
                                const char *path, const regatta_read_options *o,
                                regatta_read_report *report, int divided)
{
    regatta_status status = REGATTA_OK;
    const char *bytes = NULL;
    int64_t n = 0;
    RG_TRY(open_input(ctx, in, path));
    if (divided) RG_TRY(rg_share_allow(ctx, *in));
    RG_TRY(rg_input_peek(*in, 16, &bytes, &n));
    const int is_plain = !rg_is_folder(path) && strcmp(path, "-") != 0 &&
                         !rg_input_is_gzip(*in) && !rg_input_is_zstd(*in);
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
        RG_TRY(check_logged(ctx, o, REGATTA_FORMAT_NPZ, path));
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
                       "%s: no interaction left: %" PRId64 " bad of %" PRId64
                       " row%s, the last one: %s",
                       rg_input_name(in), n_bad, n_bad + r->n_below,
                       RG_S(n_bad + r->n_below), last);
    if (r->n_below > 0)
        return rg_fail(ctx, REGATTA_EFORMAT,
                       "%s: no interaction left: all %" PRId64
                       " are below the minimum weight",
                       rg_input_name(in), r->n_below);
    return rg_fail(ctx, REGATTA_EFORMAT, "%s: no interaction%s", rg_input_name(in),
                   r->has_header ? " after the header" : " in it");
}

/* Returns 1 if the options allow that nothing was read, and no row was bad. */
static int may_be_empty(const regatta_read_options *o, const regatta_read_report *r,
                        int is_file)
{
    for (int k = 0; k < REGATTA_N_BAD_ROWS; k++)
        if (r->n_bad[k] > 0) return 0;
    return o->allow_empty && (r->has_header || r->n_below + r->n_left_out > 0 ||
                              !is_file || r->format == REGATTA_FORMAT_SQLITE);
}

regatta_status rg_read_edges(regatta_ctx *ctx, rg_edges **out, const char *path,
                             const regatta_read_options *opts,
                             regatta_read_report *report)
{
    *out = NULL;
    rg_input *in = NULL;
    rg_edges *edges = NULL;
    const regatta_read_report empty = *report;
    const int is_file = !rg_store_is_url(path);
    regatta_status status = is_file ? read_file(ctx, &edges, &in, path, opts, report, 1)
                                    : read_database(ctx, &edges, &in, path, opts, report);
    if (status == REGATTA_OK && edges == NULL) { /* each rank reads the whole file */
        *report = empty;
        rg_input_close(in);
        in = NULL;
        status = read_file(ctx, &edges, &in, path, opts, report, 0);
    }
    if (status == REGATTA_OK) {
        assert(edges != NULL); /* no failure is REGATTA_OK */
        if (edges->n_before + edges->n == 0 && !may_be_empty(opts, report, is_file))
            status = fail_without_rows(ctx, in, report);
    }
    rg_input_close(in);
    if (status == REGATTA_OK)
        *out = edges;
    else
        rg_edges_free(edges);
    return status;
}
