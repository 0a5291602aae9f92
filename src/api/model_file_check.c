/* What the numbers and channels of a model file have to be. */
#include "api/model_loader.h"
#include "base/bf16.h"
#include <math.h>

regatta_status rg_load_wrong(const rg_loader *l, const char *reason)
{
    return rg_fail(l->ctx, REGATTA_EFORMAT, "%s: %s", l->path, reason);
}

regatta_status rg_load_wrong_part(const rg_loader *l, rg_part p, const char *reason)
{
    return rg_fail(l->ctx, REGATTA_EFORMAT, "%s: tensor %s: %s", l->path,
                   l->layout.tensor[p].name, reason);
}

static int is_finite(const rg_tensor *t)
{
    const int64_t n = rg_tensor_count(t);
    const float *x = t->data;
    const uint16_t *half = t->data;
    for (int64_t k = 0; k < n && t->dtype == RG_DTYPE_F32; k++)
        if (!isfinite(x[k])) return 0;
    for (int64_t k = 0; k < n && t->dtype == RG_DTYPE_BF16; k++)
        if (!isfinite(rg_from_bf16(half[k]))) return 0;
    return 1;
}

static regatta_status check_finite(const rg_loader *l)
{
    for (int p = 0; p < RG_N_PARTS; p++) {
        const rg_tensor *t = &l->layout.tensor[p];
        if (t->data != NULL && !is_finite(t))
            return rg_load_wrong_part(l, (rg_part)p, "a number is not finite");
    }
    return REGATTA_OK;
}

/* Codes of -127 to 127, whose products with their scales are finite. */
static regatta_status check_codes(const rg_loader *l, rg_part codes, rg_part scales)
{
    const rg_tensor *c = &l->layout.tensor[codes], *s = &l->layout.tensor[scales];
    const int8_t *code = c->data;
    const float *x = s->data;
    if (code == NULL || x == NULL) return REGATTA_OK;
    const int64_t n_codes = rg_tensor_count(c), n_scales = rg_tensor_count(s);
    for (int64_t e = 0; e < n_codes; e++)
        if (code[e] == INT8_MIN)
            return rg_load_wrong_part(l, codes, "a code is out of range");
    for (int64_t e = 0; e < n_scales; e++)
        if (!(x[e] >= 0.0f && isfinite(127.0f * x[e])))
            return rg_load_wrong_part(l, scales, "a scale is out of range");
    return REGATTA_OK;
}

static regatta_status check_not_negative(const rg_loader *l, rg_part p)
{
    const rg_tensor *t = &l->layout.tensor[p];
    const float *x = t->data;
    for (int64_t k = 0; x != NULL && k < t->dim[0]; k++)
        if (x[k] < 0.0f) return rg_load_wrong_part(l, p, "a number is negative");
    return REGATTA_OK;
}

regatta_status rg_load_check_numbers(const rg_loader *l)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(check_finite(l));
    for (int k = 0; k < RG_N_TABLES; k++)
        RG_TRY(check_codes(l, rg_table_parts[k].part,
                           (rg_part)(rg_table_parts[k].part + 1)));
    RG_TRY(check_codes(l, RG_PART_ITEM_ATTENTION_WEIGHTS,
                       RG_PART_ITEM_ATTENTION_WEIGHTS_SCALE));
    RG_TRY(check_codes(l, RG_PART_USER_ATTENTION_WEIGHTS,
                       RG_PART_USER_ATTENTION_WEIGHTS_SCALE));
    RG_TRY(check_not_negative(l, RG_PART_ITEM_DEGREE));
    RG_TRY(check_not_negative(l, RG_PART_HISTORY_WEIGHTS));
done:
    return status;
}

/* A blend over channels that are there, or else a single channel. */
regatta_status rg_load_check_channels(const rg_loader *l)
{
    const regatta_model *m = l->model;
    const int has[RG_N_CHANNELS] = {[RG_CHANNEL_VECTORS] = m->shape.dim > 0,
                                    [RG_CHANNEL_ITEMS] = m->has_items,
                                    [RG_CHANNEL_USERS] = m->has_users,
                                    [RG_CHANNEL_SPECTRAL] = m->spectral_rank > 0};
    int n_on = 0;
    for (int a = 0; a < RG_N_CHANNELS; a++) {
        const float on = m->blend != NULL ? m->blend->on[a] : (float)has[a];
        if ((on != 0.0f && on != 1.0f) || (on == 1.0f && !has[a]))
            return rg_load_wrong_part(l, RG_PART_BLEND,
                                      "it is not about the model's channels");
        n_on += on == 1.0f;
    }
    if (m->blend != NULL && m->blend->gated != 0.0f && m->blend->gated != 1.0f)
        return rg_load_wrong_part(l, RG_PART_BLEND, "gated is neither 0 nor 1");
    if (n_on == 0 || (m->blend == NULL && n_on > 1))
        return rg_load_wrong_part(l, RG_PART_BLEND, "the channels have no blend");
    return REGATTA_OK;
}
