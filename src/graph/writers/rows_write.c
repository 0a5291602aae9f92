#include "graph/writers/rows_write.h"
#include "graph/edge_spill.h"
#include "store/store.h"
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *extension;
    regatta_format format;
} names[] = {{".tsv", REGATTA_FORMAT_TSV},       {".csv", REGATTA_FORMAT_CSV},
             {".jsonl", REGATTA_FORMAT_JSONL},   {".ndjson", REGATTA_FORMAT_JSONL},
             {".inter", REGATTA_FORMAT_RECBOLE}, {".mtx", REGATTA_FORMAT_MATRIX_MARKET},
             {".npz", REGATTA_FORMAT_NPZ},       {".adj", REGATTA_FORMAT_ADJACENCY},
             {"-", REGATTA_FORMAT_TSV}};

static int64_t length_without_pack(const char *path)
{
    const int64_t n = (int64_t)strlen(path);
    switch (rg_pack_of(path)) {
    case RG_PACK_GZIP: return n - 3;
    case RG_PACK_ZSTD: return n - 4;
    default: return n;
    }
}

regatta_status rg_rows_format(regatta_ctx *ctx, regatta_format *format, const char *path)
{
    const int64_t n = length_without_pack(path);
    if (*format != REGATTA_FORMAT_AUTO || rg_store_kind_of(path) != RG_STORE_NONE)
        return REGATTA_OK;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        const int64_t length = (int64_t)strlen(names[k].extension);
        if (n < length ||
            strncasecmp(path + n - length, names[k].extension, (size_t)length) != 0)
            continue;
        *format = names[k].format;
        return REGATTA_OK;
    }
    return rg_fail(
        ctx, REGATTA_EINVAL,
        "%s: no format has this extension: choose --output-format (.tsv, .csv, "
        ".jsonl, .inter, .mtx, .npz and .adj have one)",
        path);
}

int rg_rows_need_ids(regatta_format format)
{
    return format == REGATTA_FORMAT_ADJACENCY || format == REGATTA_FORMAT_MATRIX_MARKET ||
           format == REGATTA_FORMAT_NPZ;
}

/* A format without columns for weights and times holds neither. */
static regatta_status check_columns(regatta_ctx *ctx, const rg_edges *e,
                                    regatta_format format, const char *path)
{
    const int holds_weight = format != REGATTA_FORMAT_ADJACENCY;
    const int holds_time = holds_weight && format != REGATTA_FORMAT_MATRIX_MARKET &&
                           format != REGATTA_FORMAT_NPZ;
    if (e->has_weight && !holds_weight)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "%s: lists hold no weights: read the data without them "
                       "(--weight-column 0, no --event-weights); each row is then an "
                       "interaction, dislikes and impressions too",
                       path);
    if (e->has_time && !holds_time)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "%s: this format holds no times: --time-column 0 leaves them out",
                       path);
    return REGATTA_OK;
}

regatta_status rg_rows_need_number(regatta_ctx *ctx, float weight)
{
    if (weight != RG_IMPRESSION) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL,
                   "this format holds no impressions: leave out their kind "
                   "(--event-weights KIND=0), or the rows with the weight shown");
}

static rg_cell name_cell(const rg_idmap *map, uint32_t k)
{
    const int64_t begin = map->offset[k], end = map->offset[(int64_t)k + 1] - 1;
    return (rg_cell){
        .kind = RG_CELL_TEXT, .text = map->bytes + begin, .length = end - begin};
}

static regatta_status put_row(rg_store *store, const rg_edges *e, int64_t k)
{
    rg_cell cell[4] = {name_cell(e->users, e->user[k]), name_cell(e->items, e->item[k])};
    int c = 2;
    if (e->has_weight)
        cell[c++] = (rg_cell){.kind = RG_CELL_SINGLE, .real = (double)e->weight[k]};
    if (e->has_time) cell[c] = (rg_cell){.kind = RG_CELL_TIME, .integer = e->time[k]};
    return rg_store_put(store, cell);
}

static regatta_status write_table(regatta_ctx *ctx, rg_edges *e, const char *place,
                                  const char *table)
{
    regatta_status status = REGATTA_OK;
    rg_store *store = NULL;
    rg_store_column column[4] = {{"user", RG_COLUMN_TEXT, 0},
                                 {"item", RG_COLUMN_TEXT, 0}};
    int n = 2, more = 0;
    if (e->has_weight) column[n++] = (rg_store_column){"weight", RG_COLUMN_SINGLE, 0};
    if (e->has_time) column[n++] = (rg_store_column){"timestamp", RG_COLUMN_TIME, 0};
    RG_TRY(rg_store_open(ctx, &store, place, 1));
    RG_TRY(rg_store_replace(store, table, column, n));
    RG_TRY(rg_spill_rewind(e));
    for (;;) {
        RG_TRY(rg_spill_next(ctx, e, &more));
        if (!more) break;
        for (int64_t k = 0; k < e->n; k++) {
            if (e->has_weight) RG_TRY(rg_rows_need_number(ctx, e->weight[k]));
            RG_TRY(put_row(store, e, k));
        }
    }
    RG_TRY(rg_store_commit(store));
done:
    rg_store_close(store);
    return status;
}

static regatta_status write_as(regatta_ctx *ctx, rg_output *o, rg_edges *e,
                               regatta_format format, const char *path)
{
    switch (format) {
    case REGATTA_FORMAT_ADJACENCY: return rg_write_lists(ctx, o, e, path);
    case REGATTA_FORMAT_MATRIX_MARKET: return rg_write_matrix(ctx, o, e);
    case REGATTA_FORMAT_NPZ: return rg_write_npz(ctx, o, e);
    default: return rg_write_rows(ctx, o, e, format);
    }
}

static regatta_status write_ids(regatta_ctx *ctx, rg_output **out, const char *path,
                                const char *tail, const rg_idmap *map)
{
    regatta_status status = REGATTA_OK;
    char name[PATH_MAX];
    const int n = (int)length_without_pack(path);
    if (n + (int)strlen(tail) >= PATH_MAX)
        return rg_fail(ctx, REGATTA_EIO, "%.80s...: name too long", path);
    snprintf(name, sizeof name, "%.*s%s", n, path, tail);
    RG_TRY(rg_output_open(ctx, out, name, RG_PACK_NONE));
    for (uint32_t k = 0; k < map->n; k++)
        RG_TRY(rg_output_printf(*out, "%s\n", rg_idmap_name(map, k)));
done:
    return status;
}

/* All files are written before the first takes its place. */
static regatta_status write_files(regatta_ctx *ctx, rg_edges *e, const char *path,
                                  regatta_format format)
{
    regatta_status status = REGATTA_OK;
    rg_output *out[3] = {NULL};
    const int has_ids = format == REGATTA_FORMAT_MATRIX_MARKET && strcmp(path, "-") != 0;
    if (format == REGATTA_FORMAT_NPZ && rg_pack_of(path) != RG_PACK_NONE)
        return rg_fail(ctx, REGATTA_EINVAL, "%s: .npz files are not compressed again",
                       path);
    RG_TRY(rg_output_open(ctx, &out[0], path, rg_pack_of(path)));
    RG_TRY(write_as(ctx, out[0], e, format, path));
    if (has_ids) {
        RG_TRY(write_ids(ctx, &out[1], path, ".users.txt", e->users));
        RG_TRY(write_ids(ctx, &out[2], path, ".items.txt", e->items));
    }
    for (int k = 2; k >= 0; k--) {
        if (out[k] == NULL) continue;
        status = rg_output_commit(out[k]);
        out[k] = NULL;
        if (status != REGATTA_OK) goto done;
    }
done:
    for (int k = 0; k < 3; k++) rg_output_abandon(out[k]);
    return status;
}

regatta_status rg_rows_write(regatta_ctx *ctx, rg_edges *edges, const char *path,
                             regatta_format format, const char *table)
{
    if (rg_store_kind_of(path) != RG_STORE_NONE)
        return write_table(ctx, edges, path, table);
    const regatta_status status = check_columns(ctx, edges, format, path);
    return status == REGATTA_OK ? write_files(ctx, edges, path, format) : status;
}
