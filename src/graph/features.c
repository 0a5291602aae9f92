#include "graph/features.h"
#include <string.h>

regatta_status rg_features_create(regatta_ctx *ctx, rg_features **out)
{
    regatta_status status = REGATTA_OK;
    rg_features *features = NULL;
    *out = NULL;
    RG_NEW(ctx->mem, features, 1);
    features->mem = ctx->mem;
    RG_TRY(rg_idmap_create(ctx, &features->ids));
    *out = features;
    features = NULL;
done:
    rg_features_free(features);
    return status;
}

int rg_features_find(const rg_features *features, const char *name)
{
    for (int m = 0; m < features->n_modalities; m++)
        if (strcmp(features->modality[m].name, name) == 0) return m;
    return -1;
}

/* Adds an empty modality to fill. */
static regatta_status add(regatta_ctx *ctx, rg_modality **out, rg_features *features,
                          const char *name)
{
    const size_t length = strlen(name);
    if (length == 0 || length >= RG_MODALITY_NAME)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "features '%.80s': the name must have 1 to %d bytes", name,
                       RG_MODALITY_NAME - 1);
    if (rg_features_find(features, name) >= 0)
        return rg_fail(ctx, REGATTA_EINVAL, "features '%s': two tables have this name",
                       name);
    if (features->n_modalities == RG_MAX_MODALITIES)
        return rg_fail(ctx, REGATTA_EINVAL, "features '%s': more than %d modalities",
                       name, RG_MAX_MODALITIES);
    *out = &features->modality[features->n_modalities++];
    **out = (rg_modality){.n_rows = 0};
    memcpy((*out)->name, name, length);
    return REGATTA_OK;
}

regatta_status rg_features_add_sparse(regatta_ctx *ctx, rg_features *features,
                                      const char *name, rg_idmap *feature, rg_csr *rows)
{
    rg_modality *m = NULL;
    const regatta_status status = add(ctx, &m, features, name);
    if (status != REGATTA_OK) return status;
    m->n_rows = rows->n_rows;
    m->n_columns = rows->n_cols;
    m->feature = feature;
    m->rows = rows;
    return REGATTA_OK;
}

regatta_status rg_features_add_dense(regatta_ctx *ctx, rg_features *features,
                                     const char *name, float *dense, uint8_t *present,
                                     int64_t n_rows, int64_t n_columns)
{
    rg_modality *m = NULL;
    const regatta_status status = add(ctx, &m, features, name);
    if (status != REGATTA_OK) return status;
    m->n_rows = n_rows;
    m->n_columns = n_columns;
    m->dense = dense;
    m->present = present;
    return REGATTA_OK;
}

int rg_modality_has(const rg_modality *m, int64_t node)
{
    if (node >= m->n_rows) return 0;
    if (m->rows == NULL) return m->present[node] != 0;
    if (m->rows->value == NULL) return rg_csr_degree(m->rows, node) > 0;
    for (int64_t e = m->rows->offset[node]; e < m->rows->offset[node + 1]; e++)
        if (m->rows->value[e] != 0.0f) return 1;
    return 0;
}

int rg_features_has(const rg_features *features, int64_t node)
{
    for (int m = 0; m < features->n_modalities; m++)
        if (rg_modality_has(&features->modality[m], node)) return 1;
    return 0;
}

regatta_status rg_features_align(regatta_ctx *ctx, uint32_t **node,
                                 const rg_features *features, const rg_idmap *ids)
{
    *node = rg_alloc(ctx->mem, ids->n, sizeof **node);
    if (*node == NULL) return REGATTA_ENOMEM;
    rg_idmap_match(*node, features->ids, ids);
    return REGATTA_OK;
}

void rg_features_cut(rg_features *features, int n)
{
    for (int k = n; k < features->n_modalities; k++) {
        rg_modality *m = &features->modality[k];
        rg_idmap_free(m->feature);
        rg_csr_free(m->rows);
        rg_free(features->mem, m->dense);
        rg_free(features->mem, m->present);
    }
    features->n_modalities = n;
}

void rg_features_free(rg_features *features)
{
    if (features == NULL) return;
    rg_features_cut(features, 0);
    rg_idmap_free(features->ids);
    rg_free(features->mem, features);
}
