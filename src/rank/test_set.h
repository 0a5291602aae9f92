/* The interactions of a test graph in a model's numbers. */
#ifndef RG_RANK_TEST_SET_H
#define RG_RANK_TEST_SET_H
#include "graph/bipartite.h"
#include "graph/holdout.h"
#include "model/model.h"
#include <regatta/evaluate.h>

enum { RG_N_UNKNOWN = 2 }; /* treatments: REGATTA_UNKNOWN_MISS and _SKIP */

/* The users of a test graph who have test items. holdout has the n users with a history
 * in the model (folded: a row of `history`), numbered as the model (folded: the test
 * graph) numbers them, and their test items that can be ranked. n_unranked users without
 * a history follow in the arrays, in the order of the test graph; holdout.offset has an
 * element for each of them too. */
typedef struct rg_test_set {
    rg_mem mem;
    rg_holdout holdout;
    int64_t n_unranked;
    uint32_t *row;           /* [n + n_unranked] the test graph's number of the user */
    uint32_t *n_missed;      /* [n + n_unranked] the user's other test items */
    int64_t *history_offset; /* [n + 1] into history_item; NULL: use the model's
                                histories */
    uint32_t *history_item;  /* ascending within a user */
    uint32_t n_users[RG_N_UNKNOWN]; /* measured users, by treatment */
    int64_t n_test[RG_N_UNKNOWN];   /* test interactions that count, by treatment */
    int64_t n_unknown_edges, n_seen_edges, n_unknown_history; /* regatta_evaluation */
} rg_test_set;

/* Matches by names. An item can be ranked if the model has it and, unless keep_seen, the
 * training history has not. O(edges log degree). */
regatta_status rg_test_set_create(regatta_ctx *ctx, rg_test_set **out,
                                  const regatta_model *model, const regatta_graph *test,
                                  int keep_seen);
/* The same for the users that `history` has, known to the model or not: their history is
 * the row of `history`, and that of the model has no effect. */
regatta_status rg_test_set_create_folded(regatta_ctx *ctx, rg_test_set **out,
                                         const regatta_model *model,
                                         const regatta_graph *test,
                                         const regatta_graph *history, int keep_seen);
/* Returns how many test items of user t count under a treatment. */
int64_t rg_test_set_count(const rg_test_set *set, int64_t t, uint32_t unknown);
void rg_test_set_free(rg_test_set *set); /* NULL is a no-op */
#endif
