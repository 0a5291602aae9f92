/* The scratch of one thread: a tile of queries, with a row of scores per channel each. */
#ifndef RG_RANK_TILE_H
#define RG_RANK_TILE_H
#include "model/model.h"
#include "rank/scorer.h"

enum { RG_TILE = 24 };

/* Scratch for up to `capacity` queries; a thread owns one. */
typedef struct rg_tile {
    int64_t capacity, ld;  /* ld: items, padded to whole panels */
    float *rows;           /* [channel on][capacity][ld] */
    float *best, *support; /* [capacity][ld] for a gate (blend.h); NULL: not asked for */
    int place[RG_MAX_CHANNELS]; /* of a channel in rows, -1 = absent */
    int evidence;               /* the channel that fills best and support; -1 = none */
    float *query;               /* [capacity][the longest prepared query of a channel] */
    float *spare;               /* [longest history] what is set aside of a row */
    uint32_t *item;             /* the tile's own histories, one behind another */
    float *work;                /* for folding in */
    rg_history history[RG_TILE];
    int split; /* threads that one tile may take for itself: 1 inside a region */
    rg_scaling scaling[RG_TILE][RG_MAX_CHANNELS];
    int popular[RG_TILE]; /* 1: nothing was known, the score is popularity */
} rg_tile;

/* Queries that one tile takes at once: RG_TILE, so that tables are read as seldom as can
 * be, or half as many where rows are so long that RG_TILE of them would take 64 MB. */
int64_t rg_tile_queries(const regatta_model *model, const int *on);
/* Tiles for `threads` threads that will run over the queries of `query` (at most
 * rg_tile_queries at a time) with the channels of on[rg_n_channels]; `gated` asks for
 * what a gate looks at beside their scores. */
regatta_status rg_tiles_create(regatta_ctx *ctx, rg_tile **out,
                               const regatta_model *model, const regatta_query *query,
                               const int *on, int gated, int threads);
void rg_tiles_free(regatta_ctx *ctx, rg_tile *tiles, int threads);

/* Raw rows of every channel for queries first .. first + m - 1. */
void rg_tile_fill(rg_tile *tile, const regatta_model *model, const regatta_query *query,
                  int64_t first, int64_t m);
/* Query r's row of a channel. */
float *rg_tile_row(const rg_tile *tile, int channel, int64_t r);
/* What the gate looks at of query r and an item, beside the channels' scores: after
 * rg_tile_scale or rg_tile_score, for best is over item attention's width. */
float rg_tile_best(const rg_tile *tile, int64_t r, uint32_t item);
float rg_tile_support(const rg_tile *tile, int64_t r, uint32_t item);
/* Scales query r's rows in place and remembers how. */
void rg_tile_scale(rg_tile *tile, const regatta_model *model, int64_t r);
/* Query r's scores from its raw rows: scaled (how is in scaling[r]) and blended, or the
 * only channel's own row. Where no channel tells items apart (an empty history; one that
 * was folded in, for a model of user attention alone) the score of an item is its
 * log_degree, and popular[r] is 1. The row is the last channel's in the tile, the others
 * stay raw. */
float *rg_tile_score(rg_tile *tile, const regatta_model *model, int64_t r);
#endif
