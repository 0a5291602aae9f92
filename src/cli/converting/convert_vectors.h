/* regatta convert of vectors: from any of the formats of embed to any other. */
#ifndef RG_CLI_CONVERT_VECTORS_H
#define RG_CLI_CONVERT_VECTORS_H
#include "cli/cli.h"

typedef struct cli_vector_job {
    const char *from, *to;
    uint32_t format;    /* of cli/output/vectors_out.h; 0: by the name of `to` */
    const char *table;  /* of the database `to`; or NULL */
    const char *tensor; /* of safetensors; NULL: the only one */
    int quiet;
} cli_vector_job;

/* Returns 1 if the name is that of a file of vectors alone: .npy, .w2v, ... */
int cli_names_vectors(const char *path);
/* Reads the vectors row by row and writes them with their ids, the file and its ids or
 * neither. Memory is that of a row. */
int cli_convert_vectors(regatta_ctx *ctx, const cli_vector_job *job);
#endif
