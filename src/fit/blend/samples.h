/* Labelled candidates of users: the samples on which a blend is fitted. */
#ifndef RG_FIT_SAMPLES_H
#define RG_FIT_SAMPLES_H
#include "base/checkpoint/archive.h"
#include "model/blend.h"

/* For each user of the validation slice: the union of the best unseen items of every
 * channel, with their scaled channel scores. Users are 0..n_users-1 here; samples of user
 * u are offset[u]..offset[u+1]-1, items ascending. */
typedef struct rg_samples {
    rg_mem mem;
    int n_channels, evidence; /* as in the blend (blend.h) */
    int64_t n_users, n_samples;
    int64_t *offset;    /* [n_users + 1] */
    uint32_t *item;     /* [n_samples] */
    float *s;           /* [n_samples][n_channels]; 0 for an absent channel */
    float *log_degree;  /* [n_samples] log(1 + d_item) */
    float *best;        /* [n_samples] the other inputs of a gate (blend.h) */
    float *support;     /* [n_samples] */
    uint8_t *label;     /* [n_samples] 1: among the user's held-out items */
    float *log_history; /* [n_users] log(1 + n_u) */
    int32_t *n_holdout; /* [n_users] all held-out items, at least 1 */
    uint32_t *user;     /* [n_users] id; a user of several slices has several entries */
    /* The labels of a second scenario; all 0 without one. */
    uint8_t *label_other;     /* [n_samples] */
    int32_t *n_holdout_other; /* [n_users]; may be 0 */
    int has_other;
} rg_samples;

/* Allocates n_users and n_samples, all zero; the caller fills them. */
regatta_status rg_samples_create(regatta_ctx *ctx, rg_samples **out, int64_t n_users,
                                 int64_t n_samples, int n_channels, int evidence);

/* Appends the users and samples of `more`, which has the same channels. */
regatta_status rg_samples_append(regatta_ctx *ctx, rg_samples **samples,
                                 const rg_samples *more);

/* A part of the users, for cross-validation: users with user[u] % of == part, or with
 * `other` all other users; all users if of <= 1. */
typedef struct rg_samples_part {
    int64_t part, of;
    int other;
} rg_samples_part;

int rg_samples_in(const rg_samples *samples, const rg_samples_part *part, int64_t u);

/* Returns sample e of user u as an input of the blend. */
rg_blend_case rg_samples_case(const rg_samples *samples, int64_t u, int64_t e);

/* Returns the mean ndcg@20 of each user's samples ranked by the blend (ties to the lower
 * item; the ideal ranking includes held-out items that are not samples). ndcg[n_users]
 * receives the value of each user, so that the order of the sum is fixed. */
double rg_samples_ndcg(const rg_samples *samples, const rg_blend *blend,
                       const rg_samples_part *part, double *ndcg, int threads);
/* Visits samples of at most n_users users and n_items items for a checkpoint; reading
 * creates them. Free them also after a failure. */
regatta_status rg_samples_archive(rg_archive *archive, rg_samples **samples,
                                  int64_t n_users, int64_t n_items);
void rg_samples_free(rg_samples *samples); /* NULL is a no-op */
#endif
