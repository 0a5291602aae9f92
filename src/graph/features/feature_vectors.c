#include "graph/features/feature_vectors.h"
#include "base/files/file.h"
#include "base/files/file_io.h"
#include "graph/features/npy.h"
#include "graph/readers/reader_common.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

/* Opens the ids of the vectors of `path`; *found has its path. */
static regatta_status open_ids(regatta_ctx *ctx, rg_input **out, const char *path,
                               char found[PATH_BYTES])
{
    static const char *const tails[] = {".npy.ids.txt", ".ids.txt", ".ids", ".txt"};
    const size_t n = strlen(path);
    const int has_tail = n > 4 && strcmp(path + n - 4, ".npy") == 0;
    const int stem = (int)(has_tail ? n - 4 : n);
    if (n + sizeof ".npy.ids.txt" > PATH_BYTES)
        return rg_fail(ctx, REGATTA_EIO, "%.80s...: name too long", path);
    for (int k = has_tail ? 0 : 1; k < 4; k++) {
        snprintf(found, PATH_BYTES, "%.*s%s", stem, path, tails[k]);
        if (rg_io_exists(found)) return rg_input_open(ctx, out, found);
    }
    return rg_fail(
        ctx, REGATTA_EFORMAT,
        "%s: the ids of the rows are missing: write them, one a line, to %.*s%s", path,
        stem, path, has_tail ? ".npy.ids.txt" : ".ids.txt");
}

/* Reads the ids, one a line, as nodes of the features: node[n_rows]. */
static regatta_status read_ids(regatta_ctx *ctx, uint32_t *node, int64_t n_rows,
                               rg_features *features, rg_input *in,
                               regatta_features_report *report)
{
    regatta_status status = REGATTA_OK;
    rg_idmap *seen = NULL;
    rg_id id;
    int64_t n = 0;
    RG_TRY(rg_idmap_create(ctx, &seen));
    for (;; n++) {
        char *line = NULL;
        int64_t length = 0;
        uint32_t place = 0;
        RG_TRY(rg_input_line(in, &line, &length));
        if (line == NULL) break;
        rg_id_take(&id, line, length);
        const char *const wrong = rg_reader_id_wrong(&id);
        if (wrong != NULL) {
            status = rg_reader_fail(ctx, in, "the id %s", wrong);
            goto done;
        }
        RG_TRY(rg_idmap_add(ctx, seen, id.text, id.length, &place));
        if (place < n) {
            status = rg_reader_fail(ctx, in, "the id '%.*s' is that of line %" PRIu32,
                                    rg_shown(id.length), id.text, place + 1);
            goto done;
        }
        if (n < n_rows)
            RG_TRY(
                rg_reader_add_id(ctx, features->ids, &id, &node[n], &report->n_recoded));
    }
    if (n != n_rows)
        status =
            rg_reader_fail_at(ctx, in, 0, "%" PRId64 " id%s for %" PRId64 " vector%s", n,
                              RG_S(n), n_rows, RG_S(n_rows));
done:
    rg_idmap_free(seen);
    return status;
}

static regatta_status copy_rows(regatta_ctx *ctx, float *dense, uint8_t *present,
                                const rg_npy *array, const uint32_t *node,
                                const rg_map *map, const char *path)
{
    for (int64_t r = 0; r < array->n_rows; r++) {
        float *const row = dense + (int64_t)node[r] * array->n_cols;
        present[node[r]] = 1;
        for (int64_t c = 0; c < array->n_cols; c++) {
            row[c] = rg_npy_at(array, map->bytes, r * array->n_cols + c);
            if (!isfinite(row[c]))
                return rg_fail(ctx, REGATTA_EFORMAT,
                               "%s: row %" PRId64 ", column %" PRId64
                               " (from 0) is not a finite float32",
                               path, r, c);
        }
    }
    return REGATTA_OK;
}

static regatta_status add_rows(regatta_ctx *ctx, rg_features *features, const char *name,
                               const rg_npy *array, const uint32_t *node,
                               const rg_map *map, const char *path)
{
    regatta_status status = REGATTA_OK;
    float *dense = NULL;
    uint8_t *present = NULL;
    const int64_t n = features->ids->n;
    if (array->n_cols > INT64_MAX / n) return REGATTA_ENOMEM;
    RG_NEW(ctx->mem, dense, n * array->n_cols);
    RG_NEW(ctx->mem, present, n);
    RG_TRY(copy_rows(ctx, dense, present, array, node, map, path));
    RG_TRY(rg_features_add_dense(ctx, features, name, dense, present, n, array->n_cols));
    dense = NULL;
    present = NULL;
done:
    rg_free(ctx->mem, dense);
    rg_free(ctx->mem, present);
    return status;
}

regatta_status rg_feature_vectors_read(regatta_ctx *ctx, rg_features *features,
                                       const char *path, const char *name,
                                       regatta_features_report *report)
{
    regatta_status status = REGATTA_OK;
    rg_map map = {.bytes = NULL};
    rg_input *in = NULL;
    uint32_t *node = NULL;
    rg_npy array;
    char ids[PATH_BYTES];
    RG_TRY(rg_map_open(ctx, &map, path));
    const char *const wrong = rg_npy_read(&array, map.bytes, map.size);
    if (wrong != NULL) {
        status = rg_fail(ctx, REGATTA_EFORMAT, "%s: %s", path, wrong);
        goto done;
    }
    if (array.n_rows >= REGATTA_NONE) {
        status = rg_fail(ctx, REGATTA_EFORMAT, "%s: more than 2^32 - 2 rows", path);
        goto done;
    }
    RG_TRY(open_ids(ctx, &in, path, ids));
    RG_NEW(ctx->mem, node, array.n_rows);
    RG_TRY(read_ids(ctx, node, array.n_rows, features, in, report));
    RG_TRY(add_rows(ctx, features, name, &array, node, &map, path));
    report->layout = REGATTA_FEATURES_VECTORS;
    report->n_lines = report->n_rows = report->n_nodes = array.n_rows;
    report->n_features = array.n_cols;
    report->n_values = array.n_rows * array.n_cols;
    report->n_modalities = 1;
    snprintf(report->columns, sizeof report->columns, "ids = %.1000s", ids);
done:
    rg_free(ctx->mem, node);
    rg_input_close(in);
    rg_map_close(&map);
    return status;
}
