/* The fit of sequence encoders. */
#ifndef RG_CHANNEL_FIT_SEQUENCE_FIT_H
#define RG_CHANNEL_FIT_SEQUENCE_FIT_H
#include "channel/fit/channel_fit.h"
#include "gat/sequence/encoder_train.h"

/* Why there is no encoder. */
typedef enum rg_sequence_verdict {
    RG_SEQUENCE_TRAINED,
    RG_SEQUENCE_NOT_ASKED,
    RG_SEQUENCE_NO_TIMES, /* auto: the data has no times */
    RG_SEQUENCE_TOO_SLOW  /* auto: the estimate exceeds the seconds */
} rg_sequence_verdict;

typedef struct rg_sequence_setting {
    rg_encoder_shape shape;
    rg_sequence_verdict verdict;
    int epochs;        /* at most */
    int64_t negatives; /* 0 = all items */
    float dropout;
    double epoch_seconds; /* estimate for two cores, a function of sizes */
} rg_sequence_setting;

extern const rg_channel_fit_ops rg_sequence_fit;

/* Returns the trained encoder; NULL: none. */
const rg_trained_encoder *rg_sequence_fitted(const rg_fitted *fitted);
#endif
