/* Vectors of a model in the formats of other tools, little-endian on any machine. */
#ifndef RG_CLI_VECTORS_OUT_H
#define RG_CLI_VECTORS_OUT_H
#include "cli/output/format_name.h"
#include "cli/output/output.h"
#include "store/store.h"

enum {
    CLI_NPY = 1,
    CLI_W2V = 2,
    CLI_FVECS = 3,
    CLI_SAFETENSORS = 4,
    CLI_VECTORS_TSV = 5,
    CLI_FAISS = 6,
    CLI_PGVECTOR = 7
};
#define CLI_VECTOR_FORMATS "auto|npy|w2v|fvecs|safetensors|tsv|faiss|pgvector"
/* Of these, with their extensions. */
extern const cli_formats cli_vector_formats;

/* Rows of a side and their names; all borrowed. Row i is written as `scale` times its
 * numbers, then, unless `cosine` is set, one more number: bias[i], or `last` if there
 * are no biases. */
typedef struct cli_vectors {
    const float *row;
    int64_t n, dim;
    int cosine; /* 1: only unit rows */
    float scale, last;
    const float *bias;          /* [n], or NULL */
    const regatta_model *model; /* row k is called as its node first + k of `side` */
    int64_t first;
    regatta_side side;
    char *const *name; /* [n]; NULL: the model's */
} cli_vectors;

/* All of a side of the model. Without `cosine` the inner product of a user's and an
 * item's row is the vectors' score: (vector_scale * vector, 1) and (vector, bias). */
cli_vectors cli_vectors_of(const regatta_model *model, regatta_side side, int cosine);
/* Numbers of a row as it is written. */
int64_t cli_vectors_width(const cli_vectors *v);
/* Return the layout of a row, and the metric that compares users and items, as text. */
const char *cli_vectors_layout(const cli_vectors *v);
const char *cli_vectors_metric(const cli_vectors *v);

/* Rows one after another in a format. */
typedef struct cli_vector_rows {
    cli_output *out;
    uint32_t format;
    int64_t width; /* numbers of a row */
} cli_vector_rows;

/* What is before the first of n rows; of safetensors it is cli_tensor_begin. */
void cli_vector_rows_begin(const cli_vector_rows *r, int64_t n);
void cli_tensor_begin(cli_output *out, const char *name, int64_t n, int64_t width);
/* The next row. CLI_INPUT when the id has a blank, which w2v cannot hold. */
int cli_vector_rows_put(const cli_vector_rows *r, const char *name, const float *row);

/* Opens a store to replace the rows of a table, columns `id` and `vector`, and adds a
 * row. The caller commits and closes it, after failures too. */
int cli_vector_table_begin(regatta_ctx *ctx, rg_store **out, const char *to,
                           const char *table, int64_t width);
int cli_vector_table_put(regatta_ctx *ctx, rg_store *store, const char *name,
                         const float *row, int64_t width);

/* One side in any format but safetensors. CLI_INPUT when an id has a blank, which w2v
 * cannot hold. Failed writes show at the flush. */
int cli_vectors_write(cli_output *out, const cli_vectors *v, uint32_t format);
/* Tensors `users` and `items`, or one of them; the other NULL. */
int cli_vectors_safetensors(cli_output *out, const cli_vectors *users,
                            const cli_vectors *items);
/* Replaces the rows of a table by those of a side. */
int cli_vectors_table(regatta_ctx *ctx, const cli_vectors *v, const char *to,
                      const char *table);
/* Returns 1 if files of the format name the rows; else the ids need a file. */
int cli_vectors_named(uint32_t format);
/* The ids, one a line. */
void cli_vectors_ids(cli_output *out, const cli_vectors *v);
#endif
