/* Everything fitted on one graph: the validation's training part, or all interactions. */
#ifndef RG_FIT_FITTED_H
#define RG_FIT_FITTED_H
#include "fit/blend/blend_choose.h"
#include "fit/weighting.h"
#include "gat/train.h"
#include "model/model.h"
#include "ridge/exact_ridge.h"
#include "ridge/reweight.h"
#include "ridge/spectral_filter.h"

/* What shifts the ridge's weights over the item graph. */
typedef enum rg_reweight_kind {
    RG_REWEIGHT_NONE,
    RG_REWEIGHT_COSINE, /* the vectors' cosine, block by block, by given strengths */
    RG_REWEIGHT_LAYER   /* the last attention layer's own scores of its items' states */
} rg_reweight_kind;

typedef struct rg_reweighting {
    rg_reweight_kind kind;
    rg_reweight_strength strength; /* of the cosine */
} rg_reweighting;

/* What the validation slice decided, or the defaults where there is none. */
typedef struct rg_fit_choice {
    int on[RG_N_CHANNELS];           /* channels to build */
    rg_item_attention_options items; /* local ridge between items */
    rg_item_attention_options users; /* and between users */
    int exact;                       /* 1: the exact ridge takes the local one's place */
    int item_graph;                  /* 1: vectors propagate over the item graph too */
    rg_reweighting reweight;         /* attention over the item graph */
    int blended;                     /* 1: `blend` makes the score of the channels */
    rg_blend *blend;                 /* of all channels */
} rg_fit_choice;

typedef struct rg_fitted {
    const regatta_graph *graph; /* borrowed */
    float *weight;              /* of its edges, NULL = all 1 */
    rg_csr rows;                /* graph->by_user with these weights: a view */
    rg_item_attention *items, *users;
    int exact;                /* 1: `items` are the exact ridge's */
    rg_exact_ridge_plan plan; /* its estimate; n_items 0 until one was made */
    rg_csr *reweighted; /* weights by history item after attention; NULL = as they are */
    rg_csr *item_graph;
    rg_spectral_filter *spectral;
    rg_vectors *vectors;
    float *start; /* the spectral start that runs share; NULL = each its own */
} rg_fitted;

/* Weights and the view; frees nothing of `graph`. */
regatta_status rg_fitted_begin(regatta_ctx *ctx, rg_fitted *fitted,
                               const regatta_graph *graph, const rg_weighting *weighting);
void rg_fitted_free(regatta_ctx *ctx, rg_fitted *fitted);

/* Each replaces what the fitted has of it. Items: local or exact, and the item graph if
 * it is chosen. Exact falls back to local where the ridge's own estimate refuses. */
regatta_status rg_fitted_items(regatta_ctx *ctx, rg_fitted *fitted,
                               const rg_fit_choice *choice);
/* The exact ridge alone; fitted->items is NULL where its estimate refuses. */
regatta_status rg_fitted_exact(regatta_ctx *ctx, rg_fitted *fitted,
                               const rg_fit_choice *choice);
regatta_status rg_fitted_item_graph(regatta_ctx *ctx, rg_fitted *fitted);
regatta_status rg_fitted_users(regatta_ctx *ctx, rg_fitted *fitted,
                               const rg_fit_choice *choice);
regatta_status rg_fitted_spectral(regatta_ctx *ctx, rg_fitted *fitted, uint64_t seed);
/* Attention over the item graph by the fitted's vectors. */
regatta_status rg_fitted_reweight(regatta_ctx *ctx, rg_fitted *fitted,
                                  const rg_reweighting *how);

/* A blend of all channels, and of those of on[] with the start weights of the table. */
regatta_status rg_fitted_blend(regatta_ctx *ctx, rg_blend **out);
void rg_fitted_start(rg_blend *blend, const int *on);

/* A model of the fitted's channels among on[], scored by `blend` (NULL: on[] is a single
 * channel). Without names and settings; those are the last step's. */
regatta_status rg_fitted_model(regatta_ctx *ctx, regatta_model **out,
                               const rg_fitted *fitted, const int *on,
                               const rg_blend *blend);
#endif
