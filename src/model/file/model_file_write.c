/* Writes a model file. The file depends on the model only: saving a loaded model gives
 * the same bytes. */
#include "model/file/model_file_write.h"
#include "base/ranks/ranks.h"
#include "model/file/model_deltas.h"
#include "model/file/safetensors.h"
#include "model/model.h"
#include <stdio.h>
#include <string.h>

enum { MOST_TENSORS = 256, MOST_OWNED = 64 };

/* Tensors that point at the model's arrays, and copies of numbers that are not in an
 * array. */
typedef struct writer {
    rg_visitor visitor;
    int n, n_owned;
    rg_tensor tensor[MOST_TENSORS];
    void *owned[MOST_OWNED];
} writer;

/* The address of the struct whose first member is the visitor. */
static writer *of(rg_visitor *v)
{
    return (writer *)(void *)v;
}

static regatta_status put(writer *w, const char *name, rg_dtype dtype, int rank,
                          const int64_t *dim, const void *data)
{
    if (w->n == MOST_TENSORS)
        return rg_fail(w->visitor.ctx, REGATTA_EINTERNAL, "more than %d tensors",
                       MOST_TENSORS);
    rg_tensor *t = &w->tensor[w->n++];
    *t = (rg_tensor){.dtype = dtype, .rank = rank, .dim = {1, 1, 1}, .data = data};
    for (int k = 0; k < rank; k++) t->dim[k] = dim[k];
    snprintf(t->name, sizeof t->name, "%s", name);
    return REGATTA_OK;
}

static regatta_status put_line(writer *w, const char *name, rg_dtype dtype, int64_t n,
                               const void *data)
{
    return put(w, name, dtype, 1, &n, data);
}

/* Allocates `bytes` bytes that are freed with the writer. */
static void *own(writer *w, int64_t bytes)
{
    void *p = w->n_owned < MOST_OWNED ? rg_alloc(w->visitor.ctx->mem, bytes, 1) : NULL;
    if (p != NULL) w->owned[w->n_owned++] = p;
    return p;
}

static regatta_status put_copy(writer *w, const char *name, rg_dtype dtype, int64_t n,
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

static regatta_status write_deltas(writer *w, const char *name, const int64_t *offset,
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
    if (!w->coded) return put_line(of(v), text, RG_DTYPE_BF16, n, w->value);
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

/* The destination of a model: a path or a function. */
typedef struct destination {
    const char *path;
    rg_write_fn write;
    void *state;
} destination;

static regatta_status open_output(regatta_ctx *ctx, rg_output **out,
                                  const destination *to)
{
    if (to->path != NULL) return rg_output_open(ctx, out, to->path, 0);
    return rg_output_open_function(ctx, out, to->write, to->state);
}

static regatta_status save(regatta_ctx *ctx, const regatta_model *model,
                           const destination *to)
{
    regatta_status status = REGATTA_OK;
    writer *w = NULL;
    rg_output *output = NULL;
    if (model == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the model is missing");
    RG_NEW(ctx->mem, w, 1);
    w->visitor = (rg_visitor){.ctx = ctx, .ops = &WRITES, .compact = model->compact};
    RG_TRY(rg_model_visit(&w->visitor, (regatta_model *)(uintptr_t)model));
    RG_TRY(open_output(ctx, &output, to));
    RG_TRY(rg_safetensors_write(ctx, output, w->tensor, w->n,
                                model->json != NULL ? model->json : "{}"));
    status = rg_output_commit(output);
    output = NULL; /* closed by commit whatever its status */
done:
    rg_output_abandon(output);
    for (int k = 0; w != NULL && k < w->n_owned; k++) rg_free(ctx->mem, w->owned[k]);
    rg_free(ctx->mem, w);
    return status;
}

static int count_bytes(void *state, const void *bytes, size_t n)
{
    (void)bytes;
    *(int64_t *)state += (int64_t)n;
    return 0;
}

regatta_status rg_model_file_size(regatta_ctx *ctx, int64_t *out,
                                  const regatta_model *model)
{
    const destination to = {.write = count_bytes, .state = out};
    *out = 0;
    return save(ctx, model, &to);
}

regatta_status regatta_model_save(regatta_ctx *ctx, const regatta_model *model,
                                  const char *path)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (path == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the path is missing");
    const destination to = {.path = path};
    regatta_status status = save(ctx, model, &to);
    int64_t written = 1; /* by rank 0; a rank that fails makes all of them fail */
    if (status == REGATTA_OK) status = rg_ranks_follow(ctx, &written);
    return rg_end(ctx, status);
}

regatta_status regatta_model_write(regatta_ctx *ctx, const regatta_model *model,
                                   regatta_write_fn write, void *state)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (write == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the function is missing");
    const destination to = {.write = write, .state = state};
    return rg_end(ctx, save(ctx, model, &to));
}
