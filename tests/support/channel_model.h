/* A model with a channel or two in it and nothing of vectors, from dense matrices. */
#ifndef TESTS_SUPPORT_CHANNEL_MODEL_H
#define TESTS_SUPPORT_CHANNEL_MODEL_H
#include "model/model.h"
#include "rank/scorer.h"

/* What goes in; NULL leaves it out. Arrays are dense, by rows. */
typedef struct channel_parts {
    int64_t n_users, n_items, rank;
    const float *history;  /* [n_users][n_items] weights; 0 = not there */
    int weighted;          /* 0: whatever is there counts 1 */
    const float *items;    /* [n_items][n_items] row: history item, column: candidate */
    const float *scale;    /* [n_items] of the candidates; NULL = 1 */
    const float *users;    /* [n_users][n_users] row: user, column: whom he attends to */
    const float *in, *out; /* [n_items][rank] */
    const rg_blend *blend;
} channel_parts;

regatta_model *channel_model(regatta_ctx *ctx, const channel_parts *parts);
/* User u's history, or that of a folded-in one with the same items (all counting 1). */
rg_history history_of(const regatta_model *model, uint32_t user);
rg_history folded_in(const regatta_model *model, uint32_t user);
/* Fills x[n] with normal numbers, of which about `share` are not 0. */
void sparse_normal(float *x, int64_t n, double share, uint64_t seed);
#endif
