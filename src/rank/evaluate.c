/* All items ranked for every test user, a chunk of users at a time.
 *
 * Inside a chunk threads own users; what they find is stored by user and added up by
 * the calling thread in order of users, so that means have the same bits at any thread
 * count. O(users * items * dim) time; O(threads * items + chunk * k) memory. */
#include "rank/evaluate.h"
#include "base/sort.h"
#include "base/topk.h"
#include "rank/auc.h"
#include "rank/metrics.h"
#include "rank/rerank.h"
#include "rank/scorer.h"
#include "rank/test_set.h"
#include <math.h>

enum { CHUNK = 4096, CHUNK_AT_LEAST = 64, CHUNK_RANKS = 1 << 22 };

typedef struct evaluation {
    const regatta_model *model;
    const rg_test_set *test;
    const regatta_evaluate_options *opts;
    int64_t chunk;            /* users at a time */
    int64_t first;            /* test user that is query 0 of the chunk */
    int64_t cut;              /* min(largest k, n_items) */
    uint32_t *ranked;         /* [chunk][cut + 1] each ended by REGATTA_NONE */
    float *score;             /* [threads][cut] */
    regatta_metrics *by_user; /* [chunk][n_k] */
    uint32_t *shown;          /* [n_k][n_items] how often an item came up */
    rg_rerank *rerank;        /* NULL: lists are best first */
} evaluation;

/* Mean of -log2(share of users who have the item), an item nobody has counting as one
 * that a single user has. */
static double novelty(const regatta_model *model, const uint32_t *ranked, int64_t k)
{
    double sum = 0.0;
    int64_t n = 0;
    for (; n < k && ranked[n] != REGATTA_NONE; n++) {
        const uint32_t users = model->item_count[ranked[n]];
        sum -= log2((double)(users > 0 ? users : 1) / (double)model->n_users);
    }
    return n > 0 ? sum / (double)n : 0.0;
}

static void measure_row(void *state, int64_t query, const rg_history *history, float *row,
                        int thread)
{
    const evaluation *ev = state;
    const int64_t n_items = ev->model->n_items, t = ev->first + query;
    const uint32_t *test = ev->test->item + ev->test->offset[t];
    const int64_t n_test = ev->test->offset[t + 1] - ev->test->offset[t];
    uint32_t *ranked = ev->ranked + query * (ev->cut + 1);
    int64_t n_candidates = n_items;
    if (!ev->opts->keep_seen) {
        for (int64_t e = 0; e < history->n; e++) row[history->item[e]] = -INFINITY;
        n_candidates -= history->n;
    }
    float *score = ev->score + thread * ev->cut;
    if (ev->rerank != NULL)
        rg_rerank_row(ev->rerank, ranked, score, row, thread);
    else
        rg_topk(ranked, score, ev->cut, row, n_items);
    ranked[ev->cut] = REGATTA_NONE;
    const double auc = rg_auc(row, n_items, test, n_test, n_candidates);
    for (int c = 0; c < ev->opts->n_k; c++) {
        regatta_metrics *m = &ev->by_user[query * ev->opts->n_k + c];
        *m = (regatta_metrics){.k = ev->opts->k[c], .auc = auc};
        rg_metrics_user(m, ranked, test, n_test, n_candidates);
        m->novelty = novelty(ev->model, ranked, m->k);
        m->coverage = m->gini = (double)NAN; /* of all users together */
    }
}

static void add(regatta_metrics *sum, const regatta_metrics *m)
{
    sum->recall += m->recall;
    sum->precision += m->precision;
    sum->f1 += m->f1;
    sum->accuracy += m->accuracy;
    sum->ndcg += m->ndcg;
    sum->map += m->map;
    sum->mrr += m->mrr;
    sum->hit += m->hit;
    sum->auc += m->auc;
    sum->novelty += m->novelty;
}

static void divide(regatta_metrics *sum, double n)
{
    sum->recall /= n;
    sum->precision /= n;
    sum->f1 /= n;
    sum->accuracy /= n;
    sum->ndcg /= n;
    sum->map /= n;
    sum->mrr /= n;
    sum->hit /= n;
    sum->auc /= n;
    sum->novelty /= n;
}

/* The chunk's users in order: sums, what came up, the caller's callback. */
static void collect(const evaluation *ev, regatta_metrics *metrics, int64_t n)
{
    const int n_k = ev->opts->n_k;
    const int64_t n_items = ev->model->n_items;
    for (int64_t q = 0; q < n; q++) {
        const uint32_t *ranked = ev->ranked + q * (ev->cut + 1);
        const int64_t t = ev->first + q;
        for (int c = 0; c < n_k; c++) {
            add(&metrics[c], &ev->by_user[q * n_k + c]);
            for (int64_t r = 0; r < metrics[c].k && ranked[r] != REGATTA_NONE; r++)
                ev->shown[c * n_items + ranked[r]]++;
        }
        if (ev->opts->per_user != NULL)
            ev->opts->per_user(ev->opts->per_user_state, ev->test->user[t],
                               (uint32_t)(ev->test->offset[t + 1] - ev->test->offset[t]),
                               &ev->by_user[q * n_k], n_k);
    }
}

/* coverage and gini of how often items came up; sorts the counts. */
static void spread(regatta_metrics *m, uint32_t *shown, int64_t n)
{
    double total = 0.0, weighted = 0.0;
    int64_t covered = 0;
    rg_sort_u32(shown, n);
    for (int64_t i = 0; i < n; i++) {
        covered += shown[i] > 0;
        total += (double)shown[i];
        weighted += (2.0 * (double)(i + 1) - (double)n - 1.0) * (double)shown[i];
    }
    m->coverage = (double)covered / (double)n;
    m->gini = total > 0.0 ? weighted / ((double)n * total) : 0.0;
}

/* Test users first .. first + n - 1, or their histories. */
static regatta_query query_of(const rg_test_set *test, int64_t first, int64_t n)
{
    regatta_query query = {.struct_size = sizeof query, .n = n};
    if (test->history_offset == NULL) {
        query.user = test->user + first;
    } else {
        query.offset = test->history_offset + first;
        query.item = test->history_item;
    }
    return query;
}

static regatta_status run(regatta_ctx *ctx, evaluation *ev, regatta_metrics *metrics)
{
    regatta_status status = REGATTA_OK;
    const rg_test_set *test = ev->test;
    const int n_k = ev->opts->n_k;
    for (int c = 0; c < n_k; c++) metrics[c] = (regatta_metrics){.k = ev->opts->k[c]};
    for (ev->first = 0; ev->first < test->n; ev->first += ev->chunk) {
        const int64_t left = test->n - ev->first, n = left < ev->chunk ? left : ev->chunk;
        const regatta_query query = query_of(test, ev->first, n);
        RG_TRY(rg_score_rows(ctx, ev->model, &query, measure_row, ev));
        collect(ev, metrics, n);
    }
    for (int c = 0; c < n_k; c++) {
        const int64_t n_items = ev->model->n_items;
        divide(&metrics[c], (double)test->n);
        spread(&metrics[c], ev->shown + c * n_items, n_items);
    }
done:
    return status;
}

/* Fewer users at a time where many ranks are asked for. */
static int64_t chunk_of(int64_t n_users, int64_t cut)
{
    int64_t chunk = CHUNK_RANKS / (cut + 1);
    if (chunk < CHUNK_AT_LEAST) chunk = CHUNK_AT_LEAST;
    if (chunk > CHUNK) chunk = CHUNK;
    return chunk < n_users ? chunk : n_users;
}

regatta_status rg_evaluate(regatta_ctx *ctx, const regatta_model *model,
                           const regatta_graph *test,
                           const regatta_evaluate_options *opts, regatta_metrics *metrics,
                           regatta_evaluation *out)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_items = model->n_items;
    rg_test_set *set = NULL;
    evaluation ev = {.model = model, .opts = opts};
    rg_rerank_options order = {.mmr = opts->mmr,
                               .popularity_penalty = opts->popularity_penalty,
                               .pool = opts->pool};
    if (opts->history != NULL)
        RG_TRY(rg_test_set_create_folded(ctx, &set, model, test, opts->history,
                                         (int)opts->keep_seen));
    else
        RG_TRY(rg_test_set_create(ctx, &set, model, test, (int)opts->keep_seen));
    if (set->n == 0) {
        status = rg_fail(ctx, REGATTA_EFORMAT,
                         "no test interaction counts: %lld with an unknown user or "
                         "item, %lld seen in training",
                         (long long)set->counts.n_unknown_edges,
                         (long long)set->counts.n_seen_edges);
        goto done;
    }
    ev.test = set;
    for (int c = 0; c < opts->n_k; c++)
        if ((int64_t)opts->k[c] > ev.cut) ev.cut = opts->k[c];
    if (ev.cut > n_items) ev.cut = n_items;
    ev.chunk = chunk_of(set->n, ev.cut);
    RG_NEW(ctx->mem, ev.ranked, ev.chunk * (ev.cut + 1));
    RG_NEW(ctx->mem, ev.score, ctx->threads * ev.cut);
    RG_NEW(ctx->mem, ev.by_user, ev.chunk * opts->n_k);
    RG_NEW(ctx->mem, ev.shown, opts->n_k * n_items);
    order.k = ev.cut;
    if (rg_rerank_wanted(&order))
        RG_TRY(rg_rerank_create(ctx, &ev.rerank, model, &order));
    RG_TRY(run(ctx, &ev, metrics));
    *out = set->counts;
done:
    rg_test_set_free(set);
    rg_rerank_free(ev.rerank);
    rg_free(ctx->mem, ev.ranked);
    rg_free(ctx->mem, ev.score);
    rg_free(ctx->mem, ev.by_user);
    rg_free(ctx->mem, ev.shown);
    return status;
}
