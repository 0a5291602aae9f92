/* The bytes of a model's file, in memory. */
#ifndef TESTS_SUPPORT_MODEL_BYTES_H
#define TESTS_SUPPORT_MODEL_BYTES_H
#include <regatta/model.h>

typedef struct model_bytes {
    char *at; /* to be freed with free() */
    size_t n;
} model_bytes;

model_bytes model_bytes_of(regatta_ctx *ctx, const regatta_model *model);
int model_bytes_equal(const model_bytes *a, const model_bytes *b);
/* Returns 1 if the files of both models have the same bytes. */
int model_bytes_same(regatta_ctx *ctx, const regatta_model *a, const regatta_model *b);
#endif
