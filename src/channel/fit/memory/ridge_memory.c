#include "channel/fit/memory/ridge_memory.h"
#include "channel/fit/items_fit.h"

enum { KEPT_EDGE = 16 + 6 /* rows, transpose, serving form */, FIT_EDGE = 16 + 4 };
enum { SEARCH_TRIALS = 560, SEARCH_NEIGHBOURS = 100, SEARCH_SHAPES = 8, SWEEP_EDGE = 8 };
enum { FIRST_TARGETS = 2000, FIRST_NEIGHBOURS = 50, FIRST_SHAPES = 32 };
enum { EXACT_WEIGHTS = 1 << 24, EXACT_ITEMS = 8400 /* the dense ridge: at most */ };

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Returns the neighbours of all targets, at most m each: a bound by the lengths of the
 * histories. */
static int64_t neighbours_of(const rg_csr *by_target, const rg_csr *by_other, int64_t m)
{
    const int64_t most = least(m, by_target->n_rows - 1);
    int64_t sum = 0;
    for (int64_t j = 0; j < by_target->n_rows; j++) {
        int64_t own = 0;
        for (int64_t e = by_target->offset[j]; e < by_target->offset[j + 1] && own < most;
             e++)
            own += rg_csr_degree(by_other, by_target->target[e]) - 1;
        sum += least(own, most);
    }
    return sum;
}

void rg_ridge_memory(rg_channel_memory *out, const rg_csr *by_target,
                     const rg_csr *by_other, const rg_item_attention_options *options,
                     const rg_memory_sizes *sizes)
{
    const int64_t n = by_target->n_rows, threads = sizes->threads;
    const int64_t edges = neighbours_of(by_target, by_other, options->neighbours);
    const int64_t m = least(options->neighbours, n);
    const int64_t table = least(options->table_bytes, 4 * n * n);
    const int64_t own = threads * (4 * m * m + 16 * n + 4 * by_other->n_rows);
    const int64_t first = least(FIRST_TARGETS, n) * least(FIRST_NEIGHBOURS, n);
    const int64_t last = neighbours_of(by_target, by_other, SEARCH_NEIGHBOURS);
    const int64_t sweep =
        SWEEP_EDGE * (first * FIRST_SHAPES > last * SEARCH_SHAPES ? first * FIRST_SHAPES
                                                                  : last * SEARCH_SHAPES);
    out->kept = KEPT_EDGE * edges;
    out->fit = FIT_EDGE * edges + table + own + 12 * by_target->n_edges;
    out->choose = 4 * SEARCH_TRIALS * sizes->n_measured + sweep + table + own +
                  threads * 4 * least(n, 18000) * FIRST_SHAPES;
    if (out->choose < out->fit) out->choose = out->fit;
}

/* Raises the estimate to that of the dense exact ridge over n items. */
static void add_exact(rg_channel_memory *out, int64_t n)
{
    const int64_t edges = n * least(n, EXACT_WEIGHTS / n);
    const int64_t fit = 6 * n * n + (16 + 8) * edges;
    if (out->fit < fit) out->fit = fit;
    if (out->choose < fit + out->kept) out->choose = fit + out->kept;
    if (out->kept < KEPT_EDGE * edges) out->kept = KEPT_EDGE * edges;
}

void rg_items_memory(rg_channel_memory *out, const rg_memory_sizes *sizes)
{
    const rg_items_setting *s = sizes->choice->setting[rg_channel_of(&rg_items_fit)];
    const rg_csr *by_item = sizes->graph->by_item;
    rg_ridge_memory(out, by_item, sizes->graph->by_user, &s->ridge, sizes);
    int64_t n = 0; /* items with interactions */
    for (int64_t i = 0; i < by_item->n_rows; i++) n += rg_csr_degree(by_item, i) > 0;
    if (n > 0 && n < EXACT_ITEMS) add_exact(out, n);
}
