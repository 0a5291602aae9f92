/* Splits a score into contributions of the items of the history and the remaining terms.
 *
 * The blend is a sum of numbers kappa_a times scaled channel scores s_a (blend.h), and
 * s_a is an affine function of the raw score x_a, which is a sum over the history (each
 * channel's header): so the contributions sum exactly to the score. If s_a is clipped,
 * all its parts are scaled by one factor. The score is computed by the scorer, so it is
 * the number by which recommendations are ranked. Its raw scores are sums in float. If
 * terms cancel, rounding is large relative to the sum, so each channel's rounding is
 * distributed over the items of the history in proportion to the size of their products.
 * The residual is the remaining difference of the parts from the score. */
#include "rank/explain.h"
#include "base/find.h"
#include "model/history.h"
#include "rank/tile.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One channel: its part of the score is factor * x, minus its part of the centre. */
typedef struct affine {
    double x, factor;
} affine;

typedef struct parts {
    affine channel[RG_MAX_CHANNELS]; /* factor 0 for an absent channel */
    double bias[RG_MAX_CHANNELS], direct[RG_MAX_CHANNELS]; /* as rg_channel_parts */
    double popularity, centre, exposure;
    float score;
} parts;

/* The largest rounding of a sum in float, relative to the size of all products. */
static const double MOST_ROUNDING = 0x1p-14;

enum { N_WORK = 3 }; /* arrays of doubles over the history */

/* Largest absolute contribution first, ties to the lower item. */
static int by_size(const void *left, const void *right)
{
    const regatta_contribution *a = left, *b = right;
    const double x = fabs(a->contribution), y = fabs(b->contribution);
    if (x != y) return x > y ? -1 : 1;
    return a->item < b->item ? -1 : a->item > b->item;
}

/* Converts the factors of scaled scores to factors of raw scores. */
static void blend_parts(parts *p, const rg_tile *tile, const regatta_model *model,
                        uint32_t item)
{
    double kappa[RG_MAX_CHANNELS] = {0.0};
    rg_blend_case x = {.log_degree = (double)model->log_degree[item],
                       .log_history = (double)logf(1.0f + (float)tile->history[0].n),
                       .best = (double)rg_tile_best(tile, 0, item),
                       .support = (double)rg_tile_support(tile, 0, item),
                       .is_fresh = rg_find_u32(model->fresh, model->n_fresh, item) >= 0};
    for (int a = 0; a < rg_n_channels; a++)
        if (tile->place[a] >= 0)
            x.s[a] =
                (double)rg_blend_scaled(&tile->scaling[0][a], (float)p->channel[a].x);
    p->popularity = x.log_degree * rg_blend_factors(kappa, model->blend, &x);
    for (int a = 0; a < rg_n_channels; a++) {
        affine *c = &p->channel[a];
        const rg_scaling *scaling = &tile->scaling[0][a];
        c->factor = 0.0;
        if (tile->place[a] < 0 || !(scaling->width > 0.0)) continue;
        const double plain = (c->x - scaling->mean) / scaling->width;
        /* Below 1 if clipped; for |plain| near 0 the quotient would amplify rounding. */
        const double kept = fabs(plain) > 1.0 ? x.s[a] / plain : 1.0;
        c->factor = kappa[a] * kept / scaling->width;
        p->centre += kappa[a] * x.s[a] - c->factor * c->x;
    }
}

/* Computes the parts of one score. */
static void split(parts *p, const rg_tile *tile, const regatta_model *model,
                  uint32_t item)
{
    if (model->blend != NULL) blend_parts(p, tile, model, item);
    if (!tile->popular[0]) return;
    for (int a = 0; a < rg_n_channels; a++) p->channel[a].factor = 0.0;
    p->centre = 0.0;
    p->popularity = (double)p->score;
}

/* Fills all[n_items] with each score, as in a row of the scorer, and its parts. */
static void find_parts(parts *all, rg_tile *tile, const regatta_model *model,
                       const regatta_query *query, const uint32_t *item, int64_t n_items)
{
    rg_tile_fill(tile, model, query, 0, 1);
    for (int a = 0; a < rg_n_channels; a++) {
        if (tile->place[a] < 0) continue;
        const float *row = rg_tile_row(tile, a, 0);
        for (int64_t i = 0; i < n_items; i++)
            all[i].channel[a] = (affine){.x = (double)row[item[i]], .factor = 1.0};
    }
    const float *score = rg_tile_score(tile, model, 0);
    for (int64_t i = 0; i < n_items; i++) {
        all[i].score = score[item[i]];
        split(&all[i], tile, model, item[i]);
        all[i].exposure = -rg_exposure(model, tile, 0, item[i]);
    }
}

/* Distributes the difference of x and the sum of value[n] in proportion to their sizes,
 * if it is small enough to be rounding. */
static void settle(double *value, const double *size, int64_t n, double x)
{
    double rest = x, total = 0.0;
    for (int64_t e = 0; e < n; e++) {
        rest -= value[e];
        total += size[e];
    }
    if (!(fabs(rest) <= MOST_ROUNDING * total) || !(total > 0.0)) return;
    for (int64_t e = 0; e < n; e++) value[e] += rest * (size[e] / total);
}

/* Sets attention to the shares of the positive weights; no change if there are none. */
static void share_attention(regatta_contribution *all, const double *weight, int64_t n)
{
    double total = 0.0;
    for (int64_t e = 0; e < n; e++) total += fmax(weight[e], 0.0);
    if (!(total > 0.0)) return;
    for (int64_t e = 0; e < n; e++)
        all[e].attention = (float)(fmax(weight[e], 0.0) / total);
}

/* Adds channel a's parts, multiplied by the factor of its raw score, to the
 * contributions. */
static void add_channel(regatta_contribution *all, const double *value, int64_t n,
                        double factor, int a)
{
    for (int64_t e = 0; e < n; e++) {
        const double part = factor * value[e];
        all[e].contribution += part;
        all[e].channel[a] = part;
    }
}

/* value[N_WORK][n] and work are scratch. */
static void explain_channel(regatta_contribution *all, parts *p,
                            const regatta_model *model, const rg_history *h, int a,
                            uint32_t item, double *value, float *work)
{
    const rg_channel *c = &model->channel[a];
    rg_channel_parts x = {
        .value = value, .size = value + h->n, .weight = value + 2 * h->n};
    for (int64_t k = 0; k < N_WORK * h->n; k++) value[k] = 0.0;
    c->ops->explain(&x, model, c->state, h, item, p->channel[a].x, work);
    x.direct += rg_pushed(model, h, a, item);
    if (!x.partial) settle(x.value, x.size, h->n, p->channel[a].x - x.bias - x.direct);
    share_attention(all, x.weight, h->n);
    add_channel(all, x.value, h->n, p->channel[a].factor, a);
    p->bias[a] = p->channel[a].factor * x.bias;
    p->direct[a] = p->channel[a].factor * x.direct;
}

static void explain_history(regatta_contribution *all, parts *p,
                            const regatta_model *model, const rg_tile *tile,
                            uint32_t item, double *value)
{
    const rg_history *h = &tile->history[0];
    for (int64_t e = 0; e < h->n; e++)
        all[e] = (regatta_contribution){.struct_size = sizeof *all,
                                        .item = h->item[e],
                                        .attention = 1.0f / (float)h->n};
    for (int a = 0; a < rg_n_channels; a++)
        if (tile->place[a] >= 0)
            explain_channel(all, p, model, h, a, item, value, tile->work);
}

static void summarize(regatta_explanation *out, const parts *p, uint32_t item,
                      const regatta_contribution *all, int64_t n)
{
    double sum = 0.0;
    *out = (regatta_explanation){.struct_size = sizeof *out,
                                 .item = item,
                                 .score = (double)p->score,
                                 .popularity = p->popularity,
                                 .centre = p->centre,
                                 .exposure = p->exposure};
    for (int64_t e = 0; e < n; e++) {
        sum += all[e].contribution;
        for (int a = 0; a < rg_n_channels; a++) out->history[a] += all[e].channel[a];
    }
    for (int a = 0; a < rg_n_channels; a++) {
        sum += p->bias[a] + p->direct[a];
        out->bias[a] = p->bias[a];
        out->direct[a] = p->direct[a];
    }
    out->residual = out->score - sum - out->popularity - out->centre - out->exposure;
}

regatta_status rg_explain(regatta_ctx *ctx, const regatta_model *model,
                          const regatta_query *query, const uint32_t *item,
                          int64_t n_items, rg_explained_fn take, void *state)
{
    _Static_assert((int)RG_MAX_CHANNELS <= (int)REGATTA_MAX_CHANNELS, "room for each");
    regatta_status status = REGATTA_OK;
    const int64_t longest = rg_history_longest(model, query, 0, 1);
    int on[RG_MAX_CHANNELS];
    parts *p = NULL;
    rg_tile *tile = NULL;
    double *value = NULL;
    regatta_contribution *all = NULL;
    rg_model_channels(on, model);
    RG_TRY(rg_tiles_create(ctx, &tile, model, query, on, rg_model_gated(model), 1));
    RG_NEW(ctx->mem, value, N_WORK * longest);
    RG_NEW(ctx->mem, all, longest);
    RG_NEW(ctx->mem, p, n_items);

    find_parts(p, tile, model, query, item, n_items);
    const int64_t n = tile->history[0].n;
    for (int64_t i = 0; i < n_items; i++) {
        regatta_explanation terms;
        explain_history(all, &p[i], model, tile, item[i], value);
        summarize(&terms, &p[i], item[i], all, n);
        qsort(all, (size_t)n, sizeof *all, by_size);
        take(state, i, &terms, all, n);
    }
done:
    rg_tiles_free(ctx, tile, 1);
    rg_free(ctx->mem, value);
    rg_free(ctx->mem, all);
    rg_free(ctx->mem, p);
    return status;
}

static int by_part(const void *left, const void *right)
{
    const rg_feature_part *a = left, *b = right;
    const double x = fabs(a->value), y = fabs(b->value);
    if (x != y) return x > y ? -1 : 1;
    const int order = strcmp(a->modality, b->modality);
    return order != 0 || a->feature == NULL ? order : strcmp(a->feature, b->feature);
}

regatta_status rg_explain_features(regatta_ctx *ctx, const regatta_model *model,
                                   const regatta_query *query, uint32_t item,
                                   rg_feature_part **out, int64_t *n)
{
    regatta_status status = REGATTA_OK;
    int on[RG_MAX_CHANNELS];
    rg_tile *tile = NULL;
    parts p = {.score = 0.0f};
    *out = NULL;
    *n = 0;
    rg_model_channels(on, model);
    RG_TRY(rg_tiles_create(ctx, &tile, model, query, on, rg_model_gated(model), 1));
    find_parts(&p, tile, model, query, &item, 1);
    for (int a = 0; a < rg_n_channels; a++) {
        const rg_channel *c = &model->channel[a];
        const rg_history *h = &tile->history[0];
        if (tile->place[a] < 0 || c->ops->features == NULL) continue;
        RG_NEW(ctx->mem, *out, c->ops->features(NULL, c->state, h, item, tile->work));
        *n = c->ops->features(*out, c->state, h, item, tile->work);
        for (int64_t k = 0; k < *n; k++) (*out)[k].value *= p.channel[a].factor;
        qsort(*out, (size_t)*n, sizeof **out, by_part);
        break; /* one channel has the features of items */
    }
done:
    rg_tiles_free(ctx, tile, 1);
    return status;
}
