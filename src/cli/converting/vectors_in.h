/* Files of vectors, row by row, in the formats that cli/output/vectors_out.h writes. */
#ifndef RG_CLI_VECTORS_IN_H
#define RG_CLI_VECTORS_IN_H
#include "cli/cli.h"
#include <stdio.h>

typedef struct cli_vectors_in {
    const char *name; /* the path, or "<stdin>" */
    char ids_name[4200];
    FILE *in;        /* a regular file, or a copy of a pipe without a name */
    FILE *ids;       /* of a format without ids; NULL: the numbers of rows are the ids */
    uint32_t format; /* of cli/output/vectors_out.h */
    int64_t size, n, dim;
    int64_t begin;   /* of the first row */
    int bytes;       /* of a number of a binary format */
    int64_t at;      /* rows read */
    int64_t line;    /* of a text */
    char tensor[64]; /* of safetensors */
    char *text, *id_text;
    size_t text_size, id_size;
    unsigned char *raw;
    /* The current row. */
    const char *id;
    float *row;   /* [dim] */
    char own[24]; /* the id of a row without one */
} cli_vectors_in;

/* Opens a file and recognises its format by content. `tensor` NULL, or the name of a
 * tensor of safetensors: with a single one it is not needed. Counts the rows; those of a
 * text are read and checked here for the first time. Start from zeros. CLI_INPUT for a
 * file that is none of these, damaged or truncated, or has ids of another number. */
int cli_vectors_open(cli_vectors_in *v, const char *path, const char *tensor);
/* Reads the next row into v->id and v->row; *more is 0 after the last. CLI_INPUT for a
 * number that is not finite, and for what is no id. */
int cli_vectors_next(cli_vectors_in *v, int *more);
void cli_vectors_in_close(cli_vectors_in *v);

/* Parts of it. Binary files: the format, sizes and the begin of the rows by the header
 * head[n] (binary_head.c); CLI_DONE with v->format 0 for a text. */
int cli_vectors_binary(cli_vectors_in *v, const unsigned char *head, int64_t n,
                       const char *tensor);
/* CLI_INPUT, "NAME: reason". */
__attribute__((format(printf, 2, 3))) int cli_vectors_wrong(const cli_vectors_in *v,
                                                            const char *format, ...);
#endif
