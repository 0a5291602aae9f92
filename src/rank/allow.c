/* The bits are read as words; words of ones are skipped, so short lists take n / 32
 * reads. */
#include "rank/allow.h"
#include <math.h>
#include <string.h>

regatta_status rg_allow_create(regatta_ctx *ctx, uint32_t **out, int64_t n, int64_t n_own,
                               const uint32_t *only, int64_t n_only,
                               const uint32_t *exclude, int64_t n_exclude)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_words = (n + 31) / 32;
    uint32_t *bits = NULL;
    *out = NULL;
    if (only == NULL && n_exclude == 0 && n_own == n) return REGATTA_OK;
    RG_NEW(ctx->mem, bits, n_words);
    if (only == NULL)
        memset(bits, 0xff, (size_t)n_words * sizeof *bits);
    else
        for (int64_t e = 0; e < n_only; e++)
            bits[only[e] / 32] |= UINT32_C(1) << only[e] % 32;
    for (int64_t e = 0; e < n_exclude; e++)
        bits[exclude[e] / 32] &= ~(UINT32_C(1) << exclude[e] % 32);
    for (int64_t node = n_own; node < n; node++)
        bits[node / 32] &= ~(UINT32_C(1) << node % 32);
    *out = bits;
done:
    return status;
}

void rg_allow_mask(float *row, const uint32_t *allow, int64_t n)
{
    if (allow == NULL) return;
    for (int64_t first = 0; first < n; first += 32) {
        const int64_t last = n - first < 32 ? n : first + 32;
        if (allow[first / 32] == UINT32_MAX) continue;
        for (int64_t j = first; j < last; j++)
            if (!rg_allows(allow, j)) row[j] = -INFINITY;
    }
}
