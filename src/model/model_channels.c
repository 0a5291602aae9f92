#include "model/model_channels.h"
#include "base/bf16.h"

/* A block that goes with the model; NULL when there is no memory. */
static void *own(regatta_model *model, int64_t n, size_t size)
{
    void *p = rg_alloc(model->mem, n, size);
    if (p != NULL) model->block[model->n_blocks++] = p;
    return p;
}

static float value_of(const rg_csr *rows, int64_t e)
{
    return rows->value != NULL ? rows->value[e] : 1.0f;
}

static regatta_status set_rows(regatta_model *model, rg_weights *out, int64_t *n_out,
                               const rg_csr *rows)
{
    int64_t n = 0;
    for (int64_t e = 0; e < rows->n_edges; e++) n += value_of(rows, e) != 0.0f;
    int64_t *offset = own(model, rows->n_rows + 1, sizeof *offset);
    uint32_t *target = own(model, n, sizeof *target);
    uint16_t *value = own(model, n, sizeof *value);
    if (offset == NULL || target == NULL || value == NULL) return REGATTA_ENOMEM;
    int64_t at = 0;
    for (int64_t r = 0; r < rows->n_rows; r++) {
        for (int64_t e = rows->offset[r]; e < rows->offset[r + 1]; e++) {
            if (value_of(rows, e) == 0.0f) continue;
            target[at] = rows->target[e];
            value[at++] = rg_to_bf16(value_of(rows, e));
        }
        offset[r + 1] = at;
    }
    *out = (rg_weights){.offset = offset, .target = target, .value = value};
    *n_out = n;
    return REGATTA_OK;
}

static const float *copy(regatta_model *model, const float *x, int64_t n)
{
    float *p = own(model, n, sizeof *p);
    if (p != NULL) memcpy(p, x, (size_t)n * sizeof *p);
    return p;
}

regatta_status rg_model_set_items(regatta_model *model, const rg_csr *by_history,
                                  const float *scale)
{
    model->item_scale = copy(model, scale, model->shape.n_items);
    if (model->item_scale == NULL) return REGATTA_ENOMEM;
    model->has_items = 1;
    return set_rows(model, &model->item_attention, &model->n_item_weights, by_history);
}

regatta_status rg_model_set_users(regatta_model *model, const rg_csr *by_target)
{
    model->has_users = 1;
    return set_rows(model, &model->user_attention, &model->n_user_weights, by_target);
}

regatta_status rg_model_set_spectral(regatta_model *model, const rg_spectral_filter *f)
{
    if (f->rank == 0) return REGATTA_OK;
    const float *in = copy(model, f->in, f->n_items * f->rank);
    const float *out = copy(model, f->out, f->n_items * f->rank);
    if (in == NULL || out == NULL) return REGATTA_ENOMEM;
    model->spectral_in = rg_rows_f32(in, f->n_items, f->rank);
    model->spectral_out = rg_rows_f32(out, f->n_items, f->rank);
    model->spectral_rank = f->rank;
    return REGATTA_OK;
}

regatta_status rg_model_set_blend(regatta_model *model, const rg_blend *blend)
{
    _Static_assert(sizeof *blend == RG_BLEND_FLOATS * sizeof(float), "floats only");
    rg_blend *p = own(model, 1, sizeof *p);
    if (p == NULL) return REGATTA_ENOMEM;
    *p = *blend;
    model->blend = p;
    return REGATTA_OK;
}
