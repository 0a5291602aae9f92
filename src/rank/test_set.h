/* The interactions of a test graph that count for a model. */
#ifndef RG_RANK_TEST_SET_H
#define RG_RANK_TEST_SET_H
#include "graph/bipartite.h"
#include "model/model.h"
#include <regatta/evaluate.h>

/* Test interactions in the model's numbers, those that count. */
typedef struct rg_test_set {
    rg_mem mem;
    int64_t n;               /* users, ascending */
    uint32_t *user;          /* the model's number; of a folded set the test graph's */
    int64_t *offset;         /* [n + 1] */
    uint32_t *item;          /* ascending within a user */
    int64_t *history_offset; /* [n + 1] into history_item; NULL: the model's histories */
    uint32_t *history_item;  /* ascending within a user */
    regatta_evaluation counts;
} rg_test_set;

/* Matches by names; leaves out unknown nodes and, unless keep_seen, interactions of the
 * training history. O(edges log degree). */
regatta_status rg_test_set_create(regatta_ctx *ctx, rg_test_set **out,
                                  const regatta_model *model, const regatta_graph *test,
                                  int keep_seen);
/* The same for the users that `history` has, known to the model or not: what they had is
 * what history says, and nothing of theirs in the model counts. */
regatta_status rg_test_set_create_folded(regatta_ctx *ctx, rg_test_set **out,
                                         const regatta_model *model,
                                         const regatta_graph *test,
                                         const regatta_graph *history, int keep_seen);
void rg_test_set_free(rg_test_set *set); /* NULL is a no-op */
#endif
