#include "channel/features/feature_growth.h"
#include "base/bf16.h"
#include "base/kernels/vec.h"
#include "channel/channel_content.h"
#include "channel/channel_profile.h"
#include "channel/features/content_growth.h"
#include "channel/growth.h"
#include <string.h>

/* The new nodes of a side. */
typedef struct newcomers {
    regatta_side side;
    const rg_feature_blocks *blocks;
    int64_t n, first; /* and the number of the first */
} newcomers;

/* Returns the rows of features of a block in the input layer. */
static int64_t columns_of(const rg_feature_block *b)
{
    return b->is_dense ? b->rank : b->n_mapped;
}

static int is_complete(const rg_node_vectors *v, const newcomers *c)
{
    int64_t n = 0;
    for (int64_t m = 0; c->blocks != NULL && m < c->blocks->n; m++)
        n += columns_of(&c->blocks->block[m]);
    return n == (int64_t)v->n_features[c->side];
}

/* x[dim] += value * the row of a feature; row[dim] is scratch. */
static void add_row(float *x, const rg_rows *rows, int64_t column, float value,
                    float *row)
{
    if (value == 0.0f) return;
    rg_rows_decode(row, rows, column, column + 1);
    rg_vec_axpy(x, value, row, rows->dim);
}

/* x[dim] += the input of node k, from its coordinates z and its row of `sparse`. */
static void add_input(float *x, const rg_rows *rows, const rg_feature_blocks *blocks,
                      const rg_csr *sparse, const float *z, int64_t k, float *row)
{
    int64_t first = 0;
    for (int64_t m = 0; m < blocks->n; m++) {
        const rg_feature_block *b = &blocks->block[m];
        for (int64_t c = 0; b->is_dense && c < b->rank; c++)
            add_row(x, rows, first + c, z[b->first + c], row);
        first += columns_of(b);
    }
    for (int64_t e = sparse->offset[k]; e < sparse->offset[k + 1]; e++)
        add_row(x, rows, sparse->target[e], sparse->value[e], row);
}

static int is_zero(const float *x, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        if (x[k] != 0.0f) return 0;
    return 1;
}

/* Stores the rows of a node. The mean of the nearest items is there already, at length 1:
 * on new articles the sum was better than either (docs/experiments.md). row[dim] is
 * scratch. */
static void set_rows(rg_node_vectors *v, const newcomers *c, int64_t k, float *x,
                     float *row)
{
    const int items = c->side == REGATTA_ITEMS;
    rg_rows *input = items ? &v->item_state : &v->user_x0;
    rg_rows *unit = items ? &v->item_vectors : &v->user_vectors;
    if (is_zero(x, v->shape.dim)) return;
    if (input->data != NULL) rg_growth_set(input, c->first + k, x);
    rg_feature_unit(x, v->shape.dim);
    rg_rows_decode(row, unit, c->first + k, c->first + k + 1);
    rg_vec_axpy(x, 1.0f, row, v->shape.dim);
    rg_feature_unit(x, v->shape.dim);
    rg_growth_set(unit, c->first + k, x);
}

/* Returns 1 if the features of new user k are those of growth->was, *number there. */
static int is_known_user(uint32_t *number, const newcomers *c, const rg_growth *g,
                         int64_t k)
{
    if (c->side == REGATTA_ITEMS || g->was == NULL || g->user_was[k] == REGATTA_NONE)
        return 0;
    *number = g->user_was[k];
    return 1;
}

/* Returns the sparse features of node k among the rows of the input layer, from its
 * encoded rows; target and value NULL: only counts them. */
static int64_t list_encoded(uint32_t *target, float *value, rg_csr *const *encoded,
                            const rg_feature_blocks *blocks, int64_t k)
{
    int64_t n = 0, first = 0;
    for (int64_t m = 0; m < blocks->n; first += columns_of(&blocks->block[m++])) {
        const rg_csr *own = encoded[m];
        if (blocks->block[m].is_dense || own == NULL) continue;
        for (int64_t e = own->offset[k]; e < own->offset[k + 1]; e++) {
            if ((int64_t)own->target[e] >= blocks->block[m].n_mapped) continue;
            if (target != NULL) {
                target[n] = (uint32_t)first + own->target[e];
                value[n] = own->value[e];
            }
            n++;
        }
    }
    return n;
}

/* The same of a user of a model. */
static int64_t list_known(uint32_t *target, float *value, const rg_node_vectors *v,
                          uint32_t user)
{
    const rg_weights *w = &v->user_features;
    if (v->n_features[2] == 0) return 0;
    const int64_t first = w->offset[user], n = w->offset[user + 1LL] - first;
    for (int64_t e = 0; e < n && target != NULL; e++) {
        target[e] = w->target[first + e];
        value[e] = rg_from_bf16(w->value[first + e]);
    }
    return n;
}

/* Creates the sparse features of the new nodes, as rows over those of the input layer. */
static regatta_status join(regatta_ctx *ctx, rg_csr **out, rg_csr *const *encoded,
                           const newcomers *c, const rg_growth *g, int64_t n_columns)
{
    regatta_status status = REGATTA_OK;
    const rg_node_vectors *was = g->was != NULL ? g->was->vectors : NULL;
    uint32_t user;
    int64_t n = 0;
    for (int64_t k = 0; k < c->n; k++)
        n += is_known_user(&user, c, g, k)
                 ? list_known(NULL, NULL, was, user)
                 : list_encoded(NULL, NULL, encoded, c->blocks, k);
    RG_TRY(rg_csr_create(ctx, out, c->n, n_columns, n, 1));
    n = 0;
    for (int64_t k = 0; k < c->n; k++) {
        uint32_t *target = (*out)->target + n;
        float *value = (*out)->value + n;
        n += is_known_user(&user, c, g, k)
                 ? list_known(target, value, was, user)
                 : list_encoded(target, value, encoded, c->blocks, k);
        (*out)->offset[k + 1] = n;
    }
done:
    return status;
}

/* Writes the coordinates z[n][rank] and the sparse features of the new nodes. */
static regatta_status encode(regatta_ctx *ctx, float *z, rg_csr **sparse,
                             const newcomers *c, const rg_growth *g, int64_t n_columns)
{
    regatta_status status = REGATTA_OK;
    rg_csr *encoded[RG_MAX_MODALITIES] = {NULL};
    const int64_t rank = c->blocks->rank;
    uint32_t user;
    if (c->side == REGATTA_ITEMS)
        RG_TRY(rg_content_encode(ctx, z, encoded, c->blocks, g));
    else
        RG_TRY(rg_feature_blocks_encode(ctx, z, encoded, c->blocks, g->user_features,
                                        g->user_node, c->n));
    for (int64_t k = 0; k < c->n; k++)
        if (is_known_user(&user, c, g, k))
            rg_rows_decode(z + k * rank, &rg_profile_of(g->was)->z, user, user + 1LL);
    RG_TRY(join(ctx, sparse, encoded, c, g, n_columns));
done:
    for (int m = 0; m < RG_MAX_MODALITIES; m++) rg_csr_free(encoded[m]);
    return status;
}

/* Writes x[dim], the input of a user of a model without features of users, and returns 1;
 * 0 for any other node. */
static int recall_input(float *x, const newcomers *c, const rg_growth *g, int64_t k)
{
    uint32_t user;
    if (!is_known_user(&user, c, g, k) || g->was->vectors->n_features[2] > 0 ||
        g->was->vectors->user_x0.data == NULL)
        return 0;
    rg_rows_decode(x, &g->was->vectors->user_x0, user, user + 1LL);
    return 1;
}

static regatta_status grow_side(regatta_ctx *ctx, regatta_model *model,
                                rg_node_vectors *v, const newcomers *c,
                                const rg_growth *g)
{
    regatta_status status = REGATTA_OK;
    rg_csr *sparse = NULL;
    float *z = NULL, *x = NULL;
    const int64_t dim = v->shape.dim;
    if (v->n_features[c->side] == 0 || c->n == 0) return REGATTA_OK;
    if (!is_complete(v, c))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "the model's features.%s: it does not have a row of each feature",
                       c->side == REGATTA_ITEMS ? "items" : "users");
    RG_NEW(ctx->mem, z, c->n * c->blocks->rank);
    RG_NEW(ctx->mem, x, 2 * dim);
    RG_TRY(encode(ctx, z, &sparse, c, g, (int64_t)v->n_features[c->side]));
    for (int64_t k = 0; k < c->n; k++) {
        memset(x, 0, (size_t)dim * sizeof *x);
        if (!recall_input(x, c, g, k))
            add_input(x, &v->feature[c->side], c->blocks, sparse, z + k * c->blocks->rank,
                      k, x + dim);
        set_rows(v, c, k, x, x + dim);
    }
    if (c->side == REGATTA_USERS && v->n_features[2] > 0)
        RG_TRY(rg_growth_sparse(model, &v->user_features, sparse, model->n_users));
done:
    rg_csr_free(sparse);
    rg_free(ctx->mem, z);
    rg_free(ctx->mem, x);
    return status;
}

/* Twins are items of the training, and W has learned from their interactions: their F W
 * would promise more of new items than these have. */
regatta_status rg_feature_growth(regatta_ctx *ctx, regatta_model *model,
                                 rg_node_vectors *v, const rg_growth *g)
{
    regatta_status status = REGATTA_OK;
    const rg_content_state *content = rg_content_of(model);
    const rg_profile_state *profile = rg_profile_of(model);
    const newcomers items = {REGATTA_ITEMS, content != NULL ? &content->features : NULL,
                             g->n_items, model->n_items - g->n_items};
    const newcomers users = {REGATTA_USERS, profile != NULL ? &profile->features : NULL,
                             g->n_users, model->n_users - g->n_users};
    if (g->twin == NULL) RG_TRY(grow_side(ctx, model, v, &items, g));
    RG_TRY(grow_side(ctx, model, v, &users, g));
done:
    return status;
}
