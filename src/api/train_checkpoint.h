/* The checkpoint of a call of regatta_model_train or regatta_model_update. */
#ifndef RG_API_TRAIN_CHECKPOINT_H
#define RG_API_TRAIN_CHECKPOINT_H
#include "base/checkpoint/checkpoint.h"
#include <regatta/update.h>

/* Opens the checkpoint that the checked options ask for, if any, with a description of
 * the data and of everything else that the model depends on, and of a search among
 * options: lines "name=value", NULL for a training. Close it with
 * rg_checkpoint_close. Errors as rg_checkpoint_open; REGATTA_EINVAL for folders that
 * contradict each other. */
regatta_status rg_train_checkpoint_open(regatta_ctx *ctx, const regatta_graph *graph,
                                        const regatta_train_options *o,
                                        const char *search);

/* The same for an update of a model. */
regatta_status rg_update_checkpoint_open(regatta_ctx *ctx, const regatta_model *model,
                                         const regatta_graph *news,
                                         const regatta_update_options *o);

/* The caller's progress function, and what happens when it ends training early. */
typedef struct rg_train_listener {
    regatta_ctx *ctx;
    regatta_progress_fn progress; /* may be NULL */
    void *progress_state;
    regatta_status status; /* of the checkpoint */
    char message[RG_MESSAGE_BYTES];
} rg_train_listener;

/* A regatta_progress_fn: asks that of the caller. An answer other than REGATTA_GO_ON
 * writes the results that wait, and ends the checkpoint. A checkpoint that cannot be
 * written cancels training. */
int rg_train_listen(void *state, const regatta_progress *progress);
/* Returns the status of a training that was listened to: that of its checkpoint, with its
 * message, if this cancelled the training. */
regatta_status rg_train_listened(const rg_train_listener *listener,
                                 regatta_status status);
#endif
