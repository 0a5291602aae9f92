/* The loss of target attention on labelled samples of users, and its gradient.
 *
 *   x_j = rest_j + sum_h part_hj g_hj       part: scale_j r_h w_hj, over the pairs of j
 *   gate      g_hj = 2 / (1 + exp(-o_hj))
 *   softmax   g_hj = n_j exp(o_hj) / sum_h exp(o_hj)        n_j: pairs of j
 *   z_j = a known_j + b x_j / x_max
 *   loss = -(1/|T|) sum_{j in T} log softmax_j(z)           T: samples with label 1
 *
 * o as in target_net.h, clamped to +-RG_TARGET_MOST; x_max is the largest x_j of the user
 * at g = 1. At o = 0 both kinds have g = 1. Gradient:
 *
 *   dz_j = p_j - t_j,  da = sum_j dz_j known_j,  db = sum_j dz_j x_j / x_max
 *   gate      do_hj = dx_j part_hj g_hj (1 - g_hj / 2)
 *   softmax   do_hj = dx_j g_hj (part_hj - sum_h part_hj g_hj / n_j)
 *
 * Cost: 6 (width + 2) RG_NET_UNITS FLOPs for each pair. A thread owns blocks of users;
 * blocks are added in their order: same bits at any thread count. */
#ifndef RG_GAT_TARGET_LOSS_H
#define RG_GAT_TARGET_LOSS_H
#include "base/ctx.h"
#include "gat/target/target_net.h"

#define RG_TARGET_MOST 8.0f

/* An item of a history and a sample, with a weight between them. */
typedef struct rg_target_pair {
    uint32_t sample; /* number among the user's samples */
    float part, share;
} rg_target_pair;

/* Samples of users. Pointers are borrowed. */
typedef struct rg_target_samples {
    int width;
    const float *q; /* [n_items][width] */
    int64_t n_users;
    const int64_t *offset;          /* [n_users + 1] a user's samples */
    const uint32_t *item;           /* [n_samples] */
    const float *known;             /* [n_samples] another score, of order 1 */
    const float *rest;              /* [n_samples] the part of x without the network */
    const uint8_t *label;           /* [n_samples] */
    const int64_t *own;             /* [n_users + 1] a user's items with pairs */
    const rg_target_item *own_item; /* [items with pairs] */
    const int64_t *first;           /* [items with pairs + 1] an item's pairs */
    const rg_target_pair *pair;
} rg_target_samples;

/* Parameters of the loss: the numbers of the network, then a and b. */
int64_t rg_target_parameters(int width);

typedef struct rg_target_loss rg_target_loss;
/* Creates a loss on `samples`. REGATTA_ENOMEM. */
regatta_status rg_target_loss_create(regatta_ctx *ctx, rg_target_loss **out,
                                     const rg_target_samples *samples,
                                     rg_target_kind kind);
void rg_target_loss_free(rg_target_loss *loss); /* NULL is a no-op */
/* Returns 1 if user u has an effect: labels of both values and x_max > 0. */
int rg_target_counts(const rg_target_loss *loss, int64_t u);
/* Writes x_j / x_max at g = 1 for each sample of user u. */
void rg_target_plain(const rg_target_loss *loss, float *x, int64_t u);
/* each[k] = the loss of user list[k], k < n. All of them count. */
void rg_target_each(rg_target_loss *loss, double *each, const float *x,
                    const uint32_t *list, int64_t n);
/* grad[rg_target_parameters(width)] = the derivatives by x of the mean loss of the users
 * list[n]. All of them count. */
void rg_target_gradient(rg_target_loss *loss, float *grad, const float *x,
                        const uint32_t *list, int64_t n);
#endif
