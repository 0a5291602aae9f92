/* Everything fitted on one graph: the validation's training part, or all interactions. */
#ifndef RG_RANK_FIT_SIDE_H
#define RG_RANK_FIT_SIDE_H
#include "gat/attention_prior.h"
#include "gat/exact_ridge.h"
#include "gat/spectral_filter.h"
#include "gat/train.h"
#include "rank/blend_choose.h"
#include "rank/model.h"
#include "rank/weighting.h"

/* What shifts the ridge's weights over the item graph. */
typedef enum rg_attend_kind {
    RG_ATTEND_NONE,
    RG_ATTEND_COSINE, /* the vectors' cosine, block by block, by given strengths */
    RG_ATTEND_LAYER   /* the last attention layer's own scores of its items' states */
} rg_attend_kind;

typedef struct rg_attend {
    rg_attend_kind kind;
    rg_prior_strength strength; /* of the cosine */
} rg_attend;

/* What the validation slice decided, or the defaults where there is none. */
typedef struct rg_fit_choice {
    int on[RG_N_CHANNELS];           /* channels to build */
    rg_item_attention_options items; /* local ridge between items */
    rg_item_attention_options users; /* and between users */
    int exact;                       /* 1: the exact ridge takes the local one's place */
    int item_graph;                  /* 1: vectors propagate over the item graph too */
    rg_attend attend;                /* attention over the item graph */
    int blended;                     /* 1: `blend` makes the score of the channels */
    rg_blend blend;
} rg_fit_choice;

typedef struct rg_fit_side {
    const regatta_graph *graph; /* borrowed */
    float *weight;              /* of its edges, NULL = all 1 */
    rg_csr rows;                /* graph->by_user with these weights: a view */
    rg_item_attention *items, *users;
    int exact;                /* 1: `items` are the exact ridge's */
    rg_exact_ridge_plan plan; /* its estimate; n_items 0 until one was made */
    rg_csr *attended; /* weights by history item after attention; NULL = as they are */
    rg_csr *item_graph;
    rg_spectral_filter *spectral;
    rg_vectors *vectors;
    float *start; /* the spectral start that runs share; NULL = each its own */
} rg_fit_side;

/* Weights and the view; frees nothing of `graph`. */
regatta_status rg_side_begin(regatta_ctx *ctx, rg_fit_side *side,
                             const regatta_graph *graph, const rg_weighting *weighting);
void rg_side_free(regatta_ctx *ctx, rg_fit_side *side);

/* Each replaces what the side has of it. Items: local or exact, and the item graph if it
 * is chosen. Exact falls back to local where the ridge's own estimate refuses. */
regatta_status rg_side_items(regatta_ctx *ctx, rg_fit_side *side,
                             const rg_fit_choice *choice);
/* The exact ridge alone; side->items is NULL where its estimate refuses. */
regatta_status rg_side_exact(regatta_ctx *ctx, rg_fit_side *side,
                             const rg_fit_choice *choice);
regatta_status rg_side_item_graph(regatta_ctx *ctx, rg_fit_side *side);
regatta_status rg_side_users(regatta_ctx *ctx, rg_fit_side *side,
                             const rg_fit_choice *choice);
regatta_status rg_side_spectral(regatta_ctx *ctx, rg_fit_side *side, uint64_t seed);
/* Attention over the item graph by the side's vectors. */
regatta_status rg_side_attend(regatta_ctx *ctx, rg_fit_side *side, const rg_attend *how);

/* A model of the side's channels among on[], scored by `blend` (NULL: on[] is a single
 * channel). Without names and settings; those are the last step's. */
regatta_status rg_side_model(regatta_ctx *ctx, regatta_model **out,
                             const rg_fit_side *side, const int *on,
                             const rg_blend *blend);
#endif
