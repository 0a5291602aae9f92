/* The fit of node vectors: temperature, item graph, training. */
#ifndef RG_CHANNEL_FIT_VECTORS_FIT_H
#define RG_CHANNEL_FIT_VECTORS_FIT_H
#include "channel/fit/channel_fit.h"
#include "model/recency.h"

typedef struct rg_vectors_setting {
    int item_graph; /* 1: vectors propagate over the graph of item attention too */
    int features;   /* 1: the input layer has the features of nodes */
    int init_slice; /* 1: options->init starts the runs on slices too */
    int attends;    /* 1: validation chooses the attention of the layers */
    regatta_hierarchy hierarchy; /* NONE, COMMUNITIES or GROUPS */
    float recency[RG_N_RECENCY]; /* of history items; flat: none */
    float bias_start;            /* of the items (rg_train_options) */
    const regatta_model *model;  /* that is updated: its given groups and its features
                                    stay; NULL: those of the options */
} rg_vectors_setting;

typedef struct rg_vectors_part {
    rg_vectors *vectors;
    rg_csr *item_graph; /* NULL: none */
    uint32_t *group;    /* [n_items] for hierarchical attention; NULL: none */
    int64_t n_groups;
    rg_node_features features;            /* of the input layer; rows NULL: none */
    rg_csr *user_features;                /* of those of users the sparse ones */
    const struct rg_node_vectors *before; /* of the model that is updated, with rows for
                                             all nodes; borrowed. NULL: no update */
    rg_known_rows known;                  /* of options->init; x0 NULL: none */
    int64_t n_known[2];                   /* users, items */
    float *start; /* the SVD start that runs share; NULL: not shared */
    float recency[RG_N_RECENCY];
    float bias_start;
} rg_vectors_part;

extern const rg_channel_fit_ops rg_vectors_fit;

rg_vectors_setting *rg_vectors_setting_of(const rg_fit_choice *choice);
/* As rg_channel_fit_ops.settle. */
void rg_vectors_settle(void *setting, rg_fit_options *options);
/* Returns the fitted part; NULL: none. */
rg_vectors_part *rg_vectors_part_of(const rg_fitted *fitted);
/* Returns the trained vectors; NULL: none. */
const rg_vectors *rg_vectors_fitted(const rg_fitted *fitted);
/* The start of the items' biases, of small data only if validation gains from it
 * (docs/experiments.md, "The start of the bias"). */
#define RG_BIAS_START 0.5f
/* The temperature without validation, between those of sparse and of dense data. */
#define RG_MIDDLE_TEMPERATURE 0.15f
#endif
