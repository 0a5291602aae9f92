/* regatta/update.h: take new interactions, users and items into a model, and forget users
 * (docs/update.md). */
#ifndef REGATTA_UPDATE_H
#define REGATTA_UPDATE_H
#include <regatta/model.h>
REGATTA_BEGIN_C

/* Start from REGATTA_UPDATE_OPTIONS_INIT. New fields are only ever appended. */
typedef struct regatta_update_options {
    uint32_t struct_size; /* sizeof this struct in the caller's build */
    uint32_t steps;       /* optimizer steps of the node vectors, 0..10000; default 0: new
                             nodes are folded in, and steps did not improve the answers
                             of any data that was measured (docs/update.md) */
    uint32_t measure;     /* 1: measure the drift (regatta_update_report); default 1. It
                             takes as long as the update */
    /* Features of new items and of new users, as for regatta_model_extend; NULL: none.
     * Nodes of the tables that neither the model nor the interactions have become nodes
     * without interactions. Nodes of the model keep the features that it has. */
    const regatta_features *item_features, *user_features;
    regatta_progress_fn progress; /* may be NULL; called from the calling thread */
    void *progress_state;
    /* [n_forget] numbers of users to take out; only without `news` and features. */
    const uint32_t *forget;
    int64_t n_forget;
    /* As in regatta_train_options: the folder of a checkpoint to begin, that of one to
     * resume, and the seconds between two writes, default 60. It is of the same model,
     * interactions and options; else REGATTA_EINVAL names the difference. */
    const char *checkpoint, *resume;
    float checkpoint_seconds;
    uint32_t skip_known; /* 1: interactions that the model has already (n_known) are left
                            out, so that rows may be given twice; default 0 */
} regatta_update_options;

#define REGATTA_UPDATE_OPTIONS_INIT                                                      \
    {                                                                                    \
        sizeof(regatta_update_options), 0, 1, NULL, NULL, NULL, NULL, NULL, 0, NULL,     \
            NULL, 60.0f, 0                                                               \
    }

/* What an update changed. Start from REGATTA_UPDATE_REPORT_INIT. */
typedef struct regatta_update_report {
    uint32_t struct_size;
    uint32_t n_users, n_items; /* new nodes */
    uint32_t n_touched_users;  /* users with new interactions, new ones included */
    uint32_t n_touched_items;  /* items with new interactions, new ones included */
    uint32_t n_since;          /* updates since the training, this one included */
    int64_t n_interactions;    /* new */
    int64_t n_added_since;     /* interactions added since the training, these included;
                                  without those of forgotten users who came later than the
                                  training */
    int64_t n_trained;         /* interactions of the training */
    double overlap; /* mean share of the top 20 of the model before, without new
                       interactions, that is in the new top 20, over a sample of
                       at most 1000 users; NaN without `measure` */
    /* ndcg@20 on the newest fifth of the new interactions (by time; without times, drawn
     * at random): of the model before with the histories up to then, and of the model
     * updated without this fifth. NaN without `measure`, or if there are no users to
     * measure. */
    double ndcg_before, ndcg_after;
    double ndcg_error;           /* standard error of the difference */
    uint32_t n_measured;         /* users of these two */
    int64_t n_solved, n_targets; /* targets of item attention, ordered or not, whose
                                    system changed and was solved, and all targets */
    uint32_t is_due; /* 1: a full training is due: interactions added since the training
                        are more than a fifth of those of the training, or ndcg_after is
                        lower than ndcg_before by two standard errors */
    int64_t n_known; /* of the new interactions, those whose user, item and time the model
                        had already (without times: user and item): rows that were given
                        twice. They count again unless skip_known is 1 */
} regatta_update_report;

#define REGATTA_UPDATE_REPORT_INIT                                                       \
    {                                                                                    \
        sizeof(regatta_update_report), 0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0, 0, \
            0, 0, 0                                                                      \
    }

/* Stores in *out a copy of `model` with the interactions of `news` (NULL: none), matched
 * by names; nodes that the model does not have become new ones. The nodes of the fit keep
 * their numbers; the others, which only side tables have, come behind the nodes that are
 * new to the fit. Settings and the blend stay. The channels in closed form (items, order,
 * users, spectral) are fitted again on all interactions: their numbers are those of a
 * training with these settings. New nodes of the vectors are folded in (one sparse
 * system), then all are trained for opts->steps steps. The encoding of features stays,
 * and content and profile are solved again for it. The sequence encoder and the network
 * of target attention stay; new items have the mean row of the items nearest to them. The
 * copy has the type of the model, and an index if the model has one. `report` may be
 * NULL. On failure *out is NULL and the model is as before. docs/update.md has what an
 * update costs.
 *
 * With opts->forget the copy is without these users and the items that only they had, and
 * the other nodes keep their order: channels in closed form, the vectors and the sequence
 * encoder are fitted from the beginning with the settings of the model, so that the
 * former are to the byte those of a training without these users with these settings.
 * What validation chose and learned for all users (settings, blend, calibration, the
 * encoding of features, the network of target attention) stays. Nothing is measured. A
 * model of a graph with a user of more than 50,000 items, or with interactions of other
 * domains, is always fitted so.
 *   REGATTA_EINVAL    model is NULL; an option out of range; a model of a version whose
 *                     files lack settings; new interactions without times for a model
 *                     with times; interactions of other domains, or a user with more than
 *                     50,000 items, where the model has features, the network of target
 *                     attention, or with steps; interactions of other domains with
 *                     weights; features as for regatta_model_extend; a user to forget
 *                     that the model does not have, or all of them
 *   REGATTA_EFORMAT   a file of the checkpoint is truncated or altered
 *   REGATTA_ENOMEM    an allocation failed, or too little address space to load CHOLMOD
 *   REGATTA_EIO       CHOLMOD cannot be loaded, or a file of the checkpoint written
 *   REGATTA_ENUMERIC  the loss or a vector became NaN or infinite
 *   REGATTA_ESTOPPED  the progress callback returned REGATTA_CANCEL */
REGATTA_API regatta_status regatta_model_update(regatta_ctx *ctx, regatta_model **out,
                                                const regatta_model *model,
                                                const regatta_graph *news,
                                                const regatta_update_options *opts,
                                                regatta_update_report *report);

REGATTA_END_C
#endif
