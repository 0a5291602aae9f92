#include "api/options.h"
#include "graph/bipartite.h"
#include "graph/features/feature_columns.h"
#include "graph/features/feature_read.h"
#include "graph/features/feature_write.h"
#include <inttypes.h>

regatta_status regatta_features_create(regatta_ctx *ctx, regatta_features **out)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (out == NULL) return rg_missing(ctx, "out");
    return rg_end(ctx, rg_features_create(ctx, out));
}

static regatta_status check_options(regatta_ctx *ctx, const regatta_features_options *o)
{
    if (o->side > REGATTA_ITEMS || o->layout > REGATTA_FEATURES_VECTORS ||
        o->header > REGATTA_HEADER_NO)
        return rg_fail(ctx, REGATTA_EINVAL, "side, layout or header is out of range");
    if (o->format > REGATTA_FORMAT_COLONS || o->format == REGATTA_FORMAT_ADJACENCY)
        return rg_fail(ctx, REGATTA_EINVAL, "format %" PRIu32 " is none of a side table",
                       o->format);
    return rg_feature_columns_check(ctx, o->columns);
}

regatta_status regatta_features_read(regatta_ctx *ctx, regatta_features *features,
                                     const char *path,
                                     const regatta_features_options *opts,
                                     regatta_features_report *report)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (features == NULL) return rg_missing(ctx, "features");
    if (path == NULL) return rg_missing(ctx, "path");
    regatta_status status = REGATTA_OK;
    regatta_features_options o = REGATTA_FEATURES_OPTIONS_INIT;
    regatta_features_report r = {.struct_size = sizeof r};
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "features options"));
    if (report != NULL) RG_TRY(rg_struct_check(ctx, report, "features report"));
    RG_TRY(check_options(ctx, &o));
    RG_TRY(rg_features_read(ctx, features, path, &o, &r, NULL));
    if (report != NULL) rg_struct_write(report, &r, sizeof r);
done:
    return rg_end(ctx, status);
}

static regatta_status check_output(regatta_ctx *ctx, const regatta_features_output *w)
{
    switch (w->format) {
    case REGATTA_FORMAT_AUTO:
    case REGATTA_FORMAT_TSV:
    case REGATTA_FORMAT_CSV:
    case REGATTA_FORMAT_RECBOLE: break;
    default:
        return rg_fail(ctx, REGATTA_EINVAL,
                       "format %" PRIu32 " is not written for side tables", w->format);
    }
    if (w->layout > REGATTA_FEATURES_WIDE)
        return rg_fail(ctx, REGATTA_EINVAL, "the layout of the output is out of range");
    return REGATTA_OK;
}

regatta_status regatta_features_convert(regatta_ctx *ctx, const char *from,
                                        const regatta_features_options *opts,
                                        const char *to,
                                        const regatta_features_output *output,
                                        regatta_features_report *report)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (from == NULL) return rg_missing(ctx, "from");
    if (to == NULL) return rg_missing(ctx, "to");
    regatta_status status = REGATTA_OK;
    regatta_features_options o = REGATTA_FEATURES_OPTIONS_INIT;
    regatta_features_output w = REGATTA_FEATURES_OUTPUT_INIT;
    regatta_features_report r = {.struct_size = sizeof r};
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "features options"));
    RG_TRY(rg_options_read(ctx, &w, sizeof w, output, "features output"));
    if (report != NULL) RG_TRY(rg_struct_check(ctx, report, "features report"));
    RG_TRY(check_options(ctx, &o));
    RG_TRY(check_output(ctx, &w));
    RG_TRY(rg_features_convert(ctx, from, &o, to, &w, &r));
    if (report != NULL) rg_struct_write(report, &r, sizeof r);
done:
    return rg_end(ctx, status);
}

regatta_status regatta_features_add(regatta_ctx *ctx, regatta_features *features,
                                    const regatta_feature_arrays *arrays,
                                    regatta_features_report *report)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (features == NULL) return rg_missing(ctx, "features");
    if (arrays == NULL) return rg_missing(ctx, "arrays");
    regatta_status status = REGATTA_OK;
    regatta_feature_arrays a = REGATTA_FEATURE_ARRAYS_INIT;
    regatta_features_report r = {.struct_size = sizeof r};
    RG_TRY(rg_options_read(ctx, &a, sizeof a, arrays, "feature arrays"));
    if (report != NULL) RG_TRY(rg_struct_check(ctx, report, "features report"));
    if (a.name == NULL) return rg_missing(ctx, "name");
    RG_TRY(rg_features_add(ctx, features, &a, &r));
    if (report != NULL) rg_struct_write(report, &r, sizeof r);
done:
    return rg_end(ctx, status);
}

/* Counts the nodes of the map with features and without. */
static regatta_status count_nodes(regatta_ctx *ctx, regatta_features_info *info,
                                  const regatta_features *features, const rg_idmap *ids)
{
    uint32_t *node = NULL;
    const regatta_status status = rg_features_align(ctx, &node, features, ids);
    if (status != REGATTA_OK) return status;
    for (uint32_t k = 0; k < ids->n; k++)
        info->n_with += node[k] != REGATTA_NONE && rg_features_has(features, node[k]);
    info->n_without = (int64_t)ids->n - info->n_with;
    rg_free(ctx->mem, node);
    return REGATTA_OK;
}

regatta_status regatta_features_get_info(regatta_ctx *ctx, regatta_features_info *out,
                                         const regatta_features *features,
                                         const regatta_graph *graph, regatta_side side)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    regatta_status status = rg_struct_check(ctx, out, "features info");
    if (status != REGATTA_OK) return status;
    if (features == NULL) return rg_missing(ctx, "features");
    regatta_features_info info = {.struct_size = sizeof info};
    if (graph != NULL)
        RG_TRY(count_nodes(ctx, &info, features,
                           side == REGATTA_USERS ? graph->users : graph->items));
    info.n_modalities = (uint32_t)features->n_modalities;
    info.n_nodes = features->ids->n;
    for (uint32_t k = 0; k < features->ids->n; k++)
        info.n_unknown += rg_features_has(features, k);
    info.n_unknown -= info.n_with;
    rg_struct_write(out, &info, sizeof info);
done:
    return rg_end(ctx, status);
}

regatta_status regatta_features_get_modality(regatta_ctx *ctx, regatta_modality *out,
                                             const regatta_features *features,
                                             uint32_t index)
{
    if (ctx != NULL) rg_begin(ctx);
    const regatta_status status = rg_struct_check(ctx, out, "modality");
    if (status != REGATTA_OK) return status;
    if (features == NULL) return rg_missing(ctx, "features");
    if (index >= (uint32_t)features->n_modalities)
        return rg_fail(ctx, REGATTA_EINVAL, "modality %" PRIu32 " of %d does not exist",
                       index, features->n_modalities);
    const rg_modality *const m = &features->modality[index];
    regatta_modality filled = {.struct_size = sizeof filled,
                               .is_dense = m->dense != NULL,
                               .name = m->name,
                               .n_features = m->n_columns};
    for (int64_t r = 0; r < m->n_rows; r++) filled.n_nodes += rg_modality_has(m, r);
    filled.n_values = m->dense != NULL ? filled.n_nodes * m->n_columns : m->rows->n_edges;
    rg_struct_write(out, &filled, sizeof filled);
    return REGATTA_OK;
}

void regatta_features_free(regatta_features *features)
{
    rg_features_free(features);
}
