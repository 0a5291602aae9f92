#include "gat/sequence/windows.h"
#include "base/parallel.h"
#include "base/rng.h"

static int64_t steps_of(const rg_item_rows *rows, int64_t r)
{
    const int64_t n = rows->offset[r + 1] - rows->offset[r];
    return n > 0 ? n - 1 : 0;
}

regatta_status rg_windows_create(regatta_ctx *ctx, rg_windows **out,
                                 const rg_item_rows *rows, int64_t width)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_windows *w = NULL;
    RG_NEW(ctx->mem, w, 1);
    w->mem = ctx->mem;
    w->rows = rows;
    w->width = width;
    for (int64_t r = 0; r < rows->n; r++) {
        const int64_t steps = steps_of(rows, r);
        w->n_tokens += steps;
        w->capacity += rg_block_count(steps, width) + (steps > width);
    }
    RG_NEW(w->mem, w->window, w->capacity);
    RG_NEW(w->mem, w->order, w->capacity);
    *out = w;
    w = NULL;
done:
    rg_windows_free(w);
    return status;
}

/* Adds the windows of a row; `head` tokens are in the first. */
static void cut(rg_windows *w, int64_t first, int64_t steps, int64_t head)
{
    for (int64_t at = 0; at < steps;) {
        const int64_t most = at == 0 ? head : w->width;
        const int64_t length = steps - at < most ? steps - at : most;
        w->window[w->n] = (rg_window){first + at, length};
        w->order[w->n] = (uint32_t)w->n;
        w->n++;
        at += length;
    }
}

void rg_windows_draw(rg_windows *w, uint64_t seed, int epoch)
{
    const rg_item_rows *rows = w->rows;
    w->n = 0;
    for (int64_t r = 0; r < rows->n; r++) {
        const int64_t steps = steps_of(rows, r);
        const uint64_t at = (uint64_t)epoch * (uint64_t)rows->n + (uint64_t)r;
        const uint64_t drawn =
            rg_random_below(seed, RG_STREAM_WINDOW, at, (uint64_t)w->width);
        cut(w, rows->offset[r], steps, steps > w->width ? 1 + (int64_t)drawn : w->width);
    }
    rg_shuffle(w->order, w->n, seed, RG_STREAM_WINDOW_ORDER, (uint32_t)epoch);
}

int64_t rg_windows_batch(const rg_windows *w, int64_t begin, int64_t n_windows,
                         int64_t n_tokens)
{
    int64_t end = begin, sum = 0;
    while (end < w->n && end - begin < n_windows) {
        sum += w->window[w->order[end]].length;
        if (sum > n_tokens && end > begin) break;
        end++;
    }
    return end;
}

void rg_windows_free(rg_windows *w)
{
    if (w == NULL) return;
    rg_free(w->mem, w->window);
    rg_free(w->mem, w->order);
    rg_free(w->mem, w);
}
