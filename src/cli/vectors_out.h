/* Vectors of a model in the formats of other tools, little-endian on any machine. */
#ifndef RG_CLI_VECTORS_OUT_H
#define RG_CLI_VECTORS_OUT_H
#include "cli/output.h"

enum {
    CLI_NPY = 0,
    CLI_W2V = 1,
    CLI_FVECS = 2,
    CLI_SAFETENSORS = 3,
    CLI_VECTORS_TSV = 4
};
#define CLI_VECTOR_FORMATS "npy|w2v|fvecs|safetensors|tsv"

/* Rows of a side and their names; all borrowed. */
typedef struct cli_vectors {
    const float *row;
    int64_t n, dim;
    const regatta_model *model; /* row k is called as its node k of `side` */
    regatta_side side;
    char *const *name; /* [n]; NULL: the model's */
} cli_vectors;

/* All of a side of the model. */
cli_vectors cli_vectors_of(const regatta_model *model, regatta_side side);

/* One side in any format but safetensors. CLI_INPUT when an id has a blank, which w2v
 * cannot hold. Failed writes show at the flush. */
int cli_vectors_write(cli_output *out, const cli_vectors *v, uint32_t format);
/* Tensors `users` and `items`, or one of them; the other NULL. */
void cli_vectors_safetensors(cli_output *out, const cli_vectors *users,
                             const cli_vectors *items);
/* The ids, one a line. */
void cli_vectors_ids(cli_output *out, const cli_vectors *v);
#endif
