/* The windows of training: parts of sequences whose tokens predict the next item. */
#ifndef RG_GAT_SEQUENCE_WINDOWS_H
#define RG_GAT_SEQUENCE_WINDOWS_H
#include "base/ctx.h"
#include "gat/sequence/packed.h"

/* Interactions of rows in order, with repeats; the latest last. */
typedef struct rg_item_rows {
    int64_t n, n_items;
    const int64_t *offset; /* [n + 1] */
    const uint32_t *item;
    const int64_t *time; /* NULL = not known */
} rg_item_rows;

/* Inputs first .. first + length - 1 of the rows' interactions; each predicts the one
 * after it. */
typedef struct rg_window {
    int64_t first, length;
} rg_window;

typedef struct rg_windows {
    rg_mem mem;
    const rg_item_rows *rows;
    int64_t width; /* tokens of a window, at most */
    int64_t n, capacity, n_tokens;
    rg_window *window; /* [capacity] */
    uint32_t *order;   /* [capacity] */
} rg_windows;

/* rows is borrowed. */
regatta_status rg_windows_create(regatta_ctx *ctx, rg_windows **out,
                                 const rg_item_rows *rows, int64_t width);
/* Cuts the windows of an epoch and shuffles them: a row of at most width + 1 interactions
 * is one window; a longer row is cut at a random place and then every `width` tokens. A
 * row of one interaction has no window. A function of seed and epoch. O(interactions). */
void rg_windows_draw(rg_windows *w, uint64_t seed, int epoch);
/* Returns the end of the batch that begins with window order[begin]: at most n_windows
 * windows with at most n_tokens tokens, at least one window. */
int64_t rg_windows_batch(const rg_windows *w, int64_t begin, int64_t n_windows,
                         int64_t n_tokens);
void rg_windows_free(rg_windows *w); /* NULL is a no-op */
#endif
