/* The interactions of a test graph in a model's numbers, and the queries that ask for
 * them. */
#ifndef RG_RANK_TEST_SET_H
#define RG_RANK_TEST_SET_H
#include "graph/bipartite.h"
#include "graph/holdout.h"
#include "model/model.h"
#include <regatta/evaluate.h>

enum { RG_N_UNKNOWN = 2 }; /* treatments: REGATTA_UNKNOWN_MISS and _SKIP */

/* The data of an evaluation. */
typedef struct rg_test_source {
    const regatta_graph *test;
    /* Users are folded in from their interactions in these graphs, joined in this order;
     * n_histories 0: they have the histories of the model. */
    const regatta_graph *const *history;
    int n_histories;
    int keep_seen;  /* 1: items of the history are ranked too */
    int every_next; /* 1: each test interaction is a query, whose history contains the
                       earlier ones of its user */
    const uint32_t *allow; /* the items that are ranked (rank/allow.h); test interactions
                              with others are left out. NULL = all */
} rg_test_source;

/* The queries of an evaluation: one for each test user, or with every_next one for each
 * test interaction. holdout has the n queries with a history, and their test items that
 * can be ranked. n_unranked queries without a history follow in the arrays, in the order
 * of the test graph; holdout.offset has an element for each of them too. */
typedef struct rg_test_set {
    rg_mem mem;
    rg_holdout holdout; /* user: numbers of the model, unless histories are folded in */
    int64_t n_unranked;
    uint32_t *row;      /* [n + n_unranked] the test graph's number of the user */
    uint32_t *n_missed; /* [n + n_unranked] the other test items */
    /* Folded in: query t has the interactions step_item[first[t] .. first[t] + length[t])
     * in order. NULL: the queries have the histories of the model. */
    int64_t *first, *length;
    uint32_t *step_item;
    int64_t *step_time;               /* NULL: not known */
    int64_t longest;                  /* largest length */
    int64_t n_measured[RG_N_UNKNOWN]; /* measured queries, by treatment */
    uint32_t n_users[RG_N_UNKNOWN];   /* their users */
    int64_t n_test[RG_N_UNKNOWN];     /* test interactions that count, by treatment */
    /* regatta_evaluation */
    int64_t n_unknown_edges, n_seen_edges, n_unknown_history, n_outside, n_earlier;
} rg_test_set;

/* Matches by names. A test item can be ranked if the model has it and, unless keep_seen,
 * the history has not. Without histories the queries are in the order of the model's
 * users, then (every_next) of the unknown users of the test graph; with histories they
 * are in the order of the test graph. A user whom neither the model nor the histories
 * know has no history: no query of theirs is ranked, with every_next only the first one
 * is not. O(interactions). */
regatta_status rg_test_set_create(regatta_ctx *ctx, rg_test_set **out,
                                  const regatta_model *model,
                                  const rg_test_source *source);
/* Returns how many test items of query t count under a treatment. */
int64_t rg_test_set_count(const rg_test_set *set, int64_t t, uint32_t unknown);
void rg_test_set_free(rg_test_set *set); /* NULL is a no-op */

/* Room for the histories of some queries. */
typedef struct rg_test_room {
    int64_t capacity; /* interactions */
    int64_t *offset;
    uint32_t *item;
    int64_t *time;
} rg_test_room;

/* For at most `most` queries at a time. */
regatta_status rg_test_room_create(regatta_ctx *ctx, rg_test_room *out,
                                   const rg_test_set *set, int64_t most);
void rg_test_room_free(regatta_ctx *ctx, rg_test_room *room);
/* Sets *out to the queries from `first` on, at most `most` and as many as fit into the
 * room. */
void rg_test_set_query(regatta_query *out, const rg_test_set *set, int64_t first,
                       int64_t most, const rg_test_room *room);
#endif
