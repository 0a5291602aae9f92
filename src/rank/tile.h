/* The scratch of one thread: a tile of queries with one row of scores per query and
 * channel. */
#ifndef RG_RANK_TILE_H
#define RG_RANK_TILE_H
#include "model/history.h"
#include "model/model.h"
#include "rank/scorer.h"

enum { RG_TILE = 24 };

/* A tile of up to `capacity` queries; each thread owns one. */
typedef struct rg_tile {
    int64_t capacity, ld;       /* ld: items, padded to whole panels */
    float *rows;                /* [channel on][capacity][ld] */
    float *best, *support;      /* [capacity][ld] inputs of the gate (blend.h); NULL: not
                                   needed */
    int place[RG_MAX_CHANNELS]; /* of each channel in rows, -1 = absent */
    int evidence;               /* the channel that fills best and support; -1 = none */
    float *query;               /* [capacity][length of the longest prepared query] */
    float *spare;               /* [longest history] saved scores of a row */
    float *pushed;              /* [ld] what dislikes take from a row; NULL: nothing */
    float *fresh;               /* [n_fresh] additions to the scores of new items */
    uint32_t *item;             /* folded-in histories of the tile, packed */
    rg_order_room order;        /* the order of the histories, packed; empty if no channel
                                   is ordered */
    float *work;                /* workspace of the channels */
    rg_history history[RG_TILE];
    int split; /* threads that one tile may use: 1 in a parallel region */
    rg_scaling scaling[RG_TILE][RG_MAX_CHANNELS];
    int64_t flops; /* so far: 2 for each factor of a product with a table, those of rows,
                      1 (scaled in place: 3) for each scale, and those of the blend */
    int popular[RG_TILE]; /* 1: no channel tells items apart, the score is the
                             popularity */
} rg_tile;

/* Returns the queries per tile: RG_TILE, which minimises reads of the tables, or half of
 * it if RG_TILE rows would take 64 MB. */
int64_t rg_tile_queries(const regatta_model *model, const int *on);
/* Creates tiles for `threads` threads that score the queries of `query` (at most
 * rg_tile_queries at a time) with the channels of on[rg_n_channels]; with `gated` they
 * also compute the inputs of a gate. */
regatta_status rg_tiles_create(regatta_ctx *ctx, rg_tile **out,
                               const regatta_model *model, const regatta_query *query,
                               const int *on, int gated, int threads);
/* Adds the tiles' FLOPs to those of the context. NULL is a no-op. */
void rg_tiles_free(regatta_ctx *ctx, rg_tile *tiles, int threads);

/* Computes raw rows of every channel for queries first .. first + m - 1. */
void rg_tile_fill(rg_tile *tile, const regatta_model *model, const regatta_query *query,
                  int64_t first, int64_t m);
/* Returns query r's row of a channel. */
float *rg_tile_row(const rg_tile *tile, int channel, int64_t r);
/* Returns the part of the user's dislikes in an item's raw score of channel a: at most 0
 * if the weights of item attention are not negative. */
double rg_pushed(const regatta_model *model, const rg_history *history, int a,
                 uint32_t item);
/* Returns what exposure takes from the score of an item: strength * log(1 + times shown),
 * 0 for an item of the history, and if the score is the popularity. */
double rg_exposure(const regatta_model *model, const rg_tile *tile, int64_t r,
                   uint32_t item);
/* Return the inputs best and support of the gate for query r and an item. Call after
 * rg_tile_scale or rg_tile_score: best is divided by the width of the evidence
 * channel. */
float rg_tile_best(const rg_tile *tile, int64_t r, uint32_t item);
float rg_tile_support(const rg_tile *tile, int64_t r, uint32_t item);
/* Scales query r's rows in place and stores the scalings. */
void rg_tile_scale(rg_tile *tile, const regatta_model *model, int64_t r);
/* Returns query r's scores from its raw rows: scaled (with scaling[r]) and blended, or
 * the row of the only channel. If no channel tells items apart (an empty history, or a
 * folded-in history with a model of user attention only), the score of an item is its
 * popularity (rg_popular_row), and popular[r] is 1; else exposure lowers it
 * (rg_exposure). The scores overwrite the row of the last channel; the other rows stay
 * raw. */
float *rg_tile_score(rg_tile *tile, const regatta_model *model, int64_t r);
/* Writes row[n_items rounded up to RG_PANEL]: the popularity of the items, log_degree, or
 * what is expected by the user's features (rg_channel_ops.popular).
 * query[rg_popular_floats] is scratch. */
void rg_popular_row(float *row, const regatta_model *model, const rg_history *history,
                    float *query);
int64_t rg_popular_floats(const regatta_model *model);
#endif
