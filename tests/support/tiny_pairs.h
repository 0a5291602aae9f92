/* Graphs of named pairs, as test parts for the models of tiny_model.h. */
#ifndef TESTS_SUPPORT_TINY_PAIRS_H
#define TESTS_SUPPORT_TINY_PAIRS_H
#include "model/model.h"

enum { TINY_USERS = 23, TINY_ITEMS = 41 }; /* of tiny_default() */

typedef struct tiny_pair {
    const char *user, *item;
} tiny_pair;

regatta_graph *tiny_pairs(regatta_ctx *ctx, const tiny_pair *pairs, int n);

/* True if the item is in the user's history. */
int tiny_has(const regatta_model *m, uint32_t user, uint32_t item);

/* Returns a graph of every user, from the last to the first, with two items that are not
 * in their history: its node numbers differ from the model's. */
regatta_graph *tiny_two_each(regatta_ctx *ctx, const regatta_model *m);
#endif
