#include "support/tiny_blend.h"
#include "base/rng.h"
#include <CUnit/Basic.h>
#include <string.h>

const float tiny_start[RG_MAX_CHANNELS] = {2.0f, 1.0f, 0.3f, 0.3f, 0.3f, 0.3f,
                                           0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f,
                                           0.3f, 0.3f, 0.3f, 0.3f};

rg_blend *tiny_blend(int n, const float *base)
{
    rg_blend *b = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_blend_create(rg_mem_default(), &b, n, n > 1), REGATTA_OK);
    for (int a = 0; a < n; a++) {
        b->on[a] = 1.0f;
        if (base != NULL) b->base[a] = base[a];
    }
    return b;
}

rg_blend *random_blend(int n, uint64_t seed)
{
    rg_blend *b = tiny_blend(n, NULL);
    for (int64_t k = 0; k < rg_blend_floats(n); k++)
        b->x[k] = (float)rg_random_normal(seed, RG_STREAM_TEST, (uint64_t)k);
    for (int a = 0; a < n; a++) b->on[a] = 1.0f;
    *b->gated = 1.0f;
    return b;
}

int same_blend(const rg_blend *a, const rg_blend *b)
{
    return a->n == b->n && a->evidence == b->evidence &&
           memcmp(a->number, b->number, (size_t)a->n * sizeof *a->number) == 0 &&
           memcmp(a->x, b->x, (size_t)rg_blend_floats(a->n) * sizeof *a->x) == 0;
}
