/* The fit of target attention. */
#ifndef RG_CHANNEL_TARGET_FIT_H
#define RG_CHANNEL_TARGET_FIT_H
#include "channel/channel_target.h"
#include "channel/fit/channel_fit.h"

/* What is learned on the slice. */
typedef struct rg_target_setting {
    rg_target_kind kind;
    int width;
    float place_mean, place_inverse, age_mean, age_inverse; /* as in rg_target_state */
    float x[RG_TARGET_NETS][RG_TARGET_FLOATS];
} rg_target_setting;

typedef struct rg_target_part {
    rg_target_setting setting; /* a copy of the one it was fitted with */
    int halves;                /* 1: users have the networks of the halves */
    int64_t n_items;
    float *q;      /* [n_items][width]; NULL for width 0 */
    float *limit;  /* [n_items] */
    float typical; /* the mean size of the weights of pairs with a factor */
    double
        explained; /* of the slice's coordinates by this fit's (target_coordinates.h) */
    const float *reference; /* the q of another fit, of the first n_reference items: the
                               slice's, or the model's before an update; NULL: this is
                               the slice's part */
    int64_t n_reference;
    float *before; /* the same decoded from a model, or NULL */
    int same;      /* 1: an update without changes, q is the reference */
} rg_target_part;

extern const rg_channel_fit_ops rg_target_fit;
#endif
