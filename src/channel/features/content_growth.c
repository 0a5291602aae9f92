#include "channel/features/content_growth.h"
#include "base/bf16.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "channel/growth.h"
#include "ridge/content/feature_space.h"
#include <math.h>
#include <string.h>

/* New items whose attention is computed at once, and the floats of their rows. */
enum { MOST_AT_ONCE = 8, MOST_FLOATS = 1 << 23 };

/* The scratch of a thread. */
typedef struct scratch {
    int64_t at_once, ld; /* rows[at_once][ld] */
    int64_t room;        /* floats of rows and work */
    float *rows, *work;
} scratch;

static int64_t measure(scratch *own, const rg_content_state *s)
{
    own->ld = rg_panel_count(s->n_items) * RG_PANEL;
    own->at_once = MOST_FLOATS / own->ld;
    if (own->at_once > MOST_AT_ONCE) own->at_once = MOST_AT_ONCE;
    if (own->at_once < 1) own->at_once = 1;
    const int64_t work = own->at_once * s->features.rank + rg_content_work(s);
    own->room = own->at_once * own->ld + (work + 15) / 16 * 16;
    return own->room;
}

/* Finds the nearest items of the new items first .. last - 1. */
static void find_near(rg_growth *g, const rg_content_state *s, int64_t first,
                      int64_t last, const scratch *own)
{
    const int64_t n_old = s->n_items - g->n_items;
    for (int64_t k = first; k < last; k += own->at_once) {
        const int64_t n = last - k < own->at_once ? last - k : own->at_once;
        rg_content_attention(own->rows, own->ld, s, n_old + k, n, own->work);
        for (int64_t r = 0; r < n; r++) {
            float *row = own->rows + r * own->ld;
            const int64_t at = (k + r) * RG_NEAR;
            if (g->twin != NULL) row[g->twin[k + r]] = -INFINITY;
            rg_growth_near(g->near + at, g->share + at, row, n_old);
        }
    }
}

static regatta_status find_all_near(regatta_ctx *ctx, rg_growth *g,
                                    const rg_content_state *s)
{
    regatta_status status = REGATTA_OK;
    const int team =
        rg_threads_for(g->n_items * s->n_items * s->features.rank, ctx->threads);
    scratch all;
    float *floats = NULL;
    RG_NEW(ctx->mem, g->near, g->n_items * RG_NEAR);
    RG_NEW(ctx->mem, g->share, g->n_items * RG_NEAR);
    RG_NEW(ctx->mem, floats, team * measure(&all, s));
#pragma omp parallel for num_threads(team) schedule(static)
    for (int part = 0; part < team; part++) {
        scratch own = all;
        own.rows = floats + part * own.room;
        own.work = own.rows + own.at_once * own.ld;
        find_near(g, s, g->n_items * part / team, g->n_items * (part + 1) / team, &own);
    }
    rg_count_flops(ctx, 2.0 * (double)g->n_items *
                            (double)((s->n_items + s->features.rank) * s->features.rank));
done:
    rg_free(ctx->mem, floats);
    return status;
}

static uint32_t number_before(const rg_growth *g, int64_t k)
{
    return g->was != NULL ? g->item_was[k] : REGATTA_NONE;
}

/* Returns the features of a new item in a sparse modality: those of the model that has
 * it, else those of `table`, which may be NULL. */
static int64_t count_features(const rg_growth *g, int64_t m, int64_t k,
                              const rg_csr *table)
{
    const uint32_t was = number_before(g, k);
    if (was == REGATTA_NONE) return table != NULL ? rg_csr_degree(table, k) : 0;
    const rg_weights *w = &rg_content_of(g->was)->rows[m];
    return w->offset[was + 1LL] - w->offset[was];
}

/* Replaces the rows of a sparse modality, NULL = none, by the same with those of the
 * items that the other model has. */
static regatta_status recall_rows(regatta_ctx *ctx, rg_csr **rows, const rg_growth *g,
                                  int64_t m, int64_t n_columns)
{
    regatta_status status = REGATTA_OK;
    const rg_weights *w = &rg_content_of(g->was)->rows[m];
    rg_csr *table = *rows, *all = NULL;
    int64_t n = 0;
    for (int64_t k = 0; k < g->n_items; k++) n += count_features(g, m, k, table);
    RG_TRY(rg_csr_create(ctx, &all, g->n_items, n_columns, n, 1));
    for (int64_t k = 0, at = 0; k < g->n_items; k++) {
        const uint32_t was = number_before(g, k);
        n = count_features(g, m, k, table);
        for (int64_t e = 0; e < n; e++, at++) {
            const int64_t from =
                (was == REGATTA_NONE ? table->offset[k] : w->offset[was]) + e;
            all->target[at] = was == REGATTA_NONE ? table->target[from] : w->target[from];
            all->value[at] =
                was == REGATTA_NONE ? table->value[from] : rg_from_bf16(w->value[from]);
        }
        all->offset[k + 1] = at;
    }
    rg_csr_free(table);
    *rows = all;
done:
    return status;
}

regatta_status rg_content_encode(regatta_ctx *ctx, float *z, rg_csr **rows,
                                 const rg_feature_blocks *blocks, const rg_growth *g)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_feature_blocks_encode(ctx, z, rows, blocks, g->item_features, g->item_node,
                                    g->n_items));
    if (g->was == NULL) return REGATTA_OK;
    for (int64_t k = 0; k < g->n_items; k++) {
        const int64_t was = number_before(g, k);
        if (was != REGATTA_NONE)
            rg_rows_decode(z + k * blocks->rank, &rg_content_of(g->was)->z, was, was + 1);
    }
    for (int64_t m = 0; m < blocks->n; m++)
        if (!blocks->block[m].is_dense)
            RG_TRY(recall_rows(ctx, &rows[m], g, m, blocks->block[m].n_columns));
done:
    return status;
}

/* Weights that are stored in 8 bits become bfloat16. */
regatta_status rg_content_grow(regatta_ctx *ctx, regatta_model *model, void *state,
                               rg_growth *g)
{
    regatta_status status = REGATTA_OK;
    rg_content_state *s = state;
    rg_csr *rows[RG_MAX_MODALITIES] = {NULL};
    float *z = NULL;
    const int64_t rank = s->features.rank;
    if (g->n_items == 0) return REGATTA_OK;
    RG_NEW(ctx->mem, z, g->n_items * rank);
    RG_TRY(rg_content_encode(ctx, z, rows, &s->features, g));
    for (int64_t m = 0; m < s->features.n; m++)
        if (rows[m] != NULL)
            RG_TRY(rg_growth_sparse(model, &s->rows[m], rows[m], model->n_items));
    for (int64_t i = 0; i < g->n_items; i++)
        rg_growth_set(&s->z, model->n_items - g->n_items + i, z + i * rank);
    RG_TRY(rg_content_build(ctx, s, model->n_items));
    RG_TRY(find_all_near(ctx, g, s));
done:
    for (int m = 0; m < RG_MAX_MODALITIES; m++) rg_csr_free(rows[m]);
    rg_free(ctx->mem, z);
    return status;
}
