#include "channel/fit/vectors/vectors_features.h"
#include "channel/fit/content_fit.h"
#include "channel/fit/profile/profile_fit.h"
#include "channel/fit/vectors/vectors_fit.h"

/* Returns 1 if the node has coordinates in the modality. */
static int has_coordinates(const rg_content_part *p, int m, int64_t node)
{
    const float *z = p->z + node * p->rank + p->first[m];
    for (int64_t k = 0; k < p->space[m]->rank; k++)
        if (z[k] != 0.0f) return 1;
    return 0;
}

/* Returns the number of features of a node in a modality; target and value NULL: only
 * counts them. */
static int64_t list_features(uint32_t *target, float *value, const rg_content_part *p,
                             int m, int64_t node, int64_t column)
{
    const rg_feature_space *s = p->space[m];
    const float *z = p->z + node * p->rank + p->first[m];
    int64_t n = 0;
    if (s->rows == NULL) {
        if (!has_coordinates(p, m, node)) return 0;
        for (; n < s->rank && target != NULL; n++) {
            target[n] = (uint32_t)(column + n);
            value[n] = z[n];
        }
        return s->rank;
    }
    for (int64_t e = s->rows->offset[node]; e < s->rows->offset[node + 1]; e++) {
        if ((int64_t)s->rows->target[e] >= s->n_mapped) break; /* they ascend */
        if (target != NULL) {
            target[n] = (uint32_t)column + s->rows->target[e];
            value[n] = s->rows->value[e];
        }
        n++;
    }
    return n;
}

static int64_t columns_of(const rg_content_part *p, int m)
{
    return p->space[m]->rows != NULL ? p->space[m]->n_mapped : p->space[m]->rank;
}

/* Creates F; NULL if it has no column. */
static regatta_status join(regatta_ctx *ctx, rg_csr **out, const rg_content_part *p)
{
    regatta_status status = REGATTA_OK;
    const int n_modalities = p->features->n_modalities;
    int64_t n_edges = 0, n_columns = 0, at = 0;
    for (int m = 0; m < n_modalities; m++) n_columns += columns_of(p, m);
    if (n_columns == 0) return REGATTA_OK;
    for (int64_t v = 0; v < p->n_items; v++)
        for (int m = 0; m < n_modalities; m++)
            n_edges += list_features(NULL, NULL, p, m, v, 0);
    RG_TRY(rg_csr_create(ctx, out, p->n_items, n_columns, n_edges, 1));
    rg_csr *rows = *out;
    for (int64_t v = 0; v < p->n_items; v++) {
        int64_t column = 0;
        for (int m = 0; m < n_modalities; m++) {
            at += list_features(rows->target + at, rows->value + at, p, m, v, column);
            column += columns_of(p, m);
        }
        rows->offset[v + 1] = at;
    }
done:
    return status;
}

static regatta_status describe_side(regatta_ctx *ctx, rg_node_features *f,
                                    const rg_content_part *p, regatta_side side)
{
    regatta_status status = REGATTA_OK;
    if (p == NULL) return REGATTA_OK;
    RG_TRY(join(ctx, &f->rows[side], p));
    if (f->rows[side] != NULL)
        RG_TRY(rg_csr_transpose(ctx, &f->columns[side], f->rows[side]));
done:
    return status;
}

regatta_status rg_vectors_describe(regatta_ctx *ctx, rg_fitted *fitted)
{
    regatta_status status = REGATTA_OK;
    rg_vectors_part *part = rg_vectors_part_of(fitted);
    rg_vectors_undescribe(fitted);
    RG_TRY(describe_side(ctx, &part->features, rg_profile_fitted(fitted), REGATTA_USERS));
    RG_TRY(describe_side(ctx, &part->features, rg_content_fitted(fitted), REGATTA_ITEMS));
done:
    return status;
}

void rg_vectors_undescribe(rg_fitted *fitted)
{
    rg_node_features_clear(&rg_vectors_part_of(fitted)->features);
}
