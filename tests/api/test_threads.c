/* A loaded model that is asked by many threads, by a host that uses OpenMP itself, and by
 * the child of a fork: the answers are those of one thread. */
#include "model/model_index.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <omp.h>
#include <pthread.h>
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 16, ROUNDS = 2, USERS = 300, ITEMS = 220, K = 5, DIM = 8, WATCH = 120 };

/* What a model answers. Every byte is filled. */
typedef struct answers {
    uint32_t recommended[USERS * K], proposed[USERS * K], similar[ITEMS * K];
    float recommended_score[USERS * K], proposed_score[USERS * K],
        by_source[USERS * K * REGATTA_N_SOURCES], cosine[ITEMS * K], score[USERS * ITEMS],
        folded[USERS * DIM];
    double explained[ITEMS];
} answers;

static regatta_status ask(answers *a, regatta_ctx *ctx, const regatta_model *m)
{
    regatta_status status = REGATTA_OK;
    uint32_t user[USERS], item[ITEMS];
    regatta_query users = REGATTA_QUERY_INIT, items = REGATTA_QUERY_INIT;
    regatta_recommend_options recommend = REGATTA_RECOMMEND_OPTIONS_INIT;
    regatta_candidates_options candidates = REGATTA_CANDIDATES_OPTIONS_INIT;
    regatta_similar_options similar = REGATTA_SIMILAR_OPTIONS_INIT;
    regatta_explanation parts[ITEMS];
    memset(parts, 0, sizeof parts);
    parts[0].struct_size = sizeof *parts;
    for (uint32_t u = 0; u < USERS; u++) user[u] = u;
    for (uint32_t j = 0; j < ITEMS; j++) item[j] = j;
    users.n = USERS;
    users.user = user;
    items.n = ITEMS;
    items.user = item;
    items.side = REGATTA_ITEMS;
    recommend.k = candidates.n = similar.k = K;
    recommend.mmr = 0.8f;
    RG_TRY(regatta_candidates(ctx, m, &users, &candidates, a->proposed, a->proposed_score,
                              a->by_source));
    RG_TRY(regatta_recommend(ctx, m, &users, &recommend, a->recommended,
                             a->recommended_score));
    RG_TRY(regatta_similar(ctx, m, &items, &similar, a->similar, a->cosine));
    RG_TRY(regatta_score(ctx, m, &users, item, ITEMS, a->score));
    RG_TRY(regatta_fold_in(ctx, m, &users, a->folded));
    users.n = 1;
    users.user = user + 5;
    RG_TRY(regatta_explain(ctx, m, &users, item, ITEMS, NULL, 0, parts));
    for (int j = 0; j < ITEMS; j++) a->explained[j] = parts[j].score;
done:
    return status;
}

static char folder[SCRATCH_PATH], path[SCRATCH_PATH];
static answers expected;

/* A model with every channel and an index, in a file, and its answers by one thread. */
static void write_model(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = NULL, *loaded = NULL;
    tiny_spec spec = tiny_default();
    spec.channels = 1;
    spec.n_users = USERS; /* work enough for several threads a call */
    spec.n_items = ITEMS;
    scratch_open(folder);
    scratch_path(path, folder, "model");
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_model_index_build(ctx, model, 4, 8), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_model_save(ctx, model, path), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
    memset(&expected, 0, sizeof expected);
    CU_ASSERT_EQUAL(ask(&expected, ctx, loaded), REGATTA_OK);
    regatta_model_free(loaded);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

typedef struct asker {
    const regatta_model *model;
    uint32_t threads; /* of its context */
    int wrong;        /* answers that differ */
} asker;

/* No assertion of CUnit: several threads run it. */
static void *ask_often(void *state)
{
    asker *me = state;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx *ctx = NULL;
    answers *own = calloc(1, sizeof *own);
    options.threads = me->threads;
    me->wrong = own == NULL || regatta_ctx_create(&ctx, &options) != REGATTA_OK;
    for (int k = 0; k < ROUNDS && me->wrong == 0; k++) {
        memset(own, 0, sizeof *own);
        me->wrong += ask(own, ctx, me->model) != REGATTA_OK;
        me->wrong += memcmp(own, &expected, sizeof *own) != 0;
    }
    regatta_ctx_free(ctx);
    free(own);
    return NULL;
}

/* The first call of regatta_candidates, which builds the tables, is made by all at once.
 */
static void test_threads__of_the_host(void)
{
    write_model();
    for (uint32_t threads = 1; threads <= 2; threads++) {
        regatta_ctx *ctx = tiny_context(1);
        regatta_model *model = NULL;
        pthread_t thread[THREADS];
        asker state[THREADS];
        CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &model, path), REGATTA_OK);
        for (int t = 0; t < THREADS; t++) {
            state[t] = (asker){.model = model, .threads = threads};
            CU_ASSERT_EQUAL_FATAL(pthread_create(&thread[t], NULL, ask_often, &state[t]),
                                  0);
        }
        for (int t = 0; t < THREADS; t++) {
            pthread_join(thread[t], NULL);
            CU_ASSERT_EQUAL(state[t].wrong, 0);
        }
        regatta_model_free(model);
        regatta_ctx_free(ctx);
    }
    scratch_close(folder);
}

/* Calls inside parallel regions of the host, whose settings stay. */
static void test_threads__of_openmp(void)
{
    enum { TEAM = 4 };
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = NULL;
    asker state[TEAM];
    write_model();
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &model, path), REGATTA_OK);
    const int most = omp_get_max_threads(), levels = omp_get_max_active_levels();
#pragma omp parallel for num_threads(TEAM)
    for (int t = 0; t < TEAM; t++) {
        state[t] = (asker){.model = model, .threads = 2};
        ask_often(&state[t]);
    }
    for (int t = 0; t < TEAM; t++) CU_ASSERT_EQUAL(state[t].wrong, 0);
    CU_ASSERT_EQUAL(omp_get_max_threads(), most);
    CU_ASSERT_EQUAL(omp_get_max_active_levels(), levels);
    regatta_model_free(model);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static int train_in_child(regatta_ctx *ctx)
{
    static const uint32_t user[] = {0, 0, 1, 1, 2, 2}, item[] = {0, 1, 1, 2, 2, 0};
    regatta_edges edges = REGATTA_EDGES_INIT;
    regatta_train_options options = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_graph *graph = NULL;
    regatta_model *model = NULL;
    edges.n_edges = 6;
    edges.n_users = edges.n_items = 3;
    edges.user = user;
    edges.item = item;
    options.preset = REGATTA_PRESET_FAST;
    options.valid_share = 0.0f;
    const int failed = regatta_graph_from_edges(ctx, &graph, &edges) != REGATTA_OK ||
                       regatta_model_train(ctx, &model, graph, &options) != REGATTA_OK;
    regatta_model_free(model);
    regatta_graph_free(graph);
    return failed;
}

/* In the child: the parent's model, a model loaded again, and a training. */
static int child(const regatta_model *inherited)
{
    asker state[2] = {{.model = inherited, .threads = 1}, {.threads = 1}};
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx *ctx = NULL;
    regatta_model *loaded = NULL;
    options.threads = 1;
    alarm(WATCH); /* ends a child that hangs */
    if (regatta_ctx_create(&ctx, &options) != REGATTA_OK) return 2;
    if (regatta_model_load(ctx, &loaded, path) != REGATTA_OK) return 3;
    state[1].model = loaded;
    ask_often(&state[0]);
    ask_often(&state[1]);
    const int failed = train_in_child(ctx);
    regatta_model_free(loaded);
    regatta_ctx_free(ctx);
    return state[0].wrong || state[1].wrong ? 4 : failed ? 5 : 0;
}

/* After the parent has used several threads, the child uses contexts of one. */
static void test_threads__of_a_child(void)
{
    regatta_ctx *ctx = tiny_context(4);
    regatta_model *model = NULL;
    static answers own;
    write_model();
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &model, path), REGATTA_OK);
    memset(&own, 0, sizeof own);
    CU_ASSERT_EQUAL(ask(&own, ctx, model), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(&own, &expected, sizeof own), 0);
    int code = 0, team = 0;
#pragma omp parallel num_threads(4)
#pragma omp single
    team = omp_get_num_threads();
    CU_ASSERT_EQUAL(team, 4);
    const pid_t pid = fork();
    CU_ASSERT_FATAL(pid >= 0);
    if (pid == 0) _exit(child(model));
    CU_ASSERT_EQUAL(waitpid(pid, &code, 0), pid);
    CU_ASSERT(WIFEXITED(code));
    CU_ASSERT_EQUAL(WEXITSTATUS(code), 0);
    memset(&own, 0, sizeof own);
    CU_ASSERT_EQUAL(ask(&own, ctx, model), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(&own, &expected, sizeof own), 0);
    regatta_model_free(model);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"of a child", test_threads__of_a_child},
    {"of the host", test_threads__of_the_host},
    {"of OpenMP", test_threads__of_openmp},
};

int test_threads(void)
{
    return TEST_MAIN("threads", cases);
}
