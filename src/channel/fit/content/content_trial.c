#include "channel/fit/content/content_trial.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "base/topk.h"
#include <math.h>
#include <string.h>

enum { MOST_HIDDEN = 4096, MOST_USERS = 2048, LEAST = 20 };
enum { HEAD = 20, LIST = 100 };

/* Returns 1 if the item has coordinates that are not 0. */
static int has_content(const rg_content_part *part, int64_t item)
{
    for (int64_t k = 0; k < part->rank; k++)
        if (part->z[item * part->rank + k] != 0.0f) return 1;
    return 0;
}

/* Draws the hidden items of a fold; place[n_items] is the place of each, REGATTA_NONE =
 * seen. *n_fit counts the items that a fold may hide. */
static regatta_status hide(regatta_ctx *ctx, rg_content_trial *t, uint32_t *place,
                           int64_t *n_fit, const rg_csr *by_user, uint64_t seed, int fold)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = by_user->n_cols;
    uint8_t *fit = NULL;
    int64_t n_fold = 0, left;
    RG_NEW(ctx->mem, fit, n);
    for (int64_t e = 0; e < by_user->n_edges; e++) fit[by_user->target[e]] = 1;
    for (int64_t i = 0; i < n; i++) {
        *n_fit += fit[i] &= (uint8_t)has_content(t->part, i);
        fit[i] &= rg_random_below(seed, RG_STREAM_NEW_ITEMS, (uint64_t)i,
                                  RG_NEW_ITEM_FOLDS) == (uint64_t)fold;
        n_fold += fit[i];
    }
    t->n_hidden = n_fold < MOST_HIDDEN ? n_fold : MOST_HIDDEN;
    RG_NEW(ctx->mem, t->hidden, t->n_hidden);
    left = t->n_hidden;
    memset(place, 0xff, (size_t)n * sizeof *place);
    for (int64_t i = 0, at = 0; i < n && left > 0; i++) {
        if (!fit[i]) continue;
        if (rg_random_take(seed, RG_STREAM_NEW_ITEMS_TAKEN, at++, n_fold, left)) {
            place[i] = (uint32_t)(t->n_hidden - left);
            t->hidden[t->n_hidden - left--] = (uint32_t)i;
        }
    }
done:
    rg_free(ctx->mem, fit);
    return status;
}

/* Copies the interactions with items that are not hidden. */
static regatta_status take_seen(regatta_ctx *ctx, rg_content_trial *t,
                                const uint32_t *place, const rg_csr *by_user)
{
    regatta_status status = REGATTA_OK;
    int64_t n = 0;
    for (int64_t e = 0; e < by_user->n_edges; e++)
        n += place[by_user->target[e]] == REGATTA_NONE;
    RG_TRY(rg_csr_create(ctx, &t->seen, by_user->n_rows, by_user->n_cols, n, 1));
    n = 0;
    for (int64_t u = 0; u < by_user->n_rows; u++) {
        for (int64_t e = by_user->offset[u]; e < by_user->offset[u + 1]; e++) {
            if (place[by_user->target[e]] != REGATTA_NONE) continue;
            t->seen->target[n] = by_user->target[e];
            t->seen->value[n++] = by_user->value != NULL ? by_user->value[e] : 1.0f;
        }
        t->seen->offset[u + 1] = n;
    }
done:
    return status;
}

static int is_trial_user(const rg_content_trial *t, const rg_csr *by_user, int64_t u)
{
    const int64_t seen = rg_csr_degree(t->seen, u);
    return seen > 0 && seen < rg_csr_degree(by_user, u);
}

/* Draws the users. */
static regatta_status take_users(regatta_ctx *ctx, rg_content_trial *t,
                                 const uint32_t *place, const rg_csr *by_user,
                                 uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    int64_t n_fit = 0, n = 0, n_edges = 0, k = 0;
    for (int64_t u = 0; u < by_user->n_rows; u++) n_fit += is_trial_user(t, by_user, u);
    const int64_t most = n_fit < MOST_USERS ? n_fit : MOST_USERS;
    for (int64_t u = 0; u < by_user->n_rows && n < most; u++) {
        if (!is_trial_user(t, by_user, u)) continue;
        if (!rg_random_take(seed, RG_STREAM_NEW_USERS, k++, n_fit, most - n)) continue;
        t->user[n++] = (uint32_t)u;
        n_edges += rg_csr_degree(by_user, u) - rg_csr_degree(t->seen, u);
    }
    RG_TRY(rg_csr_create(ctx, &t->users, n, t->n_hidden, n_edges, 0));
    n_edges = 0;
    for (int64_t q = 0; q < n; q++) {
        const int64_t u = t->user[q];
        for (int64_t e = by_user->offset[u]; e < by_user->offset[u + 1]; e++)
            if (place[by_user->target[e]] != REGATTA_NONE)
                t->users->target[n_edges++] = place[by_user->target[e]];
        t->users->offset[q + 1] = n_edges;
    }
done:
    return status;
}

/* Sums the coordinates of the histories, and copies those of the hidden items. */
static regatta_status take_coordinates(regatta_ctx *ctx, rg_content_trial *t)
{
    regatta_status status = REGATTA_OK;
    const int64_t rank = t->part->rank;
    RG_NEW(ctx->mem, t->sum, t->users->n_rows * rank);
    RG_NEW(ctx->mem, t->z, t->n_hidden * rank);
    RG_NEW(ctx->mem, t->each, 2 * t->users->n_rows);
    for (int64_t q = 0; q < t->users->n_rows; q++) {
        const int64_t first = t->seen->offset[t->user[q]];
        rg_vec_gather(t->sum + q * rank, t->part->z, rank, t->seen->target + first,
                      t->seen->value + first, rg_csr_degree(t->seen, t->user[q]));
    }
    for (int64_t k = 0; k < t->n_hidden; k++)
        memcpy(t->z + k * rank, t->part->z + (int64_t)t->hidden[k] * rank,
               (size_t)rank * sizeof *t->z);
done:
    return status;
}

/* Computes the cosines of one sparse modality between histories and hidden items. */
static regatta_status take_tail(regatta_ctx *ctx, rg_content_trial *t, int m)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = t->part->space[m]->rows;
    float *profile = NULL;
    if (rows == NULL) return REGATTA_OK;
    RG_NEW(ctx->mem, profile, rows->n_cols);
    RG_NEW(ctx->mem, t->tail[m], t->users->n_rows * t->n_hidden);
    for (int64_t q = 0; q < t->users->n_rows; q++) {
        float *to = t->tail[m] + q * t->n_hidden;
        memset(profile, 0, (size_t)rows->n_cols * sizeof *profile);
        for (int64_t e = t->seen->offset[t->user[q]]; e < t->seen->offset[t->user[q] + 1];
             e++)
            for (int64_t f = rows->offset[t->seen->target[e]];
                 f < rows->offset[t->seen->target[e] + 1]; f++)
                profile[rows->target[f]] += t->seen->value[e] * rows->value[f];
        for (int64_t k = 0; k < t->n_hidden; k++)
            for (int64_t f = rows->offset[t->hidden[k]];
                 f < rows->offset[t->hidden[k] + 1]; f++)
                to[k] += profile[rows->target[f]] * rows->value[f];
    }
done:
    rg_free(ctx->mem, profile);
    return status;
}

regatta_status rg_content_trial_create(regatta_ctx *ctx, rg_content_trial **out,
                                       int *n_folds, const rg_content_part *part,
                                       const rg_csr *by_user, uint64_t seed, int fold)
{
    regatta_status status = REGATTA_OK;
    rg_content_trial *t = NULL;
    uint32_t *place = NULL;
    int64_t n_fit = 0;
    *out = NULL;
    RG_NEW(ctx->mem, t, 1);
    t->mem = ctx->mem;
    t->part = part;
    RG_NEW(ctx->mem, place, by_user->n_cols);
    RG_NEW(ctx->mem, t->user, MOST_USERS);
    RG_TRY(hide(ctx, t, place, &n_fit, by_user, seed, fold));
    *n_folds = n_fit < RG_NEW_ITEM_FOLDS * MOST_HIDDEN / 2 ? RG_NEW_ITEM_FOLDS : 1;
    RG_TRY(take_seen(ctx, t, place, by_user));
    RG_TRY(take_users(ctx, t, place, by_user, seed));
    if (t->users->n_rows < LEAST || t->n_hidden < LEAST) goto done;
    *out = t;
    t = NULL;
done:
    rg_free(ctx->mem, place);
    rg_content_trial_free(t);
    return status;
}

regatta_status rg_content_trial_prepare(regatta_ctx *ctx, rg_content_trial *t)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(take_coordinates(ctx, t));
    for (int m = 0; m < t->part->features->n_modalities; m++)
        RG_TRY(take_tail(ctx, t, m));
done:
    return status;
}

/* Writes the scores of the hidden items for user q; y[rank] is scratch. */
static void score(float *row, float *y, const rg_content_trial *t, int64_t q,
                  const rg_content_weights *w, const float *mix)
{
    const int64_t rank = t->part->rank, n = t->n_hidden;
    for (int64_t k = 0; k < rank; k++)
        y[k] = rg_vec_dot(mix + k * rank, t->sum + q * rank, rank);
    for (int64_t k = 0; k < n; k++) row[k] = rg_vec_dot(y, t->z + k * rank, rank);
    for (int m = 0; m < t->part->features->n_modalities; m++)
        if (t->tail[m] != NULL && w->alpha[m] != 0.0f)
            rg_vec_axpy(row, w->alpha[m], t->tail[m] + q * n, n);
}

static double variance(const float *row, int64_t n)
{
    double sum = 0.0, squares = 0.0;
    for (int64_t k = 0; k < n; k++) {
        sum += (double)row[k];
        squares += (double)row[k] * (double)row[k];
    }
    return fmax(0.0, squares / (double)n - sum / (double)n * (sum / (double)n));
}

static double rate(const rg_selection *s, const rg_content_trial *t, int64_t q,
                   const float *row)
{
    uint32_t ranked[LIST + 1];
    float best[LIST];
    regatta_metrics head = {.k = HEAD}, list = {.k = LIST};
    const uint32_t *test = t->users->target + t->users->offset[q];
    const int64_t n_test = rg_csr_degree(t->users, q);
    rg_topk(ranked, best, LIST, row, t->n_hidden);
    ranked[LIST] = REGATTA_NONE;
    s->rate(&head, ranked, test, n_test, t->n_hidden);
    s->rate(&list, ranked, test, n_test, t->n_hidden);
    return 0.5 * (head.ndcg + list.recall);
}

regatta_status rg_content_trial_measure(const rg_selection *s, double *value,
                                        double *spread, rg_content_trial *t,
                                        const rg_content_weights *weights,
                                        const float *mix)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = s->env->ctx;
    const int64_t n = t->users->n_rows, rank = t->part->rank;
    const int team = rg_threads_for(n * t->n_hidden * rank, ctx->threads);
    const int64_t room = (t->n_hidden + rank + 15) / 16 * 16;
    float *scratch = NULL;
    RG_NEW(ctx->mem, scratch, team * room);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int part = 0; part < team; part++)
        for (int64_t q = n * part / team; q < n * (part + 1) / team; q++) {
            float *row = scratch + part * room;
            score(row, row + t->n_hidden, t, q, weights, mix);
            t->each[q] = rate(s, t, q, row);
            t->each[n + q] = variance(row, t->n_hidden);
        }
    *value = rg_sum(t->each, n) / (double)n;
    *spread = sqrt(rg_sum(t->each + n, n) / (double)n);
    rg_count_flops(ctx, 2.0 * (double)n * (double)((t->n_hidden + rank) * rank));
done:
    rg_free(ctx->mem, scratch);
    return status;
}

void rg_content_trial_free(rg_content_trial *t)
{
    if (t == NULL) return;
    rg_csr_free(t->seen);
    rg_csr_free(t->users);
    rg_free(t->mem, t->hidden);
    rg_free(t->mem, t->user);
    rg_free(t->mem, t->z);
    rg_free(t->mem, t->sum);
    for (int m = 0; m < RG_MAX_MODALITIES; m++) rg_free(t->mem, t->tail[m]);
    rg_free(t->mem, t->each);
    rg_free(t->mem, t);
}
