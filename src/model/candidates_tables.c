#include "model/candidates_tables.h"
#include "base/bf16.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "base/topk.h"
#include "model/communities/reach_blocks.h"
#include <math.h>
#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* A table that the first call that needs it builds. */
typedef _Atomic(void *) slot;

struct rg_candidates_tables {
    rg_mem mem;
    pthread_mutex_t lock; /* held while one of the tables is built */
    slot reach;           /* rg_reach */
    slot codes;           /* rg_table */
    slot blocks;          /* rg_reach_blocks */
};

static void reach_free(rg_reach *reach)
{
    if (reach == NULL) return;
    const rg_mem mem = reach->mem;
    rg_free(mem, reach->place);
    rg_free(mem, reach->target);
    rg_free(mem, reach->value);
    rg_free(mem, reach);
}

regatta_status rg_candidates_tables_create(rg_mem mem, rg_candidates_tables **out)
{
    regatta_status status = REGATTA_OK;
    rg_candidates_tables *t = NULL;
    *out = NULL;
    RG_NEW(mem, t, 1);
    t->mem = mem;
    if (pthread_mutex_init(&t->lock, NULL) != 0) {
        rg_free(mem, t);
        return REGATTA_ENOMEM;
    }
    atomic_init(&t->reach, NULL);
    atomic_init(&t->codes, NULL);
    atomic_init(&t->blocks, NULL);
    *out = t;
done:
    return status;
}

void rg_candidates_tables_free(rg_candidates_tables *tables)
{
    if (tables == NULL) return;
    reach_free(atomic_load(&tables->reach));
    rg_table_free(atomic_load(&tables->codes));
    rg_reach_blocks_free(atomic_load(&tables->blocks));
    pthread_mutex_destroy(&tables->lock);
    rg_free(tables->mem, tables);
}

rg_reach_row rg_reach_of(const rg_reach *reach, const regatta_model *model, uint32_t item)
{
    const rg_weights *w = &model->item_weights->rows;
    const int64_t first = w->offset[item], place = reach->place[item];
    if (place == RG_REACH_NONE)
        return (rg_reach_row){w->target + first, w->value + first,
                              w->offset[item + 1] - first};
    return (rg_reach_row){reach->target + place * RG_REACH_TARGETS,
                          reach->value + place * RG_REACH_TARGETS, RG_REACH_TARGETS};
}

/* Writes row i's strongest targets, ascending. Every size is a number (fmaxf drops NaN),
 * so exactly RG_REACH_TARGETS of the longer row are selected. size[length of the row] is
 * scratch. */
static void cut_row(rg_reach *reach, const regatta_model *model, int64_t i, float *size)
{
    const rg_weights *w = &model->item_weights->rows;
    const int64_t first = w->offset[i], n = w->offset[i + 1] - first;
    const int64_t at = (int64_t)reach->place[i] * RG_REACH_TARGETS;
    uint32_t best[RG_REACH_TARGETS];
    float score[RG_REACH_TARGETS];
    for (int64_t e = 0; e < n; e++)
        size[e] = fmaxf(0.0f, fabsf(rg_from_bf16(w->value[first + e]) *
                                    model->item_weights->scale[w->target[first + e]]));
    rg_topk(best, score, RG_REACH_TARGETS, size, n);
    rg_sort_u32(best, RG_REACH_TARGETS);
    for (int64_t k = 0; k < RG_REACH_TARGETS; k++) {
        reach->target[at + k] = w->target[first + best[k]];
        reach->value[at + k] = w->value[first + best[k]];
    }
}

static regatta_status make_reach(regatta_ctx *ctx, void **out, const regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const int threads = ctx->threads;
    const int64_t n_items = model->n_items, *offset = model->item_weights->rows.offset;
    int64_t longest = 0;
    float *size = NULL;
    rg_reach *reach = NULL;
    *out = NULL;
    RG_NEW(ctx->mem, reach, 1);
    reach->mem = ctx->mem;
    RG_NEW(ctx->mem, reach->place, n_items);
    for (int64_t i = 0; i < n_items; i++) {
        const int64_t n = offset[i + 1] - offset[i];
        if (n > longest) longest = n;
        reach->place[i] =
            n > RG_REACH_TARGETS ? (int32_t)reach->n_long++ : (int32_t)RG_REACH_NONE;
    }
    RG_NEW(ctx->mem, reach->target, reach->n_long * RG_REACH_TARGETS);
    RG_NEW(ctx->mem, reach->value, reach->n_long * RG_REACH_TARGETS);
    RG_NEW(ctx->mem, size, threads * longest);

    const int team = rg_threads_for(RG_SCALAR * offset[n_items], threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t i = 0; i < n_items; i++)
        if (reach->place[i] != RG_REACH_NONE)
            cut_row(reach, model, i, size + omp_get_thread_num() * longest);
    *out = reach;
    reach = NULL;
done:
    rg_free(ctx->mem, size);
    reach_free(reach);
    return status;
}

static regatta_status make_blocks(regatta_ctx *ctx, void **out,
                                  const regatta_model *model)
{
    rg_reach_blocks *blocks = NULL;
    const rg_reach *reach = atomic_load(&model->candidates->reach);
    const regatta_status status = rg_reach_blocks_create(ctx, &blocks, model, reach);
    *out = blocks;
    return status;
}

static regatta_status make_codes(regatta_ctx *ctx, void **out, const regatta_model *model)
{
    rg_table *codes = NULL;
    const regatta_status status = rg_table_create(
        ctx, &codes, RG_I8, &model->vectors->item_vectors, model->vectors->bias);
    *out = codes;
    return status;
}

/* Returns in *out what is in the slot; builds it if it is empty. It belongs to the model
 * and uses its allocator, whichever context builds it. */
static regatta_status
built(regatta_ctx *ctx, const void **out, slot *from, const regatta_model *model,
      regatta_status (*make)(regatta_ctx *, void **, const regatta_model *))
{
    regatta_status status = REGATTA_OK;
    regatta_ctx own = {.mem = model->mem, .threads = ctx->threads};
    void *table = atomic_load_explicit(from, memory_order_acquire);
    *out = table;
    if (table != NULL) return REGATTA_OK;
    pthread_mutex_lock(&model->candidates->lock);
    table = atomic_load_explicit(from, memory_order_relaxed);
    if (table == NULL) {
        status = make(&own, &table, model);
        atomic_store_explicit(from, table, memory_order_release);
    }
    pthread_mutex_unlock(&model->candidates->lock);
    *out = table;
    return status;
}

regatta_status rg_candidates_reach(regatta_ctx *ctx, const rg_reach **out,
                                   const regatta_model *model)
{
    const void *table;
    const regatta_status status =
        built(ctx, &table, &model->candidates->reach, model, make_reach);
    *out = table;
    return status;
}

regatta_status rg_candidates_blocks(regatta_ctx *ctx, const rg_reach_blocks **out,
                                    const regatta_model *model)
{
    const rg_reach *reach;
    const void *table = NULL;
    regatta_status status = rg_candidates_reach(ctx, &reach, model);
    if (status == REGATTA_OK)
        status = built(ctx, &table, &model->candidates->blocks, model, make_blocks);
    *out = table;
    return status;
}

regatta_status rg_candidates_codes(regatta_ctx *ctx, const rg_table **out,
                                   const regatta_model *model, int exact)
{
    const rg_rows *rows = &model->vectors->item_vectors;
    const void *table;
    *out = model->vectors->item_table;
    if (exact || rows->type == RG_I8 || rows->n * rows->dim < RG_CODES_ELEMENTS)
        return REGATTA_OK;
    const regatta_status status =
        built(ctx, &table, &model->candidates->codes, model, make_codes);
    *out = table;
    return status;
}
