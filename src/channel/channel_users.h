/* The user-attention part of a score: what the users lend that a user attends to.
 *
 *   x_j = sum_{v in N(u)} w_vu r_vj                                (docs/model.md)
 *
 * Only users of training have a N(u): a folded-in history gets zeros, and its blend
 * goes without this channel. */
#ifndef RG_CHANNEL_CHANNEL_USERS_H
#define RG_CHANNEL_CHANNEL_USERS_H
#include "model/history.h"

/* Overwrites row[n_items]. O(items + sum of the neighbours' histories). */
void rg_users_row(float *row, const regatta_model *model, const rg_history *history);
#endif
