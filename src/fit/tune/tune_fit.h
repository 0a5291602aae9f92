/* One fit of the cross-validation of options: train on a part, measure on the other. */
#ifndef RG_FIT_TUNE_FIT_H
#define RG_FIT_TUNE_FIT_H
#include "channel/fit/fit_options.h"
#include "fit/tune/tune_folds.h"

/* When a running fit ends early, and why it did. */
typedef struct rg_tune_stop {
    regatta_progress_fn progress; /* of the caller; may be NULL */
    void *progress_state;
    double deadline; /* on rg_clock; INFINITY: none */
    int over;        /* 1: the deadline has passed */
    int finished;    /* 1: the caller answered REGATTA_FINISH */
    int cancelled;   /* 1: the caller answered REGATTA_CANCEL */
} rg_tune_stop;

typedef struct rg_tune_fit {
    const char *name; /* of its unit in a checkpoint, unlike that of other fits */
    const rg_tune_fold *fold;
    const rg_fit_options *options;
    rg_tune_stop *stop;
    int64_t n_users;
    float *ndcg;    /* [n_users] receives ndcg@20; below 0: the user is not measured */
    double seconds; /* receives the time of the fit, also if it was read */
} rg_tune_fit;

/* Runs the fit as a unit of a checkpoint. Test items that no list can have are left out.
 * A training that diverges ranks nothing: all test users have 0. REGATTA_ESTOPPED: it
 * ended early, by *stop. Errors as regatta_model_train and regatta_evaluate. */
regatta_status rg_tune_fit_run(regatta_ctx *ctx, rg_tune_fit *fit);
#endif
