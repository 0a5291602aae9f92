/* Strengths of reweighting, learned from the labels of samples. */
#ifndef RG_RIDGE_REWEIGHT_LEARN_H
#define RG_RIDGE_REWEIGHT_LEARN_H
#include "base/checkpoint/archive.h"
#include "ridge/reweight.h"

/* Samples of users, some with label 1, on which the weights were not fitted. Pointers
 * are borrowed. */
typedef struct rg_reweight_samples {
    int64_t n_users;
    const int64_t *offset;  /* [n_users + 1] a user's samples */
    const uint32_t *item;   /* the item of each sample */
    const float *known;     /* another score of the sample, of order 1 */
    const uint8_t *label;   /* the label: 1 if the user has the item */
    const uint32_t *user;   /* [n_users] the user's row of history */
    const int64_t *at;      /* [n_users] the time asked for; NULL: that of the latest
                               interaction */
    const rg_csr *history;  /* users x items, with values or without (all 1) */
    const float *candidate; /* [n_items] factor of a candidate's sum */
} rg_reweight_samples;

typedef struct rg_learned {
    rg_reweight_strength strength;
    double known, sum;              /* a and g */
    double loss_before, loss_after; /* nats a user: strengths 0, and as learned; both
                                       with the best weights of the two terms */
    int steps;                      /* of Newton's method */
} rg_learned;

/* Minimises over a, g and the strengths beta (`heads` of them) the mean over users with a
 * positive label of
 *
 *   -(1/|T|) sum_{j in T} log softmax_j(a known_j + g x_j / x_max)
 *   x_j = candidate_j sum_{i in history} R_ui w'_ij(beta),  x_max the largest at beta = 0
 *
 * plus 1e-4 / 2 of the squared distance of all of them from a = g = 1, beta = 0, so that
 * parameters without evidence stay there. w' as rg_reweight_build makes it of `ridge`
 * and the vectors x[n_items][dim]. By Fisher scoring with step halving from beta = 0: the
 * loss never rises. Users without a positive label or without an x_j > 0 have no effect;
 * without any other user, beta is 0. Memory: heads + 2 floats for each edge of a sample's
 * row, 8 bytes for each pair of a sample and a history item with a weight for it. Same
 * bits at any thread count. REGATTA_ENOMEM. */
regatta_status rg_attention_learn(regatta_ctx *ctx, rg_learned *out, const rg_csr *ridge,
                                  const float *x, int64_t dim, int heads,
                                  const rg_reweight_samples *choices);
/* Visits what was learned for a checkpoint. */
regatta_status rg_learned_archive(rg_archive *archive, rg_learned *l);
#endif
