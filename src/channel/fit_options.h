/* The options of a whole fit: what channels and the fit itself read. */
#ifndef RG_CHANNEL_FIT_OPTIONS_H
#define RG_CHANNEL_FIT_OPTIONS_H
#include "model/channel.h"
#include <regatta/model.h>

/* Fields have the meaning and the bounds of regatta_train_options. A zero that stands for
 * a default is resolved before the first stage, but for the temperature: it stays 0 until
 * it is chosen. Enums are the public ones. */
typedef struct rg_fit_options {
    int on[RG_MAX_CHANNELS]; /* channels offered; all 0: the preset's */
    regatta_preset preset;
    regatta_expect expect;
    regatta_weighting weighting;
    float valid_share;
    int refit;
    uint64_t seed;
    regatta_progress_fn progress; /* may be NULL */
    void *progress_state;

    /* Of node vectors and their training. */
    regatta_attention attention;
    regatta_combine combine;
    regatta_start start;
    regatta_loss loss;
    int heads, layers;
    int64_t dim;
    uint32_t max_steps, patience, eval_every, batch_users, softmax_items;
    float learning_rate, temperature, l2, edge_dropout;
} rg_fit_options;
#endif
