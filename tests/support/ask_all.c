#include "support/ask_all.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdlib.h>

enum { K = 5, QUERIES = 3, MOST_DIM = 1024, SIDE_LISTS = 2 };

/* The first thing that is wrong goes back up at once. */
#define HOLD(condition, what)                                                            \
    do {                                                                                 \
        if (!(condition)) return (what);                                                 \
    } while (0)
#define ASK(call)                                                                        \
    do {                                                                                 \
        const char *wrong_ = (call);                                                     \
        if (wrong_ != NULL) return wrong_;                                               \
    } while (0)

typedef struct asked {
    regatta_ctx *ctx;
    const regatta_model *model;
    regatta_model_info info;
    uint32_t node[SIDE_LISTS][QUERIES]; /* of users, then of items */
    int64_t offset[QUERIES + 1];
} asked;

/* Rows of K answers: below n, nothing twice, padded at the end. */
static const char *check_rows(const uint32_t *row, const float *score, int64_t n_rows,
                              uint32_t n)
{
    for (int64_t r = 0; r < n_rows; r++, row += K, score += K)
        for (int k = 0; k < K; k++) {
            HOLD(row[k] < n || row[k] == REGATTA_NONE, "an answer out of range");
            HOLD(!isnan(score[k]), "a score that is NaN");
            HOLD((row[k] == REGATTA_NONE) == (score[k] == -INFINITY), "a wrong padding");
            HOLD(k == 0 || row[k] == REGATTA_NONE || row[k - 1] != REGATTA_NONE,
                 "padding before an answer");
            for (int b = 0; b < k; b++)
                HOLD(row[k] == REGATTA_NONE || row[b] != row[k], "an answer twice");
        }
    return NULL;
}

static regatta_query nodes_of(const asked *a, regatta_side side)
{
    return (regatta_query){.struct_size = sizeof(regatta_query),
                           .n = QUERIES,
                           .user = a->node[side == REGATTA_ITEMS],
                           .side = side};
}

/* Lists of the other side's nodes: two, then one, then none. */
static regatta_query lists_of(const asked *a, regatta_side side)
{
    return (regatta_query){.struct_size = sizeof(regatta_query),
                           .n = QUERIES,
                           .offset = a->offset,
                           .item = a->node[side != REGATTA_ITEMS],
                           .side = side};
}

static const char *ask_recommend(const asked *a, const regatta_query *query)
{
    static const struct {
        float mmr, penalty;
        uint32_t keep_seen;
    } how[] = {{1.0f, 0.0f, 0},
               {1.0f, 0.0f, 1},
               {0.3f, 0.0f, 1},
               {0.0f, -100.0f, 0},
               {1.0f, 100.0f, 1}};
    uint32_t item[QUERIES * K];
    float score[QUERIES * K];
    for (size_t h = 0; h < sizeof how / sizeof *how; h++) {
        regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
        o.k = K;
        o.mmr = how[h].mmr;
        o.popularity_penalty = how[h].penalty;
        o.keep_seen = how[h].keep_seen;
        HOLD(regatta_recommend(a->ctx, a->model, query, &o, item, score) == REGATTA_OK,
             "recommend fails");
        ASK(check_rows(item, score, QUERIES, a->info.n_items));
    }
    return NULL;
}

static const char *ask_explain(const asked *a, const regatta_query *query)
{
    regatta_query one = *query;
    one.n = 1;
    const uint32_t n = a->info.n_items < K ? a->info.n_items : K;
    const uint32_t item[K] = {0, 1, 2, 3, 4};
    regatta_contribution part[K * K] = {REGATTA_CONTRIBUTION_INIT};
    regatta_explanation x[K] = {REGATTA_EXPLANATION_INIT};
    HOLD(regatta_explain(a->ctx, a->model, &one, item, n, part, K, x) == REGATTA_OK,
         "explain fails");
    for (uint32_t i = 0; i < n; i++) {
        HOLD(isfinite(x[i].score) && isfinite(x[i].popularity) && isfinite(x[i].centre) &&
                 isfinite(x[i].residual),
             "a term of an explanation is not finite");
        for (int c = 0; c < REGATTA_MAX_CHANNELS; c++)
            HOLD(isfinite(x[i].history[c]) && isfinite(x[i].direct[c]) &&
                     isfinite(x[i].bias[c]),
                 "a channel's term of an explanation is not finite");
        for (int64_t k = 0; k < x[i].n_contributions; k++)
            HOLD(part[i * K + k].item < a->info.n_items &&
                     isfinite(part[i * K + k].contribution) &&
                     isfinite(part[i * K + k].attention),
                 "a wrong contribution");
    }
    return NULL;
}

static const char *ask_similar(const asked *a, const regatta_query *query)
{
    const uint32_t n = query->side == REGATTA_USERS ? a->info.n_users : a->info.n_items;
    uint32_t node[QUERIES * K];
    float cosine[QUERIES * K];
    for (uint32_t by = REGATTA_SIMILARITY_AUTO; by <= REGATTA_SIMILARITY_HISTORY; by++) {
        regatta_similar_options o = REGATTA_SIMILAR_OPTIONS_INIT;
        o.k = K;
        o.by = by;
        const regatta_status status =
            regatta_similar(a->ctx, a->model, query, &o, node, cosine);
        HOLD(status == REGATTA_OK || status == REGATTA_EINVAL, "similar fails");
        if (status != REGATTA_OK) continue; /* the model has none of it */
        ASK(check_rows(node, cosine, QUERIES, n));
        for (int k = 0; k < QUERIES * K; k++)
            HOLD(node[k] == REGATTA_NONE || (cosine[k] >= -1.0f && cosine[k] <= 1.0f),
                 "a cosine out of its range");
    }
    return NULL;
}

static const char *ask_candidates(const asked *a, const regatta_query *query)
{
    uint32_t item[QUERIES * K];
    float score[QUERIES * K];
    for (uint32_t exact = 0; exact < 2; exact++) {
        regatta_candidates_options o = REGATTA_CANDIDATES_OPTIONS_INIT;
        o.n = K;
        o.exact = exact;
        o.keep_seen = exact;
        const regatta_status status =
            regatta_candidates(a->ctx, a->model, query, &o, item, score, NULL);
        HOLD(status == REGATTA_OK || status == REGATTA_EINVAL, "candidates fail");
        if (status == REGATTA_OK) ASK(check_rows(item, score, QUERIES, a->info.n_items));
    }
    return NULL;
}

static const char *ask_vectors(const asked *a, const regatta_query *query)
{
    static float vector[QUERIES * MOST_DIM];
    const regatta_status status = regatta_fold_in(a->ctx, a->model, query, vector);
    HOLD(status == REGATTA_OK || status == REGATTA_EINVAL, "fold-in fails");
    for (int64_t k = 0; status == REGATTA_OK && k < QUERIES * (int64_t)a->info.dim; k++)
        HOLD(isfinite(vector[k]), "a vector is not finite");
    return NULL;
}

/* The first users with the first items; as users of the model, and as strangers. */
static const char *ask_evaluate(const asked *a)
{
    const uint32_t n_users = a->info.n_users < K ? a->info.n_users : K;
    const char *user_name[K];
    const char *const item_name[] = {
        regatta_model_name(a->model, REGATTA_ITEMS, 0),
        regatta_model_name(a->model, REGATTA_ITEMS, a->info.n_items - 1)};
    uint32_t user[2 * K], item[2 * K];
    for (uint32_t k = 0; k < 2 * n_users; k++) {
        user[k] = k / 2;
        item[k] = a->info.n_items > 1 ? k % 2 : 0;
        user_name[k / 2] = regatta_model_name(a->model, REGATTA_USERS, k / 2);
    }
    const regatta_edges edges = {.struct_size = sizeof edges,
                                 .n_edges = 2 * n_users,
                                 .n_users = n_users,
                                 .n_items = a->info.n_items > 1 ? 2 : 1,
                                 .user = user,
                                 .item = item,
                                 .user_names = user_name,
                                 .item_names = item_name};
    regatta_graph *graph = NULL;
    regatta_metrics metrics = REGATTA_METRICS_INIT;
    regatta_evaluation out = {.struct_size = sizeof out};
    HOLD(regatta_graph_from_edges(a->ctx, &graph, &edges) == REGATTA_OK,
         "names of a model make no graph");
    regatta_evaluate_options o = REGATTA_EVALUATE_OPTIONS_INIT;
    regatta_status status = REGATTA_OK;
    for (int strangers = 0; strangers < 2; strangers++) {
        o.history = strangers ? graph : NULL;
        o.keep_seen = (uint32_t)strangers;
        o.mmr = strangers ? 0.5f : 1.0f;
        status = regatta_evaluate(a->ctx, a->model, graph, &o, &metrics, &out);
        if (status != REGATTA_OK && status != REGATTA_EFORMAT) break;
    }
    regatta_graph_free(graph);
    HOLD(status == REGATTA_OK || status == REGATTA_EFORMAT, "evaluate fails");
    return NULL;
}

/* The history of one user: the first HISTORY_MOST of what it has. */
static const char *check_history(const asked *a, uint32_t user, int64_t *n_all)
{
    enum { HISTORY_MOST = 64 };
    uint32_t item[HISTORY_MOST];
    int64_t time[HISTORY_MOST];
    float weight[HISTORY_MOST];
    regatta_history h = REGATTA_HISTORY_INIT;
    h.capacity = HISTORY_MOST;
    h.item = item;
    h.time = time;
    h.weight = weight;
    HOLD(regatta_model_history(a->ctx, &h, a->model, user) == REGATTA_OK,
         "history fails");
    const int64_t n = h.n < HISTORY_MOST ? h.n : HISTORY_MOST;
    HOLD(h.n >= 0 && h.has_time == a->info.has_time, "a history of another kind");
    for (int64_t k = 0; k < n; k++) {
        HOLD(item[k] < a->info.n_items, "an item of a history out of range");
        HOLD(weight[k] >= 0.0f && weight[k] < INFINITY, "a weight that is no weight");
        if (!h.has_time) continue;
        HOLD(time[k] >= a->info.time_first && time[k] <= a->info.time_last,
             "a time out of the range");
        HOLD(k == 0 || time[k] >= time[k - 1], "times that fall");
    }
    *n_all += h.n;
    return NULL;
}

static const char *ask_histories(const asked *a)
{
    int64_t n = 0;
    for (uint32_t u = 0; u < a->info.n_users; u++) ASK(check_history(a, u, &n));
    HOLD(n == a->info.n_interactions, "histories of another length in all");
    return NULL;
}

static const char *ask_convert(const asked *a)
{
    for (uint32_t type = REGATTA_TYPE_KEEP; type <= REGATTA_TYPE_I8; type++) {
        regatta_convert_options o = REGATTA_CONVERT_OPTIONS_INIT;
        regatta_model *model = NULL;
        o.type = type;
        o.index = a->info.dim > 0 && type == REGATTA_TYPE_KEEP;
        HOLD(regatta_model_convert(a->ctx, &model, a->model, &o) == REGATTA_OK,
             "convert fails");
        const asked again = {.ctx = a->ctx,
                             .model = model,
                             .info = a->info,
                             .node = {{a->node[0][0]}, {a->node[1][0]}},
                             .offset = {0, 1, 1, 1}};
        const regatta_query query = lists_of(&again, REGATTA_USERS);
        const char *wrong = ask_recommend(&again, &query);
        if (wrong == NULL) wrong = ask_candidates(&again, &query);
        regatta_model_free(model);
        ASK(wrong);
    }
    return NULL;
}

const char *ask_all(regatta_ctx *ctx, const regatta_model *model)
{
    asked a = {.ctx = ctx, .model = model, .offset = {0, 2, 3, 3}};
    a.info.struct_size = sizeof a.info;
    regatta_model_get_info(NULL, &a.info, model);
    HOLD(a.info.n_users > 0 && a.info.n_items > 0, "no users or no items");
    a.node[0][0] = a.info.n_users - 1;
    a.node[1][0] = a.info.n_items - 1;
    a.node[0][2] = a.info.n_users / 2;
    a.node[1][2] = a.info.n_items / 2;
    for (int items = 0; items < SIDE_LISTS; items++) {
        const regatta_side side = items ? REGATTA_ITEMS : REGATTA_USERS;
        const regatta_query query[] = {nodes_of(&a, side), lists_of(&a, side)};
        for (int q = 0; q < 2; q++) {
            ASK(ask_similar(&a, &query[q]));
            ASK(ask_vectors(&a, &query[q]));
            if (items) continue;
            ASK(ask_recommend(&a, &query[q]));
            ASK(ask_explain(&a, &query[q]));
            ASK(ask_candidates(&a, &query[q]));
        }
    }
    ASK(ask_histories(&a));
    ASK(ask_evaluate(&a));
    return ask_convert(&a);
}
