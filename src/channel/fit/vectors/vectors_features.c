#include "channel/fit/vectors/vectors_features.h"
#include "base/bf16.h"
#include "channel/channel_content.h"
#include "channel/channel_profile.h"
#include "channel/fit/content_fit.h"
#include "channel/fit/profile/profile_fit.h"
#include "channel/fit/vectors/vectors_fit.h"
#include "model/model.h"

/* One modality of the nodes of a graph. Its sparse features are those of `rows`; a dense
 * one has none, and its features are its coordinates. */
typedef struct modality {
    const rg_csr *rows;
    int64_t n_columns; /* features in the input layer */
    int64_t first;     /* of its coordinates */
} modality;

/* The features of a side. */
typedef struct described {
    int64_t n_nodes, rank;
    int n_modalities;
    modality modality[RG_MAX_MODALITIES];
    const float *z; /* [n_nodes][rank] */
    /* Of a model: */
    float *own_z;
    rg_csr *own_rows[RG_MAX_MODALITIES];
} described;

static void clear(regatta_ctx *ctx, described *d)
{
    rg_free(ctx->mem, d->own_z);
    for (int m = 0; m < RG_MAX_MODALITIES; m++) rg_csr_free(d->own_rows[m]);
}

static void read_part(described *d, const rg_content_part *p)
{
    d->n_nodes = p->n_items;
    d->rank = p->rank;
    d->n_modalities = p->features->n_modalities;
    d->z = p->z;
    for (int m = 0; m < d->n_modalities; m++) {
        const rg_feature_space *s = p->space[m];
        d->modality[m] = (modality){.rows = s->rows,
                                    .n_columns = s->rows != NULL ? s->n_mapped : s->rank,
                                    .first = p->first[m]};
    }
}

/* Creates the rows node[n] of w, of the targets in [first, first + n_columns), which
 * count from 0. A node that is REGATTA_NONE has none. */
static regatta_status take_rows(regatta_ctx *ctx, rg_csr **out, const rg_weights *w,
                                const uint32_t *node, int64_t n, int64_t first,
                                int64_t n_columns)
{
    regatta_status status = REGATTA_OK;
    int64_t most = 0, at = 0;
    for (int64_t k = 0; k < n; k++)
        if (node[k] != REGATTA_NONE)
            most += w->offset[node[k] + 1LL] - w->offset[node[k]];
    RG_TRY(rg_csr_create(ctx, out, n, n_columns, most, 1));
    for (int64_t k = 0; k < n; k++) {
        const int64_t begin = node[k] != REGATTA_NONE ? w->offset[node[k]] : 0;
        const int64_t end = node[k] != REGATTA_NONE ? w->offset[node[k] + 1LL] : 0;
        for (int64_t e = begin; e < end; e++) {
            const int64_t c = (int64_t)w->target[e] - first;
            if (c < 0 || c >= n_columns) continue;
            (*out)->target[at] = (uint32_t)c;
            (*out)->value[at++] = rg_from_bf16(w->value[e]);
        }
        (*out)->offset[k + 1] = at;
    }
    (*out)->n_edges = at;
done:
    return status;
}

/* Reads the features of nodes node[n_nodes] of a model. rows: those of each block; NULL:
 * `all` has the sparse features of all blocks, by their rows of the input layer. */
static regatta_status read_model(regatta_ctx *ctx, described *d,
                                 const rg_feature_blocks *blocks, const rg_rows *z,
                                 const rg_weights *rows, const rg_weights *all,
                                 const uint32_t *node)
{
    regatta_status status = REGATTA_OK;
    int64_t column = 0;
    d->rank = blocks->rank;
    d->n_modalities = (int)blocks->n;
    RG_NEW(ctx->mem, d->own_z, d->n_nodes * d->rank);
    d->z = d->own_z;
    for (int64_t k = 0; k < d->n_nodes; k++)
        if (node[k] != REGATTA_NONE)
            rg_rows_decode(d->own_z + k * d->rank, z, node[k], node[k] + 1LL);
    for (int m = 0; m < d->n_modalities; m++) {
        const rg_feature_block *b = &blocks->block[m];
        const int64_t n_columns = b->is_dense ? b->rank : b->n_mapped;
        if (!b->is_dense)
            RG_TRY(take_rows(ctx, &d->own_rows[m], rows != NULL ? &rows[m] : all, node,
                             d->n_nodes, rows != NULL ? 0 : column, n_columns));
        d->modality[m] =
            (modality){.rows = d->own_rows[m], .n_columns = n_columns, .first = b->first};
        column += n_columns;
    }
done:
    return status;
}

static regatta_status read_model_side(regatta_ctx *ctx, described *d,
                                      const regatta_model *model, const rg_idmap *ids,
                                      regatta_side side)
{
    regatta_status status = REGATTA_OK;
    const rg_node_vectors *v = model->vectors;
    uint32_t *node = NULL;
    if (v->n_features[side] == 0) return REGATTA_OK;
    if (side == REGATTA_USERS && v->n_features[2] == 0)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "the model lacks the features of its users (users.features): it "
                       "is of an earlier version; train again");
    RG_NEW(ctx->mem, node, ids->n);
    d->n_nodes = ids->n;
    if (side == REGATTA_ITEMS) {
        const rg_content_state *s = rg_content_of(model);
        rg_idmap_match(node, model->items, ids);
        RG_TRY(read_model(ctx, d, &s->features, &s->z, s->rows, NULL, node));
    } else {
        const rg_profile_state *s = rg_profile_of(model);
        rg_idmap_match(node, model->users, ids);
        RG_TRY(read_model(ctx, d, &s->features, &s->z, NULL, &v->user_features, node));
    }
done:
    rg_free(ctx->mem, node);
    return status;
}

/* Returns 1 if the node has coordinates in the modality. */
static int has_coordinates(const described *d, int m, int64_t node)
{
    const float *z = d->z + node * d->rank + d->modality[m].first;
    for (int64_t k = 0; k < d->modality[m].n_columns; k++)
        if (z[k] != 0.0f) return 1;
    return 0;
}

/* Returns the number of features of a node in a modality; target and value NULL: only
 * counts them. */
static int64_t list_features(uint32_t *target, float *value, const described *d, int m,
                             int64_t node, int64_t column)
{
    const modality *own = &d->modality[m];
    int64_t n = 0;
    if (own->rows == NULL) {
        if (!has_coordinates(d, m, node)) return 0;
        for (; n < own->n_columns && target != NULL; n++) {
            target[n] = (uint32_t)(column + n);
            value[n] = d->z[node * d->rank + own->first + n];
        }
        return own->n_columns;
    }
    for (int64_t e = own->rows->offset[node]; e < own->rows->offset[node + 1]; e++) {
        if ((int64_t)own->rows->target[e] >= own->n_columns) break; /* they ascend */
        if (target != NULL) {
            target[n] = (uint32_t)column + own->rows->target[e];
            value[n] = own->rows->value[e];
        }
        n++;
    }
    return n;
}

/* Creates F, or its sparse modalities alone; NULL if F has no column. */
static regatta_status join(regatta_ctx *ctx, rg_csr **out, const described *d,
                           int sparse_only)
{
    regatta_status status = REGATTA_OK;
    int64_t n_edges = 0, n_columns = 0, at = 0;
    for (int m = 0; m < d->n_modalities; m++) n_columns += d->modality[m].n_columns;
    if (n_columns == 0) return REGATTA_OK;
    for (int64_t v = 0; v < d->n_nodes; v++)
        for (int m = 0; m < d->n_modalities; m++)
            if (!sparse_only || d->modality[m].rows != NULL)
                n_edges += list_features(NULL, NULL, d, m, v, 0);
    RG_TRY(rg_csr_create(ctx, out, d->n_nodes, n_columns, n_edges, 1));
    rg_csr *rows = *out;
    for (int64_t v = 0; v < d->n_nodes; v++) {
        int64_t column = 0;
        for (int m = 0; m < d->n_modalities; m++) {
            if (!sparse_only || d->modality[m].rows != NULL)
                at += list_features(rows->target + at, rows->value + at, d, m, v, column);
            column += d->modality[m].n_columns;
        }
        rows->offset[v + 1] = at;
    }
done:
    return status;
}

static regatta_status describe_side(regatta_ctx *ctx, rg_fitted *fitted,
                                    const regatta_model *model, regatta_side side)
{
    regatta_status status = REGATTA_OK;
    rg_vectors_part *part = rg_vectors_part_of(fitted);
    rg_node_features *f = &part->features;
    const regatta_graph *graph = fitted->graph;
    const rg_content_part *p =
        side == REGATTA_USERS ? rg_profile_fitted(fitted) : rg_content_fitted(fitted);
    described d = {.n_nodes = 0};
    if (model != NULL)
        RG_TRY(read_model_side(
            ctx, &d, model, side == REGATTA_USERS ? graph->users : graph->items, side));
    else if (p != NULL)
        read_part(&d, p);
    RG_TRY(join(ctx, &f->rows[side], &d, 0));
    if (f->rows[side] == NULL) goto done;
    RG_TRY(rg_csr_transpose(ctx, &f->columns[side], f->rows[side]));
    if (side == REGATTA_USERS) RG_TRY(join(ctx, &part->user_features, &d, 1));
done:
    clear(ctx, &d);
    return status;
}

regatta_status rg_vectors_describe(regatta_ctx *ctx, rg_fitted *fitted,
                                   const regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    rg_vectors_undescribe(fitted);
    RG_TRY(describe_side(ctx, fitted, model, REGATTA_USERS));
    RG_TRY(describe_side(ctx, fitted, model, REGATTA_ITEMS));
done:
    return status;
}

void rg_vectors_undescribe(rg_fitted *fitted)
{
    rg_vectors_part *part = rg_vectors_part_of(fitted);
    rg_node_features_clear(&part->features);
    rg_csr_free(part->user_features);
    part->user_features = NULL;
}
