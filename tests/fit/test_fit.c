#include "base/kernels/vec.h"
#include "model/model.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const planted PLANTED = {.n_users = 120,
                                .n_items = 60,
                                .communities = 4,
                                .per_user = 10,
                                .with_weight = 1,
                                .seed = 6};

static regatta_train_options options_of(uint32_t max_steps)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.dim = 8;
    o.max_steps = max_steps;
    o.eval_every = 5;
    o.temperature = 0.2f;
    return o;
}

static regatta_graph *planted_of(regatta_ctx *ctx)
{
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    return graph;
}

static regatta_model *fit(uint32_t threads, const regatta_graph *graph,
                          const regatta_train_options *o)
{
    regatta_ctx *ctx = test_context(threads);
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, o), REGATTA_OK);
    regatta_ctx_free(ctx);
    return model;
}

/* The share of users whose best unseen item by score is of their community. */
static double own_community(const regatta_model *m)
{
    int right = 0;
    for (int64_t u = 0; u < m->n_users; u++) {
        float best = -INFINITY;
        int64_t item = 0;
        for (int64_t j = 0; j < m->n_items; j++) {
            const float s =
                m->vectors->bias[j] +
                m->vectors->scale *
                    rg_vec_dot(rg_model_row(NULL, &m->vectors->user_vectors, u),
                               rg_model_row(NULL, &m->vectors->item_vectors, j), 8);
            int seen = 0;
            for (int64_t e = m->history_offset[u]; e < m->history_offset[u + 1]; e++)
                seen |= m->history_item[e] == (uint32_t)j;
            if (seen || s <= best) continue;
            best = s;
            item = j;
        }
        right += u % PLANTED.communities == item % PLANTED.communities;
    }
    return (double)right / (double)m->n_users;
}

static void test_fit__model_is_whole(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = planted_of(ctx);
    regatta_train_options o = options_of(40);
    o.weighting = REGATTA_WEIGHTING_LOG;
    regatta_model *m = fit(2, graph, &o);
    CU_ASSERT_EQUAL(m->n_edges, graph->by_user->n_edges);
    CU_ASSERT_EQUAL(m->info.data_hash, graph->hash);
    CU_ASSERT_EQUAL(m->info.n_items, 60);
    CU_ASSERT(m->info.valid_ndcg > 0.2 && m->info.valid_ndcg <= 1.0);
    CU_ASSERT(m->info.valid_recall > 0.2 && m->info.valid_recall <= 1.0);
    CU_ASSERT_DOUBLE_EQUAL(m->vectors->scale, 5.0, 1e-6);
    CU_ASSERT_EQUAL(memcmp(m->history_item, graph->by_user->target,
                           (size_t)m->n_edges * sizeof(uint32_t)),
                    0);
    CU_ASSERT_DOUBLE_EQUAL(m->history_weight[3], log1pf(graph->by_user->value[3]), 1e-6);
    CU_ASSERT_STRING_EQUAL(rg_idmap_name(m->users, 17), "17");
    CU_ASSERT_PTR_NOT_NULL(m->vectors->user_x0.data); /* for folding items in */
    CU_ASSERT_PTR_NULL(m->vectors->params);
    CU_ASSERT_PTR_NOT_NULL(m->vectors->item_table);
    CU_ASSERT_DOUBLE_EQUAL(rg_vec_dot(rg_model_row(NULL, &m->vectors->user_vectors, 0),
                                      rg_model_row(NULL, &m->vectors->user_vectors, 0),
                                      8),
                           1.0, 1e-5);
    CU_ASSERT(own_community(m) > 0.9); /* chance: 0.25 */
    CU_ASSERT_PTR_NOT_NULL(strstr(m->json, "\"weighting\": \"log\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(m->json, "\"temperature\": 0.2,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(m->json, "\"curve\": [{\"step\": 5, "));
    CU_ASSERT_PTR_NOT_NULL(strstr(m->json, "\"softmax\": \"exact\""));
    regatta_model_free(m);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_fit__attention_keeps_what_folding_in_needs(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = planted_of(ctx);
    regatta_train_options o = options_of(6);
    o.attention = REGATTA_ATTENTION_SCALED_DOT;
    o.heads = 2;
    regatta_model *m = fit(2, graph, &o);
    CU_ASSERT_PTR_NOT_NULL(m->vectors->user_x0.data);
    CU_ASSERT_PTR_NOT_NULL(m->vectors->params);
    CU_ASSERT_PTR_NOT_NULL(strstr(m->json, "\"attention\": \"scaled-dot\""));
    regatta_model_free(m);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* The best of the trials that the model tells of; *n how many there are. */
static double best_trial(const char *json, const char *list, const char *name, int *n)
{
    char open[64], member[64];
    double best = 0.0, best_ndcg = -1.0;
    snprintf(open, sizeof open, "\"%s\": [", list);
    snprintf(member, sizeof member, "{\"%s\": ", name);
    const char *at = strstr(json, open), *end = at != NULL ? strchr(at, ']') : NULL;
    for (*n = 0; at != NULL && (at = strstr(at, member)) != NULL && at < end; ++*n) {
        const double value = strtod(at + strlen(member), NULL);
        at = strstr(at, "\"ndcg@20\": ");
        const double ndcg = strtod(at + strlen("\"ndcg@20\": "), NULL);
        if (ndcg <= best_ndcg) continue;
        best_ndcg = ndcg;
        best = value;
    }
    return best;
}

static void test_fit__temperature_is_chosen(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = planted_of(ctx);
    regatta_train_options o = options_of(10);
    int n = 0;
    o.temperature = 0.0f;
    regatta_model *m = fit(2, graph, &o);
    const double best = best_trial(m->json, "temperatures", "temperature", &n);
    CU_ASSERT(n >= 2);
    CU_ASSERT_DOUBLE_EQUAL(m->vectors->scale, 1.0 / best, 1e-4);
    CU_ASSERT(m->vectors->scale > 2.0f && m->vectors->scale < 20.0f);
    regatta_model_free(m);
    o.channels = "items"; /* which have no temperature */
    m = fit(2, graph, &o);
    CU_ASSERT_PTR_NULL(strstr(m->json, "\"temperatures\""));
    regatta_model_free(m);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Small data starts biases at the degrees if their short run gains 5 %. */
static void test_fit__bias_start_is_chosen(void)
{
    static const char NDCG[] = "\"ndcg@20\": ";
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = planted_of(ctx);
    regatta_train_options o = options_of(10);
    double ndcg[2] = {0.0, 0.0};
    o.temperature = 0.0f;
    regatta_model *m = fit(2, graph, &o);
    const char *at = strstr(m->json, "\"bias_starts\": [{\"bias_start\": 0, ");
    for (int k = 0; k < 2; k++) {
        at = at != NULL ? strstr(at, NDCG) : NULL;
        CU_ASSERT_PTR_NOT_NULL_FATAL(at);
        at += strlen(NDCG);
        ndcg[k] = strtod(at, NULL);
    }
    const char *chosen = ndcg[1] > 1.05 * ndcg[0] ? "\"bias_start\": 0.5, \"softmax\""
                                                  : "\"bias_start\": 0, \"softmax\"";
    CU_ASSERT_PTR_NOT_NULL(strstr(m->json, chosen));
    regatta_model_free(m);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_fit__without_slice(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = planted_of(ctx);
    regatta_train_options o = options_of(12);
    o.valid_share = 0.0f;
    o.temperature = 0.0f;
    regatta_model *m = fit(2, graph, &o);
    CU_ASSERT(isnan(m->info.valid_ndcg));
    CU_ASSERT_PTR_NOT_NULL(strstr(m->json, "\"steps\": 12,"));
    CU_ASSERT_PTR_NULL(strstr(m->json, "\"validation\""));
    CU_ASSERT_DOUBLE_EQUAL(m->vectors->scale, 1.0 / 0.15, 1e-4);
    regatta_model_free(m);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* refit 0: the parameters of the slice, read out over everything. */
static void test_fit__without_refit(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = planted_of(ctx);
    regatta_train_options o = options_of(20);
    regatta_model *again = fit(2, graph, &o);
    o.refit = 0;
    regatta_model *m = fit(2, graph, &o);
    CU_ASSERT_EQUAL(m->info.valid_ndcg, again->info.valid_ndcg);
    CU_ASSERT_NOT_EQUAL(m->vectors->bias[0], again->vectors->bias[0]);
    CU_ASSERT_EQUAL(m->vectors->item_degree[5], (float)rg_csr_degree(graph->by_item, 5));
    CU_ASSERT_PTR_NOT_NULL(strstr(m->json, "\"refit\": false, \"finished_early\""));
    CU_ASSERT(own_community(m) > 0.9);
    regatta_model_free(m);
    regatta_model_free(again);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

typedef struct ender {
    const char *stage;
    int64_t at;
    int word, again; /* again 1: says the word from then on, as a Ctrl-C does */
    int said, after; /* after: optimizer steps that were reported after the word */
} ender;

static int end_at(void *state, const regatta_progress *p)
{
    ender *e = state;
    CU_ASSERT(p->done <= p->total); /* both 0: a stage without steps begins */
    if (e->said && p->done > 0) e->after++;
    if (e->said && e->again) return e->word;
    if (strcmp(p->stage, e->stage) != 0 || p->done != e->at) return REGATTA_GO_ON;
    e->said = 1;
    return e->word;
}

static regatta_train_options ended_by(ender *e)
{
    regatta_train_options o = options_of(10);
    o.temperature = 0.0f;
    o.progress = end_at;
    o.progress_state = e;
    return o;
}

static void test_fit__finish_in_every_stage(void)
{
    const char *const stages[4] = {"bias", "temperature", "validate", "refit"};
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = planted_of(ctx);
    for (int c = 0; c < 4; c++) {
        ender e = {.stage = stages[c], .at = 3, .word = REGATTA_FINISH};
        const regatta_train_options o = ended_by(&e);
        regatta_model *m = fit(2, graph, &o);
        CU_ASSERT(e.said);
        CU_ASSERT_EQUAL(e.after, 0); /* nothing more is trained */
        CU_ASSERT(m->info.valid_ndcg > 0.0);
        CU_ASSERT_EQUAL(m->vectors->item_degree[5],
                        (float)rg_csr_degree(graph->by_item, 5));
        regatta_model_free(m);
        e = (ender){.stage = stages[c], .at = 3, .word = REGATTA_CANCEL};
        m = NULL;
        CU_ASSERT_EQUAL(regatta_model_train(ctx, &m, graph, &o), REGATTA_ESTOPPED);
        CU_ASSERT_PTR_NULL(m);
    }
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Vectors alone have no blend whose measurement would take the place of theirs. */
static void test_fit__finish_of_vectors_alone(void)
{
    const char *const stages[3] = {"bias", "temperature", "validate"};
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = planted_of(ctx);
    for (int c = 0; c < 3; c++) {
        ender e = {.stage = stages[c], .at = 3, .word = REGATTA_FINISH};
        regatta_train_options o = ended_by(&e);
        o.channels = "vectors";
        regatta_model *m = fit(2, graph, &o);
        CU_ASSERT(e.said);
        CU_ASSERT(m->info.valid_ndcg > 0.0);
        CU_ASSERT(m->info.valid_recall > 0.0);
        regatta_model_free(m);
    }
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Stages that are one piece of work are asked when they begin. Who goes on saying FINISH
 * gets a model after at most one step of each run that is left. */
static void test_fit__finish_where_a_stage_begins(void)
{
    const char *const stages[3] = {"item attention", "item graph", "blend"};
    const int64_t at[3] = {0, 1, 0};
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = planted_of(ctx);
    for (int c = 0; c < 3; c++) {
        ender e = {.stage = stages[c], .at = at[c], .word = REGATTA_FINISH, .again = 1};
        const regatta_train_options o = ended_by(&e);
        regatta_model *m = fit(2, graph, &o);
        CU_ASSERT(e.said);
        CU_ASSERT(e.after <= 3);
        CU_ASSERT_PTR_NOT_NULL(m->vectors->item_vectors.data);
        regatta_model_free(m);
        e = (ender){.stage = stages[c], .at = at[c], .word = REGATTA_FINISH};
        m = fit(2, graph, &o); /* once is enough: the short way to a model */
        CU_ASSERT(e.said);
        CU_ASSERT(e.after <= 1);
        CU_ASSERT_PTR_NOT_NULL(m->vectors->item_vectors.data);
        regatta_model_free(m);
        e = (ender){.stage = stages[c], .at = at[c], .word = REGATTA_CANCEL};
        m = NULL;
        CU_ASSERT_EQUAL(regatta_model_train(ctx, &m, graph, &o), REGATTA_ESTOPPED);
        CU_ASSERT_PTR_NULL(m);
        CU_ASSERT_EQUAL(e.after, 0);
    }
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_fit__same_bits(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = planted_of(ctx);
    regatta_train_options o = options_of(10);
    regatta_model *one = fit(1, graph, &o);
    const uint32_t threads[3] = {2, 3, 8};
    for (int c = 0; c < 3; c++) {
        regatta_model *many = fit(threads[c], graph, &o);
        CU_ASSERT_STRING_EQUAL(one->json, many->json);
        CU_ASSERT_EQUAL(memcmp(one->vectors->user_vectors.data,
                               many->vectors->user_vectors.data, 120 * 8 * sizeof(float)),
                        0);
        CU_ASSERT_EQUAL(memcmp(one->vectors->item_vectors.data,
                               many->vectors->item_vectors.data, 60 * 8 * sizeof(float)),
                        0);
        regatta_model_free(many);
    }
    o.seed = UINT64_MAX;
    regatta_model *other = fit(1, graph, &o);
    CU_ASSERT_PTR_NOT_NULL(strstr(other->json, "\"seed\": \"18446744073709551615\""));
    CU_ASSERT_NOT_EQUAL(rg_model_row(NULL, &other->vectors->user_vectors, 0)[0],
                        rg_model_row(NULL, &one->vectors->user_vectors, 0)[0]);
    regatta_model_free(other);
    regatta_model_free(one);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_fit__tiny_graphs(void)
{
    const int one[1][2] = {{0, 0}}, gaps[4][2] = {{0, 0}, {0, 2}, {2, 0}, {2, 2}};
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = NULL;
    regatta_train_options o = options_of(0);
    o.temperature = 0.0f;
    o.channels = "spectral,users,items,vectors"; /* by name: nobody has two items */
    CU_ASSERT_EQUAL_FATAL(graph_of_pairs(ctx, &graph, 1, 1, 1, one), REGATTA_OK);
    regatta_model *m = fit(2, graph, &o);
    CU_ASSERT(isnan(m->info.valid_ndcg));
    CU_ASSERT_DOUBLE_EQUAL(rg_vec_dot(rg_model_row(NULL, &m->vectors->user_vectors, 0),
                                      rg_model_row(NULL, &m->vectors->item_vectors, 0),
                                      8),
                           1.0, 1e-4);
    regatta_model_free(m);
    regatta_graph_free(graph);
    CU_ASSERT_EQUAL_FATAL(graph_of_pairs(ctx, &graph, 3, 3, 4, gaps), REGATTA_OK);
    o.combine = REGATTA_COMBINE_ALL; /* which would read X_0 of lonely nodes */
    o.valid_share = 0.5f;
    m = fit(2, graph, &o);
    for (int k = 0; k < 8; k++) {
        CU_ASSERT_EQUAL(rg_model_row(NULL, &m->vectors->user_vectors, 0)[8 + k], 0.0f);
        CU_ASSERT_EQUAL(rg_model_row(NULL, &m->vectors->item_vectors, 0)[8 + k], 0.0f);
    }
    regatta_model_free(m);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    regatta_train_options o = options_of(1);
    regatta_model *model = NULL;
    o.valid_share = 0.5f;
    o.weighting = REGATTA_WEIGHTING_RAW;
    const regatta_status status = regatta_model_train(ctx, &model, arg, &o);
    CU_ASSERT_EQUAL(model == NULL, status != REGATTA_OK);
    regatta_model_free(model);
    return rg_end(ctx, status);
}

static void test_fit__memory(void)
{
    const planted tiny = {.n_users = 3,
                          .n_items = 5,
                          .communities = 1,
                          .per_user = 3,
                          .with_weight = 1,
                          .seed = 2};
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &tiny), REGATTA_OK);
    fault_sweep_memory(attempt, graph);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"model is whole", test_fit__model_is_whole},
    {"attention", test_fit__attention_keeps_what_folding_in_needs},
    {"temperature is chosen", test_fit__temperature_is_chosen},
    {"bias start is chosen", test_fit__bias_start_is_chosen},
    {"without slice", test_fit__without_slice},
    {"without refit", test_fit__without_refit},
    {"finish in every stage", test_fit__finish_in_every_stage},
    {"finish of vectors alone", test_fit__finish_of_vectors_alone},
    {"finish where a stage begins", test_fit__finish_where_a_stage_begins},
    {"same bits", TEST_PLAIN_ONLY(test_fit__same_bits)},
    {"tiny graphs", test_fit__tiny_graphs},
    {"memory", test_fit__memory},
};

int test_fit(void)
{
    return TEST_MAIN("fit", cases);
}
