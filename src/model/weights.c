#include "model/weights.h"
#include "base/bf16.h"
#include "base/find.h"
#include <string.h>

float rg_weights_at(const rg_weights *w, int64_t i, uint32_t j)
{
    const int64_t first = w->offset[i], n = w->offset[i + 1] - first;
    const int64_t at = rg_find_u32(w->target + first, n, j);
    return at < 0 ? 0.0f : rg_from_bf16(w->value[first + at]);
}

regatta_status rg_weights_rows(regatta_ctx *ctx, rg_csr **out, const rg_weights *w,
                               const float *scale, int64_t n)
{
    const regatta_status status = rg_csr_create(ctx, out, n, n, w->offset[n], 1);
    if (status != REGATTA_OK) return status;
    rg_csr *rows = *out;
    memcpy(rows->offset, w->offset, (size_t)(n + 1) * sizeof *rows->offset);
    for (int64_t e = 0; e < rows->n_edges; e++) {
        rows->target[e] = w->target[e];
        rows->value[e] = rg_from_bf16(w->value[e]);
        if (scale != NULL) rows->value[e] *= scale[w->target[e]];
    }
    return REGATTA_OK;
}

regatta_status rg_weights_transpose(regatta_ctx *ctx, rg_csr **out, const rg_weights *w,
                                    const float *scale, int64_t n)
{
    regatta_status status = REGATTA_OK;
    rg_csr *rows = NULL;
    *out = NULL;
    RG_TRY(rg_weights_rows(ctx, &rows, w, scale, n));
    RG_TRY(rg_csr_transpose(ctx, out, rows));
done:
    rg_csr_free(rows);
    return status;
}
