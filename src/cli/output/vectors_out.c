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
    return v->name ? v->name[i] : regatta_model_name(v->model, v->side, (uint32_t)i);
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

static void write_row(cli_output *out, const cli_vectors *v, int64_t i)
{
    for (int64_t c = 0; c < cli_vectors_width(v); c++) {
        const float x = number_of(v, i, c);
        uint32_t bits = 0;
        memcpy(&bits, &x, sizeof bits);
        write_u32(out, bits);
    }
}

static void write_rows(cli_output *out, const cli_vectors *v)
{
    for (int64_t i = 0; i < v->n; i++) write_row(out, v, i);
}

static void write_npy(cli_output *out, const cli_vectors *t)
{
    char header[128];
    const int n = snprintf(header, sizeof header,
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (%" PRId64
                           ", %" PRId64 "), }",
                           t->n, cli_vectors_width(t));
    cli_write(out, "\x93NUMPY\x01\x00\x76\x00", 10); /* 118 bytes of header: 128 in all */
    cli_print(out, "%-117s\n", n > 0 ? header : "");
    write_rows(out, t);
}

static void write_fvecs(cli_output *out, const cli_vectors *t)
{
    for (int64_t i = 0; i < t->n; i++) {
        write_u32(out, (uint32_t)cli_vectors_width(t));
        write_row(out, t, i);
    }
}

static void write_text(cli_output *out, const cli_vectors *t, char between)
{
    char number[REGATTA_NUMBER_BYTES];
    for (int64_t i = 0; i < t->n; i++) {
        cli_text(out, name_of(t, i));
        for (int64_t c = 0; c < cli_vectors_width(t); c++) {
            const int n = regatta_float_text(number, number_of(t, i, c));
            cli_write(out, &between, 1);
            cli_write(out, number, (size_t)n);
        }
        cli_text(out, "\n");
    }
}

/* What faiss::write_index writes of an IndexFlatIP. Its two fixed numbers were fields
 * once; the metric 0 is the inner product. */
static void write_faiss(cli_output *out, const cli_vectors *t)
{
    const int64_t width = cli_vectors_width(t);
    cli_text(out, "IxFI");
    write_u32(out, (uint32_t)width);
    write_u64(out, (uint64_t)t->n);
    write_u64(out, UINT64_C(1) << 20);
    write_u64(out, UINT64_C(1) << 20);
    cli_write(out, "\1", 1); /* is trained */
    write_u32(out, 0);
    write_u64(out, (uint64_t)(t->n * width));
    write_rows(out, t);
}

/* Lines `id TAB [1,2.5]`; COPY reads a backslash as an escape. */
static void write_pgvector(cli_output *out, const cli_vectors *t)
{
    char number[REGATTA_NUMBER_BYTES];
    for (int64_t i = 0; i < t->n; i++) {
        for (const char *c = name_of(t, i); *c; c++) {
            if (*c == '\\') cli_text(out, "\\");
            cli_write(out, c, 1);
        }
        cli_text(out, "\t");
        for (int64_t c = 0; c < cli_vectors_width(t); c++) {
            const int n = regatta_float_text(number, number_of(t, i, c));
            cli_text(out, c ? "," : "[");
            cli_write(out, number, (size_t)n);
        }
        cli_text(out, "]\n");
    }
}

static int no_blanks(const cli_vectors *t)
{
    for (int64_t i = 0; i < t->n; i++) {
        const char *name = name_of(t, i);
        if (strchr(name, ' '))
            return cli_error(CLI_INPUT,
                             "id '%s' has a blank, which w2v cannot store: use -f tsv",
                             name);
    }
    return CLI_DONE;
}

int cli_vectors_write(cli_output *out, const cli_vectors *v, uint32_t format)
{
    if (format == CLI_NPY)
        write_npy(out, v);
    else if (format == CLI_FVECS)
        write_fvecs(out, v);
    else if (format == CLI_FAISS)
        write_faiss(out, v);
    else if (format == CLI_PGVECTOR)
        write_pgvector(out, v);
    else if (format == CLI_W2V) {
        const int code = no_blanks(v);
        if (code != CLI_DONE) return code;
        cli_print(out, "%" PRId64 " %" PRId64 "\n", v->n, cli_vectors_width(v));
        write_text(out, v, ' ');
    } else
        write_text(out, v, '\t');
    return CLI_DONE;
}

/* One entry of the header; the offset behind it. */
static int64_t tensor_entry(char *text, size_t size, const char *name,
                            const cli_vectors *t, int64_t at)
{
    const size_t n = strlen(text);
    const int64_t width = cli_vectors_width(t), end = at + 4 * t->n * width;
    snprintf(text + n, size - n,
             ",\"%s\":{\"dtype\":\"F32\",\"shape\":[%" PRId64 ",%" PRId64
             "],\"data_offsets\":[%" PRId64 ",%" PRId64 "]}",
             name, t->n, width, at, end);
    return end;
}

void cli_vectors_safetensors(cli_output *out, const cli_vectors *users,
                             const cli_vectors *items)
{
    char text[800];
    int64_t at = 0;
    snprintf(text, sizeof text, "{\"__metadata__\":{\"metric\":\"%s\"%s%s%s%s%s%s}",
             cli_vectors_metric(users ? users : items), users ? ",\"users\":\"" : "",
             users ? cli_vectors_layout(users) : "", users ? "\"" : "",
             items ? ",\"items\":\"" : "", items ? cli_vectors_layout(items) : "",
             items ? "\"" : "");
    if (users) at = tensor_entry(text, sizeof text, "users", users, at);
    if (items) tensor_entry(text, sizeof text, "items", items, at);
    const size_t length = strlen(text) + 1, padded = (length + 7) / 8 * 8;
    write_u32(out, (uint32_t)padded);
    write_u32(out, 0);
    cli_text(out, text);
    cli_print(out, "}%*s", (int)(padded - length), "");
    if (users) write_rows(out, users);
    if (items) write_rows(out, items);
}

int cli_vectors_table(regatta_ctx *ctx, const cli_vectors *v, const char *to,
                      const char *table)
{
    int code = CLI_DONE;
    const int64_t width = cli_vectors_width(v);
    const rg_store_column columns[] = {
        {.name = "id", .kind = RG_COLUMN_TEXT},
        {.name = "vector", .kind = RG_COLUMN_VECTOR, .dim = (int)width}};
    rg_store *store = NULL;
    float *row = cli_new(width, sizeof *row);
    if (!row) return cli_no_memory();
    CLI_CALL(rg_store_open(ctx, &store, to, 1));
    CLI_CALL(rg_store_replace(store, table, columns, 2));
    for (int64_t i = 0; i < v->n; i++) {
        const char *name = name_of(v, i);
        for (int64_t c = 0; c < width; c++) row[c] = number_of(v, i, c);
        const rg_cell cells[] = {
            {.kind = RG_CELL_TEXT, .text = name, .length = (int64_t)strlen(name)},
            {.kind = RG_CELL_VECTOR, .vector = row, .length = width}};
        CLI_CALL(rg_store_put(store, cells));
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
