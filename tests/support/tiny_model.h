/* Small models built without training, for tests of serving and files. */
#ifndef TESTS_SUPPORT_TINY_MODEL_H
#define TESTS_SUPPORT_TINY_MODEL_H
#include "model/model.h"

typedef struct tiny_spec {
    regatta_attention attention;
    regatta_combine combine;
    int heads, layers;
    int64_t dim, n_users, n_items; /* dim 0: no vectors (needs channels) */
    int64_t degree; /* user u has u % (degree + 1) items: user 0 has none */
    int weighted;   /* 1: history weights other than 1 */
    int ordered;    /* 1: histories in order, with repeats, times and given weights */
    int channels; /* 1: item and user attention, a spectral filter, a blend with pairs */
    uint64_t seed;
} tiny_spec;

/* 23 users, 41 items, dim 8, 2 layers, 2 heads, up to 6 items a user. */
tiny_spec tiny_default(void);
/* 4 users, 5 items, dim 4, one layer, with every optional part of a model. */
tiny_spec tiny_smallest(void);

/* Users "u0", "u1", ..., items "i0", "i1", ...; item states, item vectors (unit rows),
 * biases and attention parameters are random; a user's vector is the fold-in of their
 * history, scaled to length 1. */
regatta_status tiny_model(regatta_ctx *ctx, regatta_model **out, const tiny_spec *spec);

/* Returns a context of `threads` threads. */
regatta_ctx *tiny_context(uint32_t threads);
#endif
