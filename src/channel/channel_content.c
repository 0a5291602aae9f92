#include "channel/channel_content.h"
#include "base/bf16.h"
#include "base/kernels/vec.h"
#include "channel/content_growth.h"
#include "channel/fit/content_fit.h"
#include "channel/row_sum.h"
#include "model/model.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_RANK = 4096, MOST_COLUMNS = INT32_MAX };

/* f is at most 1 long, a map's rows too. */
static const rg_bound UNIT = {0x1p1f, 0, 0}, SCALE = {0x1p100f, 0, 0};
static const rg_bound MIX = {0x1p40f, 0, 0};

const rg_content_state *rg_content_of(const regatta_model *model)
{
    for (int a = 0; a < rg_n_channels; a++)
        if (rg_channels[a] == &rg_channel_content) return rg_model_channel(model, a);
    return NULL;
}

int rg_content_has(const rg_content_state *s, int64_t item)
{
    float scratch[MOST_RANK];
    const float *z = rg_model_row(scratch, &s->z, item);
    for (int64_t m = 0; m < s->n_blocks; m++)
        if (!s->block[m].is_dense &&
            s->block[m].rows.offset[item + 1] > s->block[m].rows.offset[item])
            return 1;
    for (int64_t k = 0; k < s->rank; k++)
        if (z[k] != 0.0f) return 1;
    return 0;
}

enum { DENSE, COLUMNS, MAPPED, RANK, N_NUMBERS };

/* Visits the numbers of the modalities; a reader takes them. */
static regatta_status visit_shape(rg_visitor *v, rg_content_state *s)
{
    regatta_status status = REGATTA_OK;
    int64_t n[RG_MAX_MODALITIES * N_NUMBERS] = {0}, n_blocks = s->n_blocks, rank = 0;
    for (int64_t m = 0; m < n_blocks; m++) {
        const rg_content_block *b = &s->block[m];
        const int64_t own[N_NUMBERS] = {b->is_dense, b->n_columns, b->n_mapped, b->rank};
        memcpy(n + m * N_NUMBERS, own, sizeof own);
    }
    RG_TRY(rg_visit_ints(v, "content.modalities", &n_blocks, 1));
    if (v->checks && !rg_within(n_blocks, 1, RG_MAX_MODALITIES))
        return rg_visit_wrong(v, "content.modalities", "the number is out of range");
    RG_TRY(rg_visit_ints(v, "content.shape", n, n_blocks * N_NUMBERS));
    for (int64_t m = 0; m < n_blocks && v->checks; m++) {
        const int64_t *own = n + m * N_NUMBERS;
        rank += own[RANK];
        if (!rg_within(own[DENSE], 0, 1) || !rg_within(own[COLUMNS], 0, MOST_COLUMNS) ||
            !rg_within(own[MAPPED], 0, own[COLUMNS]) ||
            !rg_within(own[RANK], 0, MOST_RANK) || rank > MOST_RANK)
            return rg_visit_wrong(v, "content.shape", "a number is out of range");
    }
    if (v->checks && rank == 0)
        return rg_visit_wrong(v, "content.shape", "there are no coordinates");
    if (!v->reads) return REGATTA_OK; /* other threads may read the model */
    s->n_blocks = n_blocks;
    s->rank = 0;
    for (int64_t m = 0; m < n_blocks; m++) {
        const int64_t *own = n + m * N_NUMBERS;
        s->block[m] = (rg_content_block){.is_dense = (int)own[DENSE],
                                         .n_columns = own[COLUMNS],
                                         .n_mapped = own[MAPPED],
                                         .first = s->rank,
                                         .rank = own[RANK]};
        s->rank += own[RANK];
    }
done:
    return status;
}

static regatta_status visit_block(rg_visitor *v, rg_content_block *b, int64_t m,
                                  int64_t n_items)
{
    regatta_status status = REGATTA_OK;
    char name[RG_ARRAY_NAME];
    const int number = (int)m;
    snprintf(name, sizeof name, "content.%d.scale", number);
    RG_TRY(rg_visit_floats(v, name, &b->scale, b->n_columns, &SCALE));
    snprintf(name, sizeof name, "content.%d.map", number);
    RG_TRY(rg_visit_floats(v, name, &b->map, b->n_mapped * b->rank, &UNIT));
    if (b->is_dense) return REGATTA_OK;
    snprintf(name, sizeof name, "content.%d.features", number);
    RG_TRY(rg_visit_names(v, name, &b->feature, b->n_columns));
    snprintf(name, sizeof name, "content.%d.rows", number);
    RG_TRY(rg_visit_weights(v, name, &b->rows, n_items, b->n_columns, &UNIT));
done:
    return status;
}

static regatta_status visit(rg_visitor *v, regatta_model *model, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_content_state *s = state;
    const int64_t n = model->n_items;
    RG_TRY(visit_shape(v, s));
    RG_TRY(rg_visit_names(v, "content.names", &s->names, s->n_blocks));
    for (int64_t m = 0; m < s->n_blocks; m++) RG_TRY(visit_block(v, &s->block[m], m, n));
    RG_TRY(rg_visit_floats(v, "content.tail", &s->tail, s->n_blocks, &MIX));
    RG_TRY(rg_visit_floats(v, "content.mix", &s->mix, s->rank * s->rank, &MIX));
    const float largest = v->largest;
    RG_TRY(rg_visit_table(v, "content.coordinates", &s->z, 0, n, s->rank, &UNIT));
    RG_TRY(rg_visit_sum(v, "content.mix", fmaxf(1.0f, largest),
                        rg_model_largest_weight(model) * (double)n * 4.0 *
                            (double)(s->rank * s->rank)));
done:
    return status;
}

/* Builds the rows of features of a modality from its rows of items. */
static regatta_status transpose(regatta_ctx *ctx, rg_content_block *b, int64_t n_items)
{
    regatta_status status = REGATTA_OK;
    const rg_weights *rows = &b->rows;
    const int64_t n = rows->offset[n_items];
    int64_t *offset = NULL;
    uint32_t *target = NULL;
    uint16_t *value = NULL;
    RG_NEW(ctx->mem, offset, b->n_columns + 2);
    b->columns.offset = offset;
    RG_NEW(ctx->mem, target, n);
    b->columns.target = target;
    RG_NEW(ctx->mem, value, n);
    b->columns.value = value;
    for (int64_t e = 0; e < n; e++) offset[rows->target[e] + 2]++;
    for (int64_t c = 0; c < b->n_columns; c++) offset[c + 2] += offset[c + 1];
    for (int64_t i = 0; i < n_items; i++)
        for (int64_t e = rows->offset[i]; e < rows->offset[i + 1]; e++) {
            const int64_t at = offset[rows->target[e] + 1]++;
            target[at] = (uint32_t)i;
            value[at] = rows->value[e];
        }
done:
    return status;
}

static void release_columns(rg_mem mem, rg_content_block *b)
{
    rg_free(mem, (void *)(uintptr_t)b->columns.offset);
    rg_free(mem, (void *)(uintptr_t)b->columns.target);
    rg_free(mem, (void *)(uintptr_t)b->columns.value);
}

regatta_status rg_content_build(regatta_ctx *ctx, rg_content_state *s, int64_t n_items)
{
    regatta_status status = REGATTA_OK;
    s->n_items = n_items;
    s->n_sparse = 0;
    for (int64_t m = 0; m < s->n_blocks; m++) {
        if (s->block[m].is_dense) continue;
        RG_TRY(transpose(ctx, &s->block[m], s->n_items));
        s->n_sparse += s->block[m].n_columns;
    }
    RG_TRY(rg_table_create(ctx, &s->table, s->z.type, &s->z, NULL));
done:
    return status;
}

/* A grown state is built already. */
static regatta_status finish(regatta_ctx *ctx, regatta_model *model, void *state)
{
    rg_content_state *s = state;
    return s->table != NULL ? REGATTA_OK : rg_content_build(ctx, s, model->n_items);
}

static void release(rg_mem mem, void *state)
{
    rg_content_state *s = state;
    rg_table_free(s->table);
    rg_idmap_free(s->names);
    for (int64_t m = 0; m < s->n_blocks; m++) {
        rg_idmap_free(s->block[m].feature);
        release_columns(mem, &s->block[m]);
    }
}

/* The maps of names belong to each state; `finish` builds the rest again. */
static regatta_status clone(regatta_ctx *ctx, void *state, const void *from)
{
    regatta_status status = REGATTA_OK;
    rg_content_state *s = state;
    const rg_content_state *f = from;
    s->table = NULL;
    s->names = NULL;
    for (int64_t m = 0; m < s->n_blocks; m++) {
        s->block[m].feature = NULL;
        s->block[m].columns = (rg_weights){.offset = NULL};
    }
    RG_TRY(rg_idmap_copy(ctx, &s->names, f->names));
    for (int64_t m = 0; m < s->n_blocks; m++)
        if (!s->block[m].is_dense)
            RG_TRY(rg_idmap_copy(ctx, &s->block[m].feature, f->block[m].feature));
done:
    return status;
}

static int element(const void *state, rg_element *out)
{
    *out = ((const rg_content_state *)state)->z.type;
    return 1;
}

static const rg_table *table(const void *state)
{
    return ((const rg_content_state *)state)->table;
}

static int64_t query_floats(const void *state)
{
    return ((const rg_content_state *)state)->rank;
}

int64_t rg_content_work(const rg_content_state *s)
{
    return 2 * s->rank + s->n_sparse;
}

static int64_t work_floats(const void *state, int64_t n)
{
    (void)n;
    return rg_content_work(state);
}

static float weight_of(const rg_history *history, int64_t h)
{
    return history->weight != NULL ? history->weight[h] : 1.0f;
}

/* q = M' sum_i r_i z_i. */
static void query(float *q, const void *state, const rg_history *history, float *work)
{
    const rg_content_state *s = state;
    const int64_t rank = s->rank;
    float *sum = work, *scratch = work + rank;
    memset(sum, 0, (size_t)rank * sizeof *sum);
    for (int64_t h = 0; h < history->n; h++)
        rg_vec_axpy(sum, weight_of(history, h),
                    rg_model_row(scratch, &s->z, history->item[h]), rank);
    for (int64_t k = 0; k < rank; k++) q[k] = rg_vec_dot(s->mix + k * rank, sum, rank);
}

/* Adds r f_i to the profile of a modality. */
static void add_features(float *profile, const rg_weights *rows, int64_t i, float r)
{
    for (int64_t e = rows->offset[i]; e < rows->offset[i + 1]; e++)
        profile[rows->target[e]] += r * rg_from_bf16(rows->value[e]);
}

/* Adds tail times the rows of the features of a profile to the row; returns the FLOPs. */
static int64_t add_tail(float *row, const rg_content_block *b, float tail,
                        const float *profile)
{
    int64_t flops = 0;
    for (int64_t c = 0; c < b->n_columns; c++) {
        if (profile[c] == 0.0f) continue;
        rg_row_sum_add(row, &b->columns, c, tail * profile[c]);
        flops += 2 * (b->columns.offset[c + 1] - b->columns.offset[c]);
    }
    return flops;
}

static int64_t add(float *row, const regatta_model *model, const void *state,
                   const rg_history *history, float *work)
{
    const rg_content_state *s = state;
    int64_t flops = 2 * s->rank * s->rank;
    (void)model;
    for (int64_t m = 0; m < s->n_blocks; m++) {
        const rg_content_block *b = &s->block[m];
        if (b->is_dense || s->tail[m] == 0.0f) continue;
        memset(work, 0, (size_t)b->n_columns * sizeof *work);
        for (int64_t h = 0; h < history->n; h++)
            add_features(work, &b->rows, history->item[h], weight_of(history, h));
        flops += add_tail(row, b, s->tail[m], work);
    }
    return flops;
}

/* Writes M z_j. */
static void turn(float *out, const rg_content_state *s, const float *z)
{
    memset(out, 0, (size_t)s->rank * sizeof *out);
    for (int64_t k = 0; k < s->rank; k++)
        if (z[k] != 0.0f) rg_vec_axpy(out, z[k], s->mix + k * s->rank, s->rank);
}

void rg_content_attention(float *row, const rg_content_state *s, int64_t candidate,
                          float *work)
{
    float *turned = work, *scratch = work + s->rank;
    turn(turned, s, rg_model_row(scratch, &s->z, candidate));
    const int64_t n_panels = rg_panel_count(s->n_items);
    rg_table_scores(row, n_panels * RG_PANEL, s->table, turned, 1, 0, n_panels);
    for (int64_t m = 0; m < s->n_blocks; m++) {
        const rg_content_block *b = &s->block[m];
        if (b->is_dense || s->tail[m] == 0.0f) continue;
        memset(work, 0, (size_t)b->n_columns * sizeof *work);
        add_features(work, &b->rows, candidate, 1.0f);
        add_tail(row, b, s->tail[m], work);
    }
}

/* Adds the tail of one modality to the part of item h of the history. profile is f_j. */
static void explain_tail(rg_channel_parts *parts, int64_t h, const rg_content_block *b,
                         double tail, const float *profile, int64_t item)
{
    for (int64_t e = b->rows.offset[item]; e < b->rows.offset[item + 1]; e++) {
        const double x = tail * (double)rg_from_bf16(b->rows.value[e]) *
                         (double)profile[b->rows.target[e]];
        parts->value[h] += x;
        parts->size[h] += fabs(x);
    }
}

static void explain(rg_channel_parts *parts, const regatta_model *model,
                    const void *state, const rg_history *history, uint32_t item, double x,
                    float *work)
{
    const rg_content_state *s = state;
    const int64_t rank = s->rank;
    float *turned = work, *scratch = work + rank, *profile = work + 2 * rank;
    (void)model, (void)x;
    turn(turned, s, rg_model_row(scratch, &s->z, item));
    for (int64_t h = 0; h < history->n; h++) {
        const float *z = rg_model_row(scratch, &s->z, history->item[h]);
        for (int64_t k = 0; k < rank; k++) {
            parts->value[h] += (double)z[k] * (double)turned[k];
            parts->size[h] += fabs((double)z[k] * (double)turned[k]);
        }
    }
    for (int64_t m = 0; m < s->n_blocks; m++) {
        const rg_content_block *b = &s->block[m];
        if (b->is_dense || s->tail[m] == 0.0f) continue;
        memset(profile, 0, (size_t)b->n_columns * sizeof *profile);
        add_features(profile, &b->rows, item, 1.0f);
        for (int64_t h = 0; h < history->n; h++)
            explain_tail(parts, h, b, (double)s->tail[m], profile, history->item[h]);
    }
    for (int64_t h = 0; h < history->n; h++) {
        const double r = (double)weight_of(history, h);
        parts->value[h] *= r;
        parts->size[h] *= r;
        parts->weight[h] = parts->value[h];
    }
}

const rg_channel_ops rg_channel_content = {
    .fit = &rg_content_fit,
    .name = "content",
    .state_size = sizeof(rg_content_state),
    .start_weight = 0.3f,
    .kept = 1,
    .visit = visit,
    .finish = finish,
    .release = release,
    .clone = clone,
    .grow = rg_content_grow,
    .grows_early = 1,
    .element = element,
    .table = table,
    .query_floats = query_floats,
    .work_floats = work_floats,
    .query = query,
    .add = add,
    .explain = explain,
};
