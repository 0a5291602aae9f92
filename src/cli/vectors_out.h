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

/* One side in any format but safetensors. CLI_INPUT when an id has a blank, which w2v
 * cannot hold. Failed writes show at the flush. */
int cli_vectors_write(cli_output *out, const regatta_model *model, regatta_side side,
                      uint32_t format);
/* Tensors `users` and `items`, or one of them. */
void cli_vectors_safetensors(cli_output *out, const regatta_model *model, int users,
                             int items);
/* The ids, one a line. */
void cli_vectors_ids(cli_output *out, const regatta_model *model, regatta_side side);
#endif
