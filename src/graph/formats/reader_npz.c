#include "graph/formats/reader_npz.h"
#include "base/files/zip.h"
#include "graph/features/npy.h"
#include "graph/formats/entries.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 32 };

/* A member of the archive, unpacked. */
typedef struct array {
    rg_npy head;
    void *bytes;
    int64_t n; /* numbers */
} array;

typedef struct sparse {
    regatta_ctx *ctx;
    rg_input *in;
    rg_zip zip;
    rg_unpacked sizes;
    array shape, data;
    array outer, inner; /* indptr and indices, or row and col */
    array names[2];     /* users and items, which regatta writes; bytes NULL = none */
    char format[4];     /* "csr", "csc", "coo" */
    int64_t n_rows, n_columns, n;
    rg_entries entries;
} sparse;

static regatta_status fail(sparse *s, const char *reason)
{
    return rg_reader_fail_at(s->ctx, s->in, 0, "%s", reason);
}

/* Unpacks NAME.npy, an array of one of these kinds and at most one dimension. */
static regatta_status load(sparse *s, array *out, const char *name, const char *kinds)
{
    char member_name[NAME_BYTES], shown[1024];
    rg_zip_member member;
    snprintf(member_name, sizeof member_name, "%s.npy", name);
    snprintf(shown, sizeof shown, "%s: %s", rg_input_name(s->in), member_name);
    const int found = rg_zip_find(&s->zip, member_name, &member);
    if (found < 0) return fail(s, "the zip archive is cut or damaged");
    if (found == 0)
        return rg_fail(s->ctx, REGATTA_EFORMAT, "%s is missing in the archive", shown);
    const regatta_status status =
        rg_zip_read(s->ctx, &out->bytes, &member, &s->sizes, shown);
    if (status != REGATTA_OK) return status;
    const char *wrong = rg_npy_read_any(&out->head, out->bytes, member.size);
    if (wrong == NULL && strchr(kinds, out->head.kind) == NULL)
        wrong = "holds numbers of another type than expected";
    if (wrong == NULL && out->head.n_dims > 1) wrong = "has more than one dimension";
    if (wrong != NULL) return rg_fail(s->ctx, REGATTA_EFORMAT, "%s %s", shown, wrong);
    out->n = out->head.n_dims == 0 ? 1 : out->head.dim[0];
    return REGATTA_OK;
}

/* Reads the three letters of the format, of bytes or of characters of four bytes. */
static regatta_status read_format(sparse *s)
{
    array text = {.bytes = NULL};
    char word[8] = "";
    const regatta_status status = load(s, &text, "format", "SU");
    if (status == REGATTA_OK) {
        const int step = text.head.kind == 'U' ? 4 : 1;
        const char *from = (const char *)text.bytes + text.head.offset;
        for (int k = 0; k < text.head.bytes && k < 7; k++) word[k] = from[k * step];
    }
    rg_free(s->ctx->mem, text.bytes);
    if (status != REGATTA_OK) return status;
    if (strcmp(word, "csr") != 0 && strcmp(word, "csc") != 0 && strcmp(word, "coo") != 0)
        return fail(s, "is a sparse matrix of another format than csr, csc and coo: save "
                       "its tocsr()");
    memcpy(s->format, word, sizeof s->format);
    return REGATTA_OK;
}

static regatta_status load_all(sparse *s)
{
    static const char whole[] = "iu";
    regatta_status status = REGATTA_OK;
    RG_TRY(read_format(s));
    const int is_coo = strcmp(s->format, "coo") == 0;
    RG_TRY(load(s, &s->shape, "shape", whole));
    if (s->shape.n != 2) {
        status = fail(s, "shape.npy does not hold two numbers");
        goto done;
    }
    s->n_rows = rg_npy_whole(&s->shape.head, s->shape.bytes, 0);
    s->n_columns = rg_npy_whole(&s->shape.head, s->shape.bytes, 1);
    RG_TRY(load(s, &s->outer, is_coo ? "row" : "indptr", whole));
    RG_TRY(load(s, &s->inner, is_coo ? "col" : "indices", whole));
    RG_TRY(load(s, &s->data, "data", "fiub"));
    s->n = s->inner.n;
    if (s->data.n != s->n || (is_coo && s->outer.n != s->n))
        status = fail(s, "its arrays differ in length");
done:
    return status;
}

/* Adds entry k. */
static regatta_status add(sparse *s, int64_t k, int64_t row, int64_t column)
{
    const char *wrong = NULL;
    regatta_status status = REGATTA_OK;
    s->entries.bad = REGATTA_BAD_COLUMNS;
    if (row < 0 || row >= s->n_rows || column < 0 || column >= s->n_columns)
        return rg_reader_fail_at(s->ctx, s->in, 0,
                                 "entry %" PRId64 " is at (%" PRId64 ", %" PRId64
                                 "), outside the matrix of %" PRId64 " x %" PRId64,
                                 k, row, column, s->n_rows, s->n_columns);
    const double value = rg_npy_number(&s->data.head, s->data.bytes, k);
    status = rg_entries_add(&s->entries, row, column, value, &wrong);
    if (wrong == NULL) return status;
    if (s->entries.opts->skip_bad) {
        rg_reader_count_bad(s->entries.report, s->entries.bad, s->in, k + 1);
        return REGATTA_OK;
    }
    return rg_reader_fail_at(s->ctx, s->in, 0,
                             "entry %" PRId64 " at (%" PRId64 ", %" PRId64 "): %s", k,
                             row, column, wrong);
}

static regatta_status add_coo(sparse *s)
{
    regatta_status status = REGATTA_OK;
    for (int64_t k = 0; k < s->n && status == REGATTA_OK; k++)
        status = add(s, k, rg_npy_whole(&s->outer.head, s->outer.bytes, k),
                     rg_npy_whole(&s->inner.head, s->inner.bytes, k));
    return status;
}

/* The arrays may be longer than the last offset. */
static regatta_status add_compressed(sparse *s)
{
    regatta_status status = REGATTA_OK;
    const int by_row = strcmp(s->format, "csr") == 0;
    const int64_t n = by_row ? s->n_rows : s->n_columns;
    int64_t begin = 0;
    if (n < 0 || s->outer.n - 1 != n || rg_npy_whole(&s->outer.head, s->outer.bytes, 0))
        return fail(s, "indptr.npy does not fit the shape, or does not begin with 0");
    for (int64_t line = 0; line < n; line++) {
        const int64_t end = rg_npy_whole(&s->outer.head, s->outer.bytes, line + 1);
        if (end < begin || end > s->n)
            return fail(s, "indptr.npy falls, or exceeds the number of entries");
        for (; begin < end && status == REGATTA_OK; begin++) {
            const int64_t other = rg_npy_whole(&s->inner.head, s->inner.bytes, begin);
            status = add(s, begin, by_row ? line : other, by_row ? other : line);
        }
        if (status != REGATTA_OK) return status;
    }
    return REGATTA_OK;
}

/* Loads the ids of rows or columns if the archive has them. */
static regatta_status load_names(sparse *s, int side)
{
    static const char *const members[] = {"users", "items"};
    char name[NAME_BYTES];
    rg_zip_member ignored;
    array *const a = &s->names[side];
    regatta_status status = REGATTA_OK;
    snprintf(name, sizeof name, "%s.npy", members[side]);
    if (rg_zip_find(&s->zip, name, &ignored) == 0) return REGATTA_OK;
    RG_TRY(load(s, a, members[side], "S"));
    const char *text = (const char *)a->bytes + a->head.offset;
    s->entries.names[side].text = text;
    s->entries.names[side].size = a->head.bytes;
    if (a->n != (side == 0 ? s->n_rows : s->n_columns) || a->head.bytes == 0)
        return fail(s, "its ids are not as many as its rows or columns");
    for (int64_t k = 0; k < a->n; k++, text += a->head.bytes) {
        const int64_t n = (int64_t)strnlen(text, (size_t)a->head.bytes);
        const char *wrong = rg_id_wrong(text, n);
        if (wrong != NULL)
            return rg_reader_fail_at(s->ctx, s->in, 0, "%s: id %" PRId64 " %s", name, k,
                                     wrong);
    }
done:
    return status;
}

static regatta_status refuse_other(sparse *s)
{
    rg_zip_member ignored;
    if (rg_zip_find(&s->zip, "xl/workbook.xml", &ignored) != 0)
        return fail(s, "is an Excel workbook: export its sheet as CSV first");
    return fail(s, "is a zip archive without a sparse matrix of scipy.sparse.save_npz: "
                   "unpack it or export it as CSV first");
}

regatta_status rg_read_npz(regatta_ctx *ctx, rg_edges **out, rg_input **in,
                           const char *path, const regatta_read_options *opts,
                           regatta_read_report *report)
{
    *out = NULL;
    *in = NULL;
    regatta_status status = REGATTA_OK;
    rg_map map = {.bytes = NULL};
    rg_zip_member ignored;
    sparse s = {.ctx = ctx};
    RG_TRY(rg_map_open(ctx, &map, path));
    RG_TRY(rg_input_open_name(ctx, in, path));
    s.in = *in;
    const char *wrong = rg_zip_open(&s.zip, map.bytes, map.size);
    if (wrong != NULL) {
        status = fail(&s, wrong);
        goto done;
    }
    if (rg_zip_find(&s.zip, "format.npy", &ignored) == 0) {
        status = refuse_other(&s);
        goto done;
    }
    RG_TRY(load_all(&s));
    RG_TRY(rg_entries_begin(ctx, &s.entries, 1, opts, report));
    for (int side = 0; side < 2; side++) RG_TRY(load_names(&s, side));
    RG_TRY(strcmp(s.format, "coo") == 0 ? add_coo(&s) : add_compressed(&s));
    rg_entries_end(&s.entries, out, s.n);
done:
    rg_edges_free(s.entries.edges);
    rg_free(ctx->mem, s.shape.bytes);
    rg_free(ctx->mem, s.outer.bytes);
    rg_free(ctx->mem, s.inner.bytes);
    rg_free(ctx->mem, s.data.bytes);
    for (int side = 0; side < 2; side++) rg_free(ctx->mem, s.names[side].bytes);
    rg_map_close(&map);
    return status;
}
