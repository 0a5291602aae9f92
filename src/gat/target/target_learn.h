/* Learns the network of target attention from labelled samples, with estimates of its
 * loss on users from whom it did not learn. */
#ifndef RG_GAT_TARGET_LEARN_H
#define RG_GAT_TARGET_LEARN_H
#include "gat/target/target_loss.h"

/* Users are in halves by their id. A network of a half is learned from the other half,
 * so its scores of the samples are those of unseen users; the last network is learned
 * from all. */
enum { RG_TARGET_HALVES = 2, RG_TARGET_ALL = 2, RG_TARGET_NETS = 3 };

typedef struct rg_target_learned {
    float x[RG_TARGET_NETS][RG_TARGET_FLOATS]; /* [rg_target_floats(width)] each */
    int rounds;                                /* over the users; 0: o = 0, g = 1 */
    int64_t n_users;                           /* that have an effect */
    double loss_before, loss_after; /* nats a user: g = 1, and by the half networks */
    double error;                   /* standard error of the mean difference of the two */
} rg_target_learned;

/* Learns on the samples of users with ids user[n_users]. The weights a and b of the loss
 * begin at their optimum for g = 1. Then Adam on batches of users, both halves at a time;
 * the number of rounds is the one after which the loss over all users, each by the
 * network of the other half, is least. An L2 penalty pulls the network to o = 0, so
 * without evidence g stays 1. Cost: 6 (width + 2) RG_NET_UNITS FLOPs for each pair and
 * round, four times that of a round over all users. Same bits at any thread count.
 *   REGATTA_ENOMEM
 *   REGATTA_ENUMERIC  the numbers of the network became infinite */
regatta_status rg_target_learn(regatta_ctx *ctx, rg_target_learned *out,
                               const rg_target_samples *samples, const uint32_t *user,
                               rg_target_kind kind, uint64_t seed);
#endif
