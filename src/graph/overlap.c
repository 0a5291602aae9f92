#include "graph/overlap.h"
#include <string.h>

/* Sets in_train[k] to the number in `train` of node k of `test`. Returns the number of
 * nodes with an edge that are not in `train`. */
static uint32_t match_names(uint32_t *in_train, const rg_idmap *train,
                            const rg_idmap *test, const rg_csr *rows)
{
    uint32_t unknown = 0;
    for (uint32_t k = 0; k < test->n; k++) {
        const int64_t begin = test->offset[k], end = test->offset[(int64_t)k + 1] - 1;
        in_train[k] = rg_idmap_find(train, test->bytes + begin, end - begin);
        unknown += in_train[k] == REGATTA_NONE && rg_csr_degree(rows, k) > 0;
    }
    return unknown;
}

regatta_status rg_overlap(regatta_ctx *ctx, regatta_overlap *out,
                          const regatta_graph *train, const regatta_graph *test)
{
    regatta_status status = REGATTA_OK;
    uint32_t *user = NULL, *item = NULL;
    memset(out, 0, sizeof *out);
    out->struct_size = sizeof *out;
    RG_NEW(ctx->mem, user, test->users->n);
    RG_NEW(ctx->mem, item, test->items->n);
    out->n_unknown_users = match_names(user, train->users, test->users, test->by_user);
    out->n_unknown_items = match_names(item, train->items, test->items, test->by_item);
    const rg_csr *rows = test->by_user;
    for (int64_t u = 0; u < rows->n_rows; u++)
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++) {
            const uint32_t i = item[rows->target[e]];
            if (user[u] == REGATTA_NONE || i == REGATTA_NONE)
                out->n_unknown_edges++;
            else
                out->n_leaked += rg_csr_find(train->by_user, user[u], i) >= 0;
        }
done:
    rg_free(ctx->mem, user);
    rg_free(ctx->mem, item);
    return status;
}
