/* regatta/logged.h: the reward that a model's policy would have earned, estimated from
 * records of another policy (docs/metrics.md has the formulas). */
#ifndef REGATTA_LOGGED_H
#define REGATTA_LOGGED_H
#include <regatta/model.h>
REGATTA_BEGIN_C

/* Records of a logging policy: it showed an item to a user at a position, which had a
 * known probability, and got a reward, such as a click. A table at `path`, or arrays,
 * which belong to the caller. Start from REGATTA_LOGGED_INIT. New fields are only ever
 * appended. */
typedef struct regatta_logged {
    uint32_t struct_size;
    /* A table with a header or JSON lines, as regatta_graph_read reads them, with the
     * columns user, item, reward (or click), propensity (or propensity_score, pscore),
     * and optionally position and time; a query of a database, too. NULL: the arrays */
    const char *path;
    const regatta_read_options *read; /* of the table: format, header, columns by number
                                         (weight_column is that of the reward),
                                         time_format, query; NULL = INIT */
    regatta_read_report *report;      /* NULL, or filled */
    int64_t n;                        /* records */
    /* [n] numbers of the names, or without names of the model's users and items;
     * REGATTA_NONE: unknown */
    const uint32_t *user, *item;
    const uint32_t *position; /* [n] from 1, or from 0 if one of them is 0; NULL: all
                                 records have the first position */
    const double *propensity; /* [n] the probability that the logging policy showed this
                                 item to this user at this position: above 0, at most 1 */
    const double *reward;     /* [n] finite */
    const int64_t *time;      /* [n] seconds, or NULL: not known */
    uint32_t n_users, n_items;
    const char *const *user_names, *const *item_names; /* [n_users], [n_items] or NULL */
} regatta_logged;

#define REGATTA_LOGGED_INIT                                                              \
    {                                                                                    \
        sizeof(regatta_logged), NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, \
            0, 0, NULL, NULL                                                             \
    }

/* The policy that is evaluated, and how. Start from REGATTA_LOGGED_OPTIONS_INIT. */
typedef struct regatta_logged_options {
    uint32_t struct_size;
    uint32_t keep_seen; /* 1: the policy also shows items of the user's history */
    /* 0 (default): the item at position p is the p-th of the model's ranking. Above 0: it
     * is drawn from the items of rank p and below, with probabilities proportional to
     * exp(score / (temperature * deviation)), where the deviation is that of the user's
     * scores of all items that may be shown; towards 0 this becomes the ranking */
    double temperature;
    double max_weight; /* importance weights are clipped to it; 0 = not clipped */
    uint32_t strict;   /* 1: refuse a record of an unknown user or item */
    /* [n_only] numbers of the model's items: the policy shows only these. NULL: those
     * that the log shows at least once */
    const uint32_t *only;
    int64_t n_only;
} regatta_logged_options;

#define REGATTA_LOGGED_OPTIONS_INIT                                                      \
    {                                                                                    \
        sizeof(regatta_logged_options), 0, 0.0, 0.0, 0, NULL, 0                          \
    }

typedef enum regatta_estimator {
    REGATTA_ESTIMATOR_LOGGED = 0, /* the mean reward of the logging policy */
    REGATTA_ESTIMATOR_IPS = 1,    /* inverse propensity scoring */
    REGATTA_ESTIMATOR_SNIPS = 2,  /* self-normalised (Swaminathan and Joachims 2015) */
    REGATTA_ESTIMATOR_DR = 3      /* doubly robust (Dudik, Langford and Li 2011) */
} regatta_estimator;
#define REGATTA_N_ESTIMATORS 8 /* with room for estimators to come */

/* Estimates of the mean reward of a record, by regatta_estimator; numbers of estimators
 * to come are NaN. Errors and the 95 % confidence intervals treat users as independent;
 * they are NaN for a single user. Start from REGATTA_LOGGED_EVALUATION_INIT. */
typedef struct regatta_logged_evaluation {
    uint32_t struct_size;
    uint32_t n_users;        /* users with records that count */
    int64_t n;               /* records that count: those of known users */
    int64_t n_unknown_users; /* records left out: their users are unknown */
    int64_t n_unknown_items; /* records that count with weight 0: the model does not know
                                the item */
    int64_t n_outside;       /* the same: the item is not in `only` */
    int64_t n_seen; /* the same: the item is in the user's history, without keep_seen */
    int64_t
        n_matched; /* records whose item the policy shows with a probability above 0 */
    int64_t n_clipped;       /* records whose weight is above max_weight */
    int64_t n_actions;       /* items that the policy may show */
    uint32_t asked_at_times; /* 1: each record was asked at its time; 0: all are asked at
                                the end of the histories, because the log or the model has
                                no times */
    double effective_n; /* (sum of weights)^2 / sum of squared weights; 0 without matches
                         */
    double mean_weight; /* before clipping; 1 is expected if the propensities are right
                           and the logging policy could show every item of the policy */
    double mean_weight_error; /* its standard error */
    double largest_weight;    /* before clipping */
    double value[REGATTA_N_ESTIMATORS], standard_error[REGATTA_N_ESTIMATORS],
        low[REGATTA_N_ESTIMATORS], high[REGATTA_N_ESTIMATORS];
    /* value - value[LOGGED], paired by records */
    double gain[REGATTA_N_ESTIMATORS], gain_error[REGATTA_N_ESTIMATORS],
        gain_low[REGATTA_N_ESTIMATORS], gain_high[REGATTA_N_ESTIMATORS];
} regatta_logged_evaluation;

#define REGATTA_LOGGED_EVALUATION_INIT                                                   \
    {                                                                                    \
        sizeof(regatta_logged_evaluation), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0.0, 0.0,  \
            0.0, {0.0}, {0.0}, {0.0}, {0.0}, {0.0}, {0.0}, {0.0},                        \
        {                                                                                \
            0.0                                                                          \
        }                                                                                \
    }

/* Estimates what the policy of the options would have earned. `opts` NULL means INIT. The
 * caller sets out->struct_size. Costs as much as regatta_recommend for the users of the
 * log; with times as much as for its records. On failure *out is as before.
 *   REGATTA_EINVAL   an argument out of range
 *   REGATTA_EFORMAT  `path:line: reason`: a bad row, a propensity that is none, with
 *                    `strict` an unknown id; a column is missing; no record has a known
 *                    user
 *   REGATTA_EIO, REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_evaluate_logged(regatta_ctx *ctx,
                                                   const regatta_model *model,
                                                   const regatta_logged *logged,
                                                   const regatta_logged_options *opts,
                                                   regatta_logged_evaluation *out);
REGATTA_END_C
#endif
