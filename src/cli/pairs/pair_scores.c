/* Scores of a block of pairs. Pairs with the same query are scored by one row; queries
 * of a call are alike: users or histories, with or without times of asking. */
#include "cli/pairs/pairs.h"
#include <stdlib.h>
#include <string.h>

/* What queries of a call have in common. */
typedef enum kind {
    USERS,
    USERS_AT,
    HISTORIES,
    TIMED_HISTORIES,
    HISTORIES_AT,
    N_KINDS
} kind;

/* A pair and its query; equal queries have the same key. */
typedef struct key {
    kind kind;
    uint32_t user;
    int64_t at, query, pair;
} key;

/* The arrays of one call. */
typedef struct call {
    regatta_query query;
    uint32_t *user, *member, *item;
    int64_t *offset, *time, *at, *pair_offset;
    float *score;
    double *probability;
} call;

static kind kind_of(const cli_pair_query *q)
{
    if (q->user != REGATTA_NONE) return q->has_at ? USERS_AT : USERS;
    if (q->has_at) return HISTORIES_AT;
    return q->timed && q->n > 0 ? TIMED_HISTORIES : HISTORIES;
}

static key key_of(const cli_pairs *p, int64_t pair)
{
    const cli_pair_query *q = &p->queries[p->query[pair]];
    const kind k = kind_of(q);
    const int is_user = k == USERS || k == USERS_AT;
    return (key){.kind = k,
                 .user = q->user,
                 .at = k == USERS_AT ? q->at : 0,
                 .query = is_user ? 0 : p->query[pair],
                 .pair = pair};
}

static int order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_query(const key *x, const key *y)
{
    int c = order((int64_t)x->kind, (int64_t)y->kind);
    if (!c) c = order((int64_t)x->user, (int64_t)y->user);
    if (!c) c = order(x->at, y->at);
    return c ? c : order(x->query, y->query);
}

static int by_key(const void *a, const void *b)
{
    const key *x = a, *y = b;
    const int c = by_query(x, y);
    return c ? c : order(x->pair, y->pair);
}

static void free_call(call *c)
{
    free(c->user);
    free(c->member);
    free(c->item);
    free(c->offset);
    free(c->time);
    free(c->at);
    free(c->pair_offset);
    free(c->score);
    free(c->probability);
}

static int new_call(call *c, int64_t n, int64_t n_members)
{
    *c = (call){.query = REGATTA_QUERY_INIT,
                .user = cli_new(n, sizeof *c->user),
                .member = cli_new(n_members, sizeof *c->member),
                .item = cli_new(n, sizeof *c->item),
                .offset = cli_new(n + 1, sizeof *c->offset),
                .time = cli_new(n_members, sizeof *c->time),
                .at = cli_new(n, sizeof *c->at),
                .pair_offset = cli_new(n + 1, sizeof *c->pair_offset),
                .score = cli_new(n, sizeof *c->score),
                .probability = cli_new(n, sizeof *c->probability)};
    return c->user && c->member && c->item && c->offset && c->time && c->at &&
                   c->pair_offset && c->score && c->probability
               ? CLI_DONE
               : cli_no_memory();
}

/* Appends the query of a pair. */
static void add_query(call *c, const cli_pairs *p, int64_t pair)
{
    const cli_pair_query *q = &p->queries[p->query[pair]];
    const int64_t at = c->query.n++, first = c->offset[at];
    c->user[at] = q->user;
    c->at[at] = q->at;
    c->offset[at + 1] = first + q->n;
    for (int64_t k = 0; k < q->n; k++) {
        c->member[first + k] = p->history.node[q->first + k];
        c->time[first + k] = p->time[q->first + k];
    }
}

/* Sets the arrays that queries of the kind have. */
static void set_arrays(call *c, kind k)
{
    const int is_user = k == USERS || k == USERS_AT;
    c->query.user = is_user ? c->user : NULL;
    c->query.offset = is_user ? NULL : c->offset;
    c->query.item = is_user ? NULL : c->member;
    c->query.time = k == TIMED_HISTORIES || k == HISTORIES_AT ? c->time : NULL;
    c->query.at = k == USERS_AT || k == HISTORIES_AT ? c->at : NULL;
}

/* Scores the pairs of keys[n], which are of one kind. */
static int score_kind(cli_pairs *p, regatta_ctx *ctx, const key *keys, int64_t n,
                      int has_calibration)
{
    int code = CLI_DONE;
    call c;
    CLI_TRY(new_call(&c, n, p->history.n));
    for (int64_t k = 0; k < n; k++) {
        if (k == 0 || by_query(&keys[k - 1], &keys[k]) != 0)
            add_query(&c, p, keys[k].pair);
        c.item[k] = p->item[keys[k].pair];
        c.pair_offset[c.query.n] = k + 1;
    }
    set_arrays(&c, keys->kind);
    CLI_CALL(regatta_score_pairs(ctx, p->model, &c.query, c.pair_offset, c.item, c.score,
                                 has_calibration ? c.probability : NULL));
    for (int64_t k = 0; k < n; k++) {
        p->score[keys[k].pair] = c.score[k];
        p->probability[keys[k].pair] = c.probability[k];
    }
done:
    free_call(&c);
    return code;
}

int cli_pairs_score(cli_pairs *p, regatta_ctx *ctx, int has_calibration)
{
    int code = CLI_DONE;
    key *keys = cli_new(p->n, sizeof *keys);
    if (!keys) return cli_no_memory();
    for (int64_t k = 0; k < p->n; k++) keys[k] = key_of(p, k);
    qsort(keys, (size_t)p->n, sizeof *keys, by_key);
    for (int64_t k = 0, next; k < p->n; k = next) {
        for (next = k + 1; next < p->n && keys[next].kind == keys[k].kind;) next++;
        CLI_TRY(score_kind(p, ctx, keys + k, next - k, has_calibration));
    }
done:
    free(keys);
    return code;
}
