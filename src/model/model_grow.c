/* Copies of a model with more nodes. */
#include "model/model_copy.h"

static int is_apart(const rg_features *table, uint32_t k, const rg_idmap *const *apart)
{
    for (; apart != NULL && *apart != NULL; apart++)
        if (rg_idmap_find_name(*apart, table->ids, k) != REGATTA_NONE) return 1;
    return 0;
}

/* Returns 1 if node k of a table has no number. */
static int is_new(const rg_features *table, uint32_t k, const rg_idmap *ids,
                  const rg_idmap *const *apart)
{
    return rg_idmap_find_name(ids, table->ids, k) == REGATTA_NONE &&
           !is_apart(table, k, apart);
}

static int any_new(const rg_features *table, const rg_idmap *ids,
                   const rg_idmap *const *apart)
{
    for (uint32_t k = 0; table != NULL && k < table->ids->n; k++)
        if (is_new(table, k, ids, apart)) return 1;
    return 0;
}

int rg_model_grows(const regatta_model *model, const rg_features *items,
                   const rg_features *users, const rg_idmap *const *apart)
{
    return any_new(items, model->items, apart) || any_new(users, model->users, NULL);
}

/* Lists the nodes of a table without a number; *n of them. */
static regatta_status find_new(regatta_ctx *ctx, uint32_t **node, int64_t *n,
                               const rg_features *table, const rg_idmap *ids,
                               const rg_idmap *const *apart)
{
    *node = NULL;
    *n = 0;
    if (table == NULL) return REGATTA_OK;
    *node = rg_alloc(ctx->mem, table->ids->n, sizeof **node);
    if (*node == NULL) return REGATTA_ENOMEM;
    for (uint32_t k = 0; k < table->ids->n; k++)
        if (is_new(table, k, ids, apart)) (*node)[(*n)++] = k;
    return REGATTA_OK;
}

regatta_status rg_model_grow(regatta_ctx *ctx, regatta_model **out,
                             const regatta_model *model, const rg_features *items,
                             const rg_features *users, const rg_idmap *const *apart)
{
    regatta_status status = REGATTA_OK;
    rg_growth growth = {.from = model, .item_features = items, .user_features = users};
    uint32_t *item = NULL, *user = NULL;
    *out = NULL;
    RG_TRY(find_new(ctx, &item, &growth.n_items, items, model->items, apart));
    RG_TRY(find_new(ctx, &user, &growth.n_users, users, model->users, NULL));
    growth.item_node = item;
    growth.user_node = user;
    RG_TRY(rg_model_copy_grown(ctx, out, model, &growth));
done:
    rg_free(ctx->mem, item);
    rg_free(ctx->mem, user);
    rg_free(ctx->mem, growth.near);
    rg_free(ctx->mem, growth.share);
    return status;
}

/* Where the features of new nodes are: in a model that has them, or in a table. */
typedef struct places {
    uint32_t *was, *node; /* REGATTA_NONE: not there */
} places;

/* Finds the places of each id from number `first` on. was, table NULL: none. */
static regatta_status find_places(regatta_ctx *ctx, places *out, const rg_idmap *ids,
                                  int64_t first, const rg_idmap *was,
                                  const rg_features *table)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = ids->n - first;
    RG_NEW(ctx->mem, out->was, n);
    RG_NEW(ctx->mem, out->node, n);
    for (int64_t k = 0; k < n; k++) {
        const uint32_t id = (uint32_t)(first + k);
        out->was[k] = was != NULL ? rg_idmap_find_name(was, ids, id) : REGATTA_NONE;
        out->node[k] = table != NULL && out->was[k] == REGATTA_NONE
                           ? rg_idmap_find_name(table->ids, ids, id)
                           : REGATTA_NONE;
    }
done:
    return status; /* the caller frees them */
}

static void free_places(regatta_ctx *ctx, const places *p)
{
    rg_free(ctx->mem, p->was);
    rg_free(ctx->mem, p->node);
}

regatta_status rg_model_grow_to(regatta_ctx *ctx, regatta_model **out,
                                const regatta_model *model, const rg_new_nodes *nodes)
{
    regatta_status status = REGATTA_OK;
    const regatta_model *was = nodes->was;
    rg_features *empty = NULL; /* in the place of a table that is not given */
    places item = {NULL, NULL}, user = {NULL, NULL};
    *out = NULL;
    RG_TRY(rg_features_create(ctx, &empty));
    RG_TRY(find_places(ctx, &item, nodes->items, model->n_items,
                       was != NULL ? was->items : NULL, nodes->item_features));
    RG_TRY(find_places(ctx, &user, nodes->users, model->n_users,
                       was != NULL ? was->users : NULL, nodes->user_features));
    rg_growth growth = {
        .from = model,
        .item_features = nodes->item_features != NULL ? nodes->item_features : empty,
        .user_features = nodes->user_features != NULL ? nodes->user_features : empty,
        .item_node = item.node,
        .user_node = user.node,
        .n_items = nodes->items->n - model->n_items,
        .n_users = nodes->users->n - model->n_users,
        .given = nodes,
        .was = was,
        .item_was = item.was,
        .user_was = user.was};
    status = rg_model_copy_grown(ctx, out, model, &growth);
    rg_free(ctx->mem, growth.near);
    rg_free(ctx->mem, growth.share);
done:
    rg_features_free(empty);
    free_places(ctx, &item);
    free_places(ctx, &user);
    return status;
}

regatta_status rg_model_grow_twins(regatta_ctx *ctx, regatta_model **out,
                                   const regatta_model *model, const rg_features *items,
                                   const uint32_t *node, const uint32_t *twin, int64_t n)
{
    rg_growth growth = {.from = model,
                        .item_features = items,
                        .item_node = node,
                        .n_items = n,
                        .twin = twin};
    const regatta_status status = rg_model_copy_grown(ctx, out, model, &growth);
    rg_free(ctx->mem, growth.near);
    rg_free(ctx->mem, growth.share);
    return status;
}
