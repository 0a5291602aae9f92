#include "model/file/model_tensors.h"
#include "model/file/model_deltas.h"
#include <stdio.h>
#include <string.h>

/* Appends a tensor to the list for each array. */
typedef struct lister {
    rg_visitor visitor;
    rg_model_tensors *list;
} lister;

/* The address of the struct whose first member is the visitor. */
static lister *of(rg_visitor *v)
{
    return (lister *)(void *)v;
}

static regatta_status put(lister *w, const char *name, rg_dtype dtype, int rank,
                          const int64_t *dim, const void *data)
{
    if (w->list->n == RG_MODEL_TENSORS)
        return rg_fail(w->visitor.ctx, REGATTA_EINTERNAL, "more than %d tensors",
                       RG_MODEL_TENSORS);
    rg_tensor *t = &w->list->tensor[w->list->n++];
    *t = (rg_tensor){.dtype = dtype, .rank = rank, .dim = {1, 1, 1}, .data = data};
    for (int k = 0; k < rank; k++) t->dim[k] = dim[k];
    snprintf(t->name, sizeof t->name, "%s", name);
    return REGATTA_OK;
}

static regatta_status put_line(lister *w, const char *name, rg_dtype dtype, int64_t n,
                               const void *data)
{
    return put(w, name, dtype, 1, &n, data);
}

/* Allocates `bytes` bytes that are freed with the list. */
static void *own(lister *w, int64_t bytes)
{
    rg_model_tensors *l = w->list;
    void *p = l->n_owned < RG_MODEL_COPIES ? rg_alloc(l->mem, bytes, 1) : NULL;
    if (p != NULL) l->owned[l->n_owned++] = p;
    return p;
}

static regatta_status put_copy(lister *w, const char *name, rg_dtype dtype, int64_t n,
                               const void *data)
{
    void *copy = own(w, n * 8);
    if (copy == NULL) return REGATTA_ENOMEM;
    memcpy(copy, data, (size_t)n * 8);
    return put_line(w, name, dtype, n, copy);
}

static regatta_status write_ints(rg_visitor *v, const char *name, int64_t *x, int64_t n)
{
    return put_copy(of(v), name, RG_DTYPE_I64, n, x);
}

static regatta_status write_reals(rg_visitor *v, const char *name, double *x, int64_t n)
{
    return put_copy(of(v), name, RG_DTYPE_F64, n, x);
}

static regatta_status write_copied(rg_visitor *v, const char *name, float *x,
                                   int64_t rows, int64_t cols, const rg_bound *bound)
{
    const int64_t dim[] = {rows, cols};
    (void)bound;
    return put(of(v), name, RG_DTYPE_F32, 2, dim, x);
}

static regatta_status write_bytes(rg_visitor *v, const char *name, const void **x,
                                  int64_t size, int64_t rows, int64_t *cols)
{
    const rg_dtype dtype = size == 1 ? RG_DTYPE_U8 : RG_DTYPE_U32;
    const int64_t dim[] = {rows, *cols};
    if (*x == NULL) return REGATTA_OK;
    return rows > 0 ? put(of(v), name, dtype, 2, dim, *x)
                    : put_line(of(v), name, dtype, *cols, *x);
}

static regatta_status write_floats(rg_visitor *v, const char *name, const float **x,
                                   int64_t n, const rg_bound *bound)
{
    (void)bound;
    return *x != NULL ? put_line(of(v), name, RG_DTYPE_F32, n, *x) : REGATTA_OK;
}

static regatta_status write_table(rg_visitor *v, const char *name, rg_rows *rows,
                                  int64_t layers, int64_t n, int64_t dim,
                                  const rg_bound *bound)
{
    static const rg_dtype dtype[] = {
        [RG_F32] = RG_DTYPE_F32, [RG_BF16] = RG_DTYPE_BF16, [RG_I8] = RG_DTYPE_I8};
    regatta_status status = REGATTA_OK;
    const int64_t dims[] = {layers, n, rows->dim}, *from = layers > 0 ? dims : dims + 1;
    const int rank = layers > 0 ? 3 : 2;
    char scale[RG_ARRAY_NAME];
    (void)dim, (void)bound;
    if (rows->data == NULL) return REGATTA_OK;
    RG_TRY(put(of(v), name, dtype[rows->type], rank, from, rows->data));
    if (rows->type != RG_I8) return REGATTA_OK;
    snprintf(scale, sizeof scale, "%s.scale", name);
    RG_TRY(put(of(v), scale, RG_DTYPE_F32, rank - 1, from, rows->scale));
done:
    return status;
}

static regatta_status write_deltas(lister *w, const char *name, const int64_t *offset,
                                   const uint32_t *target, int64_t n_rows)
{
    const int64_t n = rg_deltas_encode(NULL, offset, target, n_rows);
    uint8_t *deltas = own(w, n);
    if (deltas == NULL) return REGATTA_ENOMEM;
    rg_deltas_encode(deltas, offset, target, n_rows);
    return put_line(w, name, RG_DTYPE_U8, n, deltas);
}

static regatta_status write_pattern(rg_visitor *v, const char *name, const char *targets,
                                    const int64_t **offset, const uint32_t **target,
                                    int64_t n_rows, int64_t n_targets)
{
    regatta_status status = REGATTA_OK;
    char text[RG_ARRAY_NAME];
    (void)n_targets;
    snprintf(text, sizeof text, "%s.offsets", name);
    RG_TRY(put_line(of(v), text, RG_DTYPE_I64, n_rows + 1, *offset));
    snprintf(text, sizeof text, "%s.%s", name, v->compact ? "deltas" : targets);
    if (v->compact) return write_deltas(of(v), text, *offset, *target, n_rows);
    RG_TRY(put_line(of(v), text, RG_DTYPE_U32, (*offset)[n_rows], *target));
done:
    return status;
}

static regatta_status write_weights(rg_visitor *v, const char *name, rg_weights *w,
                                    int64_t n_rows, const rg_bound *bound)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = w->offset[n_rows];
    char text[RG_ARRAY_NAME];
    (void)bound;
    snprintf(text, sizeof text, "%s.weights", name);
    if (!w->coded) {
        RG_TRY(put_line(of(v), text, RG_DTYPE_BF16, n, w->value));
        snprintf(text, sizeof text, "%s.solved", name);
        if (w->solved != NULL) RG_TRY(put_line(of(v), text, RG_DTYPE_BF16, n, w->solved));
        return REGATTA_OK;
    }
    RG_TRY(put_line(of(v), text, RG_DTYPE_I8, n, w->code));
    snprintf(text, sizeof text, "%s.weights.scale", name);
    RG_TRY(put_line(of(v), text, RG_DTYPE_F32, n_rows, w->scale));
done:
    return status;
}

static regatta_status write_names(rg_visitor *v, const char *name, rg_idmap **ids,
                                  int64_t n)
{
    regatta_status status = REGATTA_OK;
    char text[RG_ARRAY_NAME];
    snprintf(text, sizeof text, "%s.offsets", name);
    RG_TRY(put_line(of(v), text, RG_DTYPE_I64, n + 1, (*ids)->offset));
    snprintf(text, sizeof text, "%s.bytes", name);
    RG_TRY(put_line(of(v), text, RG_DTYPE_U8, (*ids)->offset[n], (*ids)->bytes));
done:
    return status;
}

static const rg_visitor_ops WRITES = {.ints = write_ints,
                                      .reals = write_reals,
                                      .copied = write_copied,
                                      .bytes = write_bytes,
                                      .floats = write_floats,
                                      .table = write_table,
                                      .pattern = write_pattern,
                                      .weights = write_weights,
                                      .names = write_names};

regatta_status rg_model_tensors_list(regatta_ctx *ctx, rg_model_tensors **out,
                                     const regatta_model *model)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_model_tensors *list = NULL;
    lister l = {.visitor = {.ctx = ctx, .ops = &WRITES, .compact = model->compact}};
    RG_NEW(ctx->mem, list, 1);
    list->mem = ctx->mem;
    list->settings = model->json != NULL ? model->json : "{}";
    l.list = list;
    RG_TRY(rg_model_visit(&l.visitor, (regatta_model *)(uintptr_t)model));
    *out = list;
    list = NULL;
done:
    rg_model_tensors_free(list);
    return status;
}

void rg_model_tensors_free(rg_model_tensors *list)
{
    if (list == NULL) return;
    for (int k = 0; k < list->n_owned; k++) rg_free(list->mem, list->owned[k]);
    rg_free(list->mem, list);
}
