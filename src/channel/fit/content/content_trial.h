/* Trials of content attention on new items: the items of a fold, a fifth of all, are
 * hidden from the histories, and users rank the hidden items by their features alone. */
#ifndef RG_CHANNEL_FIT_CONTENT_TRIAL_H
#define RG_CHANNEL_FIT_CONTENT_TRIAL_H
#include "channel/fit/channel_fit.h"
#include "channel/fit/content/content_part.h"

enum { RG_NEW_ITEM_FOLDS = 5 };

typedef struct rg_content_trial {
    rg_mem mem;
    const rg_content_part *part;
    rg_csr *seen;     /* the interactions with other items */
    int64_t n_hidden; /* items */
    uint32_t *hidden; /* [n_hidden] */
    uint32_t *user;   /* the users who rank */
    rg_csr *users;    /* [users] targets: places of their hidden items */
    /* rg_content_trial_prepare fills these: */
    float *z;                       /* [n_hidden][rank] */
    float *sum;                     /* [users][rank] coordinates of the histories */
    float *tail[RG_MAX_MODALITIES]; /* [users][n_hidden] cosines of sparse modalities */
    double *each;                   /* [2][users] */
} rg_content_trial;

/* Hides the items of a fold with features and interactions, at most 4,096, and takes at
 * most 2,048 users who have hidden items and others. *out is NULL if there are too few
 * for a choice. *n_folds is the number of folds to measure: all, or one if that hides
 * enough items. If few items are hidden, the most popular of them decide alone: on
 * packages of Debian one fold preferred features that were worse on the others.
 *   REGATTA_ENOMEM */
regatta_status rg_content_trial_create(regatta_ctx *ctx, rg_content_trial **out,
                                       int *n_folds, const rg_content_part *part,
                                       const rg_csr *by_user, uint64_t seed, int fold);
/* Computes what measurements need. ENOMEM. */
regatta_status rg_content_trial_prepare(regatta_ctx *ctx, rg_content_trial *trial);
/* Measures a matrix with the tails of its weights: *value is the mean of ndcg@20 and
 * recall@100 over the users, *spread the standard deviation of the scores of a user. */
regatta_status rg_content_trial_measure(const rg_selection *s, double *value,
                                        double *spread, rg_content_trial *trial,
                                        const rg_content_weights *weights,
                                        const float *mix);
void rg_content_trial_free(rg_content_trial *trial); /* NULL is a no-op */
#endif
