/* regatta/pairs.h: labelled pairs of a user and an item: calibrated probabilities, and
 * measures where the negatives are known. */
#ifndef REGATTA_PAIRS_H
#define REGATTA_PAIRS_H
#include <regatta/model.h>
REGATTA_BEGIN_C

/* Bins of a reliability table: pairs in order of probability, each bin with a tenth of
 * the positives. Pairs of equal score share a bin, so a bin may be empty. */
#define REGATTA_BINS 10

/* The form of a calibration (docs/model.md). */
typedef enum regatta_form {
    REGATTA_FORM_NONE = 0,    /* the model has no calibration */
    REGATTA_FORM_SIGMOID = 1, /* 1 / (1 + exp(-(a score + b))) (Platt 1999) */
    REGATTA_FORM_ISOTONIC = 2 /* isotonic regression, linear between its levels */
} regatta_form;

/* The calibration of a model: how scores become probabilities, and how well. Its
 * log_loss, constant and bins are those of users on whom it was not fitted (half of the
 * users), if both halves have both labels; else of all. Start from
 * REGATTA_CALIBRATION_INIT. */
typedef struct regatta_calibration {
    uint32_t struct_size;
    uint32_t form;      /* regatta_form */
    uint32_t held_out;  /* 1: measured on users on whom it was not fitted */
    double n_users;     /* users with pairs */
    double n_positives; /* positive pairs, by weight */
    double n_pairs;     /* all pairs, by weight */
    double log_loss;    /* mean -log of the probability of the label, natural logarithm */
    double constant;    /* the same if every pair had the share of positives */
    double bin_pairs[REGATTA_BINS];     /* pairs, by weight; 0: the bin is empty */
    double bin_predicted[REGATTA_BINS]; /* mean probability */
    double bin_observed[REGATTA_BINS];  /* share of positives */
} regatta_calibration;

#define REGATTA_CALIBRATION_INIT                                                         \
    {                                                                                    \
        sizeof(regatta_calibration), 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, {0.0}, {0.0},        \
        {                                                                                \
            0.0                                                                          \
        }                                                                                \
    }

/* Fills *out, whose struct_size the caller sets; form NONE and zeros if the model has no
 * calibration (trained without a validation slice, or by an earlier version). `ctx` may
 * be NULL. O(1).
 *   REGATTA_EINVAL  model is NULL, a struct_size that is not set */
REGATTA_API regatta_status regatta_model_calibration(regatta_ctx *ctx,
                                                     regatta_calibration *out,
                                                     const regatta_model *model);

/* Pairs with labels; the arrays belong to the caller. Start from REGATTA_PAIRS_INIT. New
 * fields are only ever appended. */
typedef struct regatta_pairs {
    uint32_t struct_size;
    int64_t n;                 /* number of pairs, below 2^32 */
    const uint32_t *user;      /* [n] any numbers, the same for all pairs of a user */
    const uint8_t *label;      /* [n] 1: the user took the item; 0: they did not */
    const float *score;        /* [n] finite; those of regatta_score_pairs, for example */
    const double *weight;      /* [n] finite and above 0, or NULL: all 1 */
    const double *probability; /* [n] in [0, 1], or NULL: not known. regatta_calibrate
                                  does not read it */
} regatta_pairs;

#define REGATTA_PAIRS_INIT                                                               \
    {                                                                                    \
        sizeof(regatta_pairs), 0, NULL, NULL, NULL, NULL, NULL                           \
    }

/* Stores in *out a copy of the model whose probabilities are fitted to the pairs, to be
 * freed with regatta_model_free. Their scores are those of `model`. Scores and rankings
 * stay as they are: a probability rises strictly with the score, up to the rounding of
 * its type. The weights undo a sampling of negatives (one in 20 kept: weight 20). O(bytes
 * of the model + n log n).
 *   REGATTA_EINVAL   an argument out of range
 *   REGATTA_EFORMAT  no pair with label 1, or none with label 0
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_calibrate(regatta_ctx *ctx, regatta_model **out,
                                             const regatta_model *model,
                                             const regatta_pairs *pairs);

/* Measures of pairs (docs/metrics.md). Standard errors treat users as independent; NaN
 * for a single user. Start from REGATTA_PAIR_METRICS_INIT. */
typedef struct regatta_pair_metrics {
    uint32_t struct_size;
    int64_t n, n_positives; /* pairs */
    int64_t n_users;        /* users with pairs */
    int64_t n_both; /* users with pairs of both labels: those of gauc; the others are
                       left out of it */
    double auc;     /* over all pairs; NaN if a label is missing */
    double auc_error;
    double gauc; /* mean of the users' auc, each by the weight of its pairs; NaN if
                    n_both is 0 */
    double gauc_error;
    double log_loss; /* NaN without probabilities, as the fields below; a probability
                        counts as at least 1e-15 and at most 1 - 1e-15 */
    double log_loss_error;
    double constant;          /* the log loss if every pair had the share of positives */
    double calibration_error; /* mean of |predicted - observed| of the bins, by pairs */
    double bin_pairs[REGATTA_BINS], bin_predicted[REGATTA_BINS],
        bin_observed[REGATTA_BINS]; /* as in regatta_calibration */
} regatta_pair_metrics;

#define REGATTA_PAIR_METRICS_INIT                                                        \
    {                                                                                    \
        sizeof(regatta_pair_metrics), 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,     \
            0.0, {0.0}, {0.0},                                                           \
        {                                                                                \
            0.0                                                                          \
        }                                                                                \
    }

/* Measures scores and probabilities of pairs, of a model or of anything else. O(n log
 * n).
 *   REGATTA_EINVAL  an argument out of range;  REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_measure_pairs(regatta_ctx *ctx,
                                                 regatta_pair_metrics *out,
                                                 const regatta_pairs *pairs);
REGATTA_END_C
#endif
