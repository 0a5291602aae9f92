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

/* The neighbourhoods as a CSR without the unused room. */
static regatta_status compact(regatta_ctx *ctx, rg_csr **out, const rg_neighbours *n,
                              const float *weight)
{
    int64_t n_edges = 0;
    for (int64_t j = 0; j < n->n_items; j++) n_edges += n->count[j];
    const regatta_status status =
        rg_csr_create(ctx, out, n->n_items, n->n_items, n_edges, 1);
    if (status != REGATTA_OK) return status;
    rg_csr *g = *out;
    for (int64_t j = 0; j < n->n_items; j++) {
        const int64_t at = g->offset[j], from = n->offset[j];
        const size_t count = (size_t)n->count[j];
        memcpy(g->target + at, n->item + from, count * sizeof *g->target);
        memcpy(g->value + at, weight + from, count * sizeof *g->value);
        g->offset[j + 1] = at + n->count[j];
    }
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
    RG_TRY(rg_csr_transpose(ctx, &a->by_history, NULL, by_target));
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
    if (o->ordered)
        return rg_cooccurrence_ordered(ctx, out, by_user, o->user_power, &o->context);
    return rg_cooccurrence_create(ctx, out, by_user, o->user_power, o->cap, o->seed);
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
    rg_neighbours *n = NULL;
    rg_csr *by_target = NULL;
    const rg_ridge_shape shape = {options->lambda, options->theta, options->steps,
                                  options->tolerance};
    RG_TRY(rg_item_attention_gram(ctx, &g, t->by_user, options));
    RG_TRY(rg_neighbours_create(ctx, &n, g, NULL, options->neighbours,
                                options->table_bytes));
    RG_TRY(rg_local_ridge(ctx, &n->value, n, g, &shape, 1));
    RG_TRY(compact(ctx, &by_target, n, n->value));
    RG_TRY(rg_item_attention_from_weights(ctx, &t->out, by_target, g->degree,
                                          options->candidate_power));
    by_target = NULL; /* ownership has moved to t->out */
done:
    rg_csr_free(by_target);
    rg_neighbours_free(n);
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
