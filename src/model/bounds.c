#include "model/bounds.h"
#include "base/bf16.h"
#include "model/model.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CODE_MOST = 127 };

static regatta_status within(rg_visitor *v, const char *name, float largest, float most)
{
    char reason[80];
    if (largest <= most) return REGATTA_OK;
    if (!isfinite(largest)) return rg_visit_wrong(v, name, "a number is not finite");
    snprintf(reason, sizeof reason, "a number is too large: %g, at most %g",
             (double)largest, (double)most);
    return rg_visit_wrong(v, name, reason);
}

/* Returns the largest absolute value of x[n]. The bits without the sign have the order of
 * absolute values; NaN and infinity are the largest. */
static float largest_float(const float *x, int64_t n)
{
    uint32_t most = 0;
    for (int64_t k = 0; k < n; k++) {
        uint32_t bits;
        memcpy(&bits, x + k, sizeof bits);
        bits &= UINT32_MAX >> 1;
        most = bits > most ? bits : most;
    }
    float largest;
    memcpy(&largest, &most, sizeof largest);
    return largest;
}

static float largest_bf16(const uint16_t *x, int64_t n)
{
    uint16_t most = 0;
    for (int64_t k = 0; k < n; k++) {
        const uint16_t bits = x[k] & (UINT16_MAX >> 1);
        most = bits > most ? bits : most;
    }
    return rg_from_bf16(most);
}

static int any_negative(const float *x, int64_t n)
{
    int any = 0;
    for (int64_t k = 0; k < n; k++) any |= x[k] < 0.0f;
    return any;
}

/* Checks n codes and the scales of their n_rows rows. */
static regatta_status bound_codes(rg_visitor *v, const char *name, const int8_t *code,
                                  int64_t n, const float *scale, int64_t n_rows,
                                  float most)
{
    char scales[RG_ARRAY_NAME + 8];
    int worst = 0;
    for (int64_t k = 0; k < n; k++) worst |= code[k] == INT8_MIN;
    if (worst) return rg_visit_wrong(v, name, "a code is out of range");
    snprintf(scales, sizeof scales, "%s.scale", name);
    const float largest = largest_float(scale, n_rows);
    if (any_negative(scale, n_rows))
        return rg_visit_wrong(v, scales, "a number is negative");
    v->largest = (float)CODE_MOST * largest;
    return within(v, scales, largest, most / (float)CODE_MOST);
}

regatta_status rg_bound_floats(rg_visitor *v, const char *name, const float *x, int64_t n,
                               const rg_bound *bound)
{
    if (x == NULL) return REGATTA_OK;
    v->largest = largest_float(x, n);
    const regatta_status status = within(v, name, v->largest, bound->most);
    if (status != REGATTA_OK) return status;
    return bound->not_negative && any_negative(x, n)
               ? rg_visit_wrong(v, name, "a number is negative")
               : REGATTA_OK;
}

regatta_status rg_bound_table(rg_visitor *v, const char *name, const rg_rows *rows,
                              const rg_bound *bound)
{
    const int64_t n = rows->n * rows->dim;
    if (rows->data == NULL) return REGATTA_OK;
    if (rows->type == RG_I8)
        return bound_codes(v, name, rows->data, n, rows->scale, rows->n, bound->most);
    if (rows->type == RG_F32) return rg_bound_floats(v, name, rows->data, n, bound);
    v->largest = largest_bf16(rows->data, n);
    return within(v, name, v->largest, bound->most);
}

regatta_status rg_bound_weights(rg_visitor *v, const char *name, const rg_weights *w,
                                int64_t n_rows, const rg_bound *bound)
{
    char text[RG_ARRAY_NAME];
    snprintf(text, sizeof text, "%s.weights", name);
    if (w->coded)
        return bound_codes(v, text, w->code, w->offset[n_rows], w->scale, n_rows,
                           bound->most);
    if (w->solved != NULL) {
        snprintf(text, sizeof text, "%s.solved", name);
        const float largest = largest_bf16(w->solved, w->offset[n_rows]);
        const regatta_status status = within(v, text, largest, bound->most);
        if (status != REGATTA_OK) return status;
        snprintf(text, sizeof text, "%s.weights", name);
    }
    v->largest = largest_bf16(w->value, w->offset[n_rows]);
    return within(v, text, v->largest, bound->most);
}

static regatta_status any_ints(rg_visitor *v, const char *name, int64_t *x, int64_t n)
{
    (void)v, (void)name, (void)x, (void)n;
    return REGATTA_OK;
}

static regatta_status any_reals(rg_visitor *v, const char *name, double *x, int64_t n)
{
    (void)v, (void)name, (void)x, (void)n;
    return REGATTA_OK;
}

static regatta_status any_bytes(rg_visitor *v, const char *name, const void **x,
                                int64_t size, int64_t rows, int64_t *cols)
{
    (void)v, (void)name, (void)x, (void)size, (void)rows, (void)cols;
    return REGATTA_OK;
}

static regatta_status any_pattern(rg_visitor *v, const char *name, const char *targets,
                                  const int64_t **offset, const uint32_t **target,
                                  int64_t n_rows, int64_t n_targets)
{
    (void)v, (void)name, (void)targets, (void)offset, (void)target, (void)n_rows,
        (void)n_targets;
    return REGATTA_OK;
}

static regatta_status any_names(rg_visitor *v, const char *name, rg_idmap **ids,
                                int64_t n)
{
    (void)v, (void)name, (void)ids, (void)n;
    return REGATTA_OK;
}

static regatta_status check_copied(rg_visitor *v, const char *name, float *x,
                                   int64_t rows, int64_t cols, const rg_bound *bound)
{
    return rg_bound_floats(v, name, x, rows * cols, bound);
}

static regatta_status check_floats(rg_visitor *v, const char *name, const float **x,
                                   int64_t n, const rg_bound *bound)
{
    return rg_bound_floats(v, name, *x, n, bound);
}

static regatta_status check_table(rg_visitor *v, const char *name, rg_rows *rows,
                                  int64_t layers, int64_t n, int64_t dim,
                                  const rg_bound *bound)
{
    (void)layers, (void)n, (void)dim;
    return rg_bound_table(v, name, rows, bound);
}

static regatta_status check_weights(rg_visitor *v, const char *name, rg_weights *w,
                                    int64_t n_rows, const rg_bound *bound)
{
    return rg_bound_weights(v, name, w, n_rows, bound);
}

regatta_status rg_model_check_numbers(regatta_ctx *ctx, const regatta_model *model)
{
    static const rg_visitor_ops ops = {.ints = any_ints,
                                       .reals = any_reals,
                                       .copied = check_copied,
                                       .bytes = any_bytes,
                                       .floats = check_floats,
                                       .table = check_table,
                                       .pattern = any_pattern,
                                       .weights = check_weights,
                                       .names = any_names};
    rg_visitor v = {.ctx = ctx, .ops = &ops, .checks = 1};
    return rg_model_visit(&v, (regatta_model *)(uintptr_t)model);
}
