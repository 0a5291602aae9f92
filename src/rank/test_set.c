#include "rank/test_set.h"
#include "base/sort.h"
#include <string.h>

/* number[k] = the model's number of test node k, REGATTA_NONE where it has none. */
static void match_names(uint32_t *number, const rg_idmap *from, const rg_idmap *to)
{
    for (uint32_t k = 0; k < from->n; k++) {
        const char *name = rg_idmap_name(from, k);
        number[k] = rg_idmap_find(to, name, (int64_t)strlen(name));
    }
}

static int is_seen(const uint32_t *history, int64_t n, uint32_t item)
{
    int64_t low = 0, high = n;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (history[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && history[low] == item;
}

/* Appends the items of test row `row` that count for somebody with history[n]; returns
 * how many. With keep_seen n is 0. */
static int64_t add_row(rg_test_set *set, const rg_csr *rows, int64_t row,
                       const uint32_t *item_number, const uint32_t *history,
                       int64_t n_seen)
{
    uint32_t *items = set->item + set->counts.n_test;
    int64_t n = 0;
    for (int64_t e = rows->offset[row]; e < rows->offset[row + 1]; e++) {
        const uint32_t item = item_number[rows->target[e]];
        if (item == REGATTA_NONE)
            set->counts.n_unknown_edges++;
        else if (is_seen(history, n_seen, item))
            set->counts.n_seen_edges++;
        else
            items[n++] = item;
    }
    rg_sort_u32(items, n);
    return n;
}

/* Whoever has test items that count is measured. */
static void add_user(rg_test_set *set, uint32_t user, int64_t n_test)
{
    if (n_test == 0) return;
    set->user[set->n++] = user;
    set->counts.n_test += n_test;
    set->offset[set->n] = set->counts.n_test;
}

/* Users in the model's order, so that results do not depend on that of the test. */
static void fill(rg_test_set *set, const regatta_model *model, const rg_csr *rows,
                 const uint32_t *row_of_user, const uint32_t *item_number, int keep_seen)
{
    for (int64_t user = 0; user < model->n_users; user++) {
        if (row_of_user[user] == REGATTA_NONE) continue;
        const int64_t first = model->history_offset[user];
        const int64_t n_seen = keep_seen ? 0 : model->history_offset[user + 1] - first;
        const int64_t n = add_row(set, rows, row_of_user[user], item_number,
                                  model->history_item + first, n_seen);
        add_user(set, (uint32_t)user, n);
    }
    set->counts.n_users = (uint32_t)set->n;
}

static void count_unknown_users(rg_test_set *set, const rg_csr *rows,
                                const uint32_t *user_number)
{
    for (int64_t row = 0; row < rows->n_rows; row++) {
        const int64_t degree = rg_csr_degree(rows, row);
        if (user_number[row] != REGATTA_NONE || degree == 0) continue;
        set->counts.n_unknown_users++;
        set->counts.n_unknown_edges += degree;
    }
}

regatta_status rg_test_set_create(regatta_ctx *ctx, rg_test_set **out,
                                  const regatta_model *model, const regatta_graph *test,
                                  int keep_seen)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = test->by_user;
    const int64_t n_users = model->n_users;
    uint32_t *user_number = NULL, *item_number = NULL, *row_of_user = NULL;
    rg_test_set *set = NULL;
    RG_NEW(ctx->mem, set, 1);
    set->mem = ctx->mem;
    RG_NEW(ctx->mem, set->user, n_users);
    RG_NEW(ctx->mem, set->offset, n_users + 1);
    RG_NEW(ctx->mem, set->item, rows->n_edges);
    RG_NEW(ctx->mem, user_number, rows->n_rows);
    RG_NEW(ctx->mem, item_number, rows->n_cols);
    RG_NEW(ctx->mem, row_of_user, n_users);

    match_names(user_number, test->users, model->users);
    match_names(item_number, test->items, model->items);
    for (int64_t u = 0; u < n_users; u++) row_of_user[u] = REGATTA_NONE;
    for (int64_t row = 0; row < rows->n_rows; row++)
        if (user_number[row] != REGATTA_NONE)
            row_of_user[user_number[row]] = (uint32_t)row;
    count_unknown_users(set, rows, user_number);
    fill(set, model, rows, row_of_user, item_number, keep_seen);
    set->counts.struct_size = sizeof set->counts;
    set->counts.test_hash = test->hash;
    *out = set;
    set = NULL; /* ownership has moved to the caller */
done:
    rg_test_set_free(set); /* NULL unless we failed */
    rg_free(ctx->mem, user_number);
    rg_free(ctx->mem, item_number);
    rg_free(ctx->mem, row_of_user);
    return status;
}

/* Appends the row of `history` in the model's numbers, ascending; returns how many. */
static int64_t add_history(rg_test_set *set, int64_t at, const rg_csr *history,
                           int64_t row, const uint32_t *item_number)
{
    uint32_t *items = set->history_item + at;
    int64_t n = 0;
    for (int64_t e = history->offset[row]; e < history->offset[row + 1]; e++) {
        const uint32_t item = item_number[history->target[e]];
        if (item == REGATTA_NONE)
            set->counts.n_unknown_history++;
        else
            items[n++] = item;
    }
    rg_sort_u32(items, n);
    return n;
}

/* Users in the order of the test, each with his row of `history`. */
static void fill_folded(rg_test_set *set, const rg_csr *rows, const rg_csr *history,
                        const uint32_t *row_of, const uint32_t *test_item,
                        const uint32_t *history_item, int keep_seen)
{
    for (int64_t row = 0; row < rows->n_rows; row++) {
        if (row_of[row] == REGATTA_NONE || rg_csr_degree(rows, row) == 0) continue;
        const int64_t at = set->history_offset[set->n];
        const int64_t n = add_history(set, at, history, row_of[row], history_item);
        const uint32_t *seen = set->history_item + at;
        set->history_offset[set->n + 1] = at + n;
        add_user(set, (uint32_t)row,
                 add_row(set, rows, row, test_item, seen, keep_seen ? 0 : n));
    }
    set->counts.n_users = (uint32_t)set->n;
}

regatta_status rg_test_set_create_folded(regatta_ctx *ctx, rg_test_set **out,
                                         const regatta_model *model,
                                         const regatta_graph *test,
                                         const regatta_graph *history, int keep_seen)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = test->by_user;
    uint32_t *row_of = NULL, *test_item = NULL, *history_item = NULL;
    rg_test_set *set = NULL;
    RG_NEW(ctx->mem, set, 1);
    set->mem = ctx->mem;
    RG_NEW(ctx->mem, set->user, rows->n_rows);
    RG_NEW(ctx->mem, set->offset, rows->n_rows + 1);
    RG_NEW(ctx->mem, set->item, rows->n_edges);
    RG_NEW(ctx->mem, set->history_offset, rows->n_rows + 1);
    RG_NEW(ctx->mem, set->history_item, history->by_user->n_edges);
    RG_NEW(ctx->mem, row_of, rows->n_rows);
    RG_NEW(ctx->mem, test_item, rows->n_cols);
    RG_NEW(ctx->mem, history_item, history->by_user->n_cols);

    match_names(row_of, test->users, history->users);
    match_names(test_item, test->items, model->items);
    match_names(history_item, history->items, model->items);
    count_unknown_users(set, rows, row_of);
    fill_folded(set, rows, history->by_user, row_of, test_item, history_item, keep_seen);
    set->counts.struct_size = sizeof set->counts;
    set->counts.test_hash = test->hash;
    *out = set;
    set = NULL; /* ownership has moved to the caller */
done:
    rg_test_set_free(set); /* NULL unless we failed */
    rg_free(ctx->mem, row_of);
    rg_free(ctx->mem, test_item);
    rg_free(ctx->mem, history_item);
    return status;
}

void rg_test_set_free(rg_test_set *set)
{
    if (set == NULL) return;
    rg_free(set->mem, set->history_offset);
    rg_free(set->mem, set->history_item);
    rg_free(set->mem, set->user);
    rg_free(set->mem, set->offset);
    rg_free(set->mem, set->item);
    rg_free(set->mem, set);
}
