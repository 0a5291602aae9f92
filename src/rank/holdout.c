#include "rank/holdout.h"

regatta_status rg_holdout_create(rg_mem mem, rg_holdout *out, int64_t n_users,
                                 int64_t n_items)
{
    regatta_status status = REGATTA_OK;
    *out = (rg_holdout){.n_users = 0};
    RG_NEW(mem, out->user, n_users);
    RG_NEW(mem, out->offset, n_users + 1);
    RG_NEW(mem, out->item, n_items);
done:
    return status;
}

void rg_holdout_free(rg_mem mem, rg_holdout *holdout)
{
    rg_free(mem, holdout->user);
    rg_free(mem, holdout->offset);
    rg_free(mem, holdout->item);
    *holdout = (rg_holdout){.n_users = 0};
}
