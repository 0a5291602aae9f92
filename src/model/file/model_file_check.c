/* What the numbers and channels of a model file have to be. */
#include "model/file/model_loader.h"
#include "model/file/model_numbers.h"

regatta_status rg_load_wrong(const rg_loader *l, const char *reason)
{
    return rg_fail(l->ctx, REGATTA_EFORMAT, "%s: %s", l->path, reason);
}

regatta_status rg_load_wrong_part(const rg_loader *l, rg_part p, const char *reason)
{
    return rg_fail(l->ctx, REGATTA_EFORMAT, "%s: tensor %s: %s", l->path,
                   l->layout.tensor[p].name, reason);
}

regatta_status rg_load_check_numbers(const rg_loader *l)
{
    rg_part part;
    char reason[RG_MESSAGE_BYTES / 2];
    if (rg_layout_numbers_hold(&l->layout, &part, reason, sizeof reason))
        return REGATTA_OK;
    return rg_load_wrong_part(l, part, reason);
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
