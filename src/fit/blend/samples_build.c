/* Processes a tile of users at a time: computes every channel's row, selects its best
 * unseen items, and stores their union with the scaled scores of all channels. Threads
 * own tiles and write to the slots of the tile, which are then packed, so any thread
 * count gives the same bits. */
#include "fit/blend/samples_build.h"
#include "base/parallel.h"
#include "base/ranks/ranks.h"
#include "base/sort.h"
#include "base/topk.h"
#include "rank/tile.h"
#include <math.h>
#include <omp.h>
#include <string.h>

enum { PER = RG_SAMPLES_PER_CHANNEL };

typedef struct builder {
    const regatta_model *model;
    const rg_holdout *holdout;
    rg_tile *tiles;
    int n_channels;
    int64_t most;   /* largest number of samples of a user */
    uint32_t *item; /* [n_users][most] */
    float *s;       /* [n_users][most][n_channels] */
    float *gate;    /* [n_users][most][2] best and support */
    int32_t *count; /* [n_users] */
} builder;

/* Appends the row's best unseen items; scores of seen items are saved and restored. */
static int add_best(uint32_t *item, int n, rg_tile *tile, float *row, const rg_history *h,
                    int64_t n_items)
{
    uint32_t index[PER];
    float score[PER];
    for (int64_t e = 0; e < h->n; e++) {
        tile->spare[e] = row[h->item[e]];
        row[h->item[e]] = -INFINITY;
    }
    const int64_t found = rg_topk(index, score, PER, row, n_items);
    for (int64_t e = 0; e < h->n; e++) row[h->item[e]] = tile->spare[e];
    for (int64_t k = 0; k < found; k++) item[n++] = index[k];
    return n;
}

static void build_user(const builder *b, rg_tile *tile, int64_t u, int64_t r)
{
    const int64_t n_items = b->model->own.items;
    uint32_t *item = b->item + u * b->most;
    int n = 0;
    rg_tile_scale(tile, b->model, r);
    for (int a = 0; a < b->n_channels; a++)
        if (tile->place[a] >= 0 && tile->scaling[r][a].width > 0.0)
            n = add_best(item, n, tile, rg_tile_row(tile, a, r), &tile->history[r],
                         n_items);
    rg_sort_u32(item, n);
    const int kept = (int)rg_unique_u32(item, n);
    b->count[u] = kept;
    for (int k = 0; k < kept; k++) {
        float *s = b->s + (u * b->most + k) * b->n_channels;
        for (int a = 0; a < b->n_channels; a++)
            s[a] = tile->place[a] >= 0 ? rg_tile_row(tile, a, r)[item[k]] : 0.0f;
        b->gate[2 * (u * b->most + k)] = rg_tile_best(tile, r, item[k]);
        b->gate[2 * (u * b->most + k) + 1] = rg_tile_support(tile, r, item[k]);
    }
}

/* Packs the slots into the samples. */
static void close_up(rg_samples *o, const builder *b)
{
    int64_t at = 0;
    for (int64_t u = 0; u < o->n_users; u++) {
        const uint32_t user = b->holdout->user[u];
        const int64_t n =
            b->model->history_offset[user + 1] - b->model->history_offset[user];
        o->offset[u] = at;
        o->user[u] = user;
        o->log_history[u] = logf(1.0f + (float)n);
        o->n_holdout[u] = (int32_t)(b->holdout->offset[u + 1] - b->holdout->offset[u]);
        for (int32_t k = 0; k < b->count[u]; k++, at++) {
            o->item[at] = b->item[u * b->most + k];
            o->log_degree[at] = b->model->log_degree[o->item[at]];
            o->best[at] = b->gate[2 * (u * b->most + k)];
            o->support[at] = b->gate[2 * (u * b->most + k) + 1];
            o->label[at] = (uint8_t)rg_holdout_has(b->holdout, u, o->item[at]);
            memcpy(o->s + at * b->n_channels, b->s + (u * b->most + k) * b->n_channels,
                   (size_t)b->n_channels * sizeof *o->s);
        }
    }
    o->offset[o->n_users] = at;
}

void rg_samples_set_other(rg_samples *samples, const rg_holdout *other)
{
    int64_t k = 0;
    samples->has_other = 1;
    for (int64_t u = 0; u < samples->n_users; u++) {
        while (k < other->n_users && other->user[k] < samples->user[u]) k++;
        const int is_there = k < other->n_users && other->user[k] == samples->user[u];
        samples->n_holdout_other[u] =
            is_there ? (int32_t)(other->offset[k + 1] - other->offset[k]) : 0;
        for (int64_t e = samples->offset[u]; e < samples->offset[u + 1]; e++)
            samples->label_other[e] =
                (uint8_t)(is_there && rg_holdout_has(other, k, samples->item[e]));
    }
}

/* Receives the samples of the other ranks' users. */
static regatta_status gather(regatta_ctx *ctx, const builder *b, const rg_shares *s)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_gather(ctx, b->item, s, b->most * (int64_t)sizeof *b->item));
    RG_TRY(rg_gather(ctx, b->s, s, b->most * b->n_channels * (int64_t)sizeof *b->s));
    RG_TRY(rg_gather(ctx, b->gate, s, 2 * b->most * (int64_t)sizeof *b->gate));
    RG_TRY(rg_gather(ctx, b->count, s, sizeof *b->count));
done:
    return status;
}

regatta_status rg_samples_build(regatta_ctx *ctx, rg_samples **out,
                                const regatta_model *model, const rg_holdout *holdout,
                                const int *on)
{
    regatta_status status = REGATTA_OK;
    const int threads = ctx->threads;
    const regatta_query query = {.struct_size = sizeof query,
                                 .n = holdout->n_users,
                                 .user = holdout->user,
                                 .at = holdout->at};
    const int64_t size = rg_tile_queries(model, on);
    rg_shares share;
    rg_shares_even(&share, ctx, query.n);
    const int64_t n_tiles = (share.end - share.begin + size - 1) / size;
    int64_t n_samples = 0;
    const int n_channels = rg_n_channels;
    builder b = {.model = model,
                 .holdout = holdout,
                 .n_channels = n_channels,
                 .most = (int64_t)PER * n_channels};
    *out = NULL;
    RG_TRY(rg_tiles_create(ctx, &b.tiles, model, &query, on, 1, threads));
    RG_NEW(ctx->mem, b.item, holdout->n_users * b.most);
    RG_NEW(ctx->mem, b.s, holdout->n_users * b.most * n_channels);
    RG_NEW(ctx->mem, b.gate, holdout->n_users * b.most * 2);
    RG_NEW(ctx->mem, b.count, holdout->n_users);

    const int team = rg_threads_for(2 * RG_SCALAR * query.n * model->n_items, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t t = 0; t < n_tiles; t++) {
        rg_tile *tile = &b.tiles[omp_get_thread_num()];
        const int64_t first = share.begin + t * size;
        const int64_t m = share.end - first < size ? share.end - first : size;
        rg_tile_fill(tile, model, &query, first, m);
        for (int64_t r = 0; r < m; r++) build_user(&b, tile, first + r, r);
    }
    RG_TRY(gather(ctx, &b, &share));
    for (int64_t u = 0; u < holdout->n_users; u++) n_samples += b.count[u];
    RG_TRY(rg_samples_create(ctx, out, holdout->n_users, n_samples, n_channels,
                             rg_channel_evidence()));
    close_up(*out, &b);
done:
    rg_tiles_free(ctx, b.tiles, threads);
    rg_free(ctx->mem, b.item);
    rg_free(ctx->mem, b.s);
    rg_free(ctx->mem, b.gate);
    rg_free(ctx->mem, b.count);
    return status;
}
