#include "model/visitor.h"
#include <stdio.h>

/* The bound of a channel's raw score. */
static const double MOST_SCORE = 0x1p120;

regatta_status rg_visit_ints(rg_visitor *v, const char *name, int64_t *x, int64_t n)
{
    return v->ops->ints(v, name, x, n);
}

regatta_status rg_visit_reals(rg_visitor *v, const char *name, double *x, int64_t n)
{
    return v->ops->reals(v, name, x, n);
}

regatta_status rg_visit_copied(rg_visitor *v, const char *name, float *x, int64_t rows,
                               int64_t cols, const rg_bound *bound)
{
    return v->ops->copied(v, name, x, rows, cols, bound);
}

regatta_status rg_visit_bytes(rg_visitor *v, const char *name, const void **x,
                              int64_t size, int64_t rows, int64_t *cols)
{
    return v->ops->bytes(v, name, x, size, rows, cols);
}

regatta_status rg_visit_floats(rg_visitor *v, const char *name, const float **x,
                               int64_t n, const rg_bound *bound)
{
    v->largest = 0.0f;
    return v->ops->floats(v, name, x, n, bound);
}

regatta_status rg_visit_table(rg_visitor *v, const char *name, rg_rows *rows,
                              int64_t layers, int64_t n, int64_t dim,
                              const rg_bound *bound)
{
    v->largest = 0.0f;
    return v->ops->table(v, name, rows, layers, n, dim, bound);
}

regatta_status rg_visit_pattern(rg_visitor *v, const char *name, const char *targets,
                                const int64_t **offset, const uint32_t **target,
                                int64_t n_rows, int64_t n_targets)
{
    return v->ops->pattern(v, name, targets, offset, target, n_rows, n_targets);
}

regatta_status rg_visit_weights(rg_visitor *v, const char *name, rg_weights *w,
                                int64_t n_rows, int64_t n_targets, const rg_bound *bound)
{
    regatta_status status = REGATTA_OK;
    v->largest = 0.0f;
    RG_TRY(
        v->ops->pattern(v, name, "targets", &w->offset, &w->target, n_rows, n_targets));
    RG_TRY(v->ops->weights(v, name, w, n_rows, bound));
done:
    return status;
}

regatta_status rg_visit_names(rg_visitor *v, const char *name, rg_idmap **ids, int64_t n)
{
    return v->ops->names(v, name, ids, n);
}

regatta_status rg_visit_wrong(rg_visitor *v, const char *name, const char *reason)
{
    if (v->path != NULL)
        return rg_fail(v->ctx, REGATTA_EFORMAT, "%s: tensor %s: %s", v->path, name,
                       reason);
    return rg_fail(v->ctx, REGATTA_ENUMERIC, "the model's %s: %s", name, reason);
}

regatta_status rg_visit_sum(rg_visitor *v, const char *name, float largest, double others)
{
    if ((double)largest * others <= MOST_SCORE) return REGATTA_OK;
    return rg_visit_wrong(v, name, "its numbers are too large for a sum of scores");
}
