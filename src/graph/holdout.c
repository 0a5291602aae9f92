#include "graph/holdout.h"
#include "base/find.h"

regatta_status rg_holdout_create(rg_mem mem, rg_holdout *out, int64_t n_users,
                                 int64_t n_items, int timed)
{
    regatta_status status = REGATTA_OK;
    *out = (rg_holdout){.n_users = 0};
    RG_NEW(mem, out->user, n_users);
    RG_NEW(mem, out->offset, n_users + 1);
    RG_NEW(mem, out->item, n_items);
    if (timed) RG_NEW(mem, out->at, n_users);
done:
    return status;
}

void rg_holdout_pick(rg_holdout *out, const rg_holdout *holdout, int64_t first,
                     int64_t step, const uint8_t *keep)
{
    int64_t at = 0;
    for (int64_t u = first; u < holdout->n_users; u += step) {
        const int64_t before = at;
        for (int64_t e = holdout->offset[u]; e < holdout->offset[u + 1]; e++)
            if (keep == NULL || keep[e]) out->item[at++] = holdout->item[e];
        if (at == before) continue;
        out->user[out->n_users] = holdout->user[u];
        if (holdout->at != NULL) out->at[out->n_users] = holdout->at[u];
        out->offset[++out->n_users] = at;
    }
}

int rg_holdout_has(const rg_holdout *holdout, int64_t at, uint32_t item)
{
    const int64_t first = holdout->offset[at], n = holdout->offset[at + 1] - first;
    return rg_find_u32(holdout->item + first, n, item) >= 0;
}

void rg_holdout_free(rg_mem mem, rg_holdout *holdout)
{
    rg_free(mem, holdout->user);
    rg_free(mem, holdout->offset);
    rg_free(mem, holdout->item);
    rg_free(mem, holdout->at);
    *holdout = (rg_holdout){.n_users = 0};
}
