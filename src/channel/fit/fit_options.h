/* The options of a fit, read by the channels and the fit. */
#ifndef RG_CHANNEL_FIT_FIT_OPTIONS_H
#define RG_CHANNEL_FIT_FIT_OPTIONS_H
#include "graph/features.h"
#include "model/channel.h"
#include <regatta/model.h>

/* Fields have the meaning and the bounds of regatta_train_options. Zeros that mean a
 * default are resolved before the first stage, except the temperature, which stays 0
 * until it is chosen. Enums are the public ones. */
typedef struct rg_fit_options {
    int on[RG_MAX_CHANNELS]; /* channels to choose from; all 0: those of the preset */
    regatta_preset preset;
    regatta_expect expect;
    regatta_weighting weighting;
    regatta_target target;
    regatta_denoise denoise;
    float valid_share;
    int64_t valid_latest; /* 0: no limit */
    int refit;
    uint64_t seed;
    uint64_t memory_limit; /* bytes; 0: what is available */
    int restored;          /* 1: the options of a model, which its owner cannot change */
    regatta_progress_fn progress; /* may be NULL */
    void *progress_state;
    regatta_work_fn work; /* may be NULL */
    void *work_state;
    const regatta_graph *const *sources; /* other domains; NULL: none */
    uint32_t n_sources;
    const rg_features *item_features, *user_features; /* side tables; NULL: none */

    /* Options of node vectors and their training. */
    regatta_attention attention;
    regatta_share share;
    regatta_hierarchy hierarchy;
    const rg_features *item_groups; /* for GROUPS; else NULL */
    int dynamic;
    regatta_feature_vectors feature_vectors;
    const regatta_model *init; /* whose vectors shared nodes start with; NULL: none */
    regatta_combine combine;
    regatta_start start;
    regatta_loss loss;
    int heads, layers;
    int64_t dim;
    uint32_t max_steps, patience, eval_every, batch_users, softmax_items;
    float learning_rate, temperature, l2, edge_dropout;

    /* Options of the sequence encoder. */
    regatta_sequence sequence;
    int sequence_blocks, sequence_heads;
    int64_t sequence_dim, sequence_window;
    float sequence_dropout, sequence_seconds;
} rg_fit_options;
#endif
