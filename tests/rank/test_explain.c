#include "base/rng.h"
#include "model/model_copy.h"
#include "rank/explain.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <string.h>

enum { MOST = 16 };

static const regatta_attention kinds[] = {
    REGATTA_ATTENTION_NONE,       REGATTA_ATTENTION_COSINE, REGATTA_ATTENTION_DOT,
    REGATTA_ATTENTION_SCALED_DOT, REGATTA_ATTENTION_GAT,    REGATTA_ATTENTION_GATV2};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

static regatta_model *model_of(regatta_ctx *ctx, tiny_spec spec)
{
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    return model;
}

static double sum_of(const double *by_channel)
{
    double sum = 0.0;
    for (int a = 0; a < REGATTA_MAX_CHANNELS; a++) sum += by_channel[a];
    return sum;
}

static double size_of(const regatta_explanation *x)
{
    return fabs(x->score) + fabs(sum_of(x->bias)) + fabs(sum_of(x->history)) +
           fabs(sum_of(x->direct)) + fabs(x->popularity) + fabs(x->centre) + 1e-6;
}

/* The terms of one explanation; returns how much is left over, relative. */
static double check_one(regatta_ctx *ctx, const regatta_model *m,
                        const regatta_query *query, uint32_t item)
{
    regatta_contribution c[MOST] = {REGATTA_CONTRIBUTION_INIT};
    regatta_explanation x = REGATTA_EXPLANATION_INIT;
    float score;
    CU_ASSERT_EQUAL(regatta_explain(ctx, m, query, &item, 1, c, MOST, &x), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_score(ctx, m, query, &item, 1, &score), REGATTA_OK);
    CU_ASSERT_EQUAL(x.score, (double)score); /* the same number, to the bit */
    CU_ASSERT_EQUAL(x.item, item);
    if (m->blend == NULL)
        CU_ASSERT_EQUAL(x.bias[CHANNEL_VECTORS], (double)m->vectors->bias[item]);
    double attention = 0.0, by_channel[REGATTA_MAX_CHANNELS] = {0.0};
    for (int64_t e = 0; e < x.n_contributions; e++) {
        for (int a = 0; a < REGATTA_MAX_CHANNELS; a++) by_channel[a] += c[e].channel[a];
        CU_ASSERT_DOUBLE_EQUAL(c[e].contribution, sum_of(c[e].channel),
                               1e-9 * size_of(&x));
        attention += (double)c[e].attention;
        CU_ASSERT(c[e].attention >= 0.0f);
        if (e > 0) CU_ASSERT(fabs(c[e - 1].contribution) >= fabs(c[e].contribution));
    }
    for (int a = 0; a < REGATTA_MAX_CHANNELS; a++)
        CU_ASSERT_DOUBLE_EQUAL(by_channel[a], x.history[a], 1e-9 * size_of(&x));
    if (x.n_contributions > 0) CU_ASSERT_DOUBLE_EQUAL(attention, 1.0, 1e-5);
    CU_ASSERT_DOUBLE_EQUAL(sum_of(x.history) + sum_of(x.bias) + sum_of(x.direct) +
                               x.popularity + x.centre + x.residual,
                           x.score, 1e-9 * size_of(&x));
    return fabs(x.residual) / size_of(&x);
}

/* 1e-5: float rounding of a few dozen products against the same in double. */
static void test_explain__adds_up_for_users_of_every_kind(void)
{
    regatta_ctx *ctx = tiny_context(2);
    for (int k = 0; k < N_KINDS; k++)
        for (int weighted = 0; weighted < 2; weighted++) {
            tiny_spec spec = tiny_default();
            spec.attention = kinds[k];
            spec.weighted = weighted;
            regatta_model *m = model_of(ctx, spec);
            for (uint32_t u = 0; u < 23; u++) {
                const regatta_query query = {
                    .struct_size = sizeof query, .n = 1, .user = &u};
                for (uint32_t item = u % 5; item < 41; item += 5)
                    CU_ASSERT(check_one(ctx, m, &query, item) < 1e-5);
            }
            regatta_model_free(m);
        }
    regatta_ctx_free(ctx);
}

/* Rounded tables: the rounding of a user's own row is shared out too. */
static void test_explain__adds_up_for_compact_models(void)
{
    const rg_element types[] = {RG_BF16, RG_I8};
    const int64_t offset[] = {0, 4};
    const uint32_t history[] = {20, 3, 40, 17};
    regatta_ctx *ctx = tiny_context(2);
    for (int k = 0; k < 4 * N_KINDS; k++) {
        tiny_spec spec = tiny_default();
        spec.attention = kinds[k / 4];
        spec.channels = k % 2;
        regatta_model *m = model_of(ctx, spec), *compact = NULL;
        CU_ASSERT_EQUAL_FATAL(rg_model_convert(ctx, &compact, m, types[k / 2 % 2]),
                              REGATTA_OK);
        for (uint32_t u = 1; u < 23; u += 3) {
            const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &u};
            for (uint32_t item = u % 5; item < 41; item += 5)
                CU_ASSERT(check_one(ctx, compact, &query, item) < 1e-5);
        }
        const regatta_query query = {
            .struct_size = sizeof query, .n = 1, .offset = offset, .item = history};
        for (uint32_t item = 0; item < 41; item += 3)
            CU_ASSERT(check_one(ctx, compact, &query, item) < 1e-5);
        regatta_model_free(m);
        regatta_model_free(compact);
    }
    regatta_ctx_free(ctx);
}

static void test_explain__adds_up_for_histories_of_every_kind(void)
{
    const int64_t offset[] = {0, 6};
    const uint32_t history[] = {20, 3, 3, 40, 0, 17};
    regatta_ctx *ctx = tiny_context(2);
    const regatta_query query = {
        .struct_size = sizeof query, .n = 1, .offset = offset, .item = history};
    for (int k = 0; k < N_KINDS; k++) {
        tiny_spec spec = tiny_default();
        spec.attention = kinds[k];
        spec.layers = 3;
        spec.combine = k % 2 == 0 ? REGATTA_COMBINE_ALL : REGATTA_COMBINE_LAST;
        regatta_model *m = model_of(ctx, spec);
        for (uint32_t item = 0; item < 41; item++)
            CU_ASSERT(check_one(ctx, m, &query, item) < 1e-5);
        regatta_model_free(m);
    }
    regatta_ctx_free(ctx);
}

/* All channels in a gated blend: every user, and random histories, with the number
 * that recommend ranks by. */
static void test_explain__adds_up_for_all_channels(void)
{
    enum { ITEMS = 41, MANY = 12 };
    regatta_ctx *ctx = tiny_context(2);
    for (int weighted = 0; weighted < 2; weighted++) {
        tiny_spec spec = tiny_default();
        spec.channels = 1;
        spec.weighted = weighted;
        regatta_model *m = model_of(ctx, spec);
        for (uint32_t q = 0; q < 23 + MANY; q++) {
            uint32_t items[ITEMS], history[8], user = q % 23;
            const int64_t offset[] = {0, 1 + q % 8};
            float scores[ITEMS];
            for (uint32_t e = 0; e < 8; e++)
                history[e] =
                    (uint32_t)rg_random_below(9, RG_STREAM_TEST, 8 * q + e, ITEMS);
            const regatta_query query = {.struct_size = sizeof query,
                                         .n = 1,
                                         .user = q < 23 ? &user : NULL,
                                         .offset = q < 23 ? NULL : offset,
                                         .item = history};
            regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
            o.k = ITEMS;
            o.keep_seen = 1;
            CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &o, items, scores),
                            REGATTA_OK);
            for (uint32_t r = q % 3; r < ITEMS; r += 3) {
                float score;
                CU_ASSERT_EQUAL(regatta_score(ctx, m, &query, &items[r], 1, &score),
                                REGATTA_OK);
                CU_ASSERT_EQUAL(score, scores[r]);
                CU_ASSERT(check_one(ctx, m, &query, items[r]) < 1e-5);
            }
        }
        regatta_model_free(m);
    }
    regatta_ctx_free(ctx);
}

/* A model of user attention alone knows nothing of a history that it did not train on:
 * what is popular comes, and the explanation says that it is popularity. */
static void test_explain__popularity_where_nothing_is_known(void)
{
    regatta_ctx *ctx = tiny_context(1);
    tiny_spec spec = tiny_default();
    spec.channels = 1;
    regatta_model *m = model_of(ctx, spec);
    for (int a = 0; a < m->blend->n; a++)
        m->blend->on[a] = m->blend->number[a] == CHANNEL_USERS;
    const int64_t offset[] = {0, 2};
    const uint32_t history[] = {3, 7};
    const regatta_query query = {
        .struct_size = sizeof query, .n = 1, .offset = offset, .item = history};
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    uint32_t best = REGATTA_NONE, most = 0;
    o.k = 1;
    o.keep_seen = 1;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &o, &best, NULL), REGATTA_OK);
    for (uint32_t j = 0; j < 41; j++)
        if (m->item_count[j] > m->item_count[most]) most = j;
    CU_ASSERT_EQUAL(best, most);
    regatta_contribution c[2] = {REGATTA_CONTRIBUTION_INIT};
    regatta_explanation x = REGATTA_EXPLANATION_INIT;
    CU_ASSERT_EQUAL(regatta_explain(ctx, m, &query, &most, 1, c, 2, &x), REGATTA_OK);
    CU_ASSERT_EQUAL(x.score, (double)logf(1.0f + (float)m->item_count[most]));
    CU_ASSERT_EQUAL(x.popularity, x.score);
    CU_ASSERT_EQUAL(sum_of(x.history), 0.0);
    CU_ASSERT_EQUAL(x.residual, 0.0);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* COMBINE_ALL reads the user's own free vector: that part is the residual, exactly. */
static void test_explain__residual_is_the_users_own_vector(void)
{
    regatta_ctx *ctx = tiny_context(2);
    tiny_spec spec = tiny_default();
    spec.combine = REGATTA_COMBINE_ALL;
    regatta_model *m = model_of(ctx, spec);
    const uint32_t user = 5, item = 11;
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    regatta_explanation x = {.struct_size = sizeof x};
    rg_fold_tables tables;
    float y[8], coef[2 * 2 * MOST], work[512];
    double length = 0.0, own = 0.0;
    rg_node_vectors_fold_tables(&tables, m->vectors);
    CU_ASSERT_FATAL(rg_fold_in_floats(&m->vectors->shape, 5) <= 512);
    const int64_t first = m->history_offset[user];
    const rg_fold_history history = {
        .user = user, .item = m->history_item + first, .n = 5};
    rg_fold_in(y, coef, &tables, &history, work);
    for (uint32_t k = 0; k < 8; k++) {
        length += (double)y[k] * (double)y[k];
        own += (double)rg_model_row(NULL, &m->vectors->user_x0, user)[k] *
               (double)rg_model_row(NULL, &m->vectors->item_vectors, item)[k];
    }
    own *= (double)m->vectors->scale / 3.0 / sqrt(length); /* c_0 = 1 / (layers + 1) */
    CU_ASSERT_EQUAL(regatta_explain(ctx, m, &query, &item, 1, NULL, 0, &x), REGATTA_OK);
    CU_ASSERT(fabs(own) > 1e-3);
    CU_ASSERT_DOUBLE_EQUAL(x.residual, own, 1e-5 * size_of(&x));
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Weights from 1e-30 to 1e12 in one history: the row of scores is rounded by what is
 * small beside its largest terms, and its mean may be far from where it is scaled to. */
static void test_explain__adds_up_for_mixed_weights(void)
{
    static const float weights[] = {1e12f, 1e-30f, 1.0f, 3e5f, 1e-6f, 7e11f, 1e12f};
    regatta_ctx *ctx = tiny_context(1);
    tiny_spec spec = tiny_default();
    spec.dim = 0;
    spec.weighted = 1;
    spec.channels = 1;
    regatta_model *m = model_of(ctx, spec);
    float *weight = (float *)(uintptr_t)m->history_weight;
    *m->blend->gated = 0.0f;
    for (uint64_t seed = 0; seed < 20; seed++) {
        for (int64_t e = 0; e < m->n_edges; e++)
            weight[e] = weights[rg_random_below(seed, RG_STREAM_TEST, (uint64_t)e, 7)];
        for (uint32_t u = 0; u < 23; u++) {
            const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &u};
            for (uint32_t item = 0; item < 41; item += 3)
                CU_ASSERT(check_one(ctx, m, &query, item) < 1e-5);
        }
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* A spectral filter whose products cancel to a thousandth: what float loses of it in the
 * score is found in the contributions as well. */
static void test_explain__adds_up_where_products_cancel(void)
{
    regatta_ctx *ctx = tiny_context(1);
    tiny_spec spec = tiny_default();
    spec.dim = 0;
    spec.channels = 1;
    regatta_model *m = model_of(ctx, spec);
    const int64_t rank = spectral_of(m)->in.dim;
    for (int64_t j = 0; j < spec.n_items; j++) {
        float *in = (float *)(uintptr_t)spectral_of(m)->in.data + j * rank;
        float *out = (float *)(uintptr_t)spectral_of(m)->out.data + j * rank;
        in[1] = in[0] * 1.00003f;
        out[1] = -out[0];
        out[2] *= 1e-4f;
    }
    drop_channel(m, "items");
    drop_channel(m, "users");
    rg_blend_free(m->blend);
    m->blend = NULL;
    rg_table_free(spectral_of(m)->table);
    CU_ASSERT_EQUAL(
        rg_table_create(ctx, &spectral_of(m)->table, RG_F32, &spectral_of(m)->out, NULL),
        REGATTA_OK);
    for (uint32_t u = 1; u < 23; u++) {
        const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &u};
        for (uint32_t item = 0; item < 41; item++) {
            regatta_explanation x = {.struct_size = sizeof x};
            CU_ASSERT_EQUAL(regatta_explain(ctx, m, &query, &item, 1, NULL, 0, &x),
                            REGATTA_OK);
            CU_ASSERT(fabs(x.residual) <= 1e-5 * fabs(x.score));
        }
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_explain__without_a_history_the_bias_is_all(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, tiny_default());
    const int64_t offset[] = {0, 0};
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .offset = offset};
    regatta_explanation x = {.struct_size = sizeof x};
    const uint32_t item = 4;
    CU_ASSERT_EQUAL(regatta_explain(ctx, m, &query, &item, 1, NULL, 0, &x), REGATTA_OK);
    CU_ASSERT_EQUAL(x.n_contributions, 0);
    CU_ASSERT_EQUAL(x.score, (double)m->vectors->bias[4]);
    CU_ASSERT_EQUAL(sum_of(x.history), 0.0);
    CU_ASSERT_EQUAL(x.residual, 0.0);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_explain__capacity_keeps_the_largest(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, tiny_default());
    const uint32_t user = 6, item = 1;
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    regatta_contribution all[MOST] = {REGATTA_CONTRIBUTION_INIT}, some[2] = {all[0]};
    regatta_explanation x = REGATTA_EXPLANATION_INIT, y = x;
    CU_ASSERT_EQUAL(regatta_explain(ctx, m, &query, &item, 1, all, MOST, &x), REGATTA_OK);
    CU_ASSERT_EQUAL(x.n_contributions, 6);
    CU_ASSERT_EQUAL(regatta_explain(ctx, m, &query, &item, 1, some, 2, &y), REGATTA_OK);
    CU_ASSERT_EQUAL(y.n_contributions, 2);
    for (int e = 0; e < 2; e++) {
        CU_ASSERT_EQUAL(all[e].item, some[e].item);
        CU_ASSERT_EQUAL(all[e].contribution, some[e].contribution);
    }
    CU_ASSERT_EQUAL(sum_of(x.history), sum_of(y.history)); /* of the whole history */
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Many items by one call: the bytes of a call for each. */
static void test_explain__many_items_at_once(void)
{
    enum { ITEMS = 7, FEW = 3 };
    static const uint32_t item[ITEMS] = {40, 3, 3, 0, 17, 22, 5};
    regatta_ctx *ctx = tiny_context(2);
    tiny_spec spec = tiny_default();
    spec.channels = 1;
    regatta_model *m = model_of(ctx, spec);
    for (uint32_t user = 0; user < 23; user += 2) {
        const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
        regatta_contribution all[ITEMS * FEW] = {REGATTA_CONTRIBUTION_INIT};
        regatta_explanation x[ITEMS] = {REGATTA_EXPLANATION_INIT};
        CU_ASSERT_EQUAL(regatta_explain(ctx, m, &query, item, ITEMS, all, FEW, x),
                        REGATTA_OK);
        for (int i = 0; i < ITEMS; i++) {
            regatta_contribution one[FEW] = {REGATTA_CONTRIBUTION_INIT};
            regatta_explanation y = REGATTA_EXPLANATION_INIT;
            CU_ASSERT_EQUAL(regatta_explain(ctx, m, &query, &item[i], 1, one, FEW, &y),
                            REGATTA_OK);
            CU_ASSERT_EQUAL(memcmp(&x[i], &y, sizeof y), 0);
            CU_ASSERT_EQUAL(
                memcmp(&all[i * FEW], one, (size_t)y.n_contributions * sizeof *one), 0);
        }
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const uint32_t user = 6, item[] = {1, 7};
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    regatta_contribution c[2 * MOST] = {REGATTA_CONTRIBUTION_INIT};
    regatta_explanation x[2] = {REGATTA_EXPLANATION_INIT};
    return regatta_explain(ctx, arg, &query, item, 2, c, MOST, x);
}

static void test_explain__every_allocation_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(2);
    tiny_spec spec = tiny_default();
    spec.channels = 1;
    regatta_model *m = model_of(ctx, spec);
    fault_sweep_memory(attempt, m);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"many items", test_explain__many_items_at_once},
    {"users", test_explain__adds_up_for_users_of_every_kind},
    {"histories", test_explain__adds_up_for_histories_of_every_kind},
    {"residual", test_explain__residual_is_the_users_own_vector},
    {"mixed weights", test_explain__adds_up_for_mixed_weights},
    {"cancelling", test_explain__adds_up_where_products_cancel},
    {"no history", test_explain__without_a_history_the_bias_is_all},
    {"capacity", test_explain__capacity_keeps_the_largest},
    {"allocations", test_explain__every_allocation_may_fail},
    {"all channels", test_explain__adds_up_for_all_channels},
    {"nothing is known", test_explain__popularity_where_nothing_is_known},
    {"compact models", test_explain__adds_up_for_compact_models},
};

int test_explain(void)
{
    return TEST_MAIN("explain", cases);
}
