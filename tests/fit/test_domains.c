#include "base/hash.h"
#include "base/rng.h"
#include "fit/domains/merge.h"
#include "fit/validation.h"
#include "graph/interactions.h"
#include "support/ask_all.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_USERS = 240,
    N_ITEMS = 200,
    N_TASTES = 20,
    FEW = 3,
    MANY = 12,
    TOP = 6,
    MOST = 4096
};

/* Interactions given one after another, with names "u<user>" and "<prefix><item>". */
typedef struct world {
    uint32_t user[MOST], item[MOST];
    int64_t time[MOST];
    float weight[MOST];
    int64_t n;
    uint32_t n_users, n_items;
} world;

static void add(world *w, uint32_t user, uint32_t item, float weight, int64_t time)
{
    w->user[w->n] = user;
    w->item[w->n] = item;
    w->weight[w->n] = weight;
    w->time[w->n++] = time;
    if (user >= w->n_users) w->n_users = user + 1;
    if (item >= w->n_items) w->n_items = item + 1;
}

static char **names_of(const char *prefix, uint32_t n)
{
    char **names = calloc(n + 1, sizeof *names);
    for (uint32_t k = 0; k < n; k++) {
        names[k] = malloc(24);
        snprintf(names[k], 24, "%s%u", prefix, k);
    }
    return names;
}

static void free_names(char **names, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++) free(names[k]);
    free(names);
}

static regatta_graph *graph_of(regatta_ctx *ctx, const world *w, const char *users,
                               const char *items, int weighted, int timed)
{
    regatta_graph *graph = NULL;
    char **user = names_of(users, w->n_users), **item = names_of(items, w->n_items);
    const regatta_edges e = {.struct_size = sizeof e,
                             .n_edges = w->n,
                             .n_users = w->n_users,
                             .n_items = w->n_items,
                             .user = w->user,
                             .item = w->item,
                             .weight = weighted ? w->weight : NULL,
                             .time = timed ? w->time : NULL,
                             .user_names = (const char *const *)user,
                             .item_names = (const char *const *)item};
    CU_ASSERT_EQUAL(regatta_graph_from_edges(ctx, &graph, &e), REGATTA_OK);
    free_names(user, w->n_users);
    free_names(item, w->n_items);
    return graph;
}

/* User u has taste u modulo N_TASTES, item i taste i modulo N_TASTES. Three of four
 * interactions are with an item of the user's taste, the others with any item; `noise`:
 * all with any item. */
static regatta_graph *tastes(regatta_ctx *ctx, const char *items, int per_user, int noise,
                             uint64_t seed)
{
    world *w = calloc(1, sizeof *w);
    for (uint32_t u = 0; u < N_USERS; u++)
        for (int k = 0; k < per_user; k++) {
            const uint64_t at = ((uint64_t)u * 100 + (uint64_t)k) * 2;
            const int any = noise || rg_random_below(seed, RG_STREAM_TEST, at, 4) == 0;
            const uint32_t n = any ? N_ITEMS : N_ITEMS / N_TASTES;
            const uint32_t drawn =
                (uint32_t)rg_random_below(seed, RG_STREAM_TEST, at + 1, n);
            const uint32_t item = any ? drawn : drawn * N_TASTES + u % N_TASTES;
            add(w, u, item, 1.0f, 0);
        }
    regatta_graph *graph = graph_of(ctx, w, "u", items, 0, 0);
    free(w);
    return graph;
}

static int64_t edge_of(const regatta_graph *g, const char *user, const char *item)
{
    const uint32_t u = rg_idmap_find(g->users, user, (int64_t)strlen(user));
    const uint32_t i = rg_idmap_find(g->items, item, (int64_t)strlen(item));
    return rg_csr_find(g->by_user, u, i);
}

/* Target: u0-t0 (weight 3), u1-t1. Source: u1-t1, u1-s0 (weight 3), u2-t0, u2-s0. */
static void small_domains(regatta_ctx *ctx, regatta_graph **target,
                          regatta_graph **source, int target_timed, int source_timed)
{
    world *w = calloc(1, sizeof *w);
    add(w, 0, 0, 3.0f, 100);
    add(w, 0, 1, 1.0f, 50);
    add(w, 1, 1, 1.0f, 70);
    *target = graph_of(ctx, w, "u", "t", 1, target_timed);
    *w = (world){.n = 0};
    static const char *const users[] = {"u1", "u2"};
    static const char *const items[] = {"t1", "s0", "t0"};
    add(w, 0, 0, 1.0f, 10);
    add(w, 0, 1, 3.0f, 60);
    add(w, 1, 2, 1.0f, 20);
    add(w, 1, 1, 1.0f, 80);
    const regatta_edges e = {.struct_size = sizeof e,
                             .n_edges = w->n,
                             .n_users = 2,
                             .n_items = 3,
                             .user = w->user,
                             .item = w->item,
                             .weight = w->weight,
                             .time = source_timed ? w->time : NULL,
                             .user_names = users,
                             .item_names = items};
    CU_ASSERT_EQUAL(regatta_graph_from_edges(ctx, source, &e), REGATTA_OK);
    free(w);
}

static regatta_graph *merged_of(regatta_ctx *ctx, const regatta_graph *target,
                                const regatta_graph *source, double weight,
                                regatta_weighting weighting)
{
    regatta_graph *g = NULL;
    const rg_merge_source one = {source, weight};
    CU_ASSERT_EQUAL_FATAL(rg_merge(ctx, &g, target, &one, 1, weighting), REGATTA_OK);
    return g;
}

static void test_domains__merged_numbers_and_weights(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *target, *source;
    small_domains(ctx, &target, &source, 0, 0);
    regatta_graph *g = merged_of(ctx, target, source, 0.5, REGATTA_WEIGHTING_BINARY);
    CU_ASSERT_EQUAL(g->n_own_users, 2);
    CU_ASSERT_EQUAL(g->n_own_items, 2);
    CU_ASSERT_EQUAL(g->users->n, 3);
    CU_ASSERT_EQUAL(g->items->n, 3);
    CU_ASSERT_STRING_EQUAL(rg_idmap_name(g->users, 0), "u0");
    CU_ASSERT_STRING_EQUAL(rg_idmap_name(g->users, 2), "u2");
    CU_ASSERT_STRING_EQUAL(rg_idmap_name(g->items, 2), "s0");
    /* The source's u1-t1 is dropped: both nodes are the target's. */
    CU_ASSERT_EQUAL(g->by_user->n_edges, 6);
    CU_ASSERT_EQUAL(g->by_user->value[edge_of(g, "u0", "t0")], 1.0f);
    CU_ASSERT_EQUAL(g->by_user->value[edge_of(g, "u1", "t1")], 1.0f);
    CU_ASSERT_EQUAL(g->by_user->value[edge_of(g, "u1", "s0")], 0.5f);
    CU_ASSERT_EQUAL(g->by_user->value[edge_of(g, "u2", "t0")], 0.5f);
    CU_ASSERT_EQUAL(rg_bipartite_own_degree(g, 0), 2);
    CU_ASSERT_EQUAL(rg_bipartite_own_degree(g, 1), 1);
    CU_ASSERT_EQUAL(rg_bipartite_own_degree(g, 2), 0);
    CU_ASSERT_EQUAL(rg_bipartite_own_users(g, 0), 1);
    CU_ASSERT_EQUAL(rg_bipartite_own_users(g, 2), 0);
    CU_ASSERT_NOT_EQUAL(g->hash, target->hash);
    regatta_graph_free(g);
    /* The given weights, and weight 1: all are 1. */
    g = merged_of(ctx, target, source, 0.25, REGATTA_WEIGHTING_RAW);
    CU_ASSERT_EQUAL(g->by_user->value[edge_of(g, "u0", "t0")], 3.0f);
    CU_ASSERT_EQUAL(g->by_user->value[edge_of(g, "u1", "s0")], 0.75f);
    regatta_graph_free(g);
    g = merged_of(ctx, target, source, 1.0, REGATTA_WEIGHTING_BINARY);
    CU_ASSERT_PTR_NULL(g->by_user->value);
    regatta_graph_free(g);
    /* Weight 0: the target alone. */
    g = merged_of(ctx, target, source, 0.0, REGATTA_WEIGHTING_BINARY);
    CU_ASSERT_EQUAL(g->by_user->n_edges, target->by_user->n_edges);
    CU_ASSERT_EQUAL(g->users->n, 2);
    regatta_graph_free(g);
    regatta_graph_free(target);
    regatta_graph_free(source);
    regatta_ctx_free(ctx);
}

/* Returns the names of u1's interactions in order, each followed by a blank. */
static const char *order_of_u1(regatta_ctx *ctx, const regatta_graph *g)
{
    static char text[64];
    rg_interactions in = {0};
    text[0] = '\0';
    CU_ASSERT_EQUAL(rg_interactions_open(ctx, &in, g, 0), REGATTA_OK);
    rg_interactions_read(&in, 1);
    for (int64_t k = 0; k < in.now.n; k++) {
        const int64_t e = g->by_user->offset[1] + in.now.position[k];
        strcat(text, rg_idmap_name(g->items, g->by_user->target[e]));
        strcat(text, " ");
    }
    rg_interactions_close(&in);
    return text;
}

static void test_domains__times(void)
{
    static const struct {
        int target, source;
        const char *order; /* u1 has t1 at 70 and s0 at 60 */
    } cases[] = {{1, 1, "s0 t1 "}, {1, 0, "s0 t1 "}, {0, 1, "t1 s0 "}, {0, 0, "t1 s0 "}};
    regatta_ctx *ctx = test_context(1);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        regatta_graph *target, *source;
        small_domains(ctx, &target, &source, cases[k].target, cases[k].source);
        regatta_graph *g = merged_of(ctx, target, source, 1.0, REGATTA_WEIGHTING_BINARY);
        CU_ASSERT_EQUAL(g->time != NULL, cases[k].target);
        CU_ASSERT_STRING_EQUAL(order_of_u1(ctx, g), cases[k].order);
        if (cases[k].target) /* without times: the earliest of the target, 50 */
            CU_ASSERT_EQUAL(g->time[edge_of(g, "u1", "s0")], cases[k].source ? 60 : 50);
        regatta_graph_free(g);
        regatta_graph_free(target);
        regatta_graph_free(source);
    }
    regatta_ctx_free(ctx);
}

static void test_domains__only_the_target_is_held_out(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *target = tastes(ctx, "t", FEW, 0, 1);
    regatta_graph *source = tastes(ctx, "s", MANY, 0, 2);
    regatta_graph *g = merged_of(ctx, target, source, 0.5, REGATTA_WEIGHTING_BINARY);
    const rg_validation_spec spec = {.share = 0.3, .max_users = 100, .seed = 5};
    rg_validation *alone = NULL, *both = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_validation_create(ctx, &alone, target, &spec), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_validation_create(ctx, &both, g, &spec), REGATTA_OK);
    CU_ASSERT(alone->n_holdout > 0);
    CU_ASSERT_EQUAL(both->n_holdout, alone->n_holdout);
    CU_ASSERT_EQUAL(both->holdout.n_users, alone->holdout.n_users);
    const int64_t n = alone->holdout.n_users;
    CU_ASSERT_EQUAL(memcmp(both->holdout.user, alone->holdout.user,
                           (size_t)n * sizeof *alone->holdout.user),
                    0);
    CU_ASSERT_EQUAL(memcmp(both->holdout.item, alone->holdout.item,
                           (size_t)alone->holdout.offset[n] * sizeof(uint32_t)),
                    0);
    CU_ASSERT_EQUAL(both->shift, alone->shift);
    CU_ASSERT_EQUAL(both->train->n_own_items, target->items->n);
    CU_ASSERT_EQUAL(both->train->by_user->n_edges,
                    g->by_user->n_edges - alone->n_holdout);
    rg_validation_free(alone);
    rg_validation_free(both);
    regatta_graph_free(g);
    regatta_graph_free(target);
    regatta_graph_free(source);
    regatta_ctx_free(ctx);
}

static regatta_train_options quick(const regatta_graph *const *sources, uint32_t n)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = "vectors,items,users";
    o.max_steps = 4;
    o.dim = 8;
    o.valid_share = 0.3f;
    o.sources = sources;
    o.n_sources = n;
    return o;
}

static regatta_model *train(regatta_ctx *ctx, const regatta_graph *target,
                            const regatta_graph *source)
{
    regatta_model *model = NULL;
    const regatta_train_options o = quick(&source, source != NULL);
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, target, &o), REGATTA_OK);
    return model;
}

/* The recommendations of all users of the target, as many as there are items. */
typedef struct lists {
    uint32_t k;
    uint32_t *item;
    float *score;
} lists;

static lists recommend(regatta_ctx *ctx, const regatta_model *model)
{
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    regatta_model_info info = REGATTA_MODEL_INFO_INIT;
    uint32_t user[N_USERS];
    CU_ASSERT_EQUAL(regatta_model_get_info(ctx, &info, model), REGATTA_OK);
    for (uint32_t u = 0; u < N_USERS; u++) user[u] = u;
    const regatta_query q = {.struct_size = sizeof q, .n = N_USERS, .user = user};
    lists l = {.k = o.k = N_ITEMS};
    l.item = calloc((size_t)N_USERS * l.k, sizeof *l.item);
    l.score = calloc((size_t)N_USERS * l.k, sizeof *l.score);
    CU_ASSERT_EQUAL(regatta_recommend(ctx, model, &q, &o, l.item, l.score), REGATTA_OK);
    return l;
}

static void free_lists(lists *l)
{
    free(l->item);
    free(l->score);
}

static int same_lists(const lists *a, const lists *b)
{
    const size_t n = (size_t)N_USERS * a->k;
    return memcmp(a->item, b->item, n * sizeof *a->item) == 0 &&
           memcmp(a->score, b->score, n * sizeof *a->score) == 0;
}

/* Checks every list and counts the items of the user's taste at its top. */
static double share_of_taste(const lists *l)
{
    double hits = 0.0;
    for (int64_t u = 0; u < N_USERS; u++) {
        for (int64_t r = 0; r < l->k; r++) {
            const uint32_t item = l->item[u * l->k + r];
            CU_ASSERT(item < N_ITEMS || item == REGATTA_NONE);
        }
        for (int64_t r = 0; r < TOP; r++)
            hits += l->item[u * l->k + r] % N_TASTES == u % N_TASTES;
    }
    return hits / (double)(TOP * N_USERS);
}

static void check_other_answers(regatta_ctx *ctx, const regatta_model *model)
{
    enum { K = 200 };
    uint32_t item[K], user = 3;
    regatta_candidates_options c = REGATTA_CANDIDATES_OPTIONS_INIT;
    regatta_similar_options s = REGATTA_SIMILAR_OPTIONS_INIT;
    regatta_query q = {.struct_size = sizeof q, .n = 1, .user = &user};
    for (uint32_t source = 0; source <= REGATTA_SOURCE_VECTORS; source++) {
        c.n = K;
        c.sources = source;
        CU_ASSERT_EQUAL(regatta_candidates(ctx, model, &q, &c, item, NULL, NULL),
                        REGATTA_OK);
        CU_ASSERT(item[0] < N_ITEMS);
        for (int r = 0; r < K; r++)
            CU_ASSERT(item[r] < N_ITEMS || item[r] == REGATTA_NONE);
    }
    q.side = REGATTA_ITEMS;
    s.k = K;
    for (uint32_t by = 0; by < 2; by++) {
        s.by = by;
        CU_ASSERT_EQUAL(regatta_similar(ctx, model, &q, &s, item, NULL), REGATTA_OK);
        CU_ASSERT(item[0] < N_ITEMS);
        for (int r = 0; r < K; r++)
            CU_ASSERT(item[r] < N_ITEMS || item[r] == REGATTA_NONE);
    }
}

/* The history has items of both domains, and they explain a score. */
static void check_context(regatta_ctx *ctx, const regatta_model *model)
{
    enum { K = 64 };
    uint32_t item[K], user = 5, wanted = 0, context = N_ITEMS;
    float score;
    int n_context = 0, explains = 0;
    regatta_history h = REGATTA_HISTORY_INIT;
    regatta_contribution part[K] = {REGATTA_CONTRIBUTION_INIT};
    regatta_explanation out = REGATTA_EXPLANATION_INIT;
    const regatta_query q = {.struct_size = sizeof q, .n = 1, .user = &user};
    h.capacity = K;
    h.item = item;
    CU_ASSERT_EQUAL(regatta_model_history(ctx, &h, model, user), REGATTA_OK);
    for (int64_t k = 0; k < h.n; k++) n_context += item[k] >= N_ITEMS;
    CU_ASSERT(n_context > 0 && n_context < h.n);
    wanted = 5 + N_TASTES;
    CU_ASSERT_EQUAL(regatta_explain(ctx, model, &q, &wanted, 1, part, K, &out),
                    REGATTA_OK);
    for (int64_t k = 0; k < out.n_contributions; k++)
        explains += part[k].item >= N_ITEMS && part[k].contribution != 0.0;
    CU_ASSERT(explains > 0);
    CU_ASSERT_EQUAL(regatta_score(ctx, model, &q, &context, 1, &score), REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "of another domain"));
    CU_ASSERT_EQUAL(regatta_explain(ctx, model, &q, &context, 1, part, K, &out),
                    REGATTA_EINVAL);
}

/* Test interactions with items of the source count as unknown. */
static void check_evaluate(regatta_ctx *ctx, const regatta_model *model,
                           const regatta_graph *source)
{
    regatta_graph *test = tastes(ctx, "t", MANY, 0, 9);
    regatta_graph *both = merged_of(ctx, test, source, 1.0, REGATTA_WEIGHTING_BINARY);
    const uint32_t k = 20;
    regatta_evaluate_options o = REGATTA_EVALUATE_OPTIONS_INIT;
    regatta_metrics m = {.struct_size = sizeof m};
    regatta_evaluation e = REGATTA_EVALUATION_INIT;
    o.k = &k;
    o.n_k = 1;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, model, both, &o, &m, &e), REGATTA_OK);
    CU_ASSERT_EQUAL(e.n_unknown_edges, source->by_user->n_edges);
    regatta_graph_free(both);
    regatta_graph_free(test);
}

static void test_domains__a_shared_taste_helps(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *target = tastes(ctx, "t", FEW, 0, 1);
    regatta_graph *source = tastes(ctx, "s", MANY, 0, 2);
    regatta_model *alone = train(ctx, target, NULL), *model = train(ctx, target, source);
    lists a = recommend(ctx, alone), b = recommend(ctx, model);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_model_json(model), "\"domains\": {"));
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_model_json(model), "\"shared_users\": 240"));
    CU_ASSERT_PTR_NULL(strstr(regatta_model_json(model), "\"weight\": 0, \"trials\""));
    CU_ASSERT_PTR_NULL(strstr(regatta_model_json(alone), "\"domains\""));
    CU_ASSERT(share_of_taste(&b) > share_of_taste(&a));
    check_other_answers(ctx, model);
    check_context(ctx, model);
    check_evaluate(ctx, model, source);
    CU_ASSERT_PTR_NULL(ask_all(ctx, model));
    free_lists(&a);
    free_lists(&b);
    regatta_model_free(alone);
    regatta_model_free(model);
    regatta_graph_free(target);
    regatta_graph_free(source);
    regatta_ctx_free(ctx);
}

static void test_domains__noise_is_left_out(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *target = tastes(ctx, "t", FEW, 0, 1);
    regatta_graph *source = tastes(ctx, "s", MANY, 1, 3);
    regatta_model *alone = train(ctx, target, NULL), *model = train(ctx, target, source);
    lists a = recommend(ctx, alone), b = recommend(ctx, model);
    regatta_model_info info = REGATTA_MODEL_INFO_INIT;
    CU_ASSERT_PTR_NOT_NULL(
        strstr(regatta_model_json(model), "\"weight\": 0, \"trials\""));
    CU_ASSERT_EQUAL(regatta_model_get_info(ctx, &info, model), REGATTA_OK);
    CU_ASSERT_EQUAL(info.n_items, target->items->n);
    CU_ASSERT_EQUAL(info.data_hash, target->hash);
    CU_ASSERT(same_lists(&a, &b));
    free_lists(&a);
    free_lists(&b);
    regatta_model_free(alone);
    regatta_model_free(model);
    regatta_graph_free(target);
    regatta_graph_free(source);
    regatta_ctx_free(ctx);
}

/* Of two sources each has its own weight. */
static void test_domains__two_sources(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *target = tastes(ctx, "t", FEW, 0, 1);
    regatta_graph *noise = tastes(ctx, "n", MANY, 1, 3);
    regatta_graph *source = tastes(ctx, "s", MANY, 0, 2);
    const regatta_graph *both[] = {noise, source};
    regatta_model *model = NULL;
    regatta_model_info info = REGATTA_MODEL_INFO_INIT;
    const regatta_train_options o = quick(both, 2);
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, target, &o), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_model_get_info(ctx, &info, model), REGATTA_OK);
    CU_ASSERT_EQUAL(info.n_items, target->items->n + source->items->n);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(regatta_model_json(model), "\"weight\": 0, \"trials\""));
    CU_ASSERT_EQUAL(regatta_model_find(model, REGATTA_ITEMS, "n1"), REGATTA_NONE);
    regatta_model_free(model);
    regatta_graph_free(target);
    regatta_graph_free(noise);
    regatta_graph_free(source);
    regatta_ctx_free(ctx);
}

static int hash_bytes(void *state, const void *bytes, size_t n)
{
    uint64_t *hash = state;
    *hash = rg_hash(bytes, n, *hash);
    return 0;
}

/* A growing block of bytes. */
typedef struct block {
    unsigned char *bytes;
    size_t n;
} block;

static int keep_bytes(void *state, const void *bytes, size_t n)
{
    block *b = state;
    b->bytes = realloc(b->bytes, b->n + n);
    memcpy(b->bytes + b->n, bytes, n);
    b->n += n;
    return 0;
}

static void test_domains__same_bytes_at_any_thread_count(void)
{
    uint64_t hash[3] = {0, 0, 0};
    for (uint32_t threads = 1; threads <= 3; threads++) {
        regatta_ctx *ctx = test_context(threads);
        regatta_graph *target = tastes(ctx, "t", FEW, 0, 1);
        regatta_graph *source = tastes(ctx, "s", MANY, 0, 2);
        regatta_model *model = train(ctx, target, source);
        CU_ASSERT_EQUAL(regatta_model_write(ctx, model, hash_bytes, &hash[threads - 1]),
                        REGATTA_OK);
        regatta_model_free(model);
        regatta_graph_free(target);
        regatta_graph_free(source);
        regatta_ctx_free(ctx);
    }
    CU_ASSERT_NOT_EQUAL(hash[0], 0);
    CU_ASSERT_EQUAL(hash[0], hash[1]);
    CU_ASSERT_EQUAL(hash[0], hash[2]);
}

static void test_domains__a_file_keeps_the_domains(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *target = tastes(ctx, "t", FEW, 0, 1);
    regatta_graph *source = tastes(ctx, "s", MANY, 0, 2);
    regatta_model *model = train(ctx, target, source), *loaded = NULL, *copy = NULL;
    block file = {NULL, 0}, again = {NULL, 0};
    CU_ASSERT_EQUAL(regatta_model_write(ctx, model, keep_bytes, &file), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load_memory(ctx, &loaded, file.bytes, file.n),
                          REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_convert(ctx, &copy, loaded, NULL), REGATTA_OK);
    lists a = recommend(ctx, model), b = recommend(ctx, loaded), c = recommend(ctx, copy);
    CU_ASSERT(same_lists(&a, &b));
    CU_ASSERT(same_lists(&a, &c));
    CU_ASSERT_EQUAL(regatta_model_write(ctx, copy, keep_bytes, &again), REGATTA_OK);
    CU_ASSERT_EQUAL(again.n, file.n);
    CU_ASSERT_EQUAL(memcmp(again.bytes, file.bytes, file.n), 0);
    check_other_answers(ctx, copy);
    free_lists(&a);
    free_lists(&b);
    free_lists(&c);
    free(file.bytes);
    free(again.bytes);
    regatta_model_free(copy);
    regatta_model_free(loaded);
    regatta_model_free(model);
    regatta_graph_free(target);
    regatta_graph_free(source);
    regatta_ctx_free(ctx);
}

static void refused(regatta_ctx *ctx, const regatta_graph *target,
                    const regatta_train_options *o, const char *words)
{
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, target, o), REGATTA_EINVAL);
    CU_ASSERT_PTR_NULL(model);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), words));
}

static void test_domains__refusals(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *target = tastes(ctx, "t", FEW, 0, 1);
    regatta_graph *source = tastes(ctx, "s", FEW, 0, 2);
    world *w = calloc(1, sizeof *w);
    add(w, 0, 0, 1.0f, 0);
    add(w, 1, 0, 1.0f, 0);
    regatta_graph *other = graph_of(ctx, w, "other", "s", 0, 0);
    w->n = 0;
    regatta_graph *empty = graph_of(ctx, w, "u", "s", 0, 0);
    const regatta_graph *two[] = {source, other}, *none[] = {NULL}, *void_[] = {empty};
    regatta_train_options o = quick(two, 2);
    refused(ctx, target, &o, "source 2 shares neither users nor items with the target");
    o = quick(two, 17);
    refused(ctx, target, &o, "n_sources must be 0 to 16, not 17");
    o = quick(NULL, 1);
    refused(ctx, target, &o, "sources");
    o = quick(none, 1);
    refused(ctx, target, &o, "a graph of sources");
    o = quick(void_, 1);
    refused(ctx, target, &o, "source 1 has no interaction");
    o = quick(two, 1);
    o.valid_share = 0.0f;
    refused(ctx, target, &o, "sources need validation");
    free(w);
    regatta_graph_free(other);
    regatta_graph_free(empty);
    regatta_graph_free(target);
    regatta_graph_free(source);
    regatta_ctx_free(ctx);
}

static regatta_status train_small(regatta_ctx *ctx, void *arg)
{
    const regatta_graph *const *graphs = arg;
    regatta_model *model = NULL;
    regatta_train_options o = quick(graphs + 1, 1);
    o.channels = "items";
    const regatta_status status = regatta_model_train(ctx, &model, graphs[0], &o);
    regatta_model_free(model);
    return status;
}

static void test_domains__memory_faults(void)
{
    regatta_ctx *ctx = test_context(1);
    const regatta_graph *graphs[2];
    world *w = calloc(1, sizeof *w);
    for (uint32_t u = 0; u < 8; u++)
        for (uint32_t k = 0; k < 3; k++) add(w, u, (u + 3 * k) % 6, 1.0f, (int64_t)k);
    graphs[0] = graph_of(ctx, w, "u", "t", 0, 1);
    graphs[1] = graph_of(ctx, w, "u", "s", 0, 1);
    fault_sweep_memory(train_small, graphs);
    free(w);
    regatta_graph_free((regatta_graph *)graphs[0]);
    regatta_graph_free((regatta_graph *)graphs[1]);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"merged numbers and weights", test_domains__merged_numbers_and_weights},
    {"times", test_domains__times},
    {"only the target is held out", test_domains__only_the_target_is_held_out},
    {"a shared taste helps", test_domains__a_shared_taste_helps},
    {"noise is left out", TEST_PLAIN_ONLY(test_domains__noise_is_left_out)},
    {"two sources", test_domains__two_sources},
    {"same bytes at any thread count",
     TEST_PLAIN_ONLY(test_domains__same_bytes_at_any_thread_count)},
    {"a file keeps the domains", test_domains__a_file_keeps_the_domains},
    {"refusals", test_domains__refusals},
    {"memory faults", test_domains__memory_faults},
};

int test_domains(void)
{
    return TEST_MAIN("domains", cases);
}
