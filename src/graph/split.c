#include "graph/split.h"
#include "base/rng.h"
#include "graph/pair_marks.h"
#include <assert.h>
#include <string.h>

enum { NOT_DEALT = 0xff };

/* Scratch for one user. Interactions are dealt one by one, or each pair of user and item
 * with all its interactions. */
typedef struct dealing {
    const regatta_split_options *opts;
    int by_pair;
    uint32_t *order; /* [longest] interactions or pairs, those dealt first at the front */
    uint8_t *of_pair; /* [longest] the part of each pair */
} dealing;

/* Returns the given share of a user's items, rounded half up. */
static int64_t share_of(int64_t n, double share)
{
    return (int64_t)((double)n * share + 0.5);
}

/* Assigns the first n_test of order[0..n) to test, the next n_valid to valid, and the
 * others to train. */
static void deal(uint8_t *part, const uint32_t *order, int64_t n, int64_t n_test,
                 int64_t n_valid)
{
    if (n_test > n - 1) n_test = n - 1;
    if (n_valid > n - 1 - n_test) n_valid = n - 1 - n_test;
    for (int64_t k = 0; k < n; k++)
        part[order[k]] = k < n_test             ? RG_PART_TEST
                         : k < n_test + n_valid ? RG_PART_VALID
                                                : RG_PART_TRAIN;
}

/* Orders interactions, or pairs by their last interaction, the latest first; returns
 * their number. */
static int64_t latest_first(dealing *d, const rg_steps *steps)
{
    int64_t n = 0;
    for (int64_t k = steps->n - 1; k >= 0; k--) {
        const uint32_t pair = steps->position[k];
        if (!d->by_pair) {
            d->order[n++] = (uint32_t)k;
        } else if (d->of_pair[pair] == NOT_DEALT) {
            d->of_pair[pair] = RG_PART_TRAIN;
            d->order[n++] = pair;
        }
    }
    return n;
}

/* Assigns part[steps->n] of a user with `degree` pairs. */
static void split_user(dealing *d, uint8_t *part, const rg_steps *steps, int64_t user,
                       int64_t degree)
{
    const regatta_split_options *o = d->opts;
    uint8_t *to = d->by_pair ? d->of_pair : part;
    if (steps->n == 0) return;
    memset(d->of_pair, NOT_DEALT, (size_t)degree);
    if (o->kind == REGATTA_SPLIT_TIME) {
        for (int64_t k = 0; k < steps->n; k++) /* the latest of a pair decides */
            to[d->by_pair ? steps->position[k] : k] =
                steps->time[k] >= o->time ? RG_PART_TEST : RG_PART_TRAIN;
    } else if (o->kind == REGATTA_SPLIT_LEAVE_LAST) {
        deal(to, d->order, latest_first(d, steps), o->leave_last, o->leave_valid);
    } else {
        for (int64_t k = 0; k < degree; k++) d->order[k] = (uint32_t)k;
        rg_shuffle(d->order, degree, o->seed, RG_STREAM_SPLIT, (uint32_t)user);
        deal(to, d->order, degree, share_of(degree, o->test_share),
             share_of(degree, o->valid_share));
    }
    for (int64_t k = 0; d->by_pair && k < steps->n; k++)
        part[k] = d->of_pair[steps->position[k]];
}

static int64_t longest_of(const regatta_graph *graph)
{
    int64_t longest = 0;
    for (int64_t u = 0; u < graph->by_user->n_rows; u++) {
        const int64_t n = rg_interactions_of(graph, u);
        if (n > longest) longest = n;
    }
    return longest;
}

regatta_status rg_split_assign(regatta_ctx *ctx, uint8_t *part,
                               const regatta_graph *graph,
                               const regatta_split_options *opts)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = graph->by_user;
    const int64_t longest = longest_of(graph);
    dealing d = {.opts = opts};
    rg_interactions in = {0};
    assert(opts->kind == REGATTA_SPLIT_RATIO || graph->time != NULL);
    d.by_pair = opts->kind == REGATTA_SPLIT_RATIO || graph->dedup != REGATTA_DEDUP_SUM;
    RG_NEW(ctx->mem, d.order, longest);
    RG_NEW(ctx->mem, d.of_pair, longest);
    RG_TRY(rg_interactions_open(ctx, &in, graph, 0));
    for (int64_t u = 0; u < rows->n_rows; part += in.now.n, u++) {
        rg_interactions_read(&in, u);
        split_user(&d, part, &in.now, u, rg_csr_degree(rows, u));
    }
done:
    rg_interactions_close(&in);
    rg_free(ctx->mem, d.order);
    rg_free(ctx->mem, d.of_pair);
    return status;
}

/* Appends the interactions of the part. The part that is trained on has the marks of a
 * user that are not later than their last interaction there. */
static regatta_status add_part(regatta_ctx *ctx, rg_edges *edges, rg_interactions *in,
                               const uint8_t *part, uint8_t which)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = in->graph->by_user;
    for (int64_t u = 0; u < rows->n_rows; part += in->now.n, u++) {
        int64_t last = which == RG_PART_NEW ? INT64_MAX : INT64_MIN;
        rg_interactions_read(in, u);
        for (int64_t k = 0; k < in->now.n; k++) {
            const uint32_t item = rows->target[rows->offset[u] + in->now.position[k]];
            if (part[k] != which) continue;
            if (in->time != NULL && in->time[k] > last) last = in->time[k];
            RG_TRY(rg_edges_add(ctx, edges, (uint32_t)u, item,
                                in->weight != NULL ? in->weight[k] : 1.0f,
                                in->time != NULL ? in->time[k] : 0));
        }
        if (which == RG_PART_TRAIN || which == RG_PART_NEW)
            RG_TRY(rg_marks_add(ctx, edges, in->graph, (uint32_t)u, last));
    }
done:
    return status;
}

regatta_status rg_split_part(regatta_ctx *ctx, regatta_graph **out,
                             const regatta_graph *graph, const uint8_t *part,
                             uint8_t which)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_edges *edges = NULL;
    rg_interactions in = {0};
    RG_TRY(rg_interactions_open(ctx, &in, graph, 0));
    RG_TRY(rg_edges_create(ctx, &edges, in.weight != NULL || rg_has_marks(graph),
                           in.time != NULL));
    RG_TRY(add_part(ctx, edges, &in, part, which));
    rg_idmap_free(edges->users);
    rg_idmap_free(edges->items);
    edges->users = edges->items = NULL;
    RG_TRY(rg_idmap_copy(ctx, &edges->users, graph->users));
    RG_TRY(rg_idmap_copy(ctx, &edges->items, graph->items));
    RG_TRY(rg_bipartite_build(ctx, out, edges, graph->dedup, NULL));
    status = rg_read_rules_copy(ctx, &(*out)->rules, graph->rules);
    if (status == REGATTA_OK) goto done;
    regatta_graph_free(*out);
    *out = NULL;
done:
    rg_edges_free(edges);
    rg_interactions_close(&in);
    return status;
}
