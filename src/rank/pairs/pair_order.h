/* Orders of labelled pairs. */
#ifndef RG_RANK_PAIR_ORDER_H
#define RG_RANK_PAIR_ORDER_H
#include "base/sort.h"
#include <regatta/pairs.h>

/* Each fills order[pairs->n], whose `place` is the number of a pair and whose `time` is
 * equal for pairs that tie; ascending, ties by number. O(n log n). */
void rg_pair_order_score(rg_moment *order, const regatta_pairs *pairs);
void rg_pair_order_probability(rg_moment *order, const regatta_pairs *pairs);
/* By user, and by score within a user. */
void rg_pair_order_user(rg_moment *order, const regatta_pairs *pairs);

/* Returns the weight of a pair. */
double rg_pair_weight(const regatta_pairs *pairs, int64_t k);
#endif
