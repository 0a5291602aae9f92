/* Graphs from a caller's arrays, which are read in place: only the sorted result is a
 * copy. */
#include "api/options.h"
#include "graph/bipartite.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Checks that a name is valid in every file format. */
/* Returns NULL for a valid name, else the reason. */
static const char *wrong_name(const char *name)
{
    return name != NULL ? rg_id_wrong(name, (int64_t)strlen(name)) : "is missing";
}

static regatta_status make_names(regatta_ctx *ctx, rg_idmap **out,
                                 const char *const *names, uint32_t n)
{
    if (names == NULL) return rg_idmap_numbers(ctx, out, n);
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_idmap_create(ctx, out));
    for (uint32_t k = 0; k < n; k++) {
        uint32_t number = 0;
        const char *wrong = wrong_name(names[k]);
        if (wrong != NULL) {
            status = rg_fail(ctx, REGATTA_EINVAL, "name %" PRIu32 " %s", k, wrong);
            goto done;
        }
        RG_TRY(rg_idmap_add(ctx, *out, names[k], (int64_t)strlen(names[k]), &number));
        if (number != k) {
            status = rg_fail(ctx, REGATTA_EINVAL, "name '%.100s' is repeated", names[k]);
            goto done;
        }
    }
done:
    return status; /* the caller frees *out */
}

static regatta_status check_edges(regatta_ctx *ctx, const regatta_edges *e)
{
    if (e->n_edges < 0 || e->dedup > REGATTA_DEDUP_LAST)
        return rg_fail(ctx, REGATTA_EINVAL, "n_edges or dedup is out of range");
    if (e->n_users == REGATTA_NONE || e->n_items == REGATTA_NONE)
        return rg_fail(ctx, REGATTA_EINVAL, "more than 2^32 - 2 nodes");
    if (e->n_edges > 0 && (e->user == NULL || e->item == NULL))
        return rg_fail(ctx, REGATTA_EINVAL, "user or item is NULL");
    for (int64_t k = 0; k < e->n_edges; k++) {
        if (e->user[k] >= e->n_users || e->item[k] >= e->n_items)
            return rg_fail(ctx, REGATTA_EINVAL,
                           "edge %" PRId64 ": user %" PRIu32 " of %" PRIu32
                           ", item %" PRIu32 " of %" PRIu32,
                           k, e->user[k], e->n_users, e->item[k], e->n_items);
        if (e->weight != NULL && !isfinite(e->weight[k]) && e->weight[k] != RG_IMPRESSION)
            return rg_fail(ctx, REGATTA_EINVAL,
                           "edge %" PRId64 ": the weight is not finite", k);
    }
    return REGATTA_OK;
}

static regatta_status build(regatta_ctx *ctx, regatta_graph **out, const regatta_edges *e)
{
    regatta_status status = REGATTA_OK;
    /* rg_bipartite_build only reads the arrays. */
    rg_edges view = {.mem = ctx->mem,
                     .n = e->n_edges,
                     .capacity = e->n_edges,
                     .user = (uint32_t *)e->user,
                     .item = (uint32_t *)e->item,
                     .weight = (float *)e->weight,
                     .time = (int64_t *)e->time,
                     .has_weight = e->weight != NULL,
                     .has_time = e->time != NULL};
    RG_TRY(check_edges(ctx, e));
    RG_TRY(make_names(ctx, &view.users, e->user_names, e->n_users));
    RG_TRY(make_names(ctx, &view.items, e->item_names, e->n_items));
    status = rg_bipartite_build(ctx, out, &view, (regatta_dedup)e->dedup, NULL);
    if (status == REGATTA_EFORMAT) status = REGATTA_EINVAL; /* weights that overflow */
done:
    rg_idmap_free(view.users);
    rg_idmap_free(view.items);
    return status;
}

regatta_status regatta_graph_from_edges(regatta_ctx *ctx, regatta_graph **out,
                                        const regatta_edges *edges)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (out == NULL) return rg_missing(ctx, "out");
    if (edges == NULL) return rg_missing(ctx, "edges");
    regatta_edges e = {.struct_size = sizeof e};
    regatta_status status = rg_options_read(ctx, &e, sizeof e, edges, "edges");
    if (status == REGATTA_OK) status = build(ctx, out, &e);
    return rg_end(ctx, status);
}

static regatta_status check_offsets(regatta_ctx *ctx, const regatta_csr *c)
{
    if (c->offset == NULL || c->offset[0] != 0)
        return rg_fail(ctx, REGATTA_EINVAL, "offset is NULL or does not begin with 0");
    for (int64_t u = 0; u < c->n_users; u++)
        if (c->offset[u + 1] < c->offset[u])
            return rg_fail(ctx, REGATTA_EINVAL, "offset falls at row %" PRId64, u);
    return REGATTA_OK;
}

regatta_status regatta_graph_from_csr(regatta_ctx *ctx, regatta_graph **out,
                                      const regatta_csr *csr)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (out == NULL) return rg_missing(ctx, "out");
    if (csr == NULL) return rg_missing(ctx, "csr");
    regatta_status status = REGATTA_OK;
    regatta_csr c = {.struct_size = sizeof c};
    uint32_t *user = NULL;
    RG_TRY(rg_options_read(ctx, &c, sizeof c, csr, "csr"));
    RG_TRY(check_offsets(ctx, &c));
    RG_NEW(ctx->mem, user, c.offset[c.n_users]);
    for (uint32_t u = 0; u < c.n_users; u++)
        for (int64_t e = c.offset[u]; e < c.offset[(int64_t)u + 1]; e++) user[e] = u;
    const regatta_edges edges = {.struct_size = sizeof edges,
                                 .n_edges = c.offset[c.n_users],
                                 .n_users = c.n_users,
                                 .n_items = c.n_items,
                                 .user = user,
                                 .item = c.item,
                                 .weight = c.weight,
                                 .time = c.time,
                                 .user_names = c.user_names,
                                 .item_names = c.item_names};
    RG_TRY(build(ctx, out, &edges));
done:
    rg_free(ctx->mem, user);
    return rg_end(ctx, status);
}
