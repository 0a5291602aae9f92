#include "ridge/item_attention.h"
#include "base/checkpoint/checkpoint.h"
#include "base/clock.h"
#include "ridge/attention_archive.h"
#include <math.h>
#include <string.h>

rg_item_attention_options rg_item_attention_defaults(void)
{
    return (rg_item_attention_options){.user_power = 0.35,
                                       .lambda = 4.0,
                                       .theta = 0.5,
                                       .candidate_power = 0.0,
                                       .neighbours = 200,
                                       .cap = 500,
                                       .table_bytes = INT64_C(64) << 20,
                                       .steps = 6,
                                       .tolerance = 1e-4f,
                                       .seed = 1};
}

/* Appends the row of item j: its neighbourhood, or its weights before. */
static void append_row(rg_csr *to, int64_t j, const rg_neighbours *n, const rg_csr *old)
{
    const int64_t at = to->offset[j];
    int64_t from = n->offset[j], count = n->count[j];
    const uint32_t *item = n->item;
    const float *value = n->value;
    if (old != NULL) {
        from = old->offset[j];
        count = rg_csr_degree(old, j);
        item = old->target;
        value = old->value;
    }
    if (count > 0) {
        memcpy(to->target + at, item + from, (size_t)count * sizeof *to->target);
        memcpy(to->value + at, value + from, (size_t)count * sizeof *to->value);
    }
    to->offset[j + 1] = at + count;
}

/* The neighbourhoods as a CSR without the unused room; the items with wanted[j] == 0 have
 * their rows of `old` (wanted NULL: none). */
static regatta_status compact(regatta_ctx *ctx, rg_csr **out, const rg_neighbours *n,
                              const uint8_t *wanted, const rg_csr *old)
{
    int64_t n_edges = 0;
    for (int64_t j = 0; j < n->n_items; j++)
        n_edges += wanted != NULL && !wanted[j] ? rg_csr_degree(old, j) : n->count[j];
    const regatta_status status =
        rg_csr_create(ctx, out, n->n_items, n->n_items, n_edges, 1);
    if (status != REGATTA_OK) return status;
    for (int64_t j = 0; j < n->n_items; j++)
        append_row(*out, j, n, wanted != NULL && !wanted[j] ? old : NULL);
    return REGATTA_OK;
}

void rg_item_attention_set_power(rg_item_attention *a, double candidate_power)
{
    for (int64_t j = 0; j < a->n_items; j++)
        a->scale[j] = a->degree[j] > 0.0f
                          ? (float)pow((double)a->degree[j], -candidate_power)
                          : 1.0f;
}

regatta_status rg_item_attention_from_weights(regatta_ctx *ctx, rg_item_attention **out,
                                              rg_csr *by_target, const float *degree,
                                              double candidate_power)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_item_attention *a = NULL;
    RG_NEW(ctx->mem, a, 1);
    a->mem = ctx->mem;
    a->n_items = by_target->n_rows;
    RG_NEW(ctx->mem, a->scale, a->n_items);
    RG_NEW(ctx->mem, a->degree, a->n_items);
    memcpy(a->degree, degree, (size_t)a->n_items * sizeof *degree);
    rg_item_attention_set_power(a, candidate_power);
    RG_TRY(rg_csr_transpose(ctx, &a->by_history, by_target));
    a->by_target = by_target;
    *out = a;
    a = NULL; /* ownership has moved to the caller */
done:
    rg_item_attention_free(a);
    return status;
}

regatta_status rg_item_attention_gram(regatta_ctx *ctx, rg_cooccurrence **out,
                                      const rg_csr *by_user,
                                      const rg_item_attention_options *o)
{
    const regatta_status status =
        o->ordered
            ? rg_cooccurrence_ordered(ctx, out, by_user, o->user_power, &o->context)
            : rg_cooccurrence_create(ctx, out, by_user, o->user_power, o->cap, o->seed);
    if (status == REGATTA_OK && o->mean_self > 0.0) (*out)->mean_self = o->mean_self;
    return status;
}

/* Solves the wanted targets (NULL: all); the others have their rows of `old`. */
static regatta_status solve(regatta_ctx *ctx, rg_item_attention **out,
                            const rg_cooccurrence *g, const rg_item_attention_options *o,
                            const uint8_t *wanted, const rg_csr *old, int64_t table_bytes)
{
    regatta_status status = REGATTA_OK;
    rg_neighbours *n = NULL;
    rg_csr *by_target = NULL;
    const rg_ridge_shape shape = {o->lambda, o->theta, o->steps, o->tolerance};
    RG_TRY(rg_neighbours_create(ctx, &n, g, wanted, o->neighbours, table_bytes));
    RG_TRY(rg_local_ridge(ctx, &n->value, n, g, &shape, 1));
    RG_TRY(compact(ctx, &by_target, n, wanted, old));
    RG_TRY(rg_item_attention_from_weights(ctx, out, by_target, g->degree,
                                          o->candidate_power));
    (*out)->mean_self = g->mean_self;
    by_target = NULL; /* ownership has moved to *out */
done:
    rg_csr_free(by_target);
    rg_neighbours_free(n);
    return status;
}

regatta_status rg_item_attention_solve(regatta_ctx *ctx, rg_csr *by_target,
                                       const rg_cooccurrence *g,
                                       const rg_item_attention_options *o)
{
    regatta_status status = REGATTA_OK;
    rg_neighbours *n = NULL;
    const rg_ridge_shape shape = {o->lambda, o->theta, o->steps, o->tolerance};
    RG_TRY(rg_neighbours_of(ctx, &n, g, by_target, o->table_bytes));
    RG_TRY(rg_local_ridge(ctx, &by_target->value, n, g, &shape, 1));
done:
    rg_neighbours_free(n);
    return status;
}

/* The arguments of a build, a unit of a checkpoint. */
typedef struct task {
    const rg_csr *by_user;
    const rg_item_attention_options *options;
    rg_item_attention *out;
} task;

static regatta_status build(regatta_ctx *ctx, void *state)
{
    regatta_status status = REGATTA_OK;
    task *t = state;
    const rg_item_attention_options *options = t->options;
    rg_cooccurrence *g = NULL;
    RG_TRY(rg_item_attention_gram(ctx, &g, t->by_user, options));
    RG_TRY(solve(ctx, &t->out, g, options, NULL, NULL, options->table_bytes));
done:
    rg_cooccurrence_free(g);
    return status;
}

enum { HAS_USERS = 1, TOUCHED = 2 };

/* Returns 1 if the target has a touched item as neighbour. */
static int is_near_touched(const rg_csr *by_target, int64_t j, const uint8_t *mark)
{
    int64_t e = by_target->offset[j];
    const int64_t end = by_target->offset[j + 1];
    while (e < end && (mark[by_target->target[e]] & TOUCHED) == 0) e++;
    return e < end;
}

/* Marks the targets whose systems changed: items of the changed rows, and those that have
 * them as neighbours; returns the number of targets. An item without users has no system:
 * if it had weights, as an item that training knew by its features alone, it keeps them.
 */
static int64_t find_changed(uint8_t *wanted, uint8_t *mark, const rg_csr *by_user,
                            const rg_attention_old *before)
{
    const rg_csr *old = before->by_target;
    int64_t n = 0;
    for (int64_t u = 0; u < by_user->n_rows; u++)
        for (int64_t e = by_user->offset[u]; e < by_user->offset[u + 1]; e++)
            mark[by_user->target[e]] |=
                before->changed[u] ? HAS_USERS | TOUCHED : HAS_USERS;
    for (int64_t j = 0; j < by_user->n_cols; j++) {
        wanted[j] = j >= old->n_rows || (mark[j] & TOUCHED) != 0 ||
                    (mark[j] != 0 && is_near_touched(old, j, mark));
        n += wanted[j];
    }
    return n;
}

/* The table of hubs costs as much as all rows: for few targets it does not pay. */
enum { TABLE_PARTS = 8 };

regatta_status rg_item_attention_update(regatta_ctx *ctx, rg_item_attention **out,
                                        const rg_csr *by_user,
                                        const rg_item_attention_options *options,
                                        const rg_attention_old *before, int64_t *n_solved)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const int64_t n_items = by_user->n_cols;
    rg_cooccurrence *g = NULL;
    uint8_t *wanted = NULL, *mark = NULL;
    RG_NEW(ctx->mem, wanted, n_items);
    RG_NEW(ctx->mem, mark, n_items);
    *n_solved = find_changed(wanted, mark, by_user, before);
    RG_TRY(rg_item_attention_gram(ctx, &g, by_user, options));
    RG_TRY(solve(ctx, out, g, options, wanted, before->by_target,
                 *n_solved >= n_items / TABLE_PARTS ? options->table_bytes : 0));
done:
    rg_free(ctx->mem, wanted);
    rg_free(ctx->mem, mark);
    rg_cooccurrence_free(g);
    return status;
}

static regatta_status visit(rg_archive *archive, void *state)
{
    task *t = state;
    return rg_attention_archive(archive, &t->out, t->by_user->n_cols,
                                t->options->candidate_power);
}

regatta_status rg_item_attention_build(regatta_ctx *ctx, rg_item_attention **out,
                                       const rg_csr *by_user,
                                       const rg_item_attention_options *options)
{
    task t = {.by_user = by_user, .options = options};
    const rg_unit unit = {"local ridge", build, visit, &t};
    const regatta_status status = rg_unit_run(ctx, &unit);
    *out = NULL;
    if (status == REGATTA_OK)
        *out = t.out;
    else
        rg_item_attention_free(t.out);
    return status;
}

void rg_item_attention_free(rg_item_attention *a)
{
    if (a == NULL) return;
    rg_csr_free(a->by_target);
    rg_csr_free(a->by_history);
    rg_free(a->mem, a->scale);
    rg_free(a->mem, a->degree);
    rg_free(a->mem, a);
}
