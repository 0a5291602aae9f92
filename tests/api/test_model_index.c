/* An index in a model and its file. */
#include "base/hash.h"
#include "model/model_index.h"
#include "support/fault.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>

static char folder[SCRATCH_PATH], path[SCRATCH_PATH];

static regatta_model *indexed_model(regatta_ctx *ctx, uint32_t type)
{
    const tiny_spec spec = tiny_default();
    regatta_convert_options opts = REGATTA_CONVERT_OPTIONS_INIT;
    regatta_model *floats = NULL, *model = NULL;
    opts.type = type;
    opts.index = 1;
    opts.index_degree = 6;
    opts.index_build = 12;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &floats, &spec), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_convert(ctx, &model, floats, &opts), REGATTA_OK);
    regatta_model_free(floats); /* the copy needs nothing of it */
    return model;
}

/* The best 3 for a user, by a walk: the beam is less than half of the 41 items. */
static void search(regatta_ctx *ctx, const regatta_model *model, int64_t user,
                   uint32_t *row, float *score)
{
    const rg_index_rows rows = rg_model_index_rows(model);
    float vector[64];
    rg_index_work *work = NULL;
    rg_rows_decode(vector, &model->vectors->user_vectors, user, user + 1);
    const rg_index_query query = {.vector = vector, .k = 3, .effort = 12};
    CU_ASSERT_EQUAL_FATAL(rg_index_work_create(ctx, &work, &model->index, 3, 12, 1),
                          REGATTA_OK);
    CU_ASSERT_EQUAL(rg_index_search(&model->index, &rows, work, 0, &query, row, score),
                    3);
    rg_index_work_free(work);
}

static void test_model_index__survives_its_file(void)
{
    const uint32_t types[] = {REGATTA_TYPE_KEEP, REGATTA_TYPE_BF16, REGATTA_TYPE_I8};
    for (int t = 0; t < 3; t++) {
        regatta_ctx *ctx = tiny_context(2);
        regatta_model *model = indexed_model(ctx, types[t]), *loaded = NULL, *copy = NULL;
        regatta_model_info a = {.struct_size = sizeof a}, b = {.struct_size = sizeof b};
        scratch_open(folder);
        scratch_path(path, folder, "model.regatta");
        CU_ASSERT_EQUAL(regatta_model_save(ctx, model, path), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(regatta_model_convert(ctx, &copy, loaded, NULL),
                              REGATTA_OK);
        regatta_model_get_info(NULL, &a, model);
        regatta_model_get_info(NULL, &b, copy);
        CU_ASSERT_EQUAL(a.index_degree, 6);
        CU_ASSERT_EQUAL(a.index_build, 12);
        CU_ASSERT_EQUAL(a.index_bytes, 41 * (16 + 6 * 4) + model->index.n_entries * 4);
        CU_ASSERT_EQUAL(a.index_recall, 1.0); /* 41 items are searched exactly */
        CU_ASSERT_EQUAL(b.index_degree, 6);
        CU_ASSERT_EQUAL(b.index_build, 12);
        CU_ASSERT_EQUAL(b.index_recall, 1.0);
        for (int64_t user = 0; user < 23; user++) {
            uint32_t row[3], again[3];
            float score[3], same[3];
            search(ctx, model, user, row, score);
            search(ctx, copy, user, again, same);
            CU_ASSERT_EQUAL(memcmp(row, again, sizeof row), 0);
            CU_ASSERT_EQUAL(memcmp(score, same, sizeof score), 0);
        }
        regatta_model_free(model);
        regatta_model_free(loaded);
        regatta_model_free(copy);
        scratch_close(folder);
        regatta_ctx_free(ctx);
    }
}

static void test_model_index__scores_are_scale_cosine_and_bias(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = indexed_model(ctx, REGATTA_TYPE_KEEP);
    const float *users = regatta_model_vectors(model, REGATTA_USERS);
    const float *items = regatta_model_vectors(model, REGATTA_ITEMS);
    for (int64_t user = 0; user < 23; user++) {
        uint32_t row[3];
        float score[3];
        search(ctx, model, user, row, score);
        for (int e = 0; e < 3; e++) {
            double dot = 0.0;
            for (int64_t k = 0; k < model->vectors->shape.dim; k++)
                dot += (double)users[user * model->vectors->shape.dim + k] *
                       (double)items[row[e] * model->vectors->shape.dim + k];
            CU_ASSERT_DOUBLE_EQUAL(score[e],
                                   (double)model->vectors->scale * dot +
                                       (double)model->vectors->bias[row[e]],
                                   1e-5);
        }
    }
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* Each with its own history skipped, at several numbers of threads, and one alone. */
static void test_model_index__batches_are_single_searches(void)
{
    enum { USERS = 23, K = 4 };
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = indexed_model(ctx, REGATTA_TYPE_KEEP);
    const int64_t dim = model->vectors->shape.dim;
    float *query = calloc((size_t)(USERS * dim), sizeof *query);
    uint32_t item[USERS * K], again[USERS * K];
    float score[USERS * K];
    const uint32_t allow[2] = {0xfffffff0u, 0xffffffffu}; /* not the first four */
    rg_rows_decode(query, &model->vectors->user_vectors, 0, USERS);
    rg_search s = {.query = query,
                   .m = USERS,
                   .k = K,
                   .scale = model->vectors->scale,
                   .allow = allow,
                   .skip_offset = model->history_offset,
                   .skip = model->history_item};
    CU_ASSERT_EQUAL(rg_model_index_search(ctx, model, &s, 8, item, score), REGATTA_OK);
    for (int64_t q = 0; q < USERS; q++)
        for (int64_t e = 0; e < K; e++) {
            const uint32_t i = item[q * K + e];
            CU_ASSERT(i >= 4 && i < 41);
            for (int64_t h = s.skip_offset[q]; h < s.skip_offset[q + 1]; h++)
                CU_ASSERT_NOT_EQUAL(i, s.skip[h]);
        }
    for (int threads = 2; threads <= 8; threads += 3) {
        ctx->threads = threads;
        CU_ASSERT_EQUAL(rg_model_index_search(ctx, model, &s, 8, again, NULL),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(memcmp(item, again, sizeof item), 0);
    }
    for (int64_t q = 0; q < USERS; q++) {
        const rg_search one = {.query = query + q * dim,
                               .m = 1,
                               .k = K,
                               .scale = model->vectors->scale,
                               .allow = allow,
                               .skip_offset = model->history_offset + q,
                               .skip = model->history_item};
        CU_ASSERT_EQUAL(rg_model_index_search(ctx, model, &one, 8, again, NULL),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(memcmp(item + q * K, again, K * sizeof *item), 0);
    }
    free(query);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* 41 items are searched exactly where the beam covers half of them, so candidates are
 * those of exact search; by a narrower beam they are of the same items' scores. */
static void test_model_index__candidates_ask_it(void)
{
    enum { N = 10 };
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *model = indexed_model(ctx, REGATTA_TYPE_KEEP);
    const uint32_t user[] = {0, 5, 11};
    const regatta_query query = {.struct_size = sizeof query, .n = 3, .user = user};
    regatta_candidates_options o = REGATTA_CANDIDATES_OPTIONS_INIT;
    uint32_t exact[3 * N], found[3 * N];
    float wanted[3 * N], score[3 * N];
    o.n = N;
    o.sources = REGATTA_SOURCE_VECTORS;
    o.exact = 1;
    CU_ASSERT_EQUAL(regatta_candidates(ctx, model, &query, &o, exact, wanted, NULL),
                    REGATTA_OK);
    o.exact = 0;
    CU_ASSERT_EQUAL(regatta_candidates(ctx, model, &query, &o, found, score, NULL),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(exact, found, sizeof exact), 0);
    for (int e = 0; e < 3 * N; e++) CU_ASSERT_DOUBLE_EQUAL(score[e], wanted[e], 1e-5);
    o.effort = N;
    CU_ASSERT_EQUAL(regatta_candidates(ctx, model, &query, &o, found, score, NULL),
                    REGATTA_OK);
    for (int e = 0; e < 3 * N; e++) {
        CU_ASSERT(found[e] < 41);
        CU_ASSERT(score[e] <= wanted[e] + 1e-5f);
    }
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static void test_model_index__refusals(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = indexed_model(ctx, REGATTA_TYPE_KEEP), *out = NULL;
    regatta_convert_options opts = REGATTA_CONVERT_OPTIONS_INIT;
    opts.index = 2;
    CU_ASSERT_EQUAL(regatta_model_convert(ctx, &out, model, &opts), REGATTA_EINVAL);
    opts.index = 1;
    opts.index_degree = 3;
    CU_ASSERT_EQUAL(regatta_model_convert(ctx, &out, model, &opts), REGATTA_EINVAL);
    opts.index_degree = 0;
    opts.index_build = 4097;
    CU_ASSERT_EQUAL(regatta_model_convert(ctx, &out, model, &opts), REGATTA_EINVAL);
    CU_ASSERT_PTR_NULL(out);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* A forger mends the checksum. A changed edge, code, entry or number is refused, or finds
 * other items: never a fault. */
static void test_model_index__forged_bytes_never_do_harm(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = indexed_model(ctx, REGATTA_TYPE_KEEP);
    int64_t n = 0, loaded = 0, refused = 0;
    scratch_open(folder);
    scratch_path(path, folder, "model.regatta");
    CU_ASSERT_EQUAL(regatta_model_save(ctx, model, path), REGATTA_OK);
    regatta_model_free(model);
    unsigned char *bytes = scratch_read(path, &n);
    const int64_t tail = 41 * (16 + 6 * 4) + 64 * 5; /* the index stands last */
    for (int64_t k = n - tail; k < n - 8; k += 5) {
        const unsigned char was = bytes[k];
        bytes[k] = (unsigned char)(was ^ 0xffu);
        const uint64_t checksum = rg_hash(bytes, (size_t)n - 8, 0);
        memcpy(bytes + n - 8, &checksum, sizeof checksum);
        scratch_write(path, bytes, n);
        regatta_model *forged = NULL;
        const regatta_status status = regatta_model_load(ctx, &forged, path);
        CU_ASSERT(status == REGATTA_OK || status == REGATTA_EFORMAT);
        refused += status != REGATTA_OK;
        loaded += status == REGATTA_OK;
        for (int64_t user = 0; status == REGATTA_OK && user < 3; user++) {
            uint32_t row[3];
            float score[3];
            search(ctx, forged, user, row, score);
            for (int e = 0; e < 3; e++) CU_ASSERT(row[e] < 41);
        }
        regatta_model_free(forged);
        bytes[k] = was;
    }
    CU_ASSERT(refused > 10); /* edges beyond the items */
    CU_ASSERT(loaded > 10);  /* other codes */
    free(bytes);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    regatta_convert_options opts = REGATTA_CONVERT_OPTIONS_INIT;
    regatta_model *out = NULL;
    opts.index = 1;
    opts.index_degree = 4;
    opts.index_build = 8;
    const regatta_status status = regatta_model_convert(ctx, &out, arg, &opts);
    if (status != REGATTA_OK) CU_ASSERT_PTR_NULL(out);
    regatta_model_free(out);
    return status;
}

static void test_model_index__every_allocation_may_fail(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *model = indexed_model(ctx, REGATTA_TYPE_KEEP);
    fault_sweep_memory(attempt, model);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"file", test_model_index__survives_its_file},
    {"scores", test_model_index__scores_are_scale_cosine_and_bias},
    {"batches", test_model_index__batches_are_single_searches},
    {"candidates", test_model_index__candidates_ask_it},
    {"refusals", test_model_index__refusals},
    {"forged", test_model_index__forged_bytes_never_do_harm},
    {"allocations", test_model_index__every_allocation_may_fail},
};

int test_model_index(void)
{
    return TEST_MAIN("model_index", cases);
}
