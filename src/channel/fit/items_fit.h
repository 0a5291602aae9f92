/* Item attention fitted: the ridge between items, local or exact, and its reweighting by
 * node vectors. */
#ifndef RG_CHANNEL_FIT_ITEMS_FIT_H
#define RG_CHANNEL_FIT_ITEMS_FIT_H
#include "channel/fit/channel_fit.h"
#include "model/recency.h"
#include "ridge/exact_ridge.h"

/* The reweighting of the ridge over the item graph. */
typedef enum rg_reweight_kind {
    RG_REWEIGHT_NONE,
    RG_REWEIGHT_COSINE, /* the vectors' cosine, block by block, by given strengths */
    RG_REWEIGHT_LAYER   /* the last attention layer's scores of the states of its items */
} rg_reweight_kind;

typedef struct rg_reweighting {
    rg_reweight_kind kind;
    rg_reweight_strength strength; /* of the cosine */
} rg_reweighting;

typedef struct rg_items_setting {
    rg_item_attention_options ridge; /* of the local ridge; the exact ridge uses some
                                        of them */
    int exact;                       /* 1: the exact ridge replaces the local one */
    rg_reweighting reweight;
    float recency[RG_N_RECENCY]; /* of the history; flat: none */
} rg_items_setting;

typedef struct rg_items_part {
    rg_item_attention *attention;
    int exact;                /* 1: `attention` is the exact ridge's */
    rg_exact_ridge_plan plan; /* estimate of the exact ridge; n_items 0 if there is
                                 none */
    rg_csr *reweighted;       /* weights by history item; NULL = not reweighted */
    int keeps_solved;         /* 1: an update reads the weights before reweighting */
    float recency[RG_N_RECENCY];
} rg_items_part;

extern const rg_channel_fit_ops rg_items_fit;

/* Chooses user_power, lambda, theta and candidate_power of *ridge, which holds the
 * defaults, on the slice; they stay unless another shape is clearly better. Appends the
 * trials to s->env->trials. REGATTA_ENOMEM, REGATTA_ESTOPPED. */
regatta_status rg_items_choose_shape(rg_selection *s, rg_item_attention_options *ridge);

/* Returns the default shape of the local ridge. */
rg_item_attention_options rg_items_local_defaults(uint64_t seed);
/* Fits the part as a local ridge without reweighting. REGATTA_ENOMEM. */
regatta_status rg_items_fit_local(regatta_ctx *ctx, rg_fitted *fitted,
                                  const rg_item_attention_options *ridge);

/* Writes the settings (rg_channel_fit_ops.json), and a reweighting's strengths. */
void rg_items_json(rg_text *t, rg_json_place place, const rg_fit_report *r);
void rg_items_write_strength(rg_text *t, const rg_reweighting *how);
/* Sets the settings from a model (rg_channel_fit_ops.restore). */
void rg_items_restore(void *setting, rg_fit_options *options, rg_settings *from);
/* Describes the ridge of the weights (rg_channel_fit_ops.ridge). */
regatta_status rg_items_ridge(regatta_ctx *ctx, rg_channel_ridge *out, void *state,
                              const rg_fitted *fitted, const rg_fit_choice *choice);
/* The names of the ridges and of the reweightings in settings, ended by NULL. */
extern const char *const rg_items_ridges[], *const rg_items_reweightings[];

/* Returns the fitted part of item attention; NULL: none. */
rg_items_part *rg_items_fitted(const rg_fitted *fitted);
#endif
