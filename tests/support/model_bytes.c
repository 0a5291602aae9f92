#include "support/model_bytes.h"
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

static int take(void *state, const void *more, size_t n)
{
    model_bytes *to = state;
    char *grown = realloc(to->at, to->n + n);
    if (grown == NULL) return 1;
    to->at = grown;
    memcpy(to->at + to->n, more, n);
    to->n += n;
    return 0;
}

model_bytes model_bytes_of(regatta_ctx *ctx, const regatta_model *model)
{
    model_bytes out = {NULL, 0};
    CU_ASSERT_EQUAL(regatta_model_write(ctx, model, take, &out), REGATTA_OK);
    return out;
}

int model_bytes_equal(const model_bytes *a, const model_bytes *b)
{
    return a->n == b->n && memcmp(a->at, b->at, a->n) == 0;
}

int model_bytes_same(regatta_ctx *ctx, const regatta_model *a, const regatta_model *b)
{
    model_bytes x = model_bytes_of(ctx, a), y = model_bytes_of(ctx, b);
    const int same = model_bytes_equal(&x, &y);
    free(x.at);
    free(y.at);
    return same;
}
