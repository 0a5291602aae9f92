/* Channel `target`, target attention: item attention with a factor for each pair of an
 * item of the history and a candidate (docs/model.md).
 *
 *   x_j = scale_j sum_{h in history, w_hj != 0} r_h w_hj g_hj
 *
 * w, scale and r are those of item attention, whose state it reads. g comes from the
 * network of gat/target/target_net.h for the pairs with |w_hj| >= limit_h, the
 * RG_TARGET_PAIRS largest of a history item; other pairs have g = 1. So a row costs
 * O(items + stored weights of the history + RG_TARGET_PAIRS history * width). */
#ifndef RG_CHANNEL_CHANNEL_TARGET_H
#define RG_CHANNEL_CHANNEL_TARGET_H
#include "gat/target/target_learn.h"
#include "model/channel.h"

enum { RG_TARGET_PAIRS = 128 };

/* The scaling of the sides of a pair. */
enum {
    RG_TARGET_TYPICAL, /* the weight with a share of 1 / 2 */
    RG_TARGET_PLACE_MEAN,
    RG_TARGET_PLACE_INVERSE, /* 1 / deviation; 0: the input is not used */
    RG_TARGET_AGE_MEAN,
    RG_TARGET_AGE_INVERSE,
    RG_TARGET_SCALES
};

typedef struct rg_target_state {
    int64_t n_items;
    int kind, width;
    int n_nets; /* 1; RG_TARGET_HALVES: user u has the network u % RG_TARGET_HALVES */
    rg_rows q;  /* [n_items][width]; without rows for width 0 */
    const float *limit; /* [n_items] */
    float scale[RG_TARGET_SCALES];
    float x[RG_TARGET_HALVES][RG_TARGET_FLOATS];
} rg_target_state;

extern const rg_channel_ops rg_channel_target;

/* The place of item h of a history, log(1 + later interactions), and its age, log(1 +
 * days); -1 if it is not known. */
void rg_target_moment(float *place, float *age, const rg_history *history, int64_t h);
/* Sets place and age of an item from these numbers: 0 for -1 and for an input that is not
 * used. */
void rg_target_scale_moment(rg_target_item *item, const float *scale, float place,
                            float age);
#endif
