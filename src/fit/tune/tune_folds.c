#include "fit/tune/tune_folds.h"
#include "base/rng.h"
#include "base/sort.h"
#include "graph/interactions.h"
#include "graph/split.h"
#include <string.h>

/* Sets the part of each of a user's pairs: the pairs are shuffled, and every n_folds-th
 * one from a random first one on is a test pair. */
static void deal(uint8_t *of_pair, uint32_t *order, int64_t n, int64_t user,
                 const rg_tune_division *how, int fold)
{
    const uint64_t n_folds = (uint64_t)how->n_folds;
    for (int64_t k = 0; k < n; k++) order[k] = (uint32_t)k;
    rg_shuffle(order, n, how->seed, RG_STREAM_TUNE_FOLD, (uint32_t)user);
    const uint64_t first =
        rg_random_below(how->seed, RG_STREAM_TUNE_FIRST, (uint64_t)user, n_folds);
    for (int64_t k = 0; k < n; k++) {
        const int is_test = n > 1 && (first + (uint64_t)k) % n_folds == (uint64_t)fold;
        of_pair[order[k]] = is_test ? RG_PART_TEST : RG_PART_TRAIN;
    }
}

static regatta_status assign_fold(regatta_ctx *ctx, uint8_t *part,
                                  const regatta_graph *graph, const rg_tune_division *how,
                                  int fold)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = graph->by_user;
    const int64_t widest = rg_csr_widest(rows);
    rg_interactions in = {0};
    uint8_t *of_pair = NULL;
    uint32_t *order = NULL;
    RG_NEW(ctx->mem, of_pair, widest);
    RG_NEW(ctx->mem, order, widest);
    RG_TRY(rg_interactions_open(ctx, &in, graph, 0));
    for (int64_t u = 0; u < rows->n_rows; part += in.now.n, u++) {
        rg_interactions_read(&in, u);
        deal(of_pair, order, rg_csr_degree(rows, u), u, how, fold);
        for (int64_t k = 0; k < in.now.n; k++) part[k] = of_pair[in.now.position[k]];
    }
done:
    rg_interactions_close(&in);
    rg_free(ctx->mem, of_pair);
    rg_free(ctx->mem, order);
    return status;
}

/* Returns the time before which `share` of the interactions lie; sorted[n]. */
static int64_t quantile(const rg_moment *sorted, int64_t n, double share)
{
    return sorted[(int64_t)(share * (double)(n - 1) + 0.5)].time;
}

/* Stores the first time of a window and of the one after it. */
static regatta_status find_window(regatta_ctx *ctx, int64_t *begin, int64_t *end,
                                  const regatta_graph *graph, int n_folds, int fold)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = graph->by_user->n_edges;
    const double width = 0.5 / (double)n_folds;
    rg_moment *moment = NULL;
    RG_NEW(ctx->mem, moment, n);
    for (int64_t e = 0; e < n; e++) moment[e] = (rg_moment){graph->time[e], (uint32_t)e};
    rg_sort_moments(moment, n);
    *begin = quantile(moment, n, 1.0 - width * (double)(fold + 1));
    *end = quantile(moment, n, 1.0 - width * (double)fold);
    if (moment[0].time >= *begin || *begin >= *end)
        status = rg_fail(ctx, REGATTA_EINVAL,
                         "the times of the data do not divide into %d windows: set fewer "
                         "folds, or cross-validate by parts of each user's items",
                         n_folds);
done:
    rg_free(ctx->mem, moment);
    return status;
}

/* Stores the interactions before `time`, and unless NULL those from then on. */
static regatta_status cut(regatta_ctx *ctx, regatta_graph **before, regatta_graph **from,
                          const regatta_graph *graph, int64_t time)
{
    regatta_status status = REGATTA_OK;
    uint8_t *part = NULL;
    const regatta_split_options how = {
        .struct_size = sizeof how, .kind = REGATTA_SPLIT_TIME, .time = time};
    RG_NEW(ctx->mem, part, rg_interactions_count(graph));
    RG_TRY(rg_split_assign(ctx, part, graph, &how));
    RG_TRY(rg_split_part(ctx, before, graph, part, RG_PART_TRAIN));
    if (from != NULL) RG_TRY(rg_split_part(ctx, from, graph, part, RG_PART_TEST));
done:
    rg_free(ctx->mem, part);
    return status;
}

static regatta_status take_window(regatta_ctx *ctx, rg_tune_fold *out,
                                  const regatta_graph *graph, int n_folds, int fold)
{
    regatta_status status = REGATTA_OK;
    regatta_graph *known = NULL; /* what lies before the end of the window */
    int64_t begin = 0, end = 0;
    RG_TRY(find_window(ctx, &begin, &end, graph, n_folds, fold));
    if (fold > 0) RG_TRY(cut(ctx, &known, NULL, graph, end));
    RG_TRY(cut(ctx, &out->train, &out->test, known != NULL ? known : graph, begin));
done:
    regatta_graph_free(known);
    return status;
}

static regatta_status take_part(regatta_ctx *ctx, rg_tune_fold *out,
                                const regatta_graph *graph, const rg_tune_division *how,
                                int fold)
{
    regatta_status status = REGATTA_OK;
    uint8_t *part = NULL;
    RG_NEW(ctx->mem, part, rg_interactions_count(graph));
    RG_TRY(assign_fold(ctx, part, graph, how, fold));
    RG_TRY(rg_split_part(ctx, &out->train, graph, part, RG_PART_TRAIN));
    RG_TRY(rg_split_part(ctx, &out->test, graph, part, RG_PART_TEST));
done:
    rg_free(ctx->mem, part);
    return status;
}

regatta_status rg_tune_fold_take(regatta_ctx *ctx, rg_tune_fold *out,
                                 const regatta_graph *graph, const rg_tune_division *how,
                                 int fold)
{
    regatta_status status = how->rolling
                                ? take_window(ctx, out, graph, how->n_folds, fold)
                                : take_part(ctx, out, graph, how, fold);
    if (status == REGATTA_OK && out->test->by_user->n_edges == 0)
        status = rg_fail(ctx, REGATTA_EFORMAT,
                         "fold %d has no test interaction: too few users have two items",
                         fold + 1);
    return status;
}

void rg_tune_fold_free(rg_tune_fold *fold)
{
    regatta_graph_free(fold->train);
    regatta_graph_free(fold->test);
    *fold = (rg_tune_fold){NULL, NULL};
}

regatta_status rg_tune_sample(regatta_ctx *ctx, regatta_graph **out,
                              const regatta_graph *graph, int64_t n_users, uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = graph->by_user;
    uint8_t *keep_user = NULL, *keep_item = NULL;
    *out = NULL;
    RG_NEW(ctx->mem, keep_user, rows->n_rows);
    RG_NEW(ctx->mem, keep_item, rows->n_cols);
    int64_t wanted = n_users;
    for (int64_t u = 0; u < rows->n_rows; u++) {
        keep_user[u] =
            (uint8_t)rg_random_take(seed, RG_STREAM_TUNE_SAMPLE, u, rows->n_rows, wanted);
        wanted -= keep_user[u];
    }
    memset(keep_item, 1, (size_t)rows->n_cols);
    RG_TRY(rg_bipartite_induce(ctx, out, graph, keep_user, keep_item));
done:
    rg_free(ctx->mem, keep_user);
    rg_free(ctx->mem, keep_item);
    return status;
}
