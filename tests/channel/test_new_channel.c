/* A channel that the library does not know (recent_channel.c), by the public functions:
 * trained, blended, explained, saved, loaded, quantised, listed. */
#include "channel/recent_channel.h"
#include "model/model.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/scratch.h"
#include "support/suite.h"
#include <math.h>
#include <regatta/regatta.h>
#include <string.h>

enum { USERS = 60, ITEMS = 36, K = 10 };

static regatta_graph *planted_of(regatta_ctx *ctx, uint32_t n_users, uint32_t n_items)
{
    const planted p = {.n_users = n_users,
                       .n_items = n_items,
                       .communities = 4,
                       .per_user = n_items / 3,
                       .seed = 5};
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &p), REGATTA_OK);
    return graph;
}

static regatta_train_options options_of(const char *channels)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.dim = 8;
    o.max_steps = 10;
    o.temperature = 0.2f;
    o.channels = channels;
    return o;
}

static regatta_model *train(regatta_ctx *ctx, const char *channels, float valid_share)
{
    regatta_graph *graph = planted_of(ctx, USERS, ITEMS);
    regatta_train_options o = options_of(channels);
    o.valid_share = valid_share;
    regatta_model *m = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &m, graph, &o), REGATTA_OK);
    regatta_graph_free(graph);
    return m;
}

static int recent_number(void)
{
    return rg_channel_find("recent", 6);
}

/* The best K items of every user, and their scores. */
static void answers(regatta_ctx *ctx, const regatta_model *m, uint32_t *items,
                    float *scores)
{
    uint32_t user[USERS];
    regatta_query query = REGATTA_QUERY_INIT;
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    for (uint32_t u = 0; u < USERS; u++) user[u] = u;
    query.n = USERS;
    query.user = user;
    o.k = K;
    CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &o, items, scores), REGATTA_OK);
}

static void test_new_channel__is_listed(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_model *m = train(ctx, NULL, 0.1f);
    regatta_model_info info = REGATTA_MODEL_INFO_INIT;
    const int a = recent_number();
    CU_ASSERT_EQUAL(a, rg_n_channels - 1);
    CU_ASSERT_STRING_EQUAL(regatta_channel_name((uint32_t)a), "recent");
    CU_ASSERT_PTR_NULL(regatta_channel_name((uint32_t)a + 1));
    CU_ASSERT_EQUAL(regatta_model_get_info(ctx, &info, m), REGATTA_OK);
    CU_ASSERT_NOT_EQUAL(info.channel[0], REGATTA_CHANNEL_ABSENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_model_json(m), "\"recent\""));
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Alone it is popularity among the last interactions: x_j of every item. */
static void test_new_channel__alone(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = planted_of(ctx, USERS, ITEMS);
    regatta_model *m = train(ctx, "recent", 0.1f);
    const uint32_t user = 3;
    regatta_query query = REGATTA_QUERY_INIT;
    uint32_t item[ITEMS];
    float score[ITEMS];
    int count[ITEMS] = {0};
    query.n = 1;
    query.user = &user;
    for (uint32_t j = 0; j < ITEMS; j++) item[j] = j;
    for (int64_t u = 0; u < USERS; u++) {
        const rg_csr *rows = graph->by_user;
        uint32_t position[64];
        const int64_t first = rg_sequences_first(graph->sequences, rows->offset, u);
        const int64_t n =
            rg_sequences_first(graph->sequences, rows->offset, u + 1) - first;
        rg_sequences_positions(position, graph->sequences, rows->offset, u);
        for (int64_t k = n > RECENT_LAST ? n - RECENT_LAST : 0; k < n; k++)
            count[rows->target[rows->offset[u] + position[k]]]++;
    }
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &query, item, ITEMS, score), REGATTA_OK);
    for (int j = 0; j < ITEMS; j++)
        CU_ASSERT_DOUBLE_EQUAL(score[j], log1p((double)count[j]), 1e-6);
    regatta_graph_free(graph);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Blended with another channel, by start weights, its parts add up to the score. */
static void test_new_channel__is_blended_and_explained(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_model *m = train(ctx, "items,recent", 0.0f);
    const int a = recent_number();
    uint32_t items[USERS * K];
    float scores[USERS * K];
    int64_t n_parts = 0;
    answers(ctx, m, items, scores);
    for (uint32_t u = 0; u < USERS; u++) {
        regatta_query query = REGATTA_QUERY_INIT;
        regatta_explanation x[K] = {REGATTA_EXPLANATION_INIT};
        query.n = 1;
        query.user = &u;
        CU_ASSERT_EQUAL(regatta_explain(ctx, m, &query, items + u * K, K, NULL, 0, x),
                        REGATTA_OK);
        for (int k = 0; k < K; k++) {
            double sum = x[k].popularity + x[k].centre;
            for (int c = 0; c < REGATTA_MAX_CHANNELS; c++)
                sum += x[k].history[c] + x[k].direct[c] + x[k].bias[c];
            CU_ASSERT_EQUAL(x[k].score, (double)scores[u * K + (uint32_t)k]);
            CU_ASSERT_DOUBLE_EQUAL(sum, x[k].score, 1e-5 * (1.0 + fabs(x[k].score)));
            CU_ASSERT_EQUAL(x[k].history[a], 0.0);
            n_parts += x[k].bias[a] != 0.0;
        }
    }
    CU_ASSERT(n_parts > USERS);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* The same answers from the file; those of rounded numbers from a quantised one. */
static void test_new_channel__is_saved_loaded_and_quantised(void)
{
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = test_context(2);
    regatta_model *m = train(ctx, "recent", 0.1f), *loaded = NULL, *codes = NULL;
    regatta_convert_options convert = REGATTA_CONVERT_OPTIONS_INIT;
    regatta_model_info info = REGATTA_MODEL_INFO_INIT;
    uint32_t items[3][USERS * K];
    float scores[3][USERS * K];
    scratch_open(folder);
    scratch_path(path, folder, "model");
    CU_ASSERT_EQUAL(regatta_model_save(ctx, m, path), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
    answers(ctx, m, items[0], scores[0]);
    answers(ctx, loaded, items[1], scores[1]);
    CU_ASSERT_EQUAL(memcmp(items[0], items[1], sizeof items[0]), 0);
    CU_ASSERT_EQUAL(memcmp(scores[0], scores[1], sizeof scores[0]), 0);

    convert.type = REGATTA_TYPE_BF16;
    CU_ASSERT_EQUAL_FATAL(regatta_model_convert(ctx, &codes, loaded, &convert),
                          REGATTA_OK);
    regatta_model_free(loaded);
    CU_ASSERT_EQUAL(regatta_model_save(ctx, codes, path), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_model_get_info(ctx, &info, loaded), REGATTA_OK);
    CU_ASSERT_EQUAL(info.type, REGATTA_TYPE_BF16);
    CU_ASSERT_EQUAL(info.channel[recent_number()], REGATTA_CHANNEL_SCORES);
    CU_ASSERT_EQUAL(info.channel[1], REGATTA_CHANNEL_ABSENT);
    answers(ctx, loaded, items[2], scores[2]);
    for (int k = 0; k < USERS * K; k++)
        CU_ASSERT_DOUBLE_EQUAL(scores[2][k], scores[0][k], 0.01 * (double)scores[0][k]);
    regatta_model_free(codes);
    regatta_model_free(loaded);
    regatta_model_free(m);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    regatta_train_options o = options_of("items,recent");
    regatta_model *m = NULL;
    o.preset = REGATTA_PRESET_FAST; /* one round of shapes */
    const regatta_status status = regatta_model_train(ctx, &m, arg, &o);
    CU_ASSERT_EQUAL(m == NULL, status != REGATTA_OK);
    regatta_model_free(m);
    return status;
}

static void test_new_channel__memory(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = planted_of(ctx, 6, 9);
    fault_sweep_memory(attempt, graph);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

int main(void)
{
    static const test_case cases[] = {
        {"listed", test_new_channel__is_listed},
        {"alone", test_new_channel__alone},
        {"blended, explained", test_new_channel__is_blended_and_explained},
        {"saved, loaded, quantised", test_new_channel__is_saved_loaded_and_quantised},
        {"memory", test_new_channel__memory},
    };
    return TEST_MAIN("new_channel", cases);
}
