/* Communities in a model and its file, and candidates from them. */
#include "model/model.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <string.h>

enum { USERS = 23, N = 12, CELLS = USERS * N };

static char folder[SCRATCH_PATH], path[SCRATCH_PATH];

static regatta_model *with_communities(regatta_ctx *ctx, uint32_t type)
{
    tiny_spec spec = tiny_default();
    spec.channels = 1;
    regatta_convert_options opts = REGATTA_CONVERT_OPTIONS_INIT;
    regatta_model *before = NULL, *model = NULL;
    opts.type = type;
    opts.communities = 1;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &before, &spec), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_convert(ctx, &model, before, &opts), REGATTA_OK);
    regatta_model_free(before);
    return model;
}

/* Candidates of all users. */
static regatta_status ask(regatta_ctx *ctx, const regatta_model *model, float share,
                          uint32_t sources, uint32_t *items, float *scores,
                          int64_t *reads)
{
    uint32_t user[USERS];
    for (uint32_t u = 0; u < USERS; u++) user[u] = u;
    regatta_query query = {.struct_size = sizeof query, .n = USERS, .user = user};
    regatta_candidates_options opts = REGATTA_CANDIDATES_OPTIONS_INIT;
    opts.n = N;
    opts.sources = sources;
    opts.communities = share;
    opts.reads = reads;
    return regatta_candidates(ctx, model, &query, &opts, items, scores, NULL);
}

static void test_communities__survive_a_file_and_a_copy(void)
{
    static const uint32_t types[] = {REGATTA_TYPE_KEEP, REGATTA_TYPE_BF16,
                                     REGATTA_TYPE_I8};
    for (int t = 0; t < 3; t++) {
        regatta_ctx *ctx = tiny_context(2);
        regatta_model *model = with_communities(ctx, types[t]), *loaded = NULL,
                      *copy = NULL;
        regatta_model_info a = {.struct_size = sizeof a}, b = {.struct_size = sizeof b};
        scratch_open(folder);
        scratch_path(path, folder, "model.regatta");
        CU_ASSERT_EQUAL(regatta_model_save(ctx, model, path), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(regatta_model_convert(ctx, &copy, loaded, NULL),
                              REGATTA_OK);
        regatta_model_get_info(NULL, &a, model);
        regatta_model_get_info(NULL, &b, copy);
        CU_ASSERT(a.n_communities > 0 && a.n_communities <= 41);
        CU_ASSERT_EQUAL(a.n_communities, b.n_communities);
        CU_ASSERT_EQUAL(memcmp(model->community, copy->community,
                               (size_t)model->n_items * sizeof *model->community),
                        0);
        for (int64_t i = 0; i < model->n_items; i++)
            CU_ASSERT(model->community[i] < a.n_communities);
        regatta_model_free(copy);
        regatta_model_free(loaded);
        regatta_model_free(model);
        scratch_close(folder);
        regatta_ctx_free(ctx);
    }
}

static void test_communities__have_the_same_bytes_at_any_number_of_threads(void)
{
    static uint32_t items[2][CELLS], whole[CELLS];
    static float scores[2][CELLS], whole_scores[CELLS];
    static int64_t reads[2][USERS * REGATTA_N_READS];
    int fewer = 0;
    for (int k = 0; k < 2; k++) {
        regatta_ctx *ctx = tiny_context(k == 0 ? 1 : 3);
        regatta_model *model = with_communities(ctx, REGATTA_TYPE_KEEP);
        CU_ASSERT_EQUAL(
            ask(ctx, model, 0.5f, REGATTA_SOURCE_GRAPH, items[k], scores[k], reads[k]),
            REGATTA_OK);
        if (k == 1) {
            uint32_t all[CELLS];
            float all_scores[CELLS];
            CU_ASSERT_EQUAL(
                ask(ctx, model, 0.0f, REGATTA_SOURCE_GRAPH, whole, whole_scores, NULL),
                REGATTA_OK);
            CU_ASSERT_EQUAL(
                ask(ctx, model, 1.0f, REGATTA_SOURCE_GRAPH, all, all_scores, NULL),
                REGATTA_OK);
            CU_ASSERT_EQUAL(memcmp(all, whole, sizeof all), 0);
            CU_ASSERT_EQUAL(memcmp(all_scores, whole_scores, sizeof all_scores), 0);
        }
        regatta_model_free(model);
        regatta_ctx_free(ctx);
    }
    CU_ASSERT_EQUAL(memcmp(items[0], items[1], sizeof items[0]), 0);
    CU_ASSERT_EQUAL(memcmp(scores[0], scores[1], sizeof scores[0]), 0);
    CU_ASSERT_EQUAL(memcmp(reads[0], reads[1], sizeof reads[0]), 0);
    for (int u = 0; u < USERS; u++) {
        const int64_t *r = reads[0] + u * REGATTA_N_READS;
        CU_ASSERT_EQUAL(r[REGATTA_READ_ENTRIES], (r[REGATTA_READ_WHOLE] + 1) / 2);
        fewer += r[REGATTA_READ_ENTRIES] < r[REGATTA_READ_WHOLE];
    }
    CU_ASSERT(fewer > USERS / 2);
}

static void test_communities__are_refused(void)
{
    static uint32_t items[CELLS];
    tiny_spec spec = tiny_default();
    spec.channels = 1;
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = with_communities(ctx, REGATTA_TYPE_KEEP), *none = NULL,
                  *copy = NULL;
    const float wrong[] = {-0.5f, 1.5f, NAN, INFINITY};
    for (int k = 0; k < 4; k++) {
        CU_ASSERT_EQUAL(
            ask(ctx, model, wrong[k], REGATTA_SOURCE_GRAPH, items, NULL, NULL),
            REGATTA_EINVAL);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "communities must be"));
    }
    CU_ASSERT_EQUAL(ask(ctx, model, 0.5f, REGATTA_SOURCE_VECTORS, items, NULL, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "need the source graph"));
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &none, &spec), REGATTA_OK);
    CU_ASSERT_EQUAL(ask(ctx, none, 0.5f, REGATTA_SOURCE_GRAPH, items, NULL, NULL),
                    REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "has no communities"));
    regatta_convert_options opts = REGATTA_CONVERT_OPTIONS_INIT;
    opts.communities = 2;
    CU_ASSERT_EQUAL(regatta_model_convert(ctx, &copy, none, &opts), REGATTA_EINVAL);
    CU_ASSERT_PTR_NULL(copy);
    regatta_model_free(none);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

int test_model_communities(void)
{
    static const test_case cases[] = {
        {"file", test_communities__survive_a_file_and_a_copy},
        {"threads", test_communities__have_the_same_bytes_at_any_number_of_threads},
        {"refusals", test_communities__are_refused},
    };
    return TEST_MAIN("model_communities", cases);
}
