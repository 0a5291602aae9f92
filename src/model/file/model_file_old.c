#include "model/file/model_file_old.h"
#include "model/model_channels.h"
#include <string.h>

enum { C = RG_N_CHANNELS, N_PAIRS = C * C };

/* In the order base, user, item, products, pop, pop_user, on. */
regatta_status rg_load_old_blend(const rg_loader *l)
{
    const float *x = l->layout.tensor[RG_PART_BLEND].data;
    const float *pair = x + 3 * C, *pop = pair + N_PAIRS;
    rg_blend blend;
    for (int k = 0; k < N_PAIRS; k++)
        if (pair[k] != 0.0f)
            return rg_load_wrong_part(l, RG_PART_BLEND,
                                      "it has products of channels, which only an "
                                      "earlier regatta scores; train it again");
    memset(&blend, 0, sizeof blend);
    memcpy(blend.base, x, sizeof blend.base);
    memcpy(blend.user, x + C, sizeof blend.user);
    memcpy(blend.item, x + 2 * C, sizeof blend.item);
    blend.pop = pop[0];
    blend.pop_user = pop[1];
    memcpy(blend.on, pop + 2, sizeof blend.on);
    return rg_model_set_blend(l->model, &blend);
}
