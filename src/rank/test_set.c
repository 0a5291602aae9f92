#include "rank/test_set.h"
#include "base/find.h"
#include "base/sort.h"
#include <string.h>

/* Sets number[k] to the model's number of test node k, REGATTA_NONE if unknown. */
static void match_names(uint32_t *number, const rg_idmap *from, const rg_idmap *to)
{
    for (uint32_t k = 0; k < from->n; k++) {
        const char *name = rg_idmap_name(from, k);
        number[k] = rg_idmap_find(to, name, (int64_t)strlen(name));
    }
}

/* Appends test row `row` as the next user, whose history is `seen`. A user without test
 * items is left out. Returns whether the user was added. */
static int add_user(rg_test_set *set, const rg_csr *rows, int64_t row,
                    const uint32_t *item_number, const uint32_t *seen, int64_t n_seen)
{
    const int64_t t = set->holdout.n_users + set->n_unranked,
                  first = set->holdout.offset[t];
    uint32_t *items = set->holdout.item + first;
    int64_t n = 0;
    if (rg_csr_degree(rows, row) == 0) return 0;
    for (int64_t e = rows->offset[row]; e < rows->offset[row + 1]; e++) {
        const uint32_t item = item_number[rows->target[e]];
        if (item == REGATTA_NONE)
            set->n_unknown_edges++;
        else if (rg_find_u32(seen, n_seen, item) >= 0)
            set->n_seen_edges++;
        else
            items[n++] = item;
    }
    rg_sort_u32(items, n);
    set->row[t] = (uint32_t)row;
    set->holdout.offset[t + 1] = first + n;
    set->n_missed[t] = (uint32_t)(rg_csr_degree(rows, row) - n);
    return 1;
}

/* Adds users in the order of the model, so that results do not depend on the order of the
 * test graph. */
static void fill(rg_test_set *set, const regatta_model *model, const rg_csr *rows,
                 const uint32_t *row_of_user, const uint32_t *item_number, int keep_seen)
{
    for (int64_t user = 0; user < model->n_users; user++) {
        if (row_of_user[user] == REGATTA_NONE) continue;
        const int64_t first = model->history_offset[user];
        const int64_t n_seen = keep_seen ? 0 : model->history_offset[user + 1] - first;
        if (!add_user(set, rows, row_of_user[user], item_number,
                      model->history_item + first, n_seen))
            continue;
        set->holdout.user[set->holdout.n_users++] = (uint32_t)user;
    }
}

/* The users who cannot be ranked, after all others; number[row] is REGATTA_NONE. */
static void fill_unranked(rg_test_set *set, const rg_csr *rows, const uint32_t *number,
                          const uint32_t *item_number)
{
    for (int64_t row = 0; row < rows->n_rows; row++) {
        if (number[row] != REGATTA_NONE) continue;
        const int64_t unknown = set->n_unknown_edges;
        if (!add_user(set, rows, row, item_number, NULL, 0)) continue;
        set->n_unranked++;
        set->n_unknown_edges = unknown + rg_csr_degree(rows, row);
    }
}

int64_t rg_test_set_count(const rg_test_set *set, int64_t t, uint32_t unknown)
{
    const int64_t n_ranked = set->holdout.offset[t + 1] - set->holdout.offset[t];
    if (unknown == REGATTA_UNKNOWN_MISS) return n_ranked + set->n_missed[t];
    return t < set->holdout.n_users ? n_ranked : 0;
}

static void count(rg_test_set *set)
{
    for (uint32_t u = 0; u < RG_N_UNKNOWN; u++)
        for (int64_t t = 0; t < set->holdout.n_users + set->n_unranked; t++) {
            const int64_t n_test = rg_test_set_count(set, t, u);
            set->n_users[u] += n_test > 0;
            set->n_test[u] += n_test;
        }
}

/* A set with room for all users and items of the test. */
static regatta_status create(regatta_ctx *ctx, rg_test_set **out, const rg_csr *rows)
{
    regatta_status status = REGATTA_OK;
    rg_test_set *set = NULL;
    RG_NEW(ctx->mem, set, 1);
    set->mem = ctx->mem;
    RG_TRY(rg_holdout_create(ctx->mem, &set->holdout, rows->n_rows, rows->n_edges));
    RG_NEW(ctx->mem, set->row, rows->n_rows);
    RG_NEW(ctx->mem, set->n_missed, rows->n_rows);
    *out = set;
    set = NULL; /* ownership has moved to the caller */
done:
    rg_test_set_free(set); /* NULL unless we failed */
    return status;
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
    RG_TRY(create(ctx, &set, rows));
    RG_NEW(ctx->mem, user_number, rows->n_rows);
    RG_NEW(ctx->mem, item_number, rows->n_cols);
    RG_NEW(ctx->mem, row_of_user, n_users);

    match_names(user_number, test->users, model->users);
    match_names(item_number, test->items, model->items);
    for (int64_t u = 0; u < n_users; u++) row_of_user[u] = REGATTA_NONE;
    for (int64_t row = 0; row < rows->n_rows; row++)
        if (user_number[row] != REGATTA_NONE)
            row_of_user[user_number[row]] = (uint32_t)row;
    fill(set, model, rows, row_of_user, item_number, keep_seen);
    fill_unranked(set, rows, user_number, item_number);
    count(set);
    *out = set;
    set = NULL; /* ownership has moved to the caller */
done:
    rg_test_set_free(set); /* NULL unless we failed */
    rg_free(ctx->mem, user_number);
    rg_free(ctx->mem, item_number);
    rg_free(ctx->mem, row_of_user);
    return status;
}

/* Appends the row of `history` in the model's numbers, ascending; returns its length. */
static int64_t add_history(rg_test_set *set, int64_t at, const rg_csr *history,
                           int64_t row, const uint32_t *item_number)
{
    uint32_t *items = set->history_item + at;
    int64_t n = 0;
    for (int64_t e = history->offset[row]; e < history->offset[row + 1]; e++) {
        const uint32_t item = item_number[history->target[e]];
        if (item == REGATTA_NONE)
            set->n_unknown_history++;
        else
            items[n++] = item;
    }
    rg_sort_u32(items, n);
    return n;
}

/* Adds users in the order of the test graph, each with their row of `history`. */
static void fill_folded(rg_test_set *set, const rg_csr *rows, const rg_csr *history,
                        const uint32_t *row_of, const uint32_t *test_item,
                        const uint32_t *history_item, int keep_seen)
{
    for (int64_t row = 0; row < rows->n_rows; row++) {
        if (row_of[row] == REGATTA_NONE || rg_csr_degree(rows, row) == 0) continue;
        const int64_t at = set->history_offset[set->holdout.n_users];
        const int64_t n = add_history(set, at, history, row_of[row], history_item);
        const uint32_t *seen = set->history_item + at;
        set->history_offset[set->holdout.n_users + 1] = at + n;
        add_user(set, rows, row, test_item, seen, keep_seen ? 0 : n);
        set->holdout.user[set->holdout.n_users++] = (uint32_t)row;
    }
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
    RG_TRY(create(ctx, &set, rows));
    RG_NEW(ctx->mem, set->history_offset, rows->n_rows + 1);
    RG_NEW(ctx->mem, set->history_item, history->by_user->n_edges);
    RG_NEW(ctx->mem, row_of, rows->n_rows);
    RG_NEW(ctx->mem, test_item, rows->n_cols);
    RG_NEW(ctx->mem, history_item, history->by_user->n_cols);

    match_names(row_of, test->users, history->users);
    match_names(test_item, test->items, model->items);
    match_names(history_item, history->items, model->items);
    fill_folded(set, rows, history->by_user, row_of, test_item, history_item, keep_seen);
    fill_unranked(set, rows, row_of, test_item);
    count(set);
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
    rg_holdout_free(set->mem, &set->holdout);
    rg_free(set->mem, set->row);
    rg_free(set->mem, set->n_missed);
    rg_free(set->mem, set);
}
