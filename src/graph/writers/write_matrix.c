/* Lists of items, MatrixMarket, and .npz of scipy. */
#include "base/files/zip.h"
#include "base/text/float_text.h"
#include "graph/writers/rows_write.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

regatta_status rg_group_rows(regatta_ctx *ctx, const rg_edges *e, int64_t **offset,
                             int64_t **row)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_users = e->users->n;
    *offset = *row = NULL;
    RG_NEW(ctx->mem, *offset, n_users + 2);
    RG_NEW(ctx->mem, *row, e->n);
    /* offset[u + 2] counts, then offset[u + 1] is the place of the next row of u. */
    for (int64_t k = 0; k < e->n; k++) (*offset)[e->user[k] + 2LL]++;
    for (int64_t u = 0; u < n_users; u++) (*offset)[u + 2] += (*offset)[u + 1];
    for (int64_t k = 0; k < e->n; k++) (*row)[(*offset)[e->user[k] + 1LL]++] = k;
done:
    return status;
}

static int has_blank(const rg_idmap *map, uint32_t *k)
{
    for (*k = 0; *k < map->n; ++*k)
        if (strchr(rg_idmap_name(map, *k), ' ') != NULL) return 1;
    return 0;
}

regatta_status rg_write_lists(regatta_ctx *ctx, rg_output *o, const rg_edges *e,
                              const char *path)
{
    regatta_status status = REGATTA_OK;
    int64_t *offset = NULL, *row = NULL;
    uint32_t k = 0;
    const rg_idmap *odd = has_blank(e->users, &k)   ? e->users
                          : has_blank(e->items, &k) ? e->items
                                                    : NULL;
    if (odd != NULL)
        return rg_fail(ctx, REGATTA_EFORMAT,
                       "%s: the id '%.80s' holds a blank, which separates ids in lists",
                       path, rg_idmap_name(odd, k));
    RG_TRY(rg_group_rows(ctx, e, &offset, &row));
    for (uint32_t u = 0; u < e->users->n; u++) {
        RG_TRY(rg_output_printf(o, "%s", rg_idmap_name(e->users, u)));
        for (int64_t r = offset[u]; r < offset[(int64_t)u + 1]; r++)
            RG_TRY(rg_output_printf(o, " %s", rg_idmap_name(e->items, e->item[row[r]])));
        RG_TRY(rg_output_write(o, "\n", 1));
    }
done:
    rg_free(ctx->mem, offset);
    rg_free(ctx->mem, row);
    return status;
}

regatta_status rg_write_matrix(rg_output *o, const rg_edges *e)
{
    char number[RG_FLOAT_BYTES] = "";
    regatta_status status = rg_output_printf(
        o,
        "%%%%MatrixMarket matrix coordinate %s general\n%" PRIu32 " %" PRIu32 " %" PRId64
        "\n",
        e->has_weight ? "real" : "pattern", e->users->n, e->items->n, e->n);
    for (int64_t k = 0; k < e->n && status == REGATTA_OK; k++) {
        if (e->has_weight) rg_format_float(number, e->weight[k]);
        status = rg_output_printf(o, "%lld %lld%s%s\n", e->user[k] + 1LL,
                                  e->item[k] + 1LL, e->has_weight ? " " : "", number);
    }
    return status;
}

/* Adds NAME.npy: `bytes` of an array of this type and shape. */
static regatta_status add_array(rg_zip_writer *z, const char *name, const char *type,
                                const char *shape, const void *bytes, int64_t n)
{
    enum { PREFIX = 10, ALIGN = 64 };
    char head[2 * ALIGN + 128], member[32];
    int length =
        snprintf(head + PREFIX, sizeof head - PREFIX,
                 "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", type, shape);
    while ((PREFIX + length + 1) % ALIGN != 0) head[PREFIX + length++] = ' ';
    head[PREFIX + length++] = '\n';
    memcpy(head, "\x93NUMPY\1\0", 8);
    head[8] = (char)(length & 0xff);
    head[9] = (char)(length >> 8);
    snprintf(member, sizeof member, "%s.npy", name);
    return rg_zip_add(z, member, head, PREFIX + length, bytes, n);
}

/* Adds ids as an array of byte strings, padded with NULs to the longest. */
static regatta_status add_ids(rg_zip_writer *z, rg_mem mem, const char *name,
                              const rg_idmap *map)
{
    regatta_status status = REGATTA_OK;
    char type[32], shape[32];
    char *bytes = NULL;
    int64_t longest = 1;
    for (uint32_t k = 0; k < map->n; k++) {
        const int64_t n = map->offset[(int64_t)k + 1] - map->offset[k] - 1;
        if (n > longest) longest = n;
    }
    RG_NEW(mem, bytes, map->n * longest);
    for (uint32_t k = 0; k < map->n; k++)
        memcpy(bytes + k * longest, rg_idmap_name(map, k),
               (size_t)(map->offset[(int64_t)k + 1] - map->offset[k] - 1));
    snprintf(type, sizeof type, "|S%" PRId64, longest);
    snprintf(shape, sizeof shape, "(%" PRIu32 ",)", map->n);
    RG_TRY(add_array(z, name, type, shape, bytes, map->n * longest));
done:
    rg_free(mem, bytes);
    return status;
}

/* Fills the arrays of CSR rows: items and weights in the order of each user's rows. */
static regatta_status fill_rows(regatta_ctx *ctx, const rg_edges *e, int64_t **offset,
                                int32_t **item, float **weight)
{
    regatta_status status = REGATTA_OK;
    int64_t *row = NULL;
    RG_TRY(rg_group_rows(ctx, e, offset, &row));
    RG_NEW(ctx->mem, *item, e->n);
    RG_NEW(ctx->mem, *weight, e->n);
    for (int64_t k = 0; k < e->n; k++) {
        (*item)[k] = (int32_t)e->item[row[k]];
        (*weight)[k] = e->has_weight ? e->weight[row[k]] : 1.0f;
    }
done:
    rg_free(ctx->mem, row);
    return status;
}

/* A matrix as scipy.sparse.save_npz writes it, and besides the ids of rows and columns as
 * users.npy and items.npy. */
regatta_status rg_write_npz(regatta_ctx *ctx, rg_output *o, const rg_edges *e)
{
    regatta_status status = REGATTA_OK;
    const int64_t size[2] = {e->users->n, e->items->n};
    int64_t *offset = NULL;
    int32_t *item = NULL;
    float *weight = NULL;
    char shape[32], rows[32];
    rg_zip_writer z;
    rg_zip_writer_begin(&z, ctx->mem, o);
    if (e->items->n > INT32_MAX) {
        status = rg_fail(ctx, REGATTA_EFORMAT, "more than 2^31 items");
        goto done;
    }
    RG_TRY(fill_rows(ctx, e, &offset, &item, &weight));
    snprintf(shape, sizeof shape, "(%" PRId64 ",)", e->n);
    snprintf(rows, sizeof rows, "(%" PRId64 ",)", size[0] + 1);
    RG_TRY(add_array(&z, "indices", "<i4", shape, item, e->n * 4));
    RG_TRY(add_array(&z, "indptr", "<i8", rows, offset, (size[0] + 1) * 8));
    RG_TRY(add_array(&z, "format", "|S3", "()", "csr", 3));
    RG_TRY(add_array(&z, "shape", "<i8", "(2,)", size, sizeof size));
    RG_TRY(add_array(&z, "data", "<f4", shape, weight, e->n * 4));
    RG_TRY(add_ids(&z, ctx->mem, "users", e->users));
    RG_TRY(add_ids(&z, ctx->mem, "items", e->items));
    RG_TRY(rg_zip_writer_end(&z));
done:
    rg_zip_writer_free(&z);
    rg_free(ctx->mem, offset);
    rg_free(ctx->mem, item);
    rg_free(ctx->mem, weight);
    return status;
}
