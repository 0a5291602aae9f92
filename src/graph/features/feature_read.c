#include "graph/features/feature_read.h"
#include "base/files/file.h"
#include "graph/features/feature_bound.h"
#include "graph/features/feature_like.h"
#include "graph/features/feature_table.h"
#include "graph/features/feature_vectors.h"
#include "graph/features/npy.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What a failed reading restores. */
typedef struct state {
    uint32_t n_nodes;
    int n_modalities;
} state;

static state state_of(const rg_features *features)
{
    return (state){features->ids->n, features->n_modalities};
}

static void restore(rg_features *features, state before)
{
    rg_features_cut(features, before.n_modalities);
    rg_idmap_cut(features->ids, before.n_nodes);
}

/* The name of a file without folder, ".gz" and extension. */
static void name_of(char name[RG_MODALITY_NAME], const char *path)
{
    const char *const slash = strrchr(path, '/');
    const char *const base = slash != NULL ? slash + 1 : path;
    size_t n = strlen(base);
    if (n > 3 && strcmp(base + n - 3, ".gz") == 0) n -= 3;
    for (size_t k = n; k-- > 1;)
        if (base[k] == '.') {
            n = k;
            break;
        }
    if (strcmp(path, "-") == 0)
        snprintf(name, RG_MODALITY_NAME, "stdin");
    else
        snprintf(name, RG_MODALITY_NAME, "%.*s", (int)n, base);
}

static regatta_status check_name(regatta_ctx *ctx, const rg_features *features,
                                 const char *name, const char *path)
{
    if (rg_features_find(features, name) < 0) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL,
                   "%s: another table is called '%s': give this one a name, NAME=%s",
                   path, name, path);
}

static regatta_status read_vectors(regatta_ctx *ctx, rg_features *features, rg_input *in,
                                   const char *path, const regatta_features_options *opts,
                                   const char *name, regatta_features_report *report)
{
    if (rg_input_is_gzip(in) || strcmp(path, "-") == 0)
        return rg_fail(
            ctx, REGATTA_EFORMAT,
            "%s: a .npy file must be a plain file, neither gzipped nor standard "
            "input",
            rg_input_name(in));
    if (opts->layout != REGATTA_FEATURES_AUTO && opts->layout != REGATTA_FEATURES_VECTORS)
        return rg_fail(ctx, REGATTA_EFORMAT, "%s: is a .npy file, not a table", path);
    return rg_feature_vectors_read(ctx, features, path, name, report);
}

regatta_status rg_features_read(regatta_ctx *ctx, rg_features *features, const char *path,
                                const regatta_features_options *opts,
                                regatta_features_report *report, rg_feature_sink *sink)
{
    regatta_status status = REGATTA_OK;
    const state before = state_of(features);
    char base[RG_MODALITY_NAME];
    const char *bytes = NULL, *name = opts->name;
    int64_t n = 0;
    rg_input *in = NULL;
    RG_TRY(rg_input_open(ctx, &in, path));
    RG_TRY(rg_input_peek(in, 8, &bytes, &n));
    const int is_npy = rg_npy_is(bytes, n);
    if (!is_npy && opts->layout == REGATTA_FEATURES_VECTORS) {
        status =
            rg_fail(ctx, REGATTA_EFORMAT, "%s: is not a .npy file", rg_input_name(in));
        goto done;
    }
    if (name == NULL || strlen(name) < RG_MODALITY_NAME) {
        if (name == NULL)
            name_of(base, path);
        else
            snprintf(base, sizeof base, "%s", name);
        if (opts->like != NULL)
            RG_TRY(rg_feature_like_name(ctx, base, opts->like, is_npy, name != NULL,
                                        rg_input_name(in)));
        name = base;
    }
    RG_TRY(check_name(ctx, features, name, path));
    RG_TRY(is_npy ? read_vectors(ctx, features, in, path, opts, name, report)
                  : rg_feature_table_read(ctx, features, in, opts, name, report, sink));
done:
    rg_input_close(in);
    if (status != REGATTA_OK) restore(features, before);
    return status;
}

static regatta_status check_arrays(regatta_ctx *ctx, const regatta_feature_arrays *a)
{
    const int64_t n_numbers = a->dense != NULL ? (int64_t)a->n_nodes * a->dim : 0;
    if (a->n_nodes == REGATTA_NONE || a->n_features == REGATTA_NONE)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "features '%.80s': more than 2^32 - 2 nodes or "
                       "features",
                       a->name);
    if (a->dense != NULL && (a->dim < 1 || a->dim > INT32_MAX))
        return rg_fail(ctx, REGATTA_EINVAL, "features '%.80s': dim must be 1 to 2^31 - 1",
                       a->name);
    if (a->dense != NULL && (a->node != NULL || a->n_values != 0))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "features '%.80s': set either dense or node and feature", a->name);
    for (int64_t k = 0; k < n_numbers; k++)
        if (!isfinite(a->dense[k]))
            return rg_fail(ctx, REGATTA_EINVAL,
                           "features '%.80s': number %" PRId64 " of row %" PRId64
                           " is not finite",
                           a->name, k % a->dim, k / a->dim);
    if (a->n_values < 0 || (a->n_values > 0 && (a->node == NULL || a->feature == NULL)))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "features '%.80s': node or feature is missing", a->name);
    for (int64_t k = 0; k < a->n_values; k++) {
        if (a->node[k] >= a->n_nodes || a->feature[k] >= a->n_features)
            return rg_fail(ctx, REGATTA_EINVAL,
                           "features '%.80s': value %" PRId64
                           " has a node or feature out of range",
                           a->name, k);
        if (a->weight != NULL && !isfinite(a->weight[k]))
            return rg_fail(ctx, REGATTA_EINVAL,
                           "features '%.80s': weight %" PRId64 " is not finite", a->name,
                           k);
    }
    return REGATTA_OK;
}

/* Adds a name of an array, or its decimal number, to a map. Repeated names, which would
 * not be new to `seen`, are REGATTA_EINVAL. */
static regatta_status add_name(regatta_ctx *ctx, rg_idmap *seen, const char *const *names,
                               uint32_t k, const char *what, char text[16])
{
    uint32_t number = 0;
    const char *name = names != NULL ? names[k] : text;
    if (names == NULL) snprintf(text, 16, "%" PRIu32, k);
    const int64_t length = name != NULL ? (int64_t)strlen(name) : 0;
    const char *wrong = rg_id_wrong(name, length);
    if (wrong == NULL) {
        const regatta_status status = rg_idmap_add(ctx, seen, name, length, &number);
        if (status != REGATTA_OK) return status;
        if (number != k) wrong = "is repeated";
    }
    if (wrong == NULL) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL, "%s name %" PRIu32 " %s", what, k, wrong);
}

/* Stores the nodes of the features for the nodes of the arrays: node[n_nodes]. */
static regatta_status add_nodes(regatta_ctx *ctx, uint32_t *node, rg_features *features,
                                const regatta_feature_arrays *a)
{
    regatta_status status = REGATTA_OK;
    rg_idmap *own = NULL;
    char text[16];
    RG_TRY(rg_idmap_create(ctx, &own));
    for (uint32_t k = 0; k < a->n_nodes; k++) {
        RG_TRY(add_name(ctx, own, a->node_names, k, "node", text));
        const char *name = rg_idmap_name(own, k);
        RG_TRY(rg_idmap_add(ctx, features->ids, name, (int64_t)strlen(name), &node[k]));
    }
done:
    rg_idmap_free(own);
    return status;
}

static regatta_status add_dense(regatta_ctx *ctx, rg_features *features,
                                const regatta_feature_arrays *a, const uint32_t *node)
{
    regatta_status status = REGATTA_OK;
    float *dense = NULL;
    uint8_t *present = NULL;
    const int64_t n = features->ids->n;
    RG_NEW(ctx->mem, dense, n * a->dim);
    RG_NEW(ctx->mem, present, n);
    for (int64_t k = 0; k < a->n_nodes; k++) {
        memcpy(dense + (int64_t)node[k] * a->dim, a->dense + k * a->dim,
               (size_t)a->dim * sizeof *dense);
        present[node[k]] = 1;
    }
    RG_TRY(rg_features_add_dense(ctx, features, a->name, dense, present, n, a->dim));
    dense = NULL;
    present = NULL;
done:
    rg_free(ctx->mem, dense);
    rg_free(ctx->mem, present);
    return status;
}

static regatta_status add_sparse(regatta_ctx *ctx, rg_features *features,
                                 const regatta_feature_arrays *a, const uint32_t *node,
                                 rg_feature_bound *bound)
{
    regatta_status status = REGATTA_OK;
    rg_feature_pairs *pairs = NULL;
    char text[16];
    const int64_t most = a->max_features > 0 ? a->max_features : REGATTA_MAX_FEATURES;
    RG_TRY(rg_feature_pairs_create(ctx, &pairs, 0));
    for (uint32_t k = 0; k < a->n_features; k++)
        RG_TRY(add_name(ctx, pairs->feature, a->feature_names, k, "feature", text));
    for (int64_t k = 0; k < a->n_values; k++)
        RG_TRY(rg_feature_pairs_put(pairs, node[a->node[k]], a->feature[k],
                                    a->weight != NULL ? a->weight[k] : 1.0f));
    RG_TRY(rg_feature_bound_apply(ctx, bound, pairs, most, NULL));
    RG_TRY(rg_feature_pairs_close(ctx, pairs, features, a->name));
done:
    rg_feature_pairs_free(pairs);
    return status;
}

regatta_status rg_features_add(regatta_ctx *ctx, rg_features *features,
                               const regatta_feature_arrays *a,
                               regatta_features_report *report)
{
    regatta_status status = REGATTA_OK;
    const state before = state_of(features);
    rg_feature_bound bound = {0, 0};
    uint32_t *node = NULL;
    RG_TRY(check_arrays(ctx, a));
    RG_NEW(ctx->mem, node, a->n_nodes);
    RG_TRY(add_nodes(ctx, node, features, a));
    if (a->dense != NULL)
        RG_TRY(add_dense(ctx, features, a, node));
    else
        RG_TRY(add_sparse(ctx, features, a, node, &bound));
    const rg_modality *m = &features->modality[features->n_modalities - 1];
    report->layout = a->dense != NULL ? REGATTA_FEATURES_VECTORS : REGATTA_FEATURES_LONG;
    report->n_modalities = 1;
    report->n_rows = a->dense != NULL ? a->n_nodes : a->n_values;
    report->n_nodes = a->n_nodes;
    report->n_values = m->rows != NULL ? m->rows->n_edges : a->n_nodes * a->dim;
    report->n_features = m->n_columns;
    report->n_hashed = bound.n_hashed;
    report->n_buckets = bound.n_buckets;
done:
    rg_free(ctx->mem, node);
    if (status != REGATTA_OK) restore(features, before);
    return status;
}
