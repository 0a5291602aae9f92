#include "channel/content_growth.h"
#include "base/bf16.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "base/topk.h"
#include "channel/growth.h"
#include "ridge/content/feature_space.h"
#include <math.h>
#include <string.h>

/* Returns the modality of the table with the name; NULL: it has none. */
static const rg_modality *modality_of(const rg_features *table, const char *name)
{
    for (int m = 0; m < table->n_modalities; m++)
        if (strcmp(table->modality[m].name, name) == 0) return &table->modality[m];
    return NULL;
}

static regatta_status check_kind(regatta_ctx *ctx, const rg_content_block *b,
                                 const rg_modality *m)
{
    if (b->is_dense != (m->rows == NULL))
        return rg_fail(ctx, REGATTA_EINVAL, "features '%s': the model has %s", m->name,
                       b->is_dense ? "vectors of this name" : "a table of this name");
    if (b->is_dense && m->n_columns != b->n_columns)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "features '%s': vectors of %lld numbers; those of the model have "
                       "%lld",
                       m->name, (long long)m->n_columns, (long long)b->n_columns);
    return REGATTA_OK;
}

/* Creates the encoded rows of the new items. */
static regatta_status encode(regatta_ctx *ctx, rg_csr **out, const rg_content_block *b,
                             const rg_modality *m, const rg_growth *g)
{
    regatta_status status = REGATTA_OK;
    uint32_t *place = NULL;
    RG_NEW(ctx->mem, place, m->n_columns);
    for (int64_t c = 0; c < m->n_columns; c++) {
        const char *name = rg_idmap_name(m->feature, (uint32_t)c);
        place[c] = rg_idmap_find(b->feature, name, (int64_t)strlen(name));
    }
    RG_TRY(rg_feature_encode(ctx, out, m, g->item_node, g->n_items, place, b->scale,
                             b->n_columns));
done:
    rg_free(ctx->mem, place);
    return status;
}

/* Replaces the rows of the block by the same with those of the new items at the end. */
static regatta_status append(regatta_model *model, rg_content_block *b,
                             const rg_csr *more)
{
    const rg_weights old = b->rows;
    const int64_t n = model->n_items, n_old = n - more->n_rows;
    const int64_t has = old.offset[n_old], all = has + more->n_edges;
    int64_t *offset = rg_model_own(model, n + 1, sizeof *offset);
    uint32_t *target = rg_model_own(model, all, sizeof *target);
    uint16_t *value = rg_model_own(model, all, sizeof *value);
    if (offset == NULL || target == NULL || value == NULL) return REGATTA_ENOMEM;
    memcpy(offset, old.offset, (size_t)(n_old + 1) * sizeof *offset);
    if (has > 0) memcpy(target, old.target, (size_t)has * sizeof *target);
    if (has > 0) memcpy(value, old.value, (size_t)has * sizeof *value);
    for (int64_t i = 0; i < more->n_rows; i++)
        offset[n_old + i + 1] = has + more->offset[i + 1];
    for (int64_t e = 0; e < more->n_edges; e++) {
        target[has + e] = more->target[e];
        value[has + e] = rg_to_bf16(more->value[e]);
    }
    b->rows = (rg_weights){.offset = offset, .target = target, .value = value};
    return REGATTA_OK;
}

/* Fills the rows of one modality; z[n_new][rank] receives its coordinates. */
static regatta_status grow_block(regatta_ctx *ctx, regatta_model *model,
                                 rg_content_state *s, rg_content_block *b,
                                 const rg_modality *m, const rg_growth *g, float *z)
{
    regatta_status status = REGATTA_OK;
    rg_csr *rows = NULL;
    float *scratch = NULL;
    RG_NEW(ctx->mem, scratch, b->n_columns);
    if (!b->is_dense) {
        RG_TRY(encode(ctx, &rows, b, m, g));
        RG_TRY(append(model, b, rows));
    }
    for (int64_t i = 0; i < g->n_items; i++) {
        const int64_t node = g->item_node[i];
        float *to = z + i * s->rank + b->first;
        if (rows != NULL)
            rg_feature_project(to, b->map, b->n_mapped, b->rank,
                               rows->target + rows->offset[i],
                               rows->value + rows->offset[i], rg_csr_degree(rows, i));
        else if (rg_modality_has(m, node))
            rg_feature_project_dense(to, b->map, b->scale, b->n_columns, b->rank,
                                     m->dense + node * m->n_columns, scratch);
    }
done:
    rg_free(ctx->mem, scratch);
    rg_csr_free(rows);
    return status;
}

/* Finds the nearest items of new item k; row and work are scratch. */
static void find_near(rg_growth *g, const rg_content_state *s, int64_t k, float *row,
                      float *work)
{
    const int64_t n_old = s->n_items - g->n_items;
    uint32_t *near = g->near + k * RG_NEAR;
    float *share = g->share + k * RG_NEAR;
    double sum = 0.0;
    rg_content_attention(row, s, n_old + k, work);
    const int64_t n = rg_topk(near, share, RG_NEAR, row, n_old);
    for (int64_t e = 0; e < RG_NEAR; e++) {
        if (e < n && share[e] > 0.0f) {
            sum += (double)share[e];
            continue;
        }
        near[e] = REGATTA_NONE;
        share[e] = 0.0f;
    }
    for (int64_t e = 0; e < RG_NEAR && sum > 0.0; e++)
        share[e] = (float)((double)share[e] / sum);
}

static regatta_status find_all_near(regatta_ctx *ctx, rg_growth *g,
                                    const rg_content_state *s)
{
    regatta_status status = REGATTA_OK;
    const int team = rg_threads_for(g->n_items * s->n_items * s->rank, ctx->threads);
    const int64_t ld = rg_panel_count(s->n_items) * RG_PANEL;
    const int64_t room = ld + (rg_content_work(s) + 15) / 16 * 16;
    float *scratch = NULL;
    RG_NEW(ctx->mem, g->near, g->n_items * RG_NEAR);
    RG_NEW(ctx->mem, g->share, g->n_items * RG_NEAR);
    RG_NEW(ctx->mem, scratch, team * room);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int part = 0; part < team; part++)
        for (int64_t k = g->n_items * part / team; k < g->n_items * (part + 1) / team;
             k++)
            find_near(g, s, k, scratch + part * room, scratch + part * room + ld);
    rg_count_flops(ctx,
                   2.0 * (double)g->n_items * (double)((s->n_items + s->rank) * s->rank));
done:
    rg_free(ctx->mem, scratch);
    return status;
}

/* Weights that are stored in 8 bits become bfloat16. */
regatta_status rg_content_grow(regatta_ctx *ctx, regatta_model *model, void *state,
                               rg_growth *g)
{
    regatta_status status = REGATTA_OK;
    rg_content_state *s = state;
    float *z = NULL;
    if (g->n_items == 0) return REGATTA_OK;
    RG_NEW(ctx->mem, z, g->n_items * s->rank);
    for (int64_t b = 0; b < s->n_blocks; b++) {
        const rg_modality *m =
            modality_of(g->item_features, rg_idmap_name(s->names, (uint32_t)b));
        if (m == NULL) continue;
        RG_TRY(check_kind(ctx, &s->block[b], m));
        RG_TRY(grow_block(ctx, model, s, &s->block[b], m, g, z));
    }
    for (int64_t i = 0; i < g->n_items; i++)
        rg_growth_set(&s->z, model->n_items - g->n_items + i, z + i * s->rank);
    RG_TRY(rg_content_build(ctx, s, model->n_items));
    RG_TRY(find_all_near(ctx, g, s));
done:
    rg_free(ctx->mem, z);
    return status;
}
