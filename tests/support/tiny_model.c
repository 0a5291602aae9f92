#include "support/tiny_model.h"
#include "base/rng.h"
#include "support/channel_model.h"
#include <CUnit/CUnit.h>
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

tiny_spec tiny_default(void)
{
    return (tiny_spec){.attention = REGATTA_ATTENTION_NONE,
                       .combine = REGATTA_COMBINE_MEAN,
                       .heads = 2,
                       .layers = 2,
                       .dim = 8,
                       .n_users = 23,
                       .n_items = 41,
                       .degree = 6,
                       .seed = 7};
}

tiny_spec tiny_smallest(void)
{
    tiny_spec spec = tiny_default();
    spec.attention = REGATTA_ATTENTION_GATV2;
    spec.weighted = 1;
    spec.ordered = 1;
    spec.channels = 1;
    spec.heads = 2;
    spec.layers = 1;
    spec.dim = 4;
    spec.n_users = 4;
    spec.n_items = 5;
    spec.degree = 3;
    return spec;
}

regatta_ctx *tiny_context(uint32_t threads)
{
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = threads;
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    return ctx;
}

static void fill_random(float *x, int64_t n, uint64_t seed, uint64_t first)
{
    for (int64_t k = 0; k < n; k++)
        x[k] = (float)rg_random_normal(seed, RG_STREAM_TEST, first + (uint64_t)k);
}

static void unit_rows(float *x, int64_t n, int64_t dim)
{
    for (int64_t r = 0; r < n; r++) {
        double squares = 0.0;
        for (int64_t k = 0; k < dim; k++)
            squares += (double)x[r * dim + k] * (double)x[r * dim + k];
        if (squares <= 0.0) continue;
        for (int64_t k = 0; k < dim; k++)
            x[r * dim + k] = (float)((double)x[r * dim + k] / sqrt(squares));
    }
}

static regatta_status names(regatta_ctx *ctx, rg_idmap **out, char kind, int64_t n)
{
    regatta_status status = REGATTA_OK;
    uint32_t number;
    char name[32];
    RG_TRY(rg_idmap_create(ctx, out));
    for (int64_t k = 0; k < n; k++) {
        const int length = snprintf(name, sizeof name, "%c%lld", kind, (long long)k);
        RG_TRY(rg_idmap_add(ctx, *out, name, length, &number));
    }
done:
    return status;
}

/* Each user's items: a random subset of the wanted size, ascending. */
static regatta_status histories(regatta_model *m, const tiny_spec *spec)
{
    int64_t n = 0;
    int64_t *offset = rg_model_own(m, spec->n_users + 1, sizeof *offset);
    uint32_t *item = rg_model_own(m, spec->n_users * spec->degree, sizeof *item);
    if (offset == NULL || item == NULL) return REGATTA_ENOMEM;
    for (int64_t u = 0; u < spec->n_users; u++) {
        int64_t wanted = u % (spec->degree + 1);
        for (int64_t j = 0; j < spec->n_items && wanted > 0; j++) {
            const uint64_t at = (uint64_t)(u * spec->n_items + j);
            const uint64_t left = (uint64_t)(spec->n_items - j);
            if ((int64_t)rg_random_below(spec->seed, RG_STREAM_TEST, at, left) >= wanted)
                continue;
            item[n++] = (uint32_t)j;
            wanted--;
        }
        offset[u + 1] = n;
    }
    m->history_offset = offset;
    m->history_item = item;
    m->n_edges = n;
    return REGATTA_OK;
}

/* Each history backwards, its first item twice, every other moment like the one before.
 */
static regatta_status sequences(regatta_ctx *ctx, regatta_model *m, const tiny_spec *spec)
{
    enum { UNIT = 30, MOST = 64 };
    static const int64_t clock[RG_N_CLOCK] = {-100 * UNIT, UNIT};
    regatta_status status = REGATTA_OK;
    rg_sequences_draft draft = {0};
    uint32_t position[MOST];
    int64_t time[MOST];
    float weight[MOST];
    rg_steps steps = {.position = position, .time = time, .weight = weight};
    assert(spec->degree < MOST);
    if (!spec->ordered) return REGATTA_OK;
    RG_TRY(rg_sequences_begin(ctx, &draft, spec->n_users, m->n_edges + spec->n_users, 1,
                              clock, 1));
    for (int64_t u = 0; u < spec->n_users; u++) {
        const int64_t n = m->history_offset[u + 1] - m->history_offset[u];
        steps.n = n > 0 ? n + 1 : 0;
        for (int64_t k = 0; k < steps.n; k++) {
            position[k] = (uint32_t)(k < n ? n - 1 - k : n - 1);
            time[k] = clock[RG_CLOCK_FIRST] + (u + k / 2) * UNIT;
            weight[k] = 0.5f * (float)(k + 1);
        }
        RG_TRY(rg_sequences_add(&draft, n, &steps));
    }
    RG_TRY(rg_sequences_end(&draft, &m->sequences));
done:
    rg_sequences_discard(&draft);
    return status;
}

/* The float arrays, one after another in a block of the model; *users is where the users'
 * vectors are to be written. */
static regatta_status arrays(regatta_model *m, const tiny_spec *spec, float **users_out)
{
    const int64_t users = spec->n_users * spec->dim, items = spec->n_items * spec->dim;
    const int64_t total =
        2 * users + (1 + spec->layers) * items + 2 * spec->n_items + m->n_edges;
    rg_node_vectors none = {.bias = NULL}, *v = spec->dim > 0 ? vectors_of(m) : &none;
    float *own = rg_model_own(m, total, sizeof *own), *next;
    if (own == NULL) return REGATTA_ENOMEM;
    fill_random(own, total, spec->seed, 1000000);
    *users_out = own;
    v->user_vectors = rg_rows_f32(own, spec->n_users, spec->dim); /* filled below */
    next = own + users;
    v->item_vectors = rg_rows_f32(next, spec->n_items, spec->dim);
    unit_rows(next, spec->n_items, spec->dim);
    v->item_state = rg_rows_f32(next + items, spec->layers * spec->n_items, spec->dim);
    v->bias = next + items + spec->layers * items;
    v->item_degree = next = own + (v->bias - own) + spec->n_items;
    for (int64_t j = 0; j < spec->n_items; j++) next[j] = 0.0f;
    float *weight = next + spec->n_items;
    for (int64_t e = 0; e < m->n_edges; e++) {
        weight[e] = spec->weighted ? 0.5f + fabsf(weight[e]) : 1.0f;
        next[m->history_item[e]] += weight[e];
    }
    for (int64_t j = 0; j < spec->n_items; j++)
        if (next[j] == 0.0f) next[j] = 1.0f; /* so that no history has the sum 0 */
    if (spec->weighted) m->history_weight = weight;
    v->user_x0 = rg_rows_f32(weight + m->n_edges, spec->n_users, spec->dim);
    return REGATTA_OK;
}

static regatta_status parameters(regatta_ctx *ctx, rg_node_vectors *v, uint64_t seed)
{
    if (v->shape.attention == REGATTA_ATTENTION_NONE) return REGATTA_OK;
    const regatta_status status = rg_params_create(ctx, &v->params, &v->shape);
    if (status == REGATTA_OK)
        fill_random(v->params->arena, v->params->n_floats, seed, 2000000);
    return status;
}

static regatta_status fold_users(regatta_model *m, float *users)
{
    regatta_status status = REGATTA_OK;
    const rg_node_vectors *v = m->vectors;
    const int64_t dim = v->shape.dim;
    float *work = NULL;
    RG_NEW(m->mem, work, rg_node_vectors_floats(v, m->n_items));
    for (int64_t u = 0; u < m->n_users; u++) {
        const rg_history history = history_of(m, (uint32_t)u);
        memset(users + u * dim, 0, (size_t)dim * sizeof *users);
        if (history.n == 0) continue;
        rg_node_vectors_fold(v, &history, work);
        memcpy(users + u * dim, work, (size_t)dim * sizeof *users);
    }
    unit_rows(users, m->n_users, dim);
done:
    rg_free(m->mem, work);
    return status;
}

static regatta_status vectors(regatta_ctx *ctx, regatta_model *m, const tiny_spec *spec)
{
    regatta_status status = REGATTA_OK;
    float *users = NULL;
    if (spec->dim > 0) RG_TRY(rg_model_add_channel(m, channel_number("vectors")));
    RG_TRY(arrays(m, spec, &users));
    if (spec->dim == 0) return REGATTA_OK;
    rg_node_vectors *v = vectors_of(m);
    v->scale = 1.0f / 0.11f;
    v->shape = (rg_shape){.attention = spec->attention,
                          .combine = spec->combine,
                          .heads = spec->heads,
                          .layers = spec->layers,
                          .dim = spec->dim,
                          .n_users = spec->n_users,
                          .n_items = spec->n_items};
    RG_TRY(parameters(ctx, v, spec->seed));
    RG_TRY(fold_users(m, users));
done:
    return status;
}

/* n x n weights around 0.3, about half of the cells, some negative, none on the diagonal;
 * the last row is empty. */
static regatta_status random_weights(regatta_ctx *ctx, rg_csr **out, int64_t n,
                                     uint64_t seed)
{
    int64_t at = 0;
    const regatta_status status = rg_csr_create(ctx, out, n, n, n * n, 1);
    if (status != REGATTA_OK) return status;
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < n && i < n - 1; j++) {
            const uint64_t cell = (uint64_t)(i * n + j);
            const double x = rg_random_normal(seed, RG_STREAM_TEST, 3000000 + cell);
            if (i == j || (i + 2 * j) % 5 < 2) continue;
            (*out)->target[at] = (uint32_t)j;
            (*out)->value[at++] = (float)(0.3 + 0.3 * x);
        }
        (*out)->offset[i + 1] = at;
    }
    (*out)->n_edges = at;
    return REGATTA_OK;
}

/* Every number of the blend is there, those of a gate too. */
static void fill_blend(rg_blend *blend, uint64_t seed)
{
    const int64_t n = rg_blend_floats(blend->n);
    fill_random(blend->x, n, seed, 4000000);
    for (float *x = blend->gated + 1; x < blend->x + n; x++) *x *= 0.3f;
    for (int a = 0; a < blend->n; a++) blend->on[a] = 1.0f;
    *blend->gated = 1.0f;
}

static regatta_status channels(regatta_ctx *ctx, regatta_model *m, const tiny_spec *spec)
{
    enum { RANK = 3 };
    regatta_status status = REGATTA_OK;
    rg_csr *items = NULL, *users = NULL;
    rg_blend *blend = NULL;
    float *x = NULL;
    if (!spec->channels) return REGATTA_OK;
    RG_NEW(ctx->mem, x, spec->n_items * (2 * RANK + 1));
    fill_random(x, spec->n_items * (2 * RANK + 1), spec->seed, 5000000);
    for (int64_t j = 0; j < spec->n_items; j++) x[j] = 0.5f + fabsf(x[j]); /* scales */
    const float *in = x + spec->n_items, *out = in + spec->n_items * RANK;
    RG_TRY(random_weights(ctx, &items, spec->n_items, spec->seed));
    RG_TRY(random_weights(ctx, &users, spec->n_users, spec->seed + 1));
    RG_TRY(rg_blend_create(ctx->mem, &blend, N_CHANNELS, rg_channel_evidence()));
    fill_blend(blend, spec->seed);
    if (spec->dim == 0) blend->on[CHANNEL_VECTORS] = 0.0f;
    RG_TRY(set_items(m, items, x));
    RG_TRY(set_users(m, users));
    RG_TRY(set_spectral(m, in, out, RANK));
    RG_TRY(rg_model_set_blend(m, blend));
done:
    rg_blend_free(blend);
    rg_free(ctx->mem, x);
    rg_csr_free(items);
    rg_csr_free(users);
    return status;
}

regatta_status tiny_model(regatta_ctx *ctx, regatta_model **out, const tiny_spec *spec)
{
    static const char json[] = "{\"made\":\"by hand\",\"note\":\"\\\"quoted\\\"\"}";
    *out = NULL;
    regatta_status status = REGATTA_OK;
    regatta_model *m = NULL;
    RG_NEW(ctx->mem, m, 1);
    m->mem = ctx->mem;
    m->n_users = spec->n_users;
    m->n_items = spec->n_items;
    m->info.data_hash = 0x0123456789abcdefULL;
    m->info.valid_ndcg = 0.1;
    m->info.valid_recall = (double)NAN;
    RG_TRY(names(ctx, &m->users, 'u', spec->n_users));
    RG_TRY(names(ctx, &m->items, 'i', spec->n_items));
    RG_TRY(histories(m, spec));
    RG_TRY(sequences(ctx, m, spec));
    RG_TRY(vectors(ctx, m, spec));
    RG_TRY(channels(ctx, m, spec));
    RG_NEW(ctx->mem, m->json, sizeof json);
    memcpy(m->json, json, sizeof json);
    RG_TRY(rg_model_finish(ctx, m));
    *out = m;
    m = NULL;
done:
    regatta_model_free(m);
    return status;
}
