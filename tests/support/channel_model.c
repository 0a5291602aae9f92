#include "support/channel_model.h"
#include "base/rng.h"
#include "support/random_graph.h"
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

void sparse_normal(float *x, int64_t n, double share, uint64_t seed)
{
    for (int64_t k = 0; k < n; k++) {
        const double chance = rg_random_unit(seed, RG_STREAM_TEST, (uint64_t)(n + k));
        x[k] = chance < share ? (float)rg_random_normal(seed, RG_STREAM_TEST, (uint64_t)k)
                              : 0.0f;
    }
}

int channel_number(const char *name)
{
    return rg_channel_find(name, (int64_t)strlen(name));
}

static const void *copied(regatta_model *m, const void *from, int64_t n, size_t size)
{
    void *to = rg_model_own(m, n, size);
    if (to != NULL && n > 0) memcpy(to, from, (size_t)n * size);
    return to;
}

regatta_status set_items(regatta_model *m, const rg_csr *by_history, const float *scale)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_model_add_channel(m, channel_number("items")));
    rg_item_weights *s = items_of(m);
    s->scale = copied(m, scale, m->n_items, sizeof *scale);
    if (s->scale == NULL) return REGATTA_ENOMEM;
    RG_TRY(rg_model_set_weights(m, &s->rows, by_history, by_history));
done:
    return status;
}

regatta_status set_users(regatta_model *m, const rg_csr *by_target)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_model_add_channel(m, channel_number("users")));
    RG_TRY(rg_model_set_weights(m, &users_of(m)->rows, by_target, NULL));
done:
    return status;
}

regatta_status set_spectral(regatta_model *m, const float *in, const float *out,
                            int64_t rank)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_model_add_channel(m, channel_number("spectral")));
    rg_spectral_state *s = spectral_of(m);
    const float *own_in = copied(m, in, m->n_items * rank, sizeof *in);
    const float *own_out = copied(m, out, m->n_items * rank, sizeof *out);
    if (own_in == NULL || own_out == NULL) return REGATTA_ENOMEM;
    s->in = rg_rows_f32(own_in, m->n_items, rank);
    s->out = rg_rows_f32(own_out, m->n_items, rank);
done:
    return status;
}

rg_node_vectors *vectors_of(const regatta_model *m)
{
    return rg_model_channel(m, channel_number("vectors"));
}

rg_item_weights *items_of(const regatta_model *m)
{
    return rg_model_channel(m, channel_number("items"));
}

rg_user_weights *users_of(const regatta_model *m)
{
    return rg_model_channel(m, channel_number("users"));
}

rg_spectral_state *spectral_of(const regatta_model *m)
{
    return rg_model_channel(m, channel_number("spectral"));
}

void drop_channel(regatta_model *m, const char *name)
{
    rg_channel *c = &m->channel[channel_number(name)];
    if (m->item_weights == c->state) m->item_weights = NULL;
    if (m->vectors == c->state) m->vectors = NULL;
    if (c->ops->release != NULL) c->ops->release(m->mem, c->state);
    rg_free(m->mem, c->state);
    *c = (rg_channel){.ops = NULL};
    m->channel_names[0] = '\0';
    for (int a = 0; a < rg_n_channels; a++)
        if (m->channel[a].ops != NULL)
            strcat(strcat(m->channel_names, m->channel[a].ops->name), "\n");
}

/* Returns the scratch of the channel for this history. */
static float *work_of(const rg_channel *c, const rg_history *h)
{
    const int64_t n = h->n_steps > h->n ? h->n_steps : h->n;
    const int64_t floats =
        c->ops->work_floats != NULL ? c->ops->work_floats(c->state, n) : 0;
    return calloc((size_t)floats + 1, sizeof(float));
}

void channel_row(float *row, float *best, float *support, const regatta_model *m,
                 const char *name, const rg_history *history)
{
    const rg_channel *c = &m->channel[channel_number(name)];
    float *work = work_of(c, history);
    c->ops->row(row, best, support, m, c->state, history, work);
    free(work);
}

void channel_explain(double *value, double *size, const regatta_model *m,
                     const char *name, const rg_history *history, uint32_t item)
{
    enum { MOST = 64 };
    const rg_channel *c = &m->channel[channel_number(name)];
    double zeros[3][MOST] = {{0.0}};
    rg_channel_parts x = {.value = zeros[0], .size = zeros[1], .weight = zeros[2]};
    CU_ASSERT_FATAL(history->n <= MOST);
    float *work = work_of(c, history);
    c->ops->explain(&x, m, c->state, history, item, 0.0, work);
    free(work);
    memcpy(value, x.value, (size_t)history->n * sizeof *value);
    if (size != NULL) memcpy(size, x.size, (size_t)history->n * sizeof *size);
}

static void set_history(regatta_ctx *ctx, regatta_model *m, const channel_parts *p)
{
    rg_csr *rows = dense_rows(ctx, p->history, p->n_users, p->n_items, 1);
    m->n_edges = rows->n_edges;
    m->history_offset = copied(m, rows->offset, rows->n_rows + 1, sizeof *rows->offset);
    m->history_item = copied(m, rows->target, rows->n_edges, sizeof *rows->target);
    if (p->weighted)
        m->history_weight = copied(m, rows->value, rows->n_edges, sizeof *rows->value);
    rg_csr_free(rows);
}

regatta_model *channel_model(regatta_ctx *ctx, const channel_parts *p)
{
    float ones[64];
    regatta_model *m = rg_alloc(ctx->mem, 1, sizeof *m);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    m->mem = ctx->mem;
    m->n_users = p->n_users;
    m->n_items = p->n_items;
    set_history(ctx, m, p);
    for (int j = 0; j < 64; j++) ones[j] = 1.0f;
    if (p->items != NULL) {
        rg_csr *rows = dense_rows(ctx, p->items, p->n_items, p->n_items, 1);
        CU_ASSERT_EQUAL(set_items(m, rows, p->scale != NULL ? p->scale : ones),
                        REGATTA_OK);
        rg_csr_free(rows);
    }
    if (p->users != NULL) {
        rg_csr *rows = dense_rows(ctx, p->users, p->n_users, p->n_users, 1);
        CU_ASSERT_EQUAL(set_users(m, rows), REGATTA_OK);
        rg_csr_free(rows);
    }
    if (p->rank > 0) CU_ASSERT_EQUAL(set_spectral(m, p->in, p->out, p->rank), REGATTA_OK);
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
