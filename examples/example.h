/* What the examples share: a failed call ends the program with regatta's own words. */
#ifndef EXAMPLE_H
#define EXAMPLE_H
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>

static inline void check(const regatta_ctx *ctx, regatta_status status)
{
    if (status == REGATTA_OK) return;
    fprintf(stderr, "%s: %s\n", regatta_status_name(status), regatta_last_error(ctx));
    exit(EXIT_FAILURE);
}

static inline regatta_ctx *open_context(void)
{
    regatta_ctx *ctx = NULL;
    if (regatta_ctx_create(&ctx, NULL) != REGATTA_OK) {
        fputs("out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return ctx;
}

/* The number of a name, or the end of the program. */
static inline uint32_t find(const regatta_model *model, regatta_side side,
                            const char *name)
{
    const uint32_t node = regatta_model_find(model, side, name);
    if (node == REGATTA_NONE) {
        fprintf(stderr, "%s: not in the model\n", name);
        exit(EXIT_FAILURE);
    }
    return node;
}

static inline void *allocate(size_t n, size_t size)
{
    void *block = calloc(n > 0 ? n : 1, size);
    if (block == NULL) {
        fputs("out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return block;
}
#endif
