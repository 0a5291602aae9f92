/* Ranks all items for every query of the test, a chunk of queries at a time.
 *
 * Within a chunk threads own queries. The metrics are stored by query, and the calling
 * thread adds them in order of queries, so means have the same bits at any thread count.
 * O(queries * items * dim) time; O(threads * items + chunk * k) memory, and the histories
 * of a chunk. */
#include "rank/evaluate.h"
#include "base/sort.h"
#include "base/topk.h"
#include "rank/allow.h"
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
    const rg_evaluate_watch *watch; /* or NULL */
    uint32_t *allow;                /* the items that are ranked; NULL = all */
    int64_t n_allowed;
    rg_test_room room;        /* histories of a chunk */
    int64_t chunk;            /* queries at a time */
    int64_t first;            /* the first query of the chunk */
    int64_t cut;              /* min(largest k, n_items) */
    uint32_t *ranked;         /* [chunk][cut + 1] each ended by REGATTA_NONE */
    float *score;             /* [threads][cut] */
    regatta_metrics *by_user; /* [chunk][RG_N_UNKNOWN][n_k] */
    uint32_t *shown;          /* [RG_N_UNKNOWN][n_k][n_items] how often an item is in a
                                 list */
    int64_t n_lists[RG_N_UNKNOWN];      /* queries of these lists */
    regatta_metrics *sum[RG_N_UNKNOWN]; /* [n_k] by treatment */
    rg_rerank *rerank;                  /* NULL: lists are in order of score */
} evaluation;

/* Returns the mean of -log2(share of the users of the target domain who have the item);
 * an item without users counts as an item with one user. */
static double novelty(const regatta_model *model, const uint32_t *ranked, int64_t k)
{
    double sum = 0.0;
    int64_t n = 0;
    for (; n < k && ranked[n] != REGATTA_NONE; n++) {
        const uint32_t users = model->own_count[ranked[n]];
        sum -= log2((double)(users > 0 ? users : 1) / (double)model->own.users);
    }
    return n > 0 ? sum / (double)n : 0.0;
}

/* Fills m[n_k] for the list of query t. */
static void measure_list(const evaluation *ev, regatta_metrics *m, int64_t t,
                         uint32_t unknown, const uint32_t *ranked, double auc,
                         int64_t n_candidates)
{
    const rg_test_set *set = ev->test;
    const uint32_t *test = set->holdout.item + set->holdout.offset[t];
    const int64_t n_test = set->holdout.offset[t + 1] - set->holdout.offset[t];
    const int64_t n_counted = rg_test_set_count(set, t, unknown);
    if (n_counted == 0) return;                /* collect leaves the query out */
    auc *= (double)n_test / (double)n_counted; /* a miss loses each of its pairs */
    for (int c = 0; c < ev->opts->n_k; c++, m++) {
        *m = (regatta_metrics){.k = ev->opts->k[c], .auc = auc};
        rg_metrics_user(m, ranked, test, n_test, n_counted - n_test, n_candidates);
        m->novelty = novelty(ev->model, ranked, m->k);
        m->coverage = m->gini = (double)NAN; /* defined over all users only */
    }
}

static void measure_row(void *state, int64_t query, const rg_history *history, float *row,
                        int thread)
{
    const evaluation *ev = state;
    const int64_t n_items = ev->model->n_items, t = ev->first + query;
    const uint32_t *test = ev->test->holdout.item + ev->test->holdout.offset[t];
    const int64_t n_test = ev->test->holdout.offset[t + 1] - ev->test->holdout.offset[t];
    uint32_t *ranked = ev->ranked + query * (ev->cut + 1);
    int64_t n_candidates = ev->n_allowed;
    rg_allow_mask(row, ev->allow, n_items);
    if (!ev->opts->keep_seen) {
        for (int64_t e = 0; e < history->n; e++)
            n_candidates -= rg_allows(ev->allow, history->item[e]);
        for (int64_t e = 0; e < history->n_disliked; e++)
            n_candidates -= rg_allows(ev->allow, history->disliked[e]);
        rg_history_mask(row, history);
    }
    float *score = ev->score + thread * ev->cut;
    if (ev->rerank != NULL)
        rg_rerank_row(ev->rerank, ranked, score, row, thread);
    else
        rg_topk(ranked, score, ev->cut, row, n_items);
    ranked[ev->cut] = REGATTA_NONE;
    const double auc = rg_auc(row, n_items, test, n_test, n_candidates);
    regatta_metrics *m = ev->by_user + query * RG_N_UNKNOWN * ev->opts->n_k;
    for (uint32_t u = 0; u < RG_N_UNKNOWN; u++, m += ev->opts->n_k)
        measure_list(ev, m, t, u, ranked, auc, n_candidates);
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
}

/* Adds the metrics m[n_k] of a query to the sums, and tells the caller's callback. */
static void add_query(const evaluation *ev, const regatta_metrics *m, int64_t t,
                      uint32_t unknown)
{
    const regatta_evaluate_options *o = ev->opts;
    for (int c = 0; c < o->n_k; c++) add(&ev->sum[unknown][c], &m[c]);
    if (o->per_user != NULL && unknown == o->unknown)
        o->per_user(o->per_user_state, ev->test->row[t],
                    (uint32_t)rg_test_set_count(ev->test, t, unknown), m, o->n_k);
}

/* Counts the items of the query's lists. */
static void add_list(evaluation *ev, const regatta_metrics *m, const uint32_t *ranked,
                     uint32_t unknown)
{
    const int n_k = ev->opts->n_k;
    uint32_t *shown = ev->shown + (int64_t)unknown * n_k * ev->model->n_items;
    ev->n_lists[unknown]++;
    for (int c = 0; c < n_k; c++, shown += ev->model->n_items) {
        ev->sum[unknown][c].novelty += m[c].novelty;
        for (int64_t r = 0; r < m[c].k && ranked[r] != REGATTA_NONE; r++)
            shown[ranked[r]]++;
    }
}

/* Tells the watch of a measured query. */
static void show_list(const evaluation *ev, const regatta_metrics *m, int64_t t,
                      const uint32_t *ranked)
{
    const rg_test_set *set = ev->test;
    const rg_evaluated query = {
        .user = set->first == NULL ? set->holdout.user[t] : REGATTA_NONE,
        .row = set->row[t],
        .test = set->holdout.item + set->holdout.offset[t],
        .n_test = set->holdout.offset[t + 1] - set->holdout.offset[t],
        .ranked = ranked,
        .metrics = m};
    ev->watch->list(ev->watch->state, &query);
}

/* For each query of the chunk in order: adds to the sums and counts, calls the caller's
 * callbacks. */
static void collect(evaluation *ev, int64_t n)
{
    const regatta_metrics *m = ev->by_user;
    for (int64_t q = 0; q < n; q++)
        for (uint32_t u = 0; u < RG_N_UNKNOWN; u++, m += ev->opts->n_k) {
            const int64_t t = ev->first + q;
            const uint32_t *ranked = ev->ranked + q * (ev->cut + 1);
            if (rg_test_set_count(ev->test, t, u) == 0) continue;
            add_query(ev, m, t, u);
            add_list(ev, m, ranked, u);
            if (ev->watch != NULL && u == ev->opts->unknown) show_list(ev, m, t, ranked);
        }
}

/* Queries that cannot be ranked have an empty list, of which novelty is not defined. They
 * count as misses only. */
static void collect_unranked(const evaluation *ev)
{
    const rg_test_set *set = ev->test;
    const uint32_t empty = REGATTA_NONE;
    for (int64_t t = set->holdout.n_users; t < set->holdout.n_users + set->n_unranked;
         t++) {
        regatta_metrics *m = ev->by_user;
        measure_list(ev, m, t, REGATTA_UNKNOWN_MISS, &empty, 0.0, ev->n_allowed);
        for (int c = 0; c < ev->opts->n_k; c++) m[c].novelty = (double)NAN;
        add_query(ev, m, t, REGATTA_UNKNOWN_MISS);
    }
}

/* Computes coverage and gini from the counts of items in lists; sorts the counts. */
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

/* Turns the sums of a treatment into means; sorts what came up. */
static void finish(const evaluation *ev, uint32_t unknown)
{
    const int n_k = ev->opts->n_k;
    const int64_t n_items = ev->model->n_items;
    uint32_t *shown = ev->shown + (int64_t)unknown * n_k * n_items;
    for (int c = 0; c < n_k; c++) {
        regatta_metrics *m = &ev->sum[unknown][c];
        divide(m, (double)ev->test->n_measured[unknown]);
        m->novelty /= (double)ev->n_lists[unknown];
        spread(m, shown + c * n_items, ev->model->own.items);
    }
}

/* Receives the lists and metrics of the other ranks' queries. */
static regatta_status gather_lists(regatta_ctx *ctx, const evaluation *ev,
                                   const rg_shares *s)
{
    const int64_t metrics = RG_N_UNKNOWN * (int64_t)ev->opts->n_k;
    const regatta_status status =
        rg_gather(ctx, ev->ranked, s, (ev->cut + 1) * (int64_t)sizeof *ev->ranked);
    if (status != REGATTA_OK) return status;
    return rg_gather(ctx, ev->by_user, s, metrics * (int64_t)sizeof *ev->by_user);
}

static regatta_status run(regatta_ctx *ctx, evaluation *ev)
{
    regatta_status status = REGATTA_OK;
    const rg_test_set *test = ev->test;
    rg_shares share;
    for (uint32_t u = 0; u < RG_N_UNKNOWN; u++)
        for (int c = 0; c < ev->opts->n_k; c++)
            ev->sum[u][c] = (regatta_metrics){.k = ev->opts->k[c]};
    for (int64_t n = 0; ev->first < test->holdout.n_users; ev->first += n) {
        regatta_query query;
        rg_test_set_query(&query, test, ev->first, ev->chunk, &ev->room);
        n = query.n;
        RG_TRY(rg_score_share(ctx, &share, ev->model, &query, measure_row, ev));
        RG_TRY(gather_lists(ctx, ev, &share));
        collect(ev, n);
    }
    collect_unranked(ev);
    for (uint32_t u = 0; u < RG_N_UNKNOWN; u++) finish(ev, u);
done:
    return status;
}

/* Returns the queries per chunk: fewer for a large cut. */
static int64_t chunk_of(int64_t n_queries, int64_t cut)
{
    int64_t chunk = CHUNK_RANKS / (cut + 1);
    if (chunk < CHUNK_AT_LEAST) chunk = CHUNK_AT_LEAST;
    if (chunk > CHUNK) chunk = CHUNK;
    return chunk < n_queries ? chunk : n_queries;
}

static regatta_evaluation counts_of(const rg_test_set *set, const regatta_graph *test,
                                    uint32_t unknown)
{
    return (regatta_evaluation){
        .struct_size = sizeof(regatta_evaluation),
        .n_users = set->n_users[unknown],
        .n_test = set->n_test[unknown],
        .n_unknown_users = (uint32_t)set->n_unranked, /* one query each */
        .n_unknown_edges = set->n_unknown_edges,
        .n_seen_edges = set->n_seen_edges,
        .test_hash = test->hash,
        .n_unknown_history = set->n_unknown_history,
        .n_other_users = set->n_users[!unknown],
        .n_other_test = set->n_test[!unknown],
        .asked_at_test = set->holdout.at != NULL,
        .n_outside = set->n_outside,
        .n_earlier = set->n_earlier,
    };
}

/* Sets the items that are ranked. */
static regatta_status limit(regatta_ctx *ctx, evaluation *ev)
{
    regatta_status status = REGATTA_OK;
    const regatta_evaluate_options *o = ev->opts;
    const int64_t n = ev->model->n_items;
    ev->n_allowed = n;
    for (int64_t k = 0; o->only != NULL && k < o->n_only; k++)
        if ((int64_t)o->only[k] >= n)
            return rg_fail(ctx, REGATTA_EINVAL, "only: item %lu is not below %lld",
                           (unsigned long)o->only[k], (long long)n);
    RG_TRY(rg_allow_create(ctx, &ev->allow, n, ev->model->own.items, o->only, o->n_only,
                           NULL, 0));
    if (ev->allow == NULL) return REGATTA_OK;
    ev->n_allowed = 0;
    for (int64_t j = 0; j < n; j++) ev->n_allowed += rg_allows(ev->allow, j);
done:
    return status;
}

static regatta_status open_test(regatta_ctx *ctx, rg_test_set **out, const evaluation *ev,
                                const regatta_graph *test)
{
    const regatta_evaluate_options *opts = ev->opts;
    regatta_status status = REGATTA_OK;
    const int n_more = opts->history != NULL ? (int)opts->n_more_histories : 0;
    const regatta_graph **histories = NULL;
    rg_test_source source = {.test = test,
                             .n_histories = opts->history != NULL ? 1 + n_more : 0,
                             .keep_seen = (int)opts->keep_seen,
                             .every_next = (int)opts->every_next,
                             .allow = ev->allow};
    RG_NEW(ctx->mem, histories, 1 + n_more);
    histories[0] = opts->history;
    for (int h = 0; h < n_more; h++) histories[1 + h] = opts->more_histories[h];
    source.history = histories;
    RG_TRY(rg_test_set_create(ctx, out, ev->model, &source));
    if ((*out)->n_test[REGATTA_UNKNOWN_SKIP] == 0)
        status =
            rg_fail(ctx, REGATTA_EFORMAT,
                    "no test interaction can be ranked: %lld with an unknown user "
                    "or item, %lld seen in training, %lld outside of the items to rank",
                    (long long)(*out)->n_unknown_edges, (long long)(*out)->n_seen_edges,
                    (long long)(*out)->n_outside);
done:
    rg_free(ctx->mem, histories);
    return status;
}

regatta_status rg_evaluate(regatta_ctx *ctx, const regatta_model *model,
                           const regatta_graph *test,
                           const regatta_evaluate_options *opts,
                           const rg_evaluate_watch *watch, regatta_metrics *metrics,
                           regatta_evaluation *out)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_items = model->n_items;
    rg_test_set *set = NULL;
    evaluation ev = {.model = model, .opts = opts, .watch = watch};
    rg_rerank_options order = {.mmr = opts->mmr,
                               .popularity_penalty = opts->popularity_penalty,
                               .pool = opts->pool};
    RG_TRY(limit(ctx, &ev));
    RG_TRY(open_test(ctx, &set, &ev, test));
    ev.test = set;
    ev.sum[opts->unknown] = metrics;
    ev.sum[!opts->unknown] = opts->other;
    for (int c = 0; c < opts->n_k; c++)
        if ((int64_t)opts->k[c] > ev.cut) ev.cut = opts->k[c];
    if (ev.cut > n_items) ev.cut = n_items;
    ev.chunk = chunk_of(set->holdout.n_users, ev.cut);
    RG_TRY(rg_test_room_create(ctx, &ev.room, set, ev.chunk));
    RG_NEW(ctx->mem, ev.ranked, ev.chunk * (ev.cut + 1));
    RG_NEW(ctx->mem, ev.score, ctx->threads * ev.cut);
    RG_NEW(ctx->mem, ev.by_user, ev.chunk * RG_N_UNKNOWN * opts->n_k);
    RG_NEW(ctx->mem, ev.shown, RG_N_UNKNOWN * opts->n_k * n_items);
    order.k = ev.cut;
    if (rg_rerank_wanted(&order))
        RG_TRY(rg_rerank_create(ctx, &ev.rerank, model, &order));
    RG_TRY(run(ctx, &ev));
    *out = counts_of(set, test, opts->unknown);
done:
    rg_test_set_free(set);
    rg_test_room_free(ctx, &ev.room);
    rg_rerank_free(ev.rerank);
    rg_free(ctx->mem, ev.allow);
    rg_free(ctx->mem, ev.ranked);
    rg_free(ctx->mem, ev.score);
    rg_free(ctx->mem, ev.by_user);
    rg_free(ctx->mem, ev.shown);
    return status;
}
