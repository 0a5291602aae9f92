/* Every struct of every public function, with sizes of callers that forgot to set it,
 * that are older, and that are newer. */
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include "support/tiny_pairs.h"
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16384, LATER = 8, PATTERN = 0xa5, ITEMS = 41, DIM = 8 };

/* What the calls work on. */
typedef struct world {
    regatta_ctx *ctx;
    regatta_graph *graph; /* of the model's names */
    regatta_model *model;
    char path[SCRATCH_PATH]; /* of a file of interactions */
} world;

/* One call with a struct of the caller's at `s`, everything else being right. */
typedef regatta_status (*call_fn)(const world *w, void *s);

static regatta_query one_user(void)
{
    static const uint32_t user = 3;
    regatta_query query = REGATTA_QUERY_INIT;
    query.n = 1;
    query.user = &user;
    return query;
}

static regatta_status ctx_create(const world *w, void *s)
{
    regatta_ctx *ctx = NULL;
    (void)w;
    const regatta_status status = regatta_ctx_create(&ctx, s);
    regatta_ctx_free(ctx);
    return status;
}

static regatta_status freed(regatta_graph *graph, regatta_status status)
{
    regatta_graph_free(graph);
    return status;
}

static regatta_status denoise_options(const world *w, void *s)
{
    return regatta_graph_denoise(w->ctx, NULL, w->graph, s, NULL);
}

static regatta_status denoise_report(const world *w, void *s)
{
    return regatta_graph_denoise(w->ctx, NULL, w->graph, NULL, s);
}

static regatta_status read_options(const world *w, void *s)
{
    regatta_graph *graph = NULL;
    const regatta_status status = regatta_graph_read(w->ctx, &graph, w->path, s, NULL);
    return freed(graph, status);
}

static regatta_status read_report(const world *w, void *s)
{
    regatta_graph *graph = NULL;
    const regatta_status status = regatta_graph_read(w->ctx, &graph, w->path, NULL, s);
    return freed(graph, status);
}

static regatta_status edges(const world *w, void *s)
{
    regatta_graph *graph = NULL;
    const regatta_status status = regatta_graph_from_edges(w->ctx, &graph, s);
    return freed(graph, status);
}

static regatta_status csr(const world *w, void *s)
{
    regatta_graph *graph = NULL;
    const regatta_status status = regatta_graph_from_csr(w->ctx, &graph, s);
    return freed(graph, status);
}

static regatta_status rows(const world *w, void *s)
{
    return regatta_graph_rows(w->ctx, s, w->graph);
}

static regatta_status filter(const world *w, void *s)
{
    regatta_graph *graph = NULL;
    const regatta_status status = regatta_graph_filter(w->ctx, &graph, w->graph, s);
    return freed(graph, status);
}

static regatta_status split(const world *w, void *s)
{
    regatta_graph *graph = NULL;
    const regatta_status status =
        regatta_graph_split(w->ctx, &graph, NULL, NULL, w->graph, s);
    return freed(graph, status);
}

static regatta_status summarize(const world *w, void *s)
{
    return regatta_graph_summarize(w->ctx, s, w->graph);
}

static regatta_status overlap(const world *w, void *s)
{
    return regatta_graph_overlap(w->ctx, s, w->graph, w->graph);
}

static regatta_status train(const world *w, void *s)
{
    regatta_model *model = NULL;
    const regatta_status status = regatta_model_train(w->ctx, &model, w->graph, s);
    regatta_model_free(model);
    return status;
}

static regatta_status convert(const world *w, void *s)
{
    regatta_model *model = NULL;
    const regatta_status status = regatta_model_convert(w->ctx, &model, w->model, s);
    regatta_model_free(model);
    return status;
}

static regatta_status prune(const world *w, void *s)
{
    regatta_model *model = NULL;
    const regatta_status status = regatta_model_prune(w->ctx, &model, w->model, s, NULL);
    regatta_model_free(model);
    return status;
}

static regatta_status prune_out(const world *w, void *s)
{
    regatta_model *model = NULL;
    regatta_prune_options half = REGATTA_PRUNE_OPTIONS_INIT;
    half.share = 0.5;
    const regatta_status status = regatta_model_prune(w->ctx, &model, w->model, &half, s);
    regatta_model_free(model);
    return status;
}

static regatta_status get_info(const world *w, void *s)
{
    return regatta_model_get_info(w->ctx, s, w->model);
}

static regatta_status ctx_traffic(const world *w, void *s)
{
    return regatta_ctx_traffic(w->ctx, s);
}

static regatta_status model_history(const world *w, void *s)
{
    return regatta_model_history(w->ctx, s, w->model, 3);
}

static regatta_status graph_history(const world *w, void *s)
{
    return regatta_graph_history(w->ctx, s, w->graph, 3);
}

static uint32_t nodes[ITEMS];
static float numbers[ITEMS];

static regatta_status recommend_query(const world *w, void *s)
{
    return regatta_recommend(w->ctx, w->model, s, NULL, nodes, numbers);
}

static regatta_status recommend_options(const world *w, void *s)
{
    const regatta_query query = one_user();
    return regatta_recommend(w->ctx, w->model, &query, s, nodes, numbers);
}

static regatta_status candidates_query(const world *w, void *s)
{
    regatta_candidates_options o = REGATTA_CANDIDATES_OPTIONS_INIT;
    o.n = ITEMS;
    return regatta_candidates(w->ctx, w->model, s, &o, nodes, numbers, NULL);
}

static regatta_status candidates_options(const world *w, void *s)
{
    const regatta_query query = one_user();
    return regatta_candidates(w->ctx, w->model, &query, s, nodes, numbers, NULL);
}

static regatta_status similar_query(const world *w, void *s)
{
    return regatta_similar(w->ctx, w->model, s, NULL, nodes, numbers);
}

static regatta_status similar_options(const world *w, void *s)
{
    const regatta_query query = one_user();
    return regatta_similar(w->ctx, w->model, &query, s, nodes, numbers);
}

static regatta_status score_query(const world *w, void *s)
{
    const uint32_t item = 1;
    return regatta_score(w->ctx, w->model, s, &item, 1, numbers);
}

static regatta_status fold_in_query(const world *w, void *s)
{
    return regatta_fold_in(w->ctx, w->model, s, numbers);
}

static regatta_status score_pairs_query(const world *w, void *s)
{
    const uint32_t item = 1;
    const int64_t offset[] = {0, 1};
    return regatta_score_pairs(w->ctx, w->model, s, offset, &item, numbers, NULL);
}

static regatta_status calibration_out(const world *w, void *s)
{
    return regatta_model_calibration(w->ctx, s, w->model);
}

static regatta_status pairs_to_measure(const world *w, void *s)
{
    regatta_pair_metrics out = REGATTA_PAIR_METRICS_INIT;
    return regatta_measure_pairs(w->ctx, &out, s);
}

static regatta_status pairs_to_calibrate(const world *w, void *s)
{
    regatta_model *out = NULL;
    const regatta_status status = regatta_calibrate(w->ctx, &out, w->model, s);
    regatta_model_free(out);
    return status;
}

static regatta_status pair_metrics_out(const world *w, void *s)
{
    static const uint32_t user[] = {0, 1};
    static const uint8_t label[] = {0, 1};
    static const float score[] = {1, 2};
    regatta_pairs pairs = REGATTA_PAIRS_INIT;
    pairs.n = 2;
    pairs.user = user;
    pairs.label = label;
    pairs.score = score;
    return regatta_measure_pairs(w->ctx, s, &pairs);
}

static regatta_status explain_query(const world *w, void *s)
{
    const uint32_t item = 1;
    regatta_explanation out = REGATTA_EXPLANATION_INIT;
    return regatta_explain(w->ctx, w->model, s, &item, 1, NULL, 0, &out);
}

static regatta_status explain_contributions(const world *w, void *s)
{
    const regatta_query query = one_user();
    const uint32_t item = 1;
    regatta_explanation out = REGATTA_EXPLANATION_INIT;
    const regatta_status status =
        regatta_explain(w->ctx, w->model, &query, &item, 1, s, 2, &out);
    if (status == REGATTA_OK) CU_ASSERT_EQUAL(out.n_contributions, 2);
    return status;
}

static regatta_status explain_out(const world *w, void *s)
{
    const regatta_query query = one_user();
    const uint32_t item[] = {1, 2};
    return regatta_explain(w->ctx, w->model, &query, item, 2, NULL, 0, s);
}

static regatta_status evaluate_options(const world *w, void *s)
{
    regatta_metrics metrics = REGATTA_METRICS_INIT;
    return regatta_evaluate(w->ctx, w->model, w->graph, s, &metrics, NULL);
}

static void check_stride(void *state, uint32_t user, uint32_t n_test,
                         const regatta_metrics *metrics, int n_metrics)
{
    const regatta_metrics *first = metrics;
    uint32_t second;
    (void)user, (void)n_test;
    memcpy(&second, (const char *)first + first->struct_size, sizeof second);
    CU_ASSERT_EQUAL(second, first->struct_size);
    CU_ASSERT_EQUAL(n_metrics, 2);
    CU_ASSERT_EQUAL(first->struct_size, *(const uint32_t *)state);
}

static regatta_status evaluate_metrics(const world *w, void *s)
{
    static const uint32_t k[] = {1, 5};
    regatta_evaluate_options o = REGATTA_EVALUATE_OPTIONS_INIT;
    o.keep_seen = 1;
    o.k = k;
    o.n_k = 2;
    o.per_user = check_stride;
    o.per_user_state = s;
    return regatta_evaluate(w->ctx, w->model, w->graph, &o, s, NULL);
}

static regatta_status evaluate_other(const world *w, void *s)
{
    static const uint32_t k[] = {1, 5};
    regatta_evaluate_options o = REGATTA_EVALUATE_OPTIONS_INIT;
    regatta_metrics metrics[2] = {REGATTA_METRICS_INIT};
    o.keep_seen = 1;
    o.k = k;
    o.n_k = 2;
    o.other = s;
    return regatta_evaluate(w->ctx, w->model, w->graph, &o, metrics, NULL);
}

static regatta_status paired_out(const world *w, void *s)
{
    static const double a[] = {1, 2, 3}, b[] = {1, 3, 1};
    return regatta_paired_test(w->ctx, s, a, b, 3);
}

/* A record of user 1. */
static regatta_logged one_record(void)
{
    static const uint32_t user = 1, item = 1;
    static const double propensity = 0.5, reward = 1.0;
    regatta_logged one = REGATTA_LOGGED_INIT;
    one.n = 1;
    one.user = &user;
    one.item = &item;
    one.propensity = &propensity;
    one.reward = &reward;
    return one;
}

static regatta_status logged_records(const world *w, void *s)
{
    regatta_logged_evaluation out = REGATTA_LOGGED_EVALUATION_INIT;
    return regatta_evaluate_logged(w->ctx, w->model, s, NULL, &out);
}

static regatta_status logged_options(const world *w, void *s)
{
    const regatta_logged one = one_record();
    regatta_logged_evaluation out = REGATTA_LOGGED_EVALUATION_INIT;
    return regatta_evaluate_logged(w->ctx, w->model, &one, s, &out);
}

static regatta_status logged_out(const world *w, void *s)
{
    const regatta_logged one = one_record();
    return regatta_evaluate_logged(w->ctx, w->model, &one, NULL, s);
}

static regatta_status evaluate_out(const world *w, void *s)
{
    regatta_evaluate_options o = REGATTA_EVALUATE_OPTIONS_INIT;
    regatta_metrics metrics = REGATTA_METRICS_INIT;
    o.keep_seen = 1;
    return regatta_evaluate(w->ctx, w->model, w->graph, &o, &metrics, s);
}

/* Reads the interactions as rows `item user` of a side table. */
static regatta_status read_features(const world *w, void *options, void *report)
{
    regatta_features *features = NULL;
    regatta_status status = regatta_features_create(w->ctx, &features);
    if (status == REGATTA_OK)
        status = regatta_features_read(w->ctx, features, w->path, options, report);
    regatta_features_free(features);
    return status;
}

static regatta_status features_options(const world *w, void *s)
{
    return read_features(w, s, NULL);
}

static regatta_status features_report(const world *w, void *s)
{
    regatta_features_options o = REGATTA_FEATURES_OPTIONS_INIT;
    o.layout = REGATTA_FEATURES_LONG;
    return read_features(w, &o, s);
}

/* Adds a vector to new features, and asks for a struct of them. */
static regatta_status ask_features(const world *w, void *arrays, void *info,
                                   void *modality)
{
    static const float vector[] = {1, 2};
    regatta_features *features = NULL;
    regatta_feature_arrays a = REGATTA_FEATURE_ARRAYS_INIT;
    a.name = "v";
    a.n_nodes = 1;
    a.dense = vector;
    a.dim = 2;
    regatta_status status = regatta_features_create(w->ctx, &features);
    if (status == REGATTA_OK)
        status =
            regatta_features_add(w->ctx, features, arrays != NULL ? arrays : &a, NULL);
    if (status == REGATTA_OK && info != NULL)
        status =
            regatta_features_get_info(w->ctx, info, features, w->graph, REGATTA_ITEMS);
    if (status == REGATTA_OK && modality != NULL)
        status = regatta_features_get_modality(w->ctx, modality, features, 0);
    regatta_features_free(features);
    return status;
}

static regatta_status features_arrays(const world *w, void *s)
{
    return ask_features(w, s, NULL, NULL);
}

static regatta_status features_info(const world *w, void *s)
{
    return ask_features(w, NULL, s, NULL);
}

static regatta_status features_modality(const world *w, void *s)
{
    return ask_features(w, NULL, NULL, s);
}

typedef struct subject {
    const char *name;
    call_fn call;
    const void *init; /* what the caller sets, struct_size included */
    size_t size;
    int n; /* elements of an output; 0: the library only reads it */
} subject;

static int untouched(const unsigned char *bytes, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (bytes[k] != PATTERN) return 0;
    return 1;
}

/* A caller whose struct has `size` bytes. */
static regatta_status ask(const world *w, const subject *s, uint32_t size,
                          unsigned char *bytes)
{
    memset(bytes, PATTERN, MOST);
    memcpy(bytes, s->init, size < s->size ? (size < 4 ? 4 : size) : s->size);
    memcpy(bytes, &size, sizeof size);
    return s->call(w, bytes);
}

static void check_refused(const world *w, const subject *s, uint32_t size)
{
    _Alignas(8) unsigned char bytes[MOST];
    const char *words = size == 0 ? "struct_size is not set" : "invalid struct_size";
    const regatta_status status = ask(w, s, size, bytes);
    if (status != REGATTA_EINVAL) printf("%s, %u bytes: %d\n", s->name, size, status);
    CU_ASSERT_EQUAL(status, REGATTA_EINVAL);
    CU_ASSERT(untouched(bytes + 4, MOST - 4));
    if (s->call == ctx_create) return; /* there is no context for the message */
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(w->ctx), words));
}

static void check_taken(const world *w, const subject *s, uint32_t size)
{
    _Alignas(8) unsigned char bytes[MOST], before[MOST];
    const size_t n = s->n > 0 ? (size_t)s->n : 1;
    memset(before, PATTERN, sizeof before);
    memcpy(before, s->init, size < s->size ? size : s->size);
    memcpy(before, &size, sizeof size);
    const regatta_status status = ask(w, s, size, bytes);
    if (status != REGATTA_OK)
        printf("%s, %u bytes: %s\n", s->name, size, regatta_last_error(w->ctx));
    CU_ASSERT_EQUAL(status, REGATTA_OK);
    if (s->n == 0) { /* an input stays as it was */
        CU_ASSERT_EQUAL(memcmp(bytes, before, MOST), 0);
        return;
    }
    for (size_t k = 0; k < n; k++) {
        uint32_t own;
        memcpy(&own, bytes + k * size, sizeof own);
        CU_ASSERT_EQUAL(own, size);
        if (size > s->size)
            CU_ASSERT(untouched(bytes + k * size + s->size, size - s->size));
    }
    CU_ASSERT(untouched(bytes + n * size, MOST - n * size));
}

static void check(const world *w, const subject *s)
{
    const uint32_t own = (uint32_t)s->size;
    CU_ASSERT_FATAL(2 * (s->size + LATER) <= MOST);
    check_refused(w, s, 0);
    check_refused(w, s, 3);
    check_taken(w, s, own - 4);
    check_taken(w, s, own);
    check_taken(w, s, own + LATER);
}

static void test_struct_sizes__every_struct(void)
{
    const uint32_t users[] = {0, 1}, items[] = {0, 1};
    const int64_t offset[] = {0, 1, 2};
    char folder[SCRATCH_PATH];
    world w = {.ctx = tiny_context(2)};
    scratch_open(folder);
    scratch_path(w.path, folder, "interactions.tsv");
    tiny_spec spec = tiny_default();
    spec.channels = 1;
    CU_ASSERT_EQUAL_FATAL(tiny_model(w.ctx, &w.model, &spec), REGATTA_OK);
    w.graph = tiny_two_each(w.ctx, w.model);
    CU_ASSERT_EQUAL_FATAL(regatta_graph_write(w.ctx, w.graph, w.path), REGATTA_OK);

    const regatta_ctx_options ctx_options = REGATTA_CTX_OPTIONS_INIT;
    const regatta_traffic traffic = REGATTA_TRAFFIC_INIT;
    const regatta_read_options reading = REGATTA_READ_OPTIONS_INIT;
    const regatta_read_report report = REGATTA_READ_REPORT_INIT;
    regatta_edges two = REGATTA_EDGES_INIT;
    regatta_csr from = REGATTA_CSR_INIT;
    const regatta_csr view = REGATTA_CSR_INIT;
    const regatta_filter_options filtering = REGATTA_FILTER_OPTIONS_INIT;
    const regatta_split_options splitting = REGATTA_SPLIT_OPTIONS_INIT;
    const regatta_graph_summary summary = REGATTA_GRAPH_SUMMARY_INIT;
    const regatta_overlap common = REGATTA_OVERLAP_INIT;
    regatta_train_options training = REGATTA_TRAIN_OPTIONS_INIT;
    const regatta_convert_options converting = REGATTA_CONVERT_OPTIONS_INIT;
    const regatta_denoise_options denoising = REGATTA_DENOISE_OPTIONS_INIT;
    const regatta_denoise_report noise = REGATTA_DENOISE_REPORT_INIT;
    regatta_prune_options pruning = REGATTA_PRUNE_OPTIONS_INIT;
    const regatta_prune_report pruned = REGATTA_PRUNE_REPORT_INIT;
    const regatta_model_info info = REGATTA_MODEL_INFO_INIT;
    const regatta_history past = REGATTA_HISTORY_INIT;
    const regatta_query query = one_user();
    const regatta_recommend_options recommending = REGATTA_RECOMMEND_OPTIONS_INIT;
    regatta_candidates_options proposing = REGATTA_CANDIDATES_OPTIONS_INIT;
    const regatta_similar_options comparing = REGATTA_SIMILAR_OPTIONS_INIT;
    const regatta_contribution contribution = REGATTA_CONTRIBUTION_INIT;
    const regatta_explanation explanation = REGATTA_EXPLANATION_INIT;
    regatta_evaluate_options evaluating = REGATTA_EVALUATE_OPTIONS_INIT;
    const regatta_metrics metrics = REGATTA_METRICS_INIT;
    const regatta_evaluation evaluation = REGATTA_EVALUATION_INIT;
    const regatta_paired paired = REGATTA_PAIRED_INIT;
    const regatta_logged logged = one_record();
    const regatta_logged_options logging = REGATTA_LOGGED_OPTIONS_INIT;
    const regatta_logged_evaluation earned = REGATTA_LOGGED_EVALUATION_INIT;
    regatta_features_options side = REGATTA_FEATURES_OPTIONS_INIT;
    const regatta_features_report side_report = REGATTA_FEATURES_REPORT_INIT;
    regatta_feature_arrays arrays = REGATTA_FEATURE_ARRAYS_INIT;
    const regatta_features_info side_info = REGATTA_FEATURES_INFO_INIT;
    const regatta_modality modality = REGATTA_MODALITY_INIT;
    arrays.name = "arrays";
    side.layout = REGATTA_FEATURES_LONG;
    const regatta_calibration calibration = REGATTA_CALIBRATION_INIT;
    const regatta_pair_metrics pair_metrics = REGATTA_PAIR_METRICS_INIT;
    regatta_pairs pairs = REGATTA_PAIRS_INIT;
    const uint8_t labels[] = {0, 1};
    pairs.n = 2;
    pairs.user = users;
    pairs.label = labels;
    pairs.score = numbers;
    two.n_edges = two.n_users = two.n_items = 2;
    two.user = users;
    two.item = items;
    from.n_users = from.n_items = 2;
    from.offset = offset;
    from.item = items;
    pruning.share = 0.5;
    training.preset = REGATTA_PRESET_FAST;
    training.valid_share = 0.0f;
    proposing.n = ITEMS;
    evaluating.keep_seen = 1;

#define SUBJECT(call, init, n)                                                           \
    {                                                                                    \
#call, call, &(init), sizeof(init), n                                            \
    }
    const subject subjects[] = {
        SUBJECT(ctx_create, ctx_options, 0),
        SUBJECT(read_options, reading, 0),
        SUBJECT(read_report, report, 1),
        SUBJECT(edges, two, 0),
        SUBJECT(csr, from, 0),
        SUBJECT(rows, view, 1),
        SUBJECT(filter, filtering, 0),
        SUBJECT(denoise_options, denoising, 0),
        SUBJECT(denoise_report, noise, 1),
        SUBJECT(split, splitting, 0),
        SUBJECT(summarize, summary, 1),
        SUBJECT(overlap, common, 1),
        SUBJECT(train, training, 0),
        SUBJECT(convert, converting, 0),
        SUBJECT(ctx_traffic, traffic, 1),
        SUBJECT(prune, pruning, 0),
        SUBJECT(prune_out, pruned, 1),
        SUBJECT(get_info, info, 1),
        SUBJECT(model_history, past, 1),
        SUBJECT(graph_history, past, 1),
        SUBJECT(recommend_query, query, 0),
        SUBJECT(recommend_options, recommending, 0),
        SUBJECT(candidates_query, query, 0),
        SUBJECT(candidates_options, proposing, 0),
        SUBJECT(similar_query, query, 0),
        SUBJECT(similar_options, comparing, 0),
        SUBJECT(score_query, query, 0),
        SUBJECT(score_pairs_query, query, 0),
        SUBJECT(calibration_out, calibration, 1),
        SUBJECT(pairs_to_measure, pairs, 0),
        SUBJECT(pairs_to_calibrate, pairs, 0),
        SUBJECT(pair_metrics_out, pair_metrics, 1),
        SUBJECT(fold_in_query, query, 0),
        SUBJECT(explain_query, query, 0),
        SUBJECT(explain_contributions, contribution, 2),
        SUBJECT(explain_out, explanation, 2),
        SUBJECT(evaluate_options, evaluating, 0),
        SUBJECT(evaluate_metrics, metrics, 2),
        SUBJECT(evaluate_other, metrics, 2),
        SUBJECT(evaluate_out, evaluation, 1),
        SUBJECT(logged_records, logged, 0),
        SUBJECT(logged_options, logging, 0),
        SUBJECT(logged_out, earned, 1),
        SUBJECT(paired_out, paired, 1),
        SUBJECT(features_options, side, 0),
        SUBJECT(features_report, side_report, 1),
        SUBJECT(features_arrays, arrays, 0),
        SUBJECT(features_info, side_info, 1),
        SUBJECT(features_modality, modality, 1),
    };
    for (size_t k = 0; k < sizeof subjects / sizeof *subjects; k++)
        check(&w, &subjects[k]);

    scratch_close(folder);
    regatta_graph_free(w.graph);
    regatta_model_free(w.model);
    regatta_ctx_free(w.ctx);
}

static const test_case cases[] = {
    {"every struct", test_struct_sizes__every_struct},
};

int test_struct_sizes(void)
{
    return TEST_MAIN("struct_sizes", cases);
}
