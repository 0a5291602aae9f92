/* Strengths of attention over the item graph, learned from what users took. */
#ifndef RG_RIDGE_REWEIGHT_LEARN_H
#define RG_RIDGE_REWEIGHT_LEARN_H
#include "ridge/reweight.h"

/* Offers to users, some of them labelled 1, that the weights were not fitted on. Pointers
 * are borrowed. */
typedef struct rg_choices {
    int64_t n_users;
    const int64_t *offset;  /* [n_users + 1] a user's samples */
    const uint32_t *item;   /* what is offered */
    const float *known;     /* what else speaks for it, a number of order 1 an offer */
    const uint8_t *label;   /* 1: the user took it */
    const uint32_t *user;   /* [n_users] the user's row of history */
    const rg_csr *history;  /* users x items, with values or without (all 1) */
    const float *candidate; /* [n_items] factor of a candidate's sum */
} rg_choices;

typedef struct rg_learned {
    rg_reweight_strength strength;
    double known, sum;              /* a and g */
    double loss_before, loss_after; /* nats a user: strengths 0, and as learned; both
                                       with the best weights of the two terms */
    int steps;                      /* of Newton's method */
} rg_learned;

/* Minimises over a, g and the strengths beta (`heads` of them) the mean over users who
 * took any of
 *
 *   -(1/|T|) sum_{j in T} log softmax_j(a known_j + g x_j / x_max)
 *   x_j = candidate_j sum_{i in history} R_ui w'_ij(beta),  x_max the largest at beta = 0
 *
 * plus 1e-4 / 2 of the squared distance of all of them from a = g = 1, beta = 0, so that
 * what no user speaks of stays there. w' as rg_reweight_build makes it of `prior`
 * and the vectors x[n_items][dim]. By Fisher scoring with step halving from beta = 0: the
 * loss never rises. Users without any positive label or without an x_j > 0 teach nothing;
 * where nobody teaches, beta is 0. Memory: heads + 2 floats for each edge of an offered
 * row, 8 bytes for each pair of an offer and a history item that attends to it. Same bits
 * at any thread count. REGATTA_ENOMEM. */
regatta_status rg_attention_learn(regatta_ctx *ctx, rg_learned *out, const rg_csr *prior,
                                  const float *x, int64_t dim, int heads,
                                  const rg_choices *choices);
#endif
