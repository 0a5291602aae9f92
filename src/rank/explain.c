/* A score taken apart: what each item of the history adds, and the terms beside it.
 *
 * The blend is a sum of numbers kappa_a times scaled channel scores s_a (blend.h), and
 * s_a is an affine function of the raw score x_a, which is a sum over the history (each
 * channel's header): so contributions add up exactly. Where s_a was clipped, its parts
 * shrink in proportion. The score itself is computed as the scorer does, so that it is
 * the number by which recommendations are ranked. Its raw scores are sums in float:
 * where terms cancel, rounding is large beside what is left, so each channel's rounding
 * is shared out to the history's items in proportion to the size of their products. The
 * residual says how far the parts are from the score then. */
#include "rank/explain.h"
#include "channel/channel_items.h"
#include "channel/channel_spectral.h"
#include "channel/channel_vectors.h"
#include "model/history.h"
#include "rank/tile.h"
#include <math.h>
#include <stdlib.h>

/* Of one channel: score part = factor * x - what the centre has of it. */
typedef struct affine {
    double x, factor;
} affine;

typedef struct parts {
    affine channel[RG_N_CHANNELS]; /* factor 0 where a channel is absent */
    double popularity, centre;
    float score;
} parts;

/* Of the size of all products: more than that is no rounding of their sum in float. */
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

/* Scaled scores to factors of the raw ones. */
static void blend_parts(parts *p, const rg_tile *tile, const regatta_model *model,
                        uint32_t item)
{
    double kappa[RG_N_CHANNELS];
    rg_blend_case x = {.log_degree = (double)model->log_degree[item],
                       .log_history = (double)logf(1.0f + (float)tile->history[0].n),
                       .best = (double)rg_tile_best(tile, 0, item),
                       .support = (double)rg_tile_support(tile, 0, item)};
    for (int a = 0; a < RG_N_CHANNELS; a++)
        if (tile->place[a] >= 0)
            x.s[a] =
                (double)rg_blend_scaled(&tile->scaling[0][a], (float)p->channel[a].x);
    p->popularity = x.log_degree * rg_blend_factors(kappa, model->blend, &x);
    for (int a = 0; a < RG_N_CHANNELS; a++) {
        affine *c = &p->channel[a];
        const rg_scaling *scaling = &tile->scaling[0][a];
        c->factor = 0.0;
        if (tile->place[a] < 0 || !(scaling->width > 0.0)) continue;
        const double plain = (c->x - scaling->mean) / scaling->width;
        /* Below 1 if clipped; near 0 the quotient would be one of rounding errors. */
        const double kept = fabs(plain) > 1.0 ? x.s[a] / plain : 1.0;
        c->factor = kappa[a] * kept / scaling->width;
        p->centre += kappa[a] * x.s[a] - c->factor * c->x;
    }
}

/* What the score is made of. */
static void split(parts *p, const rg_tile *tile, const regatta_model *model,
                  uint32_t item)
{
    if (model->blend != NULL) blend_parts(p, tile, model, item);
    if (!tile->popular[0]) return;
    for (int a = 0; a < RG_N_CHANNELS; a++) p->channel[a].factor = 0.0;
    p->centre = 0.0;
    p->popularity = (double)model->log_degree[item];
}

/* all[n_items]: each score as a row of the scorer has it, and what it is made of. */
static void find_parts(parts *all, rg_tile *tile, const regatta_model *model,
                       const regatta_query *query, const uint32_t *item, int64_t n_items)
{
    rg_tile_fill(tile, model, query, 0, 1);
    for (int a = 0; a < RG_N_CHANNELS; a++) {
        if (tile->place[a] < 0) continue;
        const float *row = rg_tile_row(tile, a, 0);
        for (int64_t i = 0; i < n_items; i++)
            all[i].channel[a] = (affine){.x = (double)row[item[i]], .factor = 1.0};
    }
    const float *score = rg_tile_score(tile, model, 0);
    for (int64_t i = 0; i < n_items; i++) {
        all[i].score = score[item[i]];
        split(&all[i], tile, model, item[i]);
    }
}

/* Adds a channel's x, spread over the history in value[n], to the contributions. */
static void add_channel(regatta_contribution *all, const double *value, int64_t n,
                        double factor, rg_channel channel)
{
    for (int64_t e = 0; e < n; e++) {
        const double part = factor * value[e];
        all[e].contribution += part;
        all[e].channel[channel] = part;
    }
}

/* Shares what value[n] lack to x out, in proportion to their sizes, if it is rounding. */
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

/* Shares of the positive weights; as they were where there are none. */
static void share_attention(regatta_contribution *all, const double *weight, int64_t n)
{
    double total = 0.0;
    for (int64_t e = 0; e < n; e++) total += fmax(weight[e], 0.0);
    if (!(total > 0.0)) return;
    for (int64_t e = 0; e < n; e++)
        all[e].attention = (float)(fmax(weight[e], 0.0) / total);
}

/* Whether the vectors of a user are more than what his history makes of them: his own
 * free vector, which stays in the residual. */
static int has_own_vector(const regatta_model *model, const rg_history *history)
{
    return model->shape.combine == REGATTA_COMBINE_ALL && history->user != REGATTA_NONE;
}

static void explain_vectors(regatta_contribution *all, const affine *c,
                            const regatta_model *model, const rg_history *h,
                            uint32_t item, double *value, float *work)
{
    double *size = value + h->n, *attention = size + h->n;
    rg_vectors_explain(value, size, attention, model, h, item, work);
    if (!has_own_vector(model, h))
        settle(value, size, h->n, c->x - (double)model->bias[item]);
    share_attention(all, attention, h->n);
    add_channel(all, value, h->n, c->factor, RG_CHANNEL_VECTORS);
}

/* value[N_WORK][n] and work are scratch. */
static void explain_history(regatta_contribution *all, const parts *p,
                            const regatta_model *model, const rg_tile *tile,
                            uint32_t item, double *value, float *work)
{
    const rg_history *h = &tile->history[0];
    const affine *items = &p->channel[RG_CHANNEL_ITEMS];
    const affine *spectral = &p->channel[RG_CHANNEL_SPECTRAL];
    double *size = value + h->n;
    for (int64_t e = 0; e < h->n; e++)
        all[e] = (regatta_contribution){.struct_size = sizeof *all,
                                        .item = h->item[e],
                                        .attention = 1.0f / (float)h->n};
    if (tile->place[RG_CHANNEL_VECTORS] >= 0)
        explain_vectors(all, &p->channel[RG_CHANNEL_VECTORS], model, h, item, value,
                        work);
    if (tile->place[RG_CHANNEL_ITEMS] >= 0) {
        rg_items_explain(value, model, h, item);
        for (int64_t e = 0; e < h->n; e++) size[e] = fabs(value[e]);
        settle(value, size, h->n, items->x);
        share_attention(all, value, h->n);
        add_channel(all, value, h->n, items->factor, RG_CHANNEL_ITEMS);
    }
    if (tile->place[RG_CHANNEL_SPECTRAL] >= 0) {
        rg_spectral_explain(value, size, model, h, item);
        settle(value, size, h->n, spectral->x);
        add_channel(all, value, h->n, spectral->factor, RG_CHANNEL_SPECTRAL);
    }
}

static void summarize(regatta_explanation *out, const parts *p,
                      const regatta_model *model, uint32_t item,
                      const regatta_contribution *all, int64_t n)
{
    const affine *vectors = &p->channel[RG_CHANNEL_VECTORS];
    const affine *users = &p->channel[RG_CHANNEL_USERS];
    double history = 0.0;
    *out = (regatta_explanation){.struct_size = sizeof *out,
                                 .item = item,
                                 .score = (double)p->score,
                                 .popularity = p->popularity,
                                 .centre = p->centre};
    for (int64_t e = 0; e < n; e++) {
        history += all[e].contribution;
        for (int a = 0; a < RG_N_CHANNELS; a++) out->history[a] += all[e].channel[a];
    }
    if (model->shape.dim > 0)
        out->bias[RG_CHANNEL_VECTORS] = vectors->factor * (double)model->bias[item];
    out->direct[RG_CHANNEL_USERS] = users->factor * users->x;
    out->residual = out->score - history - out->bias[RG_CHANNEL_VECTORS] -
                    out->direct[RG_CHANNEL_USERS] - out->popularity - out->centre;
}

regatta_status rg_explain(regatta_ctx *ctx, const regatta_model *model,
                          const regatta_query *query, const uint32_t *item,
                          int64_t n_items, rg_explained_fn take, void *state)
{
    _Static_assert((int)RG_N_CHANNELS <= (int)REGATTA_MAX_CHANNELS, "room for each");
    regatta_status status = REGATTA_OK;
    const int64_t longest = rg_history_longest(model, query, 0, 1);
    int on[RG_N_CHANNELS];
    parts *p = NULL;
    rg_tile *tile = NULL;
    float *work = NULL;
    double *value = NULL;
    regatta_contribution *all = NULL;
    rg_model_channels(on, model);
    RG_TRY(rg_tiles_create(ctx, &tile, model, query, on, rg_model_gated(model), 1));
    RG_NEW(ctx->mem, work, rg_vectors_floats(model, longest));
    RG_NEW(ctx->mem, value, N_WORK * longest);
    RG_NEW(ctx->mem, all, longest);
    RG_NEW(ctx->mem, p, n_items);

    find_parts(p, tile, model, query, item, n_items);
    const int64_t n = tile->history[0].n;
    for (int64_t i = 0; i < n_items; i++) {
        regatta_explanation terms;
        explain_history(all, &p[i], model, tile, item[i], value, work);
        summarize(&terms, &p[i], model, item[i], all, n);
        qsort(all, (size_t)n, sizeof *all, by_size);
        take(state, i, &terms, all, n);
    }
done:
    rg_tiles_free(ctx, tile, 1);
    rg_free(ctx->mem, work);
    rg_free(ctx->mem, value);
    rg_free(ctx->mem, all);
    rg_free(ctx->mem, p);
    return status;
}
