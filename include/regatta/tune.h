/* regatta/tune.h: choose options of training by cross-validation. */
#ifndef REGATTA_TUNE_H
#define REGATTA_TUNE_H
#include <regatta/model.h>
#include <stddef.h>
REGATTA_BEGIN_C

/* How values of an option are drawn. */
typedef enum regatta_scale {
    REGATTA_SCALE_DEFAULT = 0, /* by the range that docs/tune.md gives for the option */
    REGATTA_SCALE_LINEAR = 1,  /* uniform in [low, high] */
    REGATTA_SCALE_LOG = 2,     /* its logarithm is uniform; low > 0 */
    REGATTA_SCALE_CHOICE = 3   /* one of the values */
} regatta_scale;

/* An option and its values: one dimension of the search space. Drawn numbers have three
 * significant digits; those of whole options are rounded. Start from
 * REGATTA_AXIS_INIT. */
typedef struct regatta_axis {
    uint32_t struct_size;
    uint32_t field; /* offsetof(regatta_train_options, learning_rate): a number or enum,
                       not the seed or memory_limit */
    uint32_t scale; /* regatta_scale */
    uint32_t n_values;
    double low, high;     /* LINEAR, LOG */
    const double *values; /* [n_values] CHOICE */
} regatta_axis;

#define REGATTA_AXIS_INIT                                                                \
    {                                                                                    \
        sizeof(regatta_axis), 0, 0, 0, 0.0, 0.0, NULL                                    \
    }

typedef enum regatta_crossing {
    REGATTA_CROSSING_AUTO = 0,  /* TIME if the interactions of some user differ in time,
                                   else ITEMS */
    REGATTA_CROSSING_ITEMS = 1, /* k-fold: parts of each user's items, at random */
    REGATTA_CROSSING_TIME = 2   /* rolling: windows of time, the past before each */
} regatta_crossing;

/* What is known of a trial. All numbers are of the sample of users until the trial has
 * been fitted on all users. */
typedef struct regatta_trial {
    uint32_t struct_size;
    uint32_t number;                      /* 0: the defaults */
    const regatta_train_options *options; /* valid during the call */
    uint32_t n_fits;                      /* folds and seeds, on all users */
    uint32_t is_sampled;                  /* 1: numbers of a sample of users */
    uint32_t fold, seed;                  /* of the last fit, from 0 */
    double ndcg, standard_error;          /* ndcg@20, mean over users and fits */
    /* The mean difference to the defaults over the same folds, seeds and users, and its
     * standard error; NaN without a fit in common. */
    double difference, difference_error;
    int64_t n_users; /* of the difference */
    double seconds;  /* of the trial's fits */
    double spent;    /* seconds of the tuning so far */
    uint32_t is_winner;
} regatta_trial;

/* Returns REGATTA_GO_ON, or ends the tuning as a progress function does. */
typedef int (*regatta_trial_fn)(void *state, const regatta_trial *trial);

/* Start from REGATTA_TUNE_OPTIONS_INIT. New fields are only ever appended. */
typedef struct regatta_tune_options {
    uint32_t struct_size;
    uint32_t n_axes;          /* 0: the default space; at most 32 */
    const regatta_axis *axes; /* [n_axes] have the struct_size of the first */
    /* The defaults: options of trial 0, and of the others except those of the axes; NULL:
     * REGATTA_TRAIN_OPTIONS_INIT. `progress` is called in each training: REGATTA_FINISH
     * ends the tuning with what is measured. `checkpoint` and `resume` are of the tuning:
     * each fit is written at once, and a tuning that resumes may have other `trials` and
     * `budget`. `work` is not called */
    const regatta_train_options *train;
    uint32_t crossing; /* regatta_crossing */
    uint32_t folds;    /* 2..20; default 5 */
    uint32_t seeds;    /* training seeds of the last trials, 1..10; default 2 */
    uint32_t trials;   /* drawn from the space, 1..10000; default 27. A space of fewer
                          points has fewer */
    double budget;     /* seconds; 0: none. Includes the fits that a checkpoint has */
    uint64_t seed;     /* of the draws and folds; default 1 */
    regatta_trial_fn measured; /* may be NULL; called after each fit, with its trial */
    void *measured_state;
    regatta_trial_fn result; /* may be NULL; called at the end for each trial in order,
                                its answer is ignored */
    void *result_state;
} regatta_tune_options;

#define REGATTA_TUNE_OPTIONS_INIT                                                        \
    {                                                                                    \
        sizeof(regatta_tune_options), 0, NULL, NULL, 0, 5, 2, 27, 0.0, 1, NULL, NULL,    \
            NULL, NULL                                                                   \
    }

/* The result of a tuning. Start from REGATTA_TUNING_INIT. */
typedef struct regatta_tuning {
    uint32_t struct_size;
    uint32_t winner;   /* the trial of the options; 0: no trial beats the defaults */
    uint32_t crossing; /* REGATTA_CROSSING_ITEMS or _TIME */
    uint32_t n_trials; /* with trial 0 */
    int64_t n_fits;
    uint32_t is_cut; /* 1: the budget or the caller left out trials or fits */
    double seconds;  /* with those of the fits that the checkpoint had */
} regatta_tuning;

#define REGATTA_TUNING_INIT                                                              \
    {                                                                                    \
        sizeof(regatta_tuning), 0, 0, 0, 0, 0, 0.0                                       \
    }

/* Draws trials from the space and measures them by cross-validation with successive
 * halving (docs/tune.md). *out, whose struct_size the caller sets, receives the options
 * of the winner: the trial with the largest mean difference of ndcg@20 to the defaults,
 * if the difference over at least 100 users and two fits is above two standard errors;
 * else the defaults. `report` may be NULL. The same data, options and seed give the same
 * result at any number of threads unless a budget or the caller cuts it. With a budget
 * the call ends at the first progress report of a training after it. About trials * 2
 * trainings of the graph without a budget. On failure *out is as before.
 *   REGATTA_EINVAL    an option out of range; a field that is no number, given twice, or
 *                     without a default range; a range outside that of the option; the
 *                     default space without the channel vectors; TIME for data without
 *                     times, or whose times do not divide; a context with ranks
 *   REGATTA_EFORMAT   a fold has no test interaction, or none that can be ranked
 *   REGATTA_ESTOPPED  a function of the caller returned REGATTA_CANCEL
 *   and as regatta_model_train; a trial that diverges counts as one that ranks nothing */
REGATTA_API regatta_status regatta_tune(regatta_ctx *ctx, regatta_train_options *out,
                                        const regatta_graph *graph,
                                        const regatta_tune_options *opts,
                                        regatta_tuning *report);
REGATTA_END_C
#endif
