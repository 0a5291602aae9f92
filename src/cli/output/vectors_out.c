/* npy (NumPy format 1.0), word2vec text, fvecs, safetensors, TSV, an index of faiss
 * (IndexFlatIP), COPY text of pgvector; tables of databases. */
#include "cli/output/vectors_out.h"
#include "cli/output/records.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const cli_extension extensions[] = {
    {".npy", CLI_NPY},     {".w2v", CLI_W2V},          {".vec", CLI_W2V},
    {".fvecs", CLI_FVECS}, {".tsv", CLI_VECTORS_TSV},  {".safetensors", CLI_SAFETENSORS},
    {".faiss", CLI_FAISS}, {".pgvector", CLI_PGVECTOR}};

const cli_formats cli_vector_formats = {
    .choices = CLI_VECTOR_FORMATS,
    .extensions = extensions,
    .n = sizeof extensions / sizeof *extensions,
    .usual = CLI_NPY,
    .strict = "choose one with --format",
};

cli_vectors cli_vectors_of(const regatta_model *model, regatta_side side, int cosine)
{
    const regatta_model_info info = cli_model_info(model);
    const int users = side == REGATTA_USERS;
    return (cli_vectors){.row = regatta_model_vectors(model, side),
                         .n = users ? info.n_users : info.n_items,
                         .dim = info.dim,
                         .cosine = cosine,
                         .scale = users && !cosine ? (float)info.vector_scale : 1.0f,
                         .last = 1.0f,
                         .bias = users ? NULL : info.item_bias,
                         .model = model,
                         .side = side};
}

int64_t cli_vectors_width(const cli_vectors *v)
{
    return v->dim + !v->cosine;
}

const char *cli_vectors_layout(const cli_vectors *v)
{
    if (v->cosine) return "unit vector";
    return v->side == REGATTA_USERS ? "vector times scale, 1" : "unit vector, bias";
}

const char *cli_vectors_metric(const cli_vectors *v)
{
    return v->cosine ? "cosine" : "inner product";
}

/* Number c of row i as it is written. */
static float number_of(const cli_vectors *v, int64_t i, int64_t c)
{
    if (c < v->dim) return v->scale * v->row[i * v->dim + c];
    return v->bias ? v->bias[i] : v->last;
}

static const char *name_of(const cli_vectors *v, int64_t i)
{
    return v->name ? v->name[i]
                   : regatta_model_name(v->model, v->side, (uint32_t)(v->first + i));
}

static void write_u32(cli_output *out, uint32_t x)
{
    const unsigned char byte[4] = {(unsigned char)x, (unsigned char)(x >> 8),
                                   (unsigned char)(x >> 16), (unsigned char)(x >> 24)};
    cli_write(out, byte, sizeof byte);
}

static void write_u64(cli_output *out, uint64_t x)
{
    write_u32(out, (uint32_t)x);
    write_u32(out, (uint32_t)(x >> 32));
}

/* Row i as it is written. */
static void take_row(float *row, const cli_vectors *v, int64_t i)
{
    for (int64_t c = 0; c < cli_vectors_width(v); c++) row[c] = number_of(v, i, c);
}

static void write_floats(cli_output *out, const float *row, int64_t n)
{
    for (int64_t c = 0; c < n; c++) {
        uint32_t bits = 0;
        memcpy(&bits, &row[c], sizeof bits);
        write_u32(out, bits);
    }
}

static void npy_head(cli_output *out, int64_t n, int64_t width)
{
    char header[128];
    snprintf(header, sizeof header,
             "{'descr': '<f4', 'fortran_order': False, 'shape': (%" PRId64 ", %" PRId64
             "), }",
             n, width);
    cli_write(out, "\x93NUMPY\x01\x00\x76\x00", 10); /* 118 bytes of header: 128 in all */
    cli_print(out, "%-117s\n", header);
}

/* What faiss::write_index writes of an IndexFlatIP. Its two fixed numbers were fields
 * once; the metric 0 is the inner product. */
static void faiss_head(cli_output *out, int64_t n, int64_t width)
{
    cli_text(out, "IxFI");
    write_u32(out, (uint32_t)width);
    write_u64(out, (uint64_t)n);
    write_u64(out, UINT64_C(1) << 20);
    write_u64(out, UINT64_C(1) << 20);
    cli_write(out, "\1", 1); /* is trained */
    write_u32(out, 0);
    write_u64(out, (uint64_t)(n * width));
}

/* The id, then the numbers, with a character before each. */
static void text_row(cli_output *out, const char *name, const float *row, int64_t width,
                     char between)
{
    char number[REGATTA_NUMBER_BYTES];
    cli_text(out, name);
    for (int64_t c = 0; c < width; c++) {
        const int n = regatta_float_text(number, row[c]);
        cli_write(out, &between, 1);
        cli_write(out, number, (size_t)n);
    }
    cli_text(out, "\n");
}

/* A line `id TAB [1,2.5]`; COPY reads a backslash as an escape. */
static void pgvector_row(cli_output *out, const char *name, const float *row,
                         int64_t width)
{
    char number[REGATTA_NUMBER_BYTES];
    for (const char *c = name; *c; c++) {
        if (*c == '\\') cli_text(out, "\\");
        cli_write(out, c, 1);
    }
    cli_text(out, "\t");
    for (int64_t c = 0; c < width; c++) {
        const int n = regatta_float_text(number, row[c]);
        cli_text(out, c ? "," : "[");
        cli_write(out, number, (size_t)n);
    }
    cli_text(out, "]\n");
}

void cli_vector_rows_begin(const cli_vector_rows *r, int64_t n)
{
    if (r->format == CLI_NPY)
        npy_head(r->out, n, r->width);
    else if (r->format == CLI_FAISS)
        faiss_head(r->out, n, r->width);
    else if (r->format == CLI_W2V)
        cli_print(r->out, "%" PRId64 " %" PRId64 "\n", n, r->width);
}

int cli_vector_rows_put(const cli_vector_rows *r, const char *name, const float *row)
{
    switch (r->format) {
    case CLI_FVECS: write_u32(r->out, (uint32_t)r->width); break;
    case CLI_PGVECTOR: pgvector_row(r->out, name, row, r->width); return CLI_DONE;
    case CLI_VECTORS_TSV: text_row(r->out, name, row, r->width, '\t'); return CLI_DONE;
    case CLI_W2V:
        if (strchr(name, ' '))
            return cli_error(CLI_INPUT,
                             "id '%s' has a blank, which w2v cannot store: use -f tsv",
                             name);
        text_row(r->out, name, row, r->width, ' ');
        return CLI_DONE;
    default: break;
    }
    write_floats(r->out, row, r->width);
    return CLI_DONE;
}

static int write_rows(const cli_vector_rows *r, const cli_vectors *v)
{
    int code = CLI_DONE;
    float *row = cli_new(r->width, sizeof *row);
    if (!row) return cli_no_memory();
    for (int64_t i = 0; i < v->n && code == CLI_DONE; i++) {
        take_row(row, v, i);
        code = cli_vector_rows_put(r, name_of(v, i), row);
    }
    free(row);
    return code;
}

int cli_vectors_write(cli_output *out, const cli_vectors *v, uint32_t format)
{
    const cli_vector_rows r = {out, format, cli_vectors_width(v)};
    cli_vector_rows_begin(&r, v->n);
    return write_rows(&r, v);
}

/* One entry of the header; the offset behind it. */
static int64_t tensor_entry(char *text, size_t size, const char *name, int64_t rows,
                            int64_t width, int64_t at)
{
    const size_t n = strlen(text);
    const int64_t end = at + 4 * rows * width;
    snprintf(text + n, size - n,
             ",\"%s\":{\"dtype\":\"F32\",\"shape\":[%" PRId64 ",%" PRId64
             "],\"data_offsets\":[%" PRId64 ",%" PRId64 "]}",
             name, rows, width, at, end);
    return end;
}

/* The length of the header and the header, which lacks its last brace. */
static void tensor_head(cli_output *out, const char *text)
{
    const size_t length = strlen(text) + 1, padded = (length + 7) / 8 * 8;
    write_u32(out, (uint32_t)padded);
    write_u32(out, 0);
    cli_text(out, text);
    cli_print(out, "}%*s", (int)(padded - length), "");
}

void cli_tensor_begin(cli_output *out, const char *name, int64_t n, int64_t width)
{
    char text[400] = "{\"__metadata__\":{\"format\":\"pt\"}";
    tensor_entry(text, sizeof text, name, n, width, 0);
    tensor_head(out, text);
}

int cli_vectors_safetensors(cli_output *out, const cli_vectors *users,
                            const cli_vectors *items)
{
    char text[800];
    int64_t at = 0;
    int code = CLI_DONE;
    snprintf(text, sizeof text, "{\"__metadata__\":{\"metric\":\"%s\"%s%s%s%s%s%s}",
             cli_vectors_metric(users ? users : items), users ? ",\"users\":\"" : "",
             users ? cli_vectors_layout(users) : "", users ? "\"" : "",
             items ? ",\"items\":\"" : "", items ? cli_vectors_layout(items) : "",
             items ? "\"" : "");
    const cli_vectors *const both[] = {users, items};
    for (int k = 0; k < 2; k++)
        if (both[k])
            at = tensor_entry(text, sizeof text, k ? "items" : "users", both[k]->n,
                              cli_vectors_width(both[k]), at);
    tensor_head(out, text);
    for (int k = 0; k < 2 && code == CLI_DONE; k++) {
        if (!both[k]) continue;
        const cli_vector_rows r = {out, CLI_SAFETENSORS, cli_vectors_width(both[k])};
        code = write_rows(&r, both[k]);
    }
    return code;
}

int cli_vector_table_begin(regatta_ctx *ctx, rg_store **out, const char *to,
                           const char *table, int64_t width)
{
    const rg_store_column columns[] = {
        {.name = "id", .kind = RG_COLUMN_TEXT},
        {.name = "vector", .kind = RG_COLUMN_VECTOR, .dim = (int)width}};
    int code = CLI_DONE;
    CLI_CALL(rg_store_open(ctx, out, to, 1));
    CLI_CALL(rg_store_replace(*out, table, columns, 2));
done:
    return code;
}

int cli_vector_table_put(regatta_ctx *ctx, rg_store *store, const char *name,
                         const float *row, int64_t width)
{
    const rg_cell cells[] = {
        {.kind = RG_CELL_TEXT, .text = name, .length = (int64_t)strlen(name)},
        {.kind = RG_CELL_VECTOR, .vector = row, .length = width}};
    return cli_status(ctx, rg_store_put(store, cells));
}

int cli_vectors_table(regatta_ctx *ctx, const cli_vectors *v, const char *to,
                      const char *table)
{
    int code = CLI_DONE;
    const int64_t width = cli_vectors_width(v);
    rg_store *store = NULL;
    float *row = cli_new(width, sizeof *row);
    if (!row) return cli_no_memory();
    CLI_TRY(cli_vector_table_begin(ctx, &store, to, table, width));
    for (int64_t i = 0; i < v->n; i++) {
        take_row(row, v, i);
        CLI_TRY(cli_vector_table_put(ctx, store, name_of(v, i), row, width));
    }
    CLI_CALL(rg_store_commit(store));
done:
    rg_store_close(store);
    free(row);
    return code;
}

int cli_vectors_named(uint32_t format)
{
    return format == CLI_W2V || format == CLI_VECTORS_TSV || format == CLI_PGVECTOR;
}

void cli_vectors_ids(cli_output *out, const cli_vectors *v)
{
    for (int64_t i = 0; i < v->n; i++) {
        cli_text(out, name_of(v, i));
        cli_text(out, "\n");
    }
}
