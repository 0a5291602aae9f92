#include "fit/update/update_drift.h"
#include "base/find.h"
#include "base/rng.h"
#include "base/sort.h"
#include "graph/bipartite.h"
#include "graph/holdout.h"
#include "rank/measure.h"
#include "rank/paired.h"
#include "rank/recommend.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TOP = 20, MOST_USERS = 1000 };
static const double SHARE = 0.2;
static const uint64_t SEED = 1;

static int by_time(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return a < b ? -1 : a > b;
}

/* Marks the edges of the latest times; returns how many. */
static int64_t hold_latest(uint8_t *held, const regatta_graph *g, int64_t *time)
{
    const int64_t n = g->by_user->n_edges;
    int64_t n_held = 0;
    memcpy(time, g->time, (size_t)n * sizeof *time);
    qsort(time, (size_t)n, sizeof *time, by_time);
    const int64_t last = time[(int64_t)((1.0 - SHARE) * (double)(n - 1))];
    for (int64_t e = 0; e < n; e++) n_held += held[e] = g->time[e] > last;
    return n_held;
}

static void hold_random(uint8_t *held, const regatta_graph *g)
{
    for (int64_t e = 0; e < g->by_user->n_edges; e++)
        held[e] = rg_random_unit(SEED, RG_STREAM_SAMPLE, (uint64_t)e) < SHARE;
}

/* Creates the graphs of the held and of the other interactions. */
static regatta_status split(regatta_ctx *ctx, regatta_graph **rest, regatta_graph **test,
                            const regatta_graph *news)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = news->by_user->n_edges;
    uint8_t *held = NULL;
    int64_t *time = NULL;
    RG_NEW(ctx->mem, held, n);
    RG_NEW(ctx->mem, time, n);
    if (news->time == NULL || hold_latest(held, news, time) < (int64_t)(0.05 * (double)n))
        hold_random(held, news);
    RG_TRY(rg_bipartite_select(ctx, test, news, held));
    for (int64_t e = 0; e < n; e++) held[e] = !held[e];
    RG_TRY(rg_bipartite_select(ctx, rest, news, held));
done:
    rg_free(ctx->mem, held);
    rg_free(ctx->mem, time);
    return status;
}

/* Returns the number in the model of a user of the test whom `before` knows, else
 * REGATTA_NONE. */
static uint32_t measured_user(const regatta_model *model, const regatta_graph *test,
                              uint32_t u, const regatta_model *before)
{
    if (rg_idmap_find_name(before->users, test->users, u) == REGATTA_NONE)
        return REGATTA_NONE;
    return rg_idmap_find_name(model->users, test->users, u);
}

/* Returns 1 if the history of the user has the item. */
static int has(const regatta_model *m, uint32_t user, uint32_t item)
{
    const int64_t first = m->history_offset[user];
    return rg_find_u32(m->history_item + first, m->history_offset[user + 1] - first,
                       item) >= 0;
}

/* Fills the items of a test user that the model has and that are not in the history, and
 * the time of the earliest (NULL: not needed). Returns how many. */
static int64_t fill_items(uint32_t *item, int64_t *at_time, const regatta_model *model,
                          const regatta_graph *test, uint32_t u, uint32_t number)
{
    const rg_csr *rows = test->by_user;
    int64_t n = 0;
    for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++) {
        const uint32_t i = rg_idmap_find_name(model->items, test->items, rows->target[e]);
        if (i == REGATTA_NONE || has(model, number, i)) continue;
        if (at_time != NULL && (n == 0 || test->time[e] < *at_time))
            *at_time = test->time[e];
        item[n++] = i;
    }
    rg_sort_u32(item, n);
    return n;
}

/* Creates the held-out items of the users whom `before` knows, in the model's numbers. */
static regatta_status make_holdout(regatta_ctx *ctx, rg_holdout *out,
                                   const regatta_model *model, const regatta_graph *test,
                                   const regatta_model *before)
{
    regatta_status status = REGATTA_OK;
    uint32_t *row = NULL; /* [n_users] the row of the test + 1 */
    RG_NEW(ctx->mem, row, model->n_users);
    RG_TRY(rg_holdout_create(ctx->mem, out, test->by_user->n_rows, test->by_user->n_edges,
                             test->time != NULL));
    for (uint32_t u = 0; u < (uint32_t)test->by_user->n_rows; u++) {
        const uint32_t number = measured_user(model, test, u, before);
        if (number != REGATTA_NONE) row[number] = u + 1;
    }
    for (uint32_t number = 0; number < (uint32_t)model->n_users; number++) {
        if (row[number] == 0) continue;
        const int64_t at = out->offset[out->n_users];
        const int64_t n =
            fill_items(out->item + at, out->at != NULL ? out->at + out->n_users : NULL,
                       model, test, row[number] - 1, number);
        if (n == 0) continue;
        out->user[out->n_users++] = number;
        out->offset[out->n_users] = at + n;
    }
done:
    rg_free(ctx->mem, row);
    return status;
}

static regatta_status measure_by_user(regatta_ctx *ctx, double **ndcg,
                                      const regatta_model *model,
                                      const rg_holdout *holdout)
{
    regatta_status status = REGATTA_OK;
    double *recall = NULL;
    RG_NEW(ctx->mem, *ndcg, holdout->n_users);
    RG_NEW(ctx->mem, recall, holdout->n_users);
    static const rg_holdout none = {.n_users = 0};
    const rg_measure_job job = {
        .holdout = holdout, .part = &none, .out = {.ndcg = *ndcg, .recall = recall}};
    RG_TRY(rg_measure_run(ctx, model, &job));
done:
    rg_free(ctx->mem, recall);
    return status;
}

/* Measures the two models that differ by job->frozen. */
static regatta_status compare(regatta_ctx *ctx, rg_drift *out, const rg_update_job *job,
                              const regatta_graph *test)
{
    regatta_status status = REGATTA_OK;
    regatta_model *model = NULL;
    rg_holdout holdout = {.n_users = 0};
    double *ndcg[2] = {NULL, NULL};
    regatta_paired paired;
    for (int updated = 0; updated < 2; updated++) {
        rg_update_job trial = *job;
        trial.frozen = !updated;
        RG_TRY(rg_update(ctx, &model, &trial));
        if (!updated) RG_TRY(make_holdout(ctx, &holdout, model, test, job->model));
        if (holdout.n_users == 0) goto done;
        RG_TRY(measure_by_user(ctx, &ndcg[updated], model, &holdout));
        regatta_model_free(model);
        model = NULL;
    }
    rg_paired_test(&paired, ndcg[1], ndcg[0], holdout.n_users);
    *out = (rg_drift){.before = paired.mean_b,
                      .after = paired.mean_a,
                      .error = paired.standard_error,
                      .n_users = holdout.n_users};
done:
    regatta_model_free(model);
    rg_holdout_free(ctx->mem, &holdout);
    rg_free(ctx->mem, ndcg[0]);
    rg_free(ctx->mem, ndcg[1]);
    return status;
}

regatta_status rg_drift_measure(regatta_ctx *ctx, rg_drift *out, const rg_update_job *job)
{
    regatta_status status = REGATTA_OK;
    regatta_graph *rest = NULL, *test = NULL;
    rg_update_job trial = *job;
    *out = (rg_drift){(double)NAN, (double)NAN, (double)NAN, 0};
    if (job->rows.news == NULL || job->rows.news->by_user->n_edges == 0 ||
        rg_model_is_mixed(job->model)) /* its states fit no other numbers of nodes */
        return REGATTA_OK;
    RG_TRY(split(ctx, &rest, &test, job->rows.news));
    if (test->by_user->n_edges == 0) goto done;
    trial.rows.news = rest;
    RG_TRY(compare(ctx, out, &trial, test));
done:
    regatta_graph_free(rest);
    regatta_graph_free(test);
    return status;
}

/* Replaces numbers of the names `from` by those of the names `to`. */
static void renumber(uint32_t *number, int64_t n, const rg_idmap *to,
                     const rg_idmap *from)
{
    for (int64_t k = 0; k < n; k++)
        if (number[k] != REGATTA_NONE)
            number[k] = rg_idmap_find_name(to, from, number[k]);
}

/* Returns the share of the list `old` that is in `new`; -1 if nothing of it is left. */
static double share_kept(const uint32_t *old, const uint32_t *new,
                         const regatta_model *after, uint32_t user)
{
    int n = 0, kept = 0;
    for (int i = 0; i < TOP && old[i] != REGATTA_NONE; i++) {
        if (has(after, user, old[i])) continue;
        n++;
        for (int j = 0; j < TOP && new[j] != REGATTA_NONE; j++) kept += new[j] == old[i];
    }
    return n > 0 ? (double)kept / (double)n : -1.0;
}

regatta_status rg_drift_overlap(regatta_ctx *ctx, double *out,
                                const regatta_model *before, const regatta_model *after)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = before->n_users < MOST_USERS ? before->n_users : MOST_USERS;
    uint32_t *user = NULL, *list[2] = {NULL, NULL};
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    double sum = 0.0;
    int64_t n_lists = 0;
    o.k = TOP;
    RG_NEW(ctx->mem, user, n);
    for (int64_t q = 0; q < n; q++) user[q] = (uint32_t)(q * before->n_users / n);
    const regatta_query query = {
        .struct_size = sizeof query, .n = (uint32_t)n, .user = user};
    for (int k = 0; k < 2; k++) {
        RG_NEW(ctx->mem, list[k], n * TOP);
        if (k) renumber(user, n, after->users, before->users);
        RG_TRY(rg_recommend(ctx, k ? after : before, &query, &o, list[k], NULL));
    }
    renumber(list[0], n * TOP, after->items, before->items);
    for (int64_t q = 0; q < n; q++) {
        const double share =
            share_kept(list[0] + q * TOP, list[1] + q * TOP, after, user[q]);
        if (share < 0.0) continue;
        sum += share;
        n_lists++;
    }
    *out = n_lists > 0 ? sum / (double)n_lists : (double)NAN;
done:
    rg_free(ctx->mem, user);
    rg_free(ctx->mem, list[0]);
    rg_free(ctx->mem, list[1]);
    return status;
}
