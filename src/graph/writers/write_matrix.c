/* Lists of items, MatrixMarket, and .npz of scipy. */
#include "base/files/zip.h"
#include "base/text/float_text.h"
#include "graph/edge_spill.h"
#include "graph/readers/reader_common.h"
#include "graph/writers/rows_write.h"
#include "graph/writers/user_rows.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int has_blank(const char *id)
{
    return strchr(id, ' ') != NULL;
}

/* A row that begins with such an id would be read as a comment. */
static int is_comment(const char *id)
{
    return rg_reader_is_comment(id, (int64_t)strlen(id));
}

/* Returns the first id that is so; NULL: there is none. */
static const char *find_id(const rg_idmap *map, int (*is_so)(const char *id))
{
    for (uint32_t k = 0; k < map->n; k++)
        if (is_so(rg_idmap_name(map, k))) return rg_idmap_name(map, k);
    return NULL;
}

/* A line of the user and their items. */
static regatta_status put_list(rg_output *o, const rg_edges *e, const rg_user_rows *r,
                               uint32_t u)
{
    const int64_t base = r->offset[r->first];
    regatta_status status = rg_output_printf(o, "%s", rg_idmap_name(e->users, u));
    for (int64_t k = r->offset[u]; k < r->offset[(int64_t)u + 1] && status == REGATTA_OK;
         k++)
        status = rg_output_printf(o, " %s", rg_idmap_name(e->items, r->item[k - base]));
    return status == REGATTA_OK ? rg_output_write(o, "\n", 1) : status;
}

regatta_status rg_write_lists(regatta_ctx *ctx, rg_output *o, rg_edges *e,
                              const char *path)
{
    regatta_status status = REGATTA_OK;
    rg_user_rows r = {.offset = NULL};
    int more = 0;
    const char *odd = find_id(e->users, has_blank);
    if (odd == NULL) odd = find_id(e->items, has_blank);
    if (odd != NULL)
        return rg_fail(ctx, REGATTA_EFORMAT,
                       "%s: the id '%.80s' holds a blank, which separates ids in lists",
                       path, odd);
    odd = find_id(e->users, is_comment);
    if (odd != NULL)
        return rg_fail(ctx, REGATTA_EFORMAT,
                       "%s: a list of the user '%.80s' would be read as a comment", path,
                       odd);
    RG_TRY(rg_user_rows_begin(ctx, &r, e));
    for (;;) {
        RG_TRY(rg_user_rows_next(ctx, &r, e, &more));
        if (!more) break;
        for (uint32_t u = r.first; u < r.end; u++) RG_TRY(put_list(o, e, &r, u));
    }
done:
    rg_user_rows_free(ctx, &r);
    return status;
}

regatta_status rg_write_matrix(regatta_ctx *ctx, rg_output *o, rg_edges *e)
{
    char number[RG_FLOAT_BYTES] = "";
    regatta_status status = REGATTA_OK;
    int more = 0;
    RG_TRY(rg_output_printf(o,
                            "%%%%MatrixMarket matrix coordinate %s general\n%" PRIu32
                            " %" PRIu32 " %" PRId64 "\n",
                            e->has_weight ? "real" : "pattern", e->users->n, e->items->n,
                            e->n_before + e->n));
    RG_TRY(rg_spill_rewind(e));
    for (;;) {
        RG_TRY(rg_spill_next(ctx, e, &more));
        if (!more) break;
        for (int64_t k = 0; k < e->n; k++) {
            if (e->has_weight) RG_TRY(rg_rows_need_number(ctx, e->weight[k]));
            if (e->has_weight) rg_format_float(number, e->weight[k]);
            RG_TRY(rg_output_printf(o, "%lld %lld%s%s\n", e->user[k] + 1LL,
                                    e->item[k] + 1LL, e->has_weight ? " " : "", number));
        }
    }
done:
    return status;
}

/* Writes the header of an array of this type and shape; returns its length. */
enum { NPY_HEAD = 256 };
static int64_t npy_head(char head[NPY_HEAD], const char *type, const char *shape)
{
    enum { PREFIX = 10, ALIGN = 64 };
    int length =
        snprintf(head + PREFIX, NPY_HEAD - PREFIX,
                 "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", type, shape);
    while ((PREFIX + length + 1) % ALIGN != 0) head[PREFIX + length++] = ' ';
    head[PREFIX + length++] = '\n';
    memcpy(head, "\x93NUMPY\1\0", 8);
    head[8] = (char)(length & 0xff);
    head[9] = (char)(length >> 8);
    return PREFIX + length;
}

/* Adds an array as NAME.npy. */
static regatta_status add_array(rg_zip_writer *z, const char *name, const char *type,
                                const char *shape, const void *bytes, int64_t n)
{
    char head[NPY_HEAD], member[32];
    const int64_t length = npy_head(head, type, shape);
    snprintf(member, sizeof member, "%s.npy", name);
    return rg_zip_add(z, member, head, length, bytes, n);
}

/* The same with the numbers of a spool. */
static regatta_status add_spool(rg_zip_writer *z, const char *name, const char *type,
                                const char *shape, rg_spool *spool)
{
    char head[NPY_HEAD], member[32];
    const int64_t length = npy_head(head, type, shape);
    snprintf(member, sizeof member, "%s.npy", name);
    return rg_zip_add_spool(z, member, head, length, spool);
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

/* Writes the items and the weights of the users' rows, user by user. */
static regatta_status spool_rows(regatta_ctx *ctx, rg_edges *e, rg_user_rows *r,
                                 rg_spool *item, rg_spool *weight)
{
    regatta_status status = REGATTA_OK;
    const float one = 1.0f;
    int more = 0;
    for (;;) {
        RG_TRY(rg_user_rows_next(ctx, r, e, &more));
        if (!more) break;
        const int64_t n = r->offset[r->end] - r->offset[r->first];
        RG_TRY(rg_spool_write(item, r->item, n * (int64_t)sizeof *r->item));
        for (int64_t k = 0; k < n && r->weight != NULL; k++)
            RG_TRY(rg_rows_need_number(ctx, r->weight[k]));
        if (r->weight != NULL)
            RG_TRY(rg_spool_write(weight, r->weight, n * (int64_t)sizeof one));
        for (int64_t k = 0; k < n && r->weight == NULL; k++)
            RG_TRY(rg_spool_write(weight, &one, sizeof one));
    }
done:
    return status;
}

/* A matrix as scipy.sparse.save_npz writes it, and besides the ids of rows and columns as
 * users.npy and items.npy. */
regatta_status rg_write_npz(regatta_ctx *ctx, rg_output *o, rg_edges *e)
{
    regatta_status status = REGATTA_OK;
    const int64_t size[2] = {e->users->n, e->items->n}, n = e->n_before + e->n;
    rg_user_rows r = {.offset = NULL};
    rg_spool *item = NULL, *weight = NULL;
    char shape[32], rows[32];
    rg_zip_writer z;
    rg_zip_writer_begin(&z, ctx->mem, o);
    if (e->items->n > INT32_MAX) {
        status = rg_fail(ctx, REGATTA_EFORMAT, "more than 2^31 items");
        goto done;
    }
    RG_TRY(rg_spool_create(ctx, &item));
    RG_TRY(rg_spool_create(ctx, &weight));
    RG_TRY(rg_user_rows_begin(ctx, &r, e));
    RG_TRY(spool_rows(ctx, e, &r, item, weight));
    snprintf(shape, sizeof shape, "(%" PRId64 ",)", n);
    snprintf(rows, sizeof rows, "(%" PRId64 ",)", size[0] + 1);
    RG_TRY(add_spool(&z, "indices", "<i4", shape, item));
    RG_TRY(add_array(&z, "indptr", "<i8", rows, r.offset, (size[0] + 1) * 8));
    RG_TRY(add_array(&z, "format", "|S3", "()", "csr", 3));
    RG_TRY(add_array(&z, "shape", "<i8", "(2,)", size, sizeof size));
    RG_TRY(add_spool(&z, "data", "<f4", shape, weight));
    RG_TRY(add_ids(&z, ctx->mem, "users", e->users));
    RG_TRY(add_ids(&z, ctx->mem, "items", e->items));
    RG_TRY(rg_zip_writer_end(&z));
done:
    rg_zip_writer_free(&z);
    rg_user_rows_free(ctx, &r);
    rg_spool_free(item);
    rg_spool_free(weight);
    return status;
}
