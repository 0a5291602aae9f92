#include "fit/calibration/calibration_sample.h"
#include "base/rng.h"
#include "base/topk.h"
#include "rank/measure.h"
#include <math.h>
#include <string.h>

enum { BEST = 64, REST = 64, NEGATIVES = BEST + REST };

typedef struct sampler {
    const regatta_model *model;
    const rg_holdout *holdout;
    uint64_t seed;
    rg_calibration_sample *out; /* user u has room from slot_of(u) on */
    int32_t *count;             /* [n_users] pairs of each */
} sampler;

static int64_t slot_of(const rg_holdout *holdout, int64_t user)
{
    return holdout->offset[user] + NEGATIVES * user;
}

static void add(const sampler *s, int64_t user, float score, int label, double weight)
{
    const int64_t at = slot_of(s->holdout, user) + s->count[user]++;
    s->out->user[at] = (uint32_t)user;
    s->out->label[at] = (uint8_t)label;
    s->out->score[at] = score;
    s->out->weight[at] = weight;
}

/* Adds REST of the n items of row[n_items] above -INFINITY, each n / REST-th from a
 * random start; all of them if they are no more. */
static void add_rest(const sampler *s, int64_t user, const float *row, int64_t n)
{
    const int64_t n_taken = n < REST ? n : REST;
    const double step = n_taken > 0 ? (double)n / (double)n_taken : 0.0;
    const double start =
        rg_random_unit(s->seed, RG_STREAM_CALIBRATION, s->holdout->user[user]);
    int64_t at = 0, taken = 0;
    for (int64_t j = 0; j < s->model->n_items && taken < n_taken; j++) {
        if (row[j] == -INFINITY) continue;
        if (at++ < (int64_t)(((double)taken + start) * step)) continue;
        add(s, user, row[j], 0, step);
        taken++;
    }
}

static void sample_row(void *state, int64_t query, const rg_history *history, float *row,
                       int thread)
{
    const sampler *s = state;
    const rg_holdout *h = s->holdout;
    const int64_t n_held = h->offset[query + 1] - h->offset[query];
    uint32_t index[BEST];
    float score[BEST];
    (void)thread;
    rg_history_mask(row, history);
    rg_measure_row(&s->out->metric[query], &s->out->metric[h->n_users + query], s->model,
                   h, query, history, row);
    int64_t n_negatives =
        s->model->own.items - rg_history_own(history, s->model->own.items);
    for (int64_t e = 0; e < n_held; e++) {
        float *x = &row[h->item[h->offset[query] + e]];
        if (*x == -INFINITY) continue;
        add(s, query, *x, 1, 1.0);
        *x = -INFINITY;
        n_negatives--;
    }
    const int64_t n_best = rg_topk(index, score, BEST, row, s->model->n_items);
    for (int64_t k = 0; k < n_best; k++) {
        add(s, query, score[k], 0, 1.0);
        row[index[k]] = -INFINITY;
    }
    add_rest(s, query, row, n_negatives - n_best);
}

/* Closes the gaps between the users' slots. */
static void pack(rg_calibration_sample *o, const sampler *s)
{
    int64_t n = 0;
    for (int64_t u = 0; u < s->holdout->n_users; u++) {
        const int64_t from = slot_of(s->holdout, u);
        const size_t count = (size_t)s->count[u];
        memmove(o->user + n, o->user + from, count * sizeof *o->user);
        memmove(o->label + n, o->label + from, count * sizeof *o->label);
        memmove(o->score + n, o->score + from, count * sizeof *o->score);
        memmove(o->weight + n, o->weight + from, count * sizeof *o->weight);
        n += s->count[u];
    }
    o->pairs = (regatta_pairs)REGATTA_PAIRS_INIT;
    o->pairs.n = n;
    o->pairs.user = o->user;
    o->pairs.label = o->label;
    o->pairs.score = o->score;
    o->pairs.weight = o->weight;
}

/* Receives the slots of the other ranks' users. */
static regatta_status gather(regatta_ctx *ctx, rg_calibration_sample *o, const sampler *s,
                             const rg_shares *share)
{
    regatta_status status = REGATTA_OK;
    rg_shares slots;
    for (int r = 0; r <= rg_n_ranks(ctx); r++)
        slots.first[r] = slot_of(s->holdout, share->first[r]);
    for (int k = 0; k < 2; k++)
        RG_TRY(rg_gather(ctx, o->metric + k * s->holdout->n_users, share,
                         sizeof *o->metric));
    RG_TRY(rg_gather(ctx, s->count, share, sizeof *s->count));
    RG_TRY(rg_gather(ctx, o->user, &slots, sizeof *o->user));
    RG_TRY(rg_gather(ctx, o->label, &slots, sizeof *o->label));
    RG_TRY(rg_gather(ctx, o->score, &slots, sizeof *o->score));
    RG_TRY(rg_gather(ctx, o->weight, &slots, sizeof *o->weight));
done:
    return status;
}

regatta_status rg_calibration_sample_take(regatta_ctx *ctx, rg_calibration_sample *out,
                                          const regatta_model *model,
                                          const rg_holdout *holdout, uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    const int64_t most = slot_of(holdout, holdout->n_users);
    const regatta_query query = {.struct_size = sizeof query,
                                 .n = holdout->n_users,
                                 .user = holdout->user,
                                 .at = holdout->at};
    sampler s = {.model = model, .holdout = holdout, .seed = seed, .out = out};
    RG_NEW(ctx->mem, out->user, most);
    RG_NEW(ctx->mem, out->label, most);
    RG_NEW(ctx->mem, out->score, most);
    RG_NEW(ctx->mem, out->weight, most);
    RG_NEW(ctx->mem, out->metric, 2 * holdout->n_users);
    RG_NEW(ctx->mem, s.count, holdout->n_users);
    rg_shares share;
    RG_TRY(rg_score_share(ctx, &share, model, &query, sample_row, &s));
    RG_TRY(gather(ctx, out, &s, &share));
    pack(out, &s);
done:
    rg_free(ctx->mem, s.count);
    return status;
}

void rg_calibration_sample_free(regatta_ctx *ctx, rg_calibration_sample *sample)
{
    rg_free(ctx->mem, sample->user);
    rg_free(ctx->mem, sample->label);
    rg_free(ctx->mem, sample->score);
    rg_free(ctx->mem, sample->weight);
    rg_free(ctx->mem, sample->metric);
    *sample = (rg_calibration_sample){.user = NULL};
}
