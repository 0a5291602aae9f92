#include "channel/channel_items.h"
#include "base/bf16.h"
#include <math.h>

enum { RUN = 16, LONG_RUN = 256 };

static int is_run(const uint32_t *target, int64_t n)
{
    return target[n - 1] - target[0] == (uint32_t)n - 1;
}

static void add_run(float *to, const uint16_t *value, int64_t n, float r)
{
    for (int64_t k = 0; k < n; k += RUN)
        for (int64_t c = k; c < k + RUN; c++) to[c] += r * rg_from_bf16(value[c]);
}

static void add_each(float *row, const uint32_t *target, const uint16_t *value, int64_t n,
                     float r)
{
    for (int64_t k = 0; k < n; k++) row[target[k]] += r * rg_from_bf16(value[k]);
}

/* row[target] += r w for one history item. The exact ridge keeps nearly all weights:
 * where targets follow one another the sum runs over whole vectors and reads no targets.
 */
static void add_weights(float *row, const uint32_t *target, const uint16_t *value,
                        int64_t n, float r)
{
    int64_t e = 0;
    while (e + RUN <= n) {
        const int64_t step =
            e + LONG_RUN <= n && is_run(target + e, LONG_RUN) ? LONG_RUN : RUN;
        if (is_run(target + e, step))
            add_run(row + target[e], value + e, step, r);
        else
            add_each(row, target + e, value + e, step, r);
        e += step;
    }
    add_each(row, target + e, value + e, n - e, r);
}

void rg_items_row(float *row, const regatta_model *model, const rg_history *history)
{
    const rg_weights *w = &model->item_attention;
    memset(row, 0, (size_t)model->shape.n_items * sizeof *row);
    for (int64_t h = 0; h < history->n; h++) {
        const int64_t i = history->item[h];
        const float r = history->weight != NULL ? history->weight[h] : 1.0f;
        const int64_t first = w->offset[i];
        add_weights(row, w->target + first, w->value + first, w->offset[i + 1] - first,
                    r);
    }
    for (int64_t j = 0; j < model->shape.n_items; j++) row[j] *= model->item_scale[j];
}

/* What one thread adds up of a history: x, its largest term, how many are above 0. */
typedef struct gathered {
    float *row, *best, *count;
} gathered;

static inline void gather_at(const gathered *to, int64_t j, float part)
{
    to->row[j] += part;
    to->best[j] = part > to->best[j] ? part : to->best[j];
    to->count[j] += part > 0.0f ? 1.0f : 0.0f;
}

/* As add_weights; whole runs are vectors for the compiler. */
static void gather_weights(const gathered *to, const uint32_t *target,
                           const uint16_t *value, int64_t n, float r)
{
    int64_t e = 0;
    for (; e + RUN <= n; e += RUN) {
        if (is_run(target + e, RUN)) {
            const gathered at = {to->row + target[e], to->best + target[e],
                                 to->count + target[e]};
            for (int64_t c = 0; c < RUN; c++)
                gather_at(&at, c, r * rg_from_bf16(value[e + c]));
        } else {
            for (int64_t c = e; c < e + RUN; c++)
                gather_at(to, target[c], r * rg_from_bf16(value[c]));
        }
    }
    for (; e < n; e++) gather_at(to, target[e], r * rg_from_bf16(value[e]));
}

void rg_items_support(float *row, float *best, float *support, const regatta_model *model,
                      const rg_history *history)
{
    const rg_weights *w = &model->item_attention;
    const int64_t n_items = model->shape.n_items;
    const gathered to = {row, best, support};
    memset(row, 0, (size_t)n_items * sizeof *row);
    memset(best, 0, (size_t)n_items * sizeof *best);
    memset(support, 0, (size_t)n_items * sizeof *support);
    for (int64_t h = 0; h < history->n; h++) {
        const int64_t i = history->item[h], first = w->offset[i];
        gather_weights(&to, w->target + first, w->value + first, w->offset[i + 1] - first,
                       history->weight != NULL ? history->weight[h] : 1.0f);
    }
    for (int64_t j = 0; j < n_items; j++) {
        row[j] *= model->item_scale[j];
        best[j] *= model->item_scale[j];
        if (support[j] > 0.0f) support[j] = logf(1.0f + support[j]);
    }
}

/* The weight from row i to target j, 0 where none is kept. */
static float weight_of(const rg_weights *w, int64_t i, uint32_t j)
{
    int64_t low = w->offset[i], high = w->offset[i + 1];
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (w->target[middle] < j) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < w->offset[i + 1] && w->target[low] == j ? rg_from_bf16(w->value[low])
                                                         : 0.0f;
}

void rg_items_explain(double *contribution, const regatta_model *model,
                      const rg_history *history, uint32_t item)
{
    const double scale = (double)model->item_scale[item];
    for (int64_t h = 0; h < history->n; h++) {
        const double r = history->weight != NULL ? (double)history->weight[h] : 1.0;
        contribution[h] =
            scale * r * (double)weight_of(&model->item_attention, history->item[h], item);
    }
}
