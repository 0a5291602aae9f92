#include "channel/feature_blocks.h"
#include "model/model.h"
#include <stdio.h>
#include <string.h>

enum { MOST_COLUMNS = INT32_MAX };

static const rg_bound UNIT = {0x1p1f, 0, 0}, SCALE = {0x1p100f, 0, 0};

enum { DENSE, COLUMNS, MAPPED, RANK, N_NUMBERS };

static void take_shape(rg_feature_blocks *f, int64_t n_blocks, const int64_t *n)
{
    f->n = n_blocks;
    f->rank = 0;
    for (int64_t m = 0; m < n_blocks; m++, n += N_NUMBERS) {
        f->block[m] = (rg_feature_block){.is_dense = (int)n[DENSE],
                                         .n_columns = n[COLUMNS],
                                         .n_mapped = n[MAPPED],
                                         .first = f->rank,
                                         .rank = n[RANK]};
        f->rank += n[RANK];
    }
}

static int is_shape(const int64_t *n, int64_t n_blocks)
{
    int64_t rank = 0;
    for (int64_t m = 0; m < n_blocks; m++, n += N_NUMBERS) {
        if (!rg_within(n[DENSE], 0, 1) || !rg_within(n[COLUMNS], 0, MOST_COLUMNS) ||
            !rg_within(n[MAPPED], 0, n[COLUMNS]) ||
            !rg_within(n[RANK], 0, RG_MOST_COORDINATES))
            return 0;
        rank += n[RANK];
    }
    return rg_within(rank, 1, RG_MOST_COORDINATES);
}

static regatta_status visit_shape(rg_visitor *v, rg_feature_blocks *f, const char *prefix)
{
    regatta_status status = REGATTA_OK;
    int64_t n[RG_MAX_MODALITIES * N_NUMBERS] = {0}, n_blocks = f->n;
    char name[RG_ARRAY_NAME];
    for (int64_t m = 0; m < n_blocks; m++) {
        const rg_feature_block *b = &f->block[m];
        const int64_t own[N_NUMBERS] = {b->is_dense, b->n_columns, b->n_mapped, b->rank};
        memcpy(n + m * N_NUMBERS, own, sizeof own);
    }
    snprintf(name, sizeof name, "%s.modalities", prefix);
    RG_TRY(rg_visit_ints(v, name, &n_blocks, 1));
    if (v->checks && !rg_within(n_blocks, 1, RG_MAX_MODALITIES))
        return rg_visit_wrong(v, name, "the number is out of range");
    snprintf(name, sizeof name, "%s.shape", prefix);
    RG_TRY(rg_visit_ints(v, name, n, n_blocks * N_NUMBERS));
    if (v->checks && !is_shape(n, n_blocks))
        return rg_visit_wrong(v, name, "a number is out of range");
    if (v->reads) take_shape(f, n_blocks, n); /* else other threads may read the model */
done:
    return status;
}

regatta_status rg_feature_blocks_visit(rg_visitor *v, rg_feature_blocks *f,
                                       const char *prefix)
{
    regatta_status status = REGATTA_OK;
    char name[RG_ARRAY_NAME];
    RG_TRY(visit_shape(v, f, prefix));
    snprintf(name, sizeof name, "%s.names", prefix);
    RG_TRY(rg_visit_names(v, name, &f->names, f->n));
    for (int m = 0; m < (int)f->n; m++) {
        rg_feature_block *b = &f->block[m];
        snprintf(name, sizeof name, "%s.%d.scale", prefix, m);
        RG_TRY(rg_visit_floats(v, name, &b->scale, b->n_columns, &SCALE));
        snprintf(name, sizeof name, "%s.%d.map", prefix, m);
        RG_TRY(rg_visit_floats(v, name, &b->map, b->n_mapped * b->rank, &UNIT));
        if (b->is_dense) continue;
        snprintf(name, sizeof name, "%s.%d.features", prefix, m);
        RG_TRY(rg_visit_names(v, name, &b->feature, b->n_columns));
    }
done:
    return status;
}

static regatta_status serve_block(regatta_ctx *ctx, regatta_model *model,
                                  rg_feature_block *to, const rg_content_part *part,
                                  int m)
{
    const rg_feature_space *s = part->space[m];
    *to = (rg_feature_block){.is_dense = s->rows == NULL,
                             .n_columns = s->n_columns,
                             .n_mapped = s->n_mapped,
                             .first = part->first[m],
                             .rank = s->rank};
    to->scale = rg_model_copied(model, s->scale, s->n_columns, sizeof *to->scale);
    to->map = rg_model_copied(model, s->map, s->n_mapped * s->rank, sizeof *to->map);
    if (to->scale == NULL || to->map == NULL) return REGATTA_ENOMEM;
    if (to->is_dense) return REGATTA_OK;
    return rg_idmap_pick(ctx, &to->feature, part->features->modality[m].feature,
                         s->column, (uint32_t)s->n_columns);
}

regatta_status rg_feature_blocks_serve(regatta_ctx *ctx, regatta_model *model,
                                       rg_feature_blocks *to, const rg_content_part *part)
{
    regatta_status status = REGATTA_OK;
    uint32_t number;
    to->n = part->features->n_modalities;
    to->rank = part->rank;
    RG_TRY(rg_idmap_create(ctx, &to->names));
    for (int m = 0; m < (int)to->n; m++) {
        const char *name = part->features->modality[m].name;
        RG_TRY(rg_idmap_add(ctx, to->names, name, (int64_t)strlen(name), &number));
        RG_TRY(serve_block(ctx, model, &to->block[m], part, m));
    }
done:
    return status;
}

regatta_status rg_feature_blocks_clone(regatta_ctx *ctx, rg_feature_blocks *f,
                                       const rg_feature_blocks *from)
{
    regatta_status status = REGATTA_OK;
    f->names = NULL;
    for (int64_t m = 0; m < f->n; m++) f->block[m].feature = NULL;
    RG_TRY(rg_idmap_copy(ctx, &f->names, from->names));
    for (int64_t m = 0; m < f->n; m++)
        if (!f->block[m].is_dense)
            RG_TRY(rg_idmap_copy(ctx, &f->block[m].feature, from->block[m].feature));
done:
    return status;
}

void rg_feature_blocks_release(rg_feature_blocks *f)
{
    rg_idmap_free(f->names);
    for (int64_t m = 0; m < f->n; m++) rg_idmap_free(f->block[m].feature);
}

static regatta_status check_kind(regatta_ctx *ctx, const rg_feature_block *b,
                                 const rg_modality *m)
{
    if (b->is_dense != (m->rows == NULL))
        return rg_fail(ctx, REGATTA_EINVAL, "features '%s': the model has %s", m->name,
                       b->is_dense ? "vectors of this name" : "a table of this name");
    if (b->is_dense && m->n_columns != b->n_columns)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "features '%s': vectors of %lld numbers; those of the model have "
                       "%lld",
                       m->name, (long long)m->n_columns, (long long)b->n_columns);
    return REGATTA_OK;
}

/* Encodes one modality; z points to its coordinates of the first node, with stride ld. */
static regatta_status encode_block(regatta_ctx *ctx, float *z, int64_t ld, rg_csr **rows,
                                   const rg_feature_block *b, const rg_modality *m,
                                   const uint32_t *node, int64_t n)
{
    regatta_status status = REGATTA_OK;
    const rg_feature_coder coder = {.n_columns = b->n_columns,
                                    .rank = b->rank,
                                    .n_mapped = b->n_mapped,
                                    .scale = b->scale,
                                    .map = b->map};
    uint32_t *place = NULL;
    RG_TRY(check_kind(ctx, b, m));
    if (!b->is_dense) {
        RG_NEW(ctx->mem, place, m->n_columns);
        rg_idmap_match(place, b->feature, m->feature);
        RG_TRY(rg_feature_encode(ctx, rows, &coder, m, node, n, place));
    }
    rg_feature_coordinates(z, ld, &coder, m, node, n, *rows, ctx->threads);
done:
    rg_free(ctx->mem, place);
    return status;
}

regatta_status rg_feature_blocks_encode(regatta_ctx *ctx, float *z, rg_csr **rows,
                                        const rg_feature_blocks *f,
                                        const rg_features *table, const uint32_t *node,
                                        int64_t n)
{
    regatta_status status = REGATTA_OK;
    for (int64_t b = 0; b < f->n && status == REGATTA_OK; b++) {
        const int m = rg_features_find(table, rg_idmap_name(f->names, (uint32_t)b));
        rg_csr *own = NULL;
        if (m < 0) continue;
        status = encode_block(ctx, z + f->block[b].first, f->rank, &own, &f->block[b],
                              &table->modality[m], node, n);
        if (rows != NULL)
            rows[b] = own;
        else
            rg_csr_free(own);
    }
    return status;
}

/* Adds the names of a modality without nodes. */
static regatta_status add_names(regatta_ctx *ctx, rg_features *features, const char *name,
                                const rg_feature_block *b)
{
    regatta_status status = REGATTA_OK;
    rg_idmap *names = NULL;
    rg_csr *rows = NULL;
    float *dense = NULL;
    uint8_t *present = NULL;
    if (b->is_dense) {
        RG_NEW(ctx->mem, dense, 0);
        RG_NEW(ctx->mem, present, 0);
        RG_TRY(
            rg_features_add_dense(ctx, features, name, dense, present, 0, b->n_columns));
        dense = NULL;
        present = NULL;
    } else {
        RG_TRY(rg_idmap_copy(ctx, &names, b->feature));
        RG_TRY(rg_csr_create(ctx, &rows, 0, b->n_columns, 0, 1));
        RG_TRY(rg_features_add_sparse(ctx, features, name, names, rows));
        names = NULL;
        rows = NULL;
    }
done:
    rg_idmap_free(names);
    rg_csr_free(rows);
    rg_free(ctx->mem, dense);
    rg_free(ctx->mem, present);
    return status;
}

int rg_feature_blocks_known(const rg_feature_blocks *f, const rg_rows *z, int64_t node)
{
    float scratch[RG_MOST_COORDINATES];
    const float *row = rg_model_row(scratch, z, node);
    for (int64_t k = 0; k < f->rank; k++)
        if (row[k] != 0.0f) return 1;
    return 0;
}

regatta_status rg_feature_blocks_names(regatta_ctx *ctx, rg_features *out,
                                       const rg_feature_blocks *f)
{
    regatta_status status = REGATTA_OK;
    for (int64_t b = 0; b < f->n; b++)
        RG_TRY(add_names(ctx, out, rg_idmap_name(f->names, (uint32_t)b), &f->block[b]));
done:
    return status;
}
