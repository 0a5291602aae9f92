#include "support/fault_calls.h"
#include <CUnit/CUnit.h>
#include <regatta/regatta.h>
#include <string.h>

enum { ITEMS = FAULT_ITEMS, USERS = FAULT_USERS };

/* Results are NULL exactly if the call failed. */
#define HAS_RESULT(out) CU_ASSERT_EQUAL((out) == NULL, status != REGATTA_OK)

/* ---- graphs ---- */

static regatta_status graph_read(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_graph *out = w->graph;
    regatta_read_report report = REGATTA_READ_REPORT_INIT;
    regatta_status status = regatta_graph_read(ctx, &out, w->rows, NULL, &report);
    HAS_RESULT(out);
    regatta_graph_free(out);
    if (status != REGATTA_OK) return status;
    status = regatta_graph_read(ctx, &out, w->packed, NULL, NULL);
    HAS_RESULT(out);
    regatta_graph_free(out);
    if (status != REGATTA_OK) return status;
    regatta_read_options like = REGATTA_READ_OPTIONS_INIT;
    like.like = w->trained;
    status = regatta_graph_read(ctx, &out, w->rows, &like, &report);
    HAS_RESULT(out);
    regatta_graph_free(out);
    CU_ASSERT_TRUE(status != REGATTA_OK ||
                   strcmp(report.like, "event weights v=1,*=0, a least rating of 0") ==
                       0);
    return status;
}

static regatta_status interactions_convert(regatta_ctx *ctx, void *world)
{
    static const char *const names[] = {"o.npz", "o.mtx", "o.jsonl.gz"};
    const fault_world *w = world;
    regatta_status status = REGATTA_OK;
    for (int k = 0; k < 3 && status == REGATTA_OK; k++) {
        char path[SCRATCH_PATH];
        scratch_path(path, w->outputs, names[k]);
        regatta_read_options read = REGATTA_READ_OPTIONS_INIT;
        regatta_interactions_options options = REGATTA_INTERACTIONS_OPTIONS_INIT;
        options.rows_in_memory = 2;
        if (k < 2) read.time_column = REGATTA_COLUMN_NONE; /* a matrix has no times */
        status = regatta_interactions_convert(ctx, w->rows, &read, path, &options, NULL);
    }
    return status;
}

static regatta_status graph_from_edges(regatta_ctx *ctx, void *world)
{
    static const uint32_t user[] = {0, 1, 1, 2}, item[] = {0, 1, 0, 1};
    static const int64_t time[] = {4, 3, 2, 1};
    static const char *const names[] = {"a", "b", "c"};
    const fault_world *w = world;
    regatta_graph *out = w->graph;
    regatta_edges edges = REGATTA_EDGES_INIT;
    edges.n_edges = 4;
    edges.n_users = 3;
    edges.n_items = 2;
    edges.user = user;
    edges.item = item;
    edges.time = time;
    edges.user_names = names;
    const regatta_status status = regatta_graph_from_edges(ctx, &out, &edges);
    HAS_RESULT(out);
    regatta_graph_free(out);
    return status;
}

static regatta_status graph_from_csr(regatta_ctx *ctx, void *world)
{
    static const int64_t offset[] = {0, 1, 3};
    static const uint32_t item[] = {1, 0, 1};
    static const float weight[] = {1.0f, 2.0f, 3.0f};
    const fault_world *w = world;
    regatta_graph *out = w->graph;
    regatta_csr csr = REGATTA_CSR_INIT;
    csr.n_users = csr.n_items = 2;
    csr.offset = offset;
    csr.item = item;
    csr.weight = weight;
    const regatta_status status = regatta_graph_from_csr(ctx, &out, &csr);
    HAS_RESULT(out);
    regatta_graph_free(out);
    return status;
}

static regatta_status graph_rows(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_csr rows = REGATTA_CSR_INIT;
    return regatta_graph_rows(ctx, &rows, w->graph);
}

static regatta_status graph_filter(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_graph *out = w->graph;
    regatta_filter_options opts = REGATTA_FILTER_OPTIONS_INIT;
    opts.min_user = opts.min_item = 2;
    const regatta_status status = regatta_graph_filter(ctx, &out, w->graph, &opts);
    HAS_RESULT(out);
    regatta_graph_free(out);
    return status;
}

static regatta_status graph_denoise(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_graph *out = w->graph;
    regatta_denoise_report report = REGATTA_DENOISE_REPORT_INIT;
    const regatta_status status =
        regatta_graph_denoise(ctx, &out, w->graph, NULL, &report);
    HAS_RESULT(out);
    regatta_graph_free(out);
    return status;
}

static regatta_status graph_split(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_status status = REGATTA_OK;
    for (uint32_t kind = 0; kind < 2 && status == REGATTA_OK; kind++) {
        regatta_graph *part[3] = {w->graph, w->graph, w->graph};
        regatta_split_options opts = REGATTA_SPLIT_OPTIONS_INIT;
        opts.kind = kind;
        opts.valid_share = 0.2;
        opts.leave_valid = 1;
        status = regatta_graph_split(ctx, &part[0], &part[1], &part[2], w->graph, &opts);
        for (int k = 0; k < 3; k++) {
            HAS_RESULT(part[k]);
            regatta_graph_free(part[k]);
        }
    }
    return status;
}

static regatta_status graph_summarize(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_graph_summary out = REGATTA_GRAPH_SUMMARY_INIT;
    return regatta_graph_summarize(ctx, &out, w->graph);
}

static regatta_status graph_overlap(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_overlap out = REGATTA_OVERLAP_INIT;
    return regatta_graph_overlap(ctx, &out, w->graph, w->graph);
}

static regatta_status graph_write(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    char path[SCRATCH_PATH];
    scratch_path(path, w->outputs, "graph.tsv.gz");
    return regatta_graph_write(ctx, w->graph, path);
}

static regatta_status graph_history(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    uint32_t item[8];
    int64_t time[8];
    regatta_history out = REGATTA_HISTORY_INIT;
    out.capacity = 8;
    out.item = item;
    out.time = time;
    return regatta_graph_history(ctx, &out, w->graph, 1);
}

/* ---- features ---- */

static regatta_status features_create(regatta_ctx *ctx, void *world)
{
    (void)world;
    regatta_features *out = NULL;
    const regatta_status status = regatta_features_create(ctx, &out);
    HAS_RESULT(out);
    regatta_features_free(out);
    return status;
}

static uint32_t modalities_of(const fault_world *w, const regatta_features *f)
{
    regatta_features_info info = REGATTA_FEATURES_INFO_INIT;
    CU_ASSERT_EQUAL(regatta_features_get_info(w->ctx, &info, f, NULL, REGATTA_ITEMS),
                    REGATTA_OK);
    return info.n_nodes > 0 ? info.n_modalities : 0;
}

/* Features get a modality, or are as before. */
static regatta_status features_read(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_features *f = NULL;
    regatta_status status = regatta_features_create(ctx, &f);
    if (status != REGATTA_OK) return status;
    const char *const path[] = {w->tags, w->wide, w->vectors};
    for (uint32_t k = 0; k < 3 && status == REGATTA_OK; k++) {
        regatta_features_report report = REGATTA_FEATURES_REPORT_INIT;
        status = regatta_features_read(ctx, f, path[k], NULL, &report);
        CU_ASSERT_EQUAL(modalities_of(w, f), status == REGATTA_OK ? k + 1 : k);
    }
    regatta_features_free(f);
    return status;
}

static regatta_status features_convert(regatta_ctx *ctx, void *world)
{
    static const char *const names[] = {"o.item", "o.csv", "o.tsv.gz"};
    const fault_world *w = world;
    const char *const from[] = {w->wide, w->wide, w->tags};
    regatta_status status = REGATTA_OK;
    for (int k = 0; k < 3 && status == REGATTA_OK; k++) {
        char path[SCRATCH_PATH];
        regatta_features_output output = REGATTA_FEATURES_OUTPUT_INIT;
        if (k > 0) output.layout = REGATTA_FEATURES_LONG;
        scratch_path(path, w->outputs, names[k]);
        status = regatta_features_convert(ctx, from[k], NULL, path, &output, NULL);
    }
    return status;
}

static regatta_status features_add(regatta_ctx *ctx, void *world)
{
    static const uint32_t node[] = {0, 1, 2}, feature[] = {0, 1, 0};
    const fault_world *w = world;
    regatta_features *f = NULL;
    regatta_feature_arrays arrays = REGATTA_FEATURE_ARRAYS_INIT;
    regatta_status status = regatta_features_create(ctx, &f);
    if (status != REGATTA_OK) return status;
    arrays.n_nodes = 3;
    arrays.name = "added";
    arrays.n_values = 3;
    arrays.node = node;
    arrays.feature = feature;
    arrays.n_features = 2;
    status = regatta_features_add(ctx, f, &arrays, NULL);
    CU_ASSERT_EQUAL(modalities_of(w, f), status == REGATTA_OK);
    regatta_features_free(f);
    return status;
}

static regatta_status features_get_info(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_features_info out = REGATTA_FEATURES_INFO_INIT;
    return regatta_features_get_info(ctx, &out, w->features, w->graph, REGATTA_ITEMS);
}

static regatta_status features_get_modality(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_modality out = REGATTA_MODALITY_INIT;
    return regatta_features_get_modality(ctx, &out, w->features, 0);
}

/* ---- models ---- */

static regatta_status model_train(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_model *out = w->model;
    regatta_train_options opts = REGATTA_TRAIN_OPTIONS_INIT;
    opts.channels = "items,vectors"; /* tests of channels sweep their training */
    opts.dim = 4;
    opts.max_steps = 1;
    opts.temperature = 0.2f;
    opts.refit = 0;
    opts.valid_share = 0.0f;
    const regatta_status status = regatta_model_train(ctx, &out, w->graph, &opts);
    HAS_RESULT(out);
    regatta_model_free(out);
    return status;
}

static regatta_status model_extend(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_model *out = w->model;
    regatta_extension report = REGATTA_EXTENSION_INIT;
    const regatta_status status =
        regatta_model_extend(ctx, &out, w->trained, w->new_items, NULL, &report);
    HAS_RESULT(out);
    regatta_model_free(out);
    return status;
}

static regatta_status model_update(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_model *out = w->model;
    regatta_update_options opts = REGATTA_UPDATE_OPTIONS_INIT;
    regatta_update_report report = REGATTA_UPDATE_REPORT_INIT;
    opts.item_features = w->new_items;
    const regatta_status status =
        regatta_model_update(ctx, &out, w->trained, w->graph, &opts, &report);
    HAS_RESULT(out);
    regatta_model_free(out);
    return status;
}

static regatta_status tune(regatta_ctx *ctx, void *world)
{
    static const double shares[] = {0.0};
    const fault_world *w = world;
    const regatta_axis axis = {.struct_size = sizeof axis,
                               .field = offsetof(regatta_train_options, valid_share),
                               .scale = REGATTA_SCALE_CHOICE,
                               .n_values = 1,
                               .values = shares};
    regatta_train_options train = REGATTA_TRAIN_OPTIONS_INIT, out = train;
    regatta_tune_options opts = REGATTA_TUNE_OPTIONS_INIT;
    regatta_tuning report = REGATTA_TUNING_INIT;
    train.channels = "users";
    out.dim = 77;
    opts.train = &train;
    opts.axes = &axis;
    opts.n_axes = opts.trials = opts.seeds = 1;
    opts.folds = 2;
    opts.crossing = REGATTA_CROSSING_ITEMS;
    const regatta_status status = regatta_tune(ctx, &out, w->graph, &opts, &report);
    CU_ASSERT_EQUAL(out.dim == 77, status != REGATTA_OK);
    return status;
}

static regatta_status model_features(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_features *out = NULL;
    const regatta_status status =
        regatta_model_features(ctx, &out, w->trained, REGATTA_ITEMS);
    HAS_RESULT(out);
    regatta_features_free(out);
    return status;
}

static regatta_status model_save(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    char path[SCRATCH_PATH];
    scratch_path(path, w->outputs, "model");
    return regatta_model_save(ctx, w->model, path);
}

static regatta_status model_load(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    const char *const path[] = {w->saved, w->saved_trained, w->sharded};
    regatta_status status = REGATTA_OK;
    for (int k = 0; k < 3 && status == REGATTA_OK; k++) {
        regatta_model *out = w->model;
        status = regatta_model_load(ctx, &out, path[k]);
        HAS_RESULT(out);
        regatta_model_free(out);
    }
    return status;
}

static int count_bytes(void *state, const void *bytes, size_t n)
{
    (void)bytes;
    *(size_t *)state += n;
    return 0;
}

static regatta_status model_write(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    size_t n = 0;
    return regatta_model_write(ctx, w->model, count_bytes, &n);
}

static regatta_status model_load_memory(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_model *out = w->model;
    const regatta_status status =
        regatta_model_load_memory(ctx, &out, w->bytes, (size_t)w->n_bytes);
    HAS_RESULT(out);
    regatta_model_free(out);
    return status;
}

static regatta_status model_convert(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_status status = REGATTA_OK;
    for (uint32_t type = REGATTA_TYPE_BF16; type <= REGATTA_TYPE_I8; type++) {
        regatta_model *out = w->model;
        regatta_convert_options opts = REGATTA_CONVERT_OPTIONS_INIT;
        opts.type = type;
        opts.index = 1;
        opts.communities = 1;
        status = regatta_model_convert(ctx, &out, w->model, &opts);
        HAS_RESULT(out);
        regatta_model_free(out);
        if (status != REGATTA_OK) break;
    }
    return status;
}

static regatta_status ctx_traffic(regatta_ctx *ctx, void *world)
{
    regatta_traffic out = REGATTA_TRAFFIC_INIT;
    (void)world;
    return regatta_ctx_traffic(ctx, &out);
}

static regatta_status model_prune(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_status status = REGATTA_OK;
    for (int k = 0; k < 3; k++) {
        regatta_model *out = w->model;
        regatta_prune_options opts = REGATTA_PRUNE_OPTIONS_INIT;
        regatta_prune_report report = REGATTA_PRUNE_REPORT_INIT;
        opts.share = k == 0 ? 0.5 : 0.0;
        opts.bytes = k == 1 ? (uint64_t)w->n_bytes - 1 : 0;
        opts.drop = k == 2 ? "content" : NULL;
        status = regatta_model_prune(ctx, &out, k == 2 ? w->trained : w->model, &opts,
                                     &report);
        HAS_RESULT(out);
        regatta_model_free(out);
        if (status != REGATTA_OK) break;
    }
    return status;
}

static regatta_status model_get_info(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_model_info out = REGATTA_MODEL_INFO_INIT;
    return regatta_model_get_info(ctx, &out, w->model);
}

static regatta_status model_history(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    uint32_t item[8];
    float weight[8];
    regatta_history out = REGATTA_HISTORY_INIT;
    out.capacity = 8;
    out.item = item;
    out.weight = weight;
    return regatta_model_history(ctx, &out, w->model, 3);
}

static regatta_status model_calibration(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_calibration out = REGATTA_CALIBRATION_INIT;
    return regatta_model_calibration(ctx, &out, w->model);
}

/* ---- answers ---- */

static const uint32_t every_user[] = {0, 1, 2, 3}, every_item[] = {0, 1, 2, 3, 4};
static const int64_t history_offset[] = {0, 2, 3}, history_time[] = {10, 20, 30};
static const uint32_t history_item[] = {0, 4, 1};

static regatta_query users_query(void)
{
    regatta_query q = REGATTA_QUERY_INIT;
    q.n = USERS;
    q.user = every_user;
    return q;
}

static regatta_query history_query(void)
{
    regatta_query q = REGATTA_QUERY_INIT;
    q.n = 2;
    q.offset = history_offset;
    q.item = history_item;
    q.time = history_time;
    return q;
}

static regatta_status recommend(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    uint32_t items[USERS * 3];
    float scores[USERS * 3];
    regatta_recommend_options opts = REGATTA_RECOMMEND_OPTIONS_INIT;
    opts.k = 3;
    opts.mmr = 0.7f;
    opts.popularity_penalty = 0.5f;
    const regatta_query users = users_query(), histories = history_query();
    const regatta_status status =
        regatta_recommend(ctx, w->model, &users, &opts, items, scores);
    return status != REGATTA_OK
               ? status
               : regatta_recommend(ctx, w->model, &histories, &opts, items, scores);
}

static regatta_status score(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    float scores[USERS * ITEMS];
    const regatta_query q = users_query();
    return regatta_score(ctx, w->model, &q, every_item, ITEMS, scores);
}

static regatta_status score_pairs(regatta_ctx *ctx, void *world)
{
    static const int64_t offset[] = {0, 2, 3};
    const fault_world *w = world;
    float scores[3];
    double probabilities[3];
    const regatta_query q = history_query();
    return regatta_score_pairs(ctx, w->trained, &q, offset, every_item, scores,
                               probabilities);
}

static regatta_status fold_in(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    float vectors[2 * 4];
    const regatta_query q = history_query();
    return regatta_fold_in(ctx, w->model, &q, vectors);
}

static regatta_status similar(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_status status = REGATTA_OK;
    for (uint32_t by = 0; by < 3 && status == REGATTA_OK; by++) {
        uint32_t nodes[ITEMS * 3];
        float cosines[ITEMS * 3];
        regatta_query q = REGATTA_QUERY_INIT;
        regatta_similar_options opts = REGATTA_SIMILAR_OPTIONS_INIT;
        q.n = ITEMS;
        q.user = every_item;
        q.side = REGATTA_ITEMS;
        opts.k = 3;
        opts.by = by;
        status = regatta_similar(ctx, w->model, &q, &opts, nodes, cosines);
    }
    return status;
}

/* On a model of its own, for the first call builds tables that later calls have. */
static regatta_status candidates(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_model *model = NULL;
    uint32_t items[USERS * 3];
    float scores[USERS * 3], by_source[USERS * 3 * REGATTA_N_SOURCES];
    regatta_candidates_options opts = REGATTA_CANDIDATES_OPTIONS_INIT;
    const regatta_query q = users_query();
    regatta_status status =
        regatta_model_load_memory(ctx, &model, w->bytes, (size_t)w->n_bytes);
    if (status != REGATTA_OK) return status;
    opts.n = 3;
    status = regatta_candidates(ctx, model, &q, &opts, items, scores, by_source);
    regatta_model_free(model);
    return status;
}

static regatta_status explain(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_contribution parts[ITEMS * 3] = {REGATTA_CONTRIBUTION_INIT};
    regatta_explanation out[ITEMS] = {REGATTA_EXPLANATION_INIT};
    regatta_query q = users_query();
    q.n = 1;
    q.user = every_user + 3;
    return regatta_explain(ctx, w->model, &q, every_item, ITEMS, parts, 3, out);
}

static regatta_status explain_features(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_feature_part parts[4] = {REGATTA_FEATURE_PART_INIT};
    int64_t n = 0;
    regatta_query q = users_query();
    q.n = 1;
    return regatta_explain_features(ctx, w->trained, &q, 1, parts, 4, &n);
}

static regatta_status evaluate(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_metrics metrics = REGATTA_METRICS_INIT;
    regatta_evaluation out = REGATTA_EVALUATION_INIT;
    regatta_evaluate_options opts = REGATTA_EVALUATE_OPTIONS_INIT;
    opts.keep_seen = 1;
    regatta_status status =
        regatta_evaluate(ctx, w->trained, w->graph, &opts, &metrics, &out);
    if (status != REGATTA_OK) return status;
    opts.history = w->graph;
    opts.every_next = 1;
    return regatta_evaluate(ctx, w->trained, w->graph, &opts, &metrics, &out);
}

static int take_bytes(void *state, const void *bytes, size_t n)
{
    (void)bytes;
    *(size_t *)state += n;
    return 0;
}

/* Of a model with a test part, and of one without. */
static regatta_status report(regatta_ctx *ctx, void *world)
{
    static const uint32_t user[] = {0, 1}, item[] = {3, 0};
    static const char *const users[] = {"u0", "u1"};
    static const char *const items[] = {"i0", "i1", "i2", "i3"};
    const fault_world *w = world;
    size_t page = 0, json = 0;
    regatta_graph *test = NULL;
    const regatta_edges edges = {.struct_size = sizeof edges,
                                 .n_edges = 2,
                                 .n_users = 2,
                                 .n_items = 4,
                                 .user = user,
                                 .item = item,
                                 .user_names = users,
                                 .item_names = items};
    regatta_report_options opts = REGATTA_REPORT_OPTIONS_INIT;
    opts.page = take_bytes;
    opts.page_state = &page;
    opts.json = take_bytes;
    opts.json_state = &json;
    opts.k = 3;
    regatta_status status = regatta_report(ctx, w->model, &opts);
    if (status != REGATTA_OK) CU_ASSERT_EQUAL(page + json, 0);
    if (status != REGATTA_OK) return status;
    status = regatta_graph_from_edges(ctx, &test, &edges);
    if (status != REGATTA_OK) return status;
    opts.test = test;
    opts.sample = 1;
    status = regatta_report(ctx, w->trained, &opts);
    regatta_graph_free(test);
    return status;
}

/* From a table, and from arrays. */
static regatta_status evaluate_logged(regatta_ctx *ctx, void *world)
{
    static const uint32_t user[] = {0, 1, 3}, item[] = {3, 0, 1};
    static const double propensity[] = {0.5, 0.2, 0.1}, reward[] = {1.0, 0.0, 1.0};
    const fault_world *w = world;
    regatta_logged_evaluation out = REGATTA_LOGGED_EVALUATION_INIT;
    regatta_logged logged = REGATTA_LOGGED_INIT;
    regatta_logged_options opts = REGATTA_LOGGED_OPTIONS_INIT;
    logged.path = w->log;
    opts.keep_seen = 1;
    opts.temperature = 0.5;
    const regatta_status status =
        regatta_evaluate_logged(ctx, w->trained, &logged, &opts, &out);
    if (status != REGATTA_OK) return status;
    logged.path = NULL;
    logged.n = 3;
    logged.user = user;
    logged.item = item;
    logged.propensity = propensity;
    logged.reward = reward;
    return regatta_evaluate_logged(ctx, w->trained, &logged, NULL, &out);
}

/* ---- pairs ---- */

static regatta_pairs labelled(void)
{
    static const uint32_t user[] = {0, 0, 1, 1, 2, 2};
    static const uint8_t label[] = {1, 0, 1, 0, 0, 1};
    static const float scores[] = {1.0f, 0.5f, 0.7f, 0.9f, 0.1f, 0.8f};
    static const double probability[] = {0.9, 0.5, 0.7, 0.9, 0.1, 0.8};
    regatta_pairs pairs = REGATTA_PAIRS_INIT;
    pairs.n = 6;
    pairs.user = user;
    pairs.label = label;
    pairs.score = scores;
    pairs.probability = probability;
    return pairs;
}

static regatta_status calibrate(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    regatta_model *out = w->model;
    const regatta_pairs pairs = labelled();
    const regatta_status status = regatta_calibrate(ctx, &out, w->model, &pairs);
    HAS_RESULT(out);
    regatta_model_free(out);
    return status;
}

static regatta_status measure_pairs(regatta_ctx *ctx, void *world)
{
    (void)world;
    regatta_pair_metrics out = REGATTA_PAIR_METRICS_INIT;
    const regatta_pairs pairs = labelled();
    return regatta_measure_pairs(ctx, &out, &pairs);
}

static regatta_status paired_test(regatta_ctx *ctx, void *world)
{
    static const double a[] = {1.0, 2.0, 4.0}, b[] = {2.0, 1.0, 3.0};
    (void)world;
    regatta_paired out = REGATTA_PAIRED_INIT;
    return regatta_paired_test(ctx, &out, a, b, 3);
}

/* ---- functions that allocate nothing ---- */

static regatta_status names_of_nodes(regatta_ctx *ctx, void *world)
{
    const fault_world *w = world;
    (void)ctx;
    CU_ASSERT_STRING_EQUAL(regatta_graph_name(w->graph, REGATTA_ITEMS, 2), "i2");
    CU_ASSERT_EQUAL(regatta_graph_find(w->graph, REGATTA_USERS, "u3"), 3);
    CU_ASSERT_STRING_EQUAL(regatta_model_name(w->model, REGATTA_USERS, 1), "u1");
    CU_ASSERT_EQUAL(regatta_model_find(w->model, REGATTA_ITEMS, "i4"), 4);
    CU_ASSERT_PTR_NOT_NULL(regatta_model_vectors(w->model, REGATTA_ITEMS));
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_model_json(w->model), "by hand"));
    return REGATTA_OK;
}

static regatta_status texts(regatta_ctx *ctx, void *world)
{
    char text[REGATTA_NUMBER_BYTES];
    int64_t seconds = 0;
    (void)ctx;
    (void)world;
    CU_ASSERT_EQUAL(regatta_float_text(text, 0.1f), 3);
    CU_ASSERT_EQUAL(regatta_double_text(text, 0.25), 4);
    CU_ASSERT(regatta_time_of_text(&seconds, "1970-01-02") && seconds == 86400);
    CU_ASSERT_STRING_EQUAL(regatta_status_name(REGATTA_ENOMEM), "ENOMEM");
    CU_ASSERT_STRING_EQUAL(regatta_version(), REGATTA_VERSION);
    CU_ASSERT_NOT_EQUAL(strlen(regatta_simd()), 0);
    CU_ASSERT_STRING_EQUAL(regatta_channel_name(0), "vectors");
    CU_ASSERT_EQUAL(regatta_column_of_name("kunde", 0, NULL), REGATTA_COLUMN_USER);
    return REGATTA_OK;
}

static regatta_status frees(regatta_ctx *ctx, void *world)
{
    (void)world;
    regatta_graph_free(NULL);
    regatta_model_free(NULL);
    regatta_features_free(NULL);
    regatta_ctx_free(NULL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "");
    return REGATTA_OK;
}

const fault_call fault_calls[] = {
    {"regatta_graph_read", graph_read, FAULT_MEMORY | FAULT_FILES},
    {"regatta_interactions_convert", interactions_convert, FAULT_MEMORY | FAULT_FILES},
    {"regatta_graph_from_edges", graph_from_edges, FAULT_MEMORY},
    {"regatta_graph_from_csr", graph_from_csr, FAULT_MEMORY},
    {"regatta_graph_rows", graph_rows, 0},
    {"regatta_graph_filter", graph_filter, FAULT_MEMORY},
    {"regatta_graph_denoise", graph_denoise, FAULT_MEMORY},
    {"regatta_graph_split", graph_split, FAULT_MEMORY},
    {"regatta_graph_summarize", graph_summarize, FAULT_MEMORY},
    {"regatta_graph_overlap", graph_overlap, FAULT_MEMORY},
    {"regatta_graph_write", graph_write, FAULT_MEMORY | FAULT_FILES},
    {"regatta_graph_history", graph_history, FAULT_MEMORY},
    {"regatta_features_create", features_create, FAULT_MEMORY},
    {"regatta_features_read", features_read, FAULT_MEMORY | FAULT_FILES},
    {"regatta_features_convert", features_convert, FAULT_MEMORY | FAULT_FILES},
    {"regatta_features_add", features_add, FAULT_MEMORY},
    {"regatta_features_get_info", features_get_info, FAULT_MEMORY},
    {"regatta_features_get_modality", features_get_modality, 0},
    {"regatta_model_train", model_train, FAULT_MEMORY},
    {"regatta_model_extend", model_extend, FAULT_MEMORY},
    {"regatta_model_update", model_update, FAULT_MEMORY},
    {"regatta_tune", tune, FAULT_MEMORY},
    {"regatta_model_features", model_features, FAULT_MEMORY},
    {"regatta_model_save", model_save, FAULT_MEMORY | FAULT_FILES},
    {"regatta_model_save_shards", NULL, FAULT_MEMORY | FAULT_FILES}, /* test_shards */
    {"regatta_model_load", model_load, FAULT_MEMORY | FAULT_FILES},
    {"regatta_model_write", model_write, FAULT_MEMORY},
    {"regatta_model_load_memory", model_load_memory, FAULT_MEMORY},
    {"regatta_model_convert", model_convert, FAULT_MEMORY},
    {"regatta_ctx_traffic", ctx_traffic, 0},
    {"regatta_model_prune", model_prune, FAULT_MEMORY},
    {"regatta_model_get_info", model_get_info, 0},
    {"regatta_model_history", model_history, FAULT_MEMORY},
    {"regatta_model_calibration", model_calibration, 0},
    {"regatta_recommend", recommend, FAULT_MEMORY},
    {"regatta_score", score, FAULT_MEMORY},
    {"regatta_score_pairs", score_pairs, FAULT_MEMORY},
    {"regatta_fold_in", fold_in, FAULT_MEMORY},
    {"regatta_similar", similar, FAULT_MEMORY},
    {"regatta_candidates", candidates, FAULT_MEMORY},
    {"regatta_explain", explain, FAULT_MEMORY},
    {"regatta_explain_features", explain_features, FAULT_MEMORY},
    {"regatta_evaluate", evaluate, FAULT_MEMORY},
    {"regatta_report", report, FAULT_MEMORY},
    {"regatta_evaluate_logged", evaluate_logged, FAULT_MEMORY | FAULT_FILES},
    {"regatta_calibrate", calibrate, FAULT_MEMORY},
    {"regatta_measure_pairs", measure_pairs, FAULT_MEMORY},
    {"regatta_paired_test", paired_test, 0},
    {"regatta_graph_name", names_of_nodes, 0},
    {"regatta_graph_find", names_of_nodes, 0},
    {"regatta_model_name", names_of_nodes, 0},
    {"regatta_model_find", names_of_nodes, 0},
    {"regatta_model_vectors", names_of_nodes, 0},
    {"regatta_model_json", names_of_nodes, 0},
    {"regatta_float_text", texts, 0},
    {"regatta_double_text", texts, 0},
    {"regatta_time_of_text", texts, 0},
    {"regatta_status_name", texts, 0},
    {"regatta_version", texts, 0},
    {"regatta_simd", texts, 0},
    {"regatta_channel_name", texts, 0},
    {"regatta_column_of_name", texts, 0},
    {"regatta_graph_free", frees, 0},
    {"regatta_model_free", frees, 0},
    {"regatta_features_free", frees, 0},
    {"regatta_ctx_free", frees, 0},
    {"regatta_last_error", frees, 0},
    {"regatta_ctx_create", NULL, FAULT_MEMORY}, /* test_fault_sweep__context */
};
const int fault_n_calls = sizeof fault_calls / sizeof *fault_calls;
