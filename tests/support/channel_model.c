#include "support/channel_model.h"
#include "base/rng.h"
#include "model/model_channels.h"
#include "support/random_graph.h"
#include <CUnit/CUnit.h>

void sparse_normal(float *x, int64_t n, double share, uint64_t seed)
{
    for (int64_t k = 0; k < n; k++) {
        const double chance = rg_random_unit(seed, RG_STREAM_TEST, (uint64_t)(n + k));
        x[k] = chance < share ? (float)rg_random_normal(seed, RG_STREAM_TEST, (uint64_t)k)
                              : 0.0f;
    }
}

/* The history's rows become the model's own. */
static void set_history(regatta_ctx *ctx, regatta_model *m, const channel_parts *p)
{
    rg_csr *rows = dense_rows(ctx, p->history, p->n_users, p->n_items, 1);
    m->n_edges = rows->n_edges;
    m->history_offset = m->owned_offset = rows->offset;
    m->history_item = m->owned_item = rows->target;
    m->owned = rows->value;
    if (p->weighted) m->history_weight = rows->value;
    rows->offset = NULL;
    rows->target = NULL;
    rows->value = NULL;
    rg_csr_free(rows);
}

regatta_model *channel_model(regatta_ctx *ctx, const channel_parts *p)
{
    float ones[64];
    regatta_model *m = rg_alloc(ctx->mem, 1, sizeof *m);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    m->mem = ctx->mem;
    m->scale = 1.0f;
    m->shape =
        (rg_shape){.heads = 1, .layers = 1, .n_users = p->n_users, .n_items = p->n_items};
    set_history(ctx, m, p);
    for (int j = 0; j < 64; j++) ones[j] = 1.0f;
    if (p->items != NULL) {
        rg_csr *rows = dense_rows(ctx, p->items, p->n_items, p->n_items, 1);
        CU_ASSERT_EQUAL(rg_model_set_items(m, rows, p->scale != NULL ? p->scale : ones),
                        REGATTA_OK);
        rg_csr_free(rows);
    }
    if (p->users != NULL) {
        rg_csr *rows = dense_rows(ctx, p->users, p->n_users, p->n_users, 1);
        CU_ASSERT_EQUAL(rg_model_set_users(m, rows), REGATTA_OK);
        rg_csr_free(rows);
    }
    if (p->rank > 0) {
        const rg_spectral_filter filter = {.n_items = p->n_items,
                                           .rank = p->rank,
                                           .in = (float *)(uintptr_t)p->in,
                                           .out = (float *)(uintptr_t)p->out};
        CU_ASSERT_EQUAL(rg_model_set_spectral(m, &filter), REGATTA_OK);
    }
    if (p->blend != NULL) CU_ASSERT_EQUAL(rg_model_set_blend(m, p->blend), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_model_finish(ctx, m), REGATTA_OK);
    return m;
}

rg_history history_of(const regatta_model *m, uint32_t user)
{
    const int64_t first = m->history_offset[user];
    return (rg_history){.user = user,
                        .item = m->history_item + first,
                        .weight =
                            m->history_weight != NULL ? m->history_weight + first : NULL,
                        .n = m->history_offset[user + 1] - first};
}

rg_history folded_in(const regatta_model *m, uint32_t user)
{
    rg_history h = history_of(m, user);
    h.user = REGATTA_NONE;
    h.weight = NULL;
    return h;
}
