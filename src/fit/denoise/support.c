#include "fit/denoise/support.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "base/sort.h"
#include "ridge/item_attention.h"
#include <math.h>
#include <omp.h>

enum { HALVES = 2, NEIGHBOURS = 100, LEAST_EDGES = 2000, DEGREES = 64 };

/* Items by group: members of group g are item[first[g]] .. item[first[g + 1] - 1]. */
typedef struct groups {
    int64_t first[RG_SUPPORT_GROUPS + 1];
    uint32_t *item;
} groups;

typedef struct measuring {
    regatta_ctx *ctx;
    rg_support *out;
    const rg_csr *rows;
    const uint8_t *half; /* [n_users] */
    const groups *groups;
    uint64_t seed;
} measuring;

/* Groups the items by floor(log2 degree), from the highest on; one with too few
 * interactions to estimate two distributions goes with the next lower ones. The last may
 * be small. */
static void group_items(rg_support *out, const rg_csr *by_user, int64_t *degree)
{
    int64_t n[DEGREES] = {0}, here = 0, left = 0;
    uint8_t group[DEGREES] = {0};
    int g = 0;
    for (int64_t e = 0; e < by_user->n_edges; e++) degree[by_user->target[e]]++;
    for (int64_t i = 0; i < by_user->n_cols; i++) {
        if (degree[i] < RG_SUPPORT_USERS) continue;
        n[ilogb((double)degree[i])] += degree[i];
        left += degree[i];
    }
    for (int b = DEGREES - 1; b >= 0; b--) {
        group[b] = (uint8_t)g;
        here += n[b];
        left -= n[b];
        if (here < LEAST_EDGES || left < LEAST_EDGES || g + 1 == RG_SUPPORT_GROUPS)
            continue;
        g++;
        here = 0;
    }
    out->n_groups = g + 1;
    for (int64_t i = 0; i < by_user->n_cols; i++)
        out->item_group[i] = degree[i] < RG_SUPPORT_USERS
                                 ? RG_SUPPORT_NONE
                                 : group[ilogb((double)degree[i])];
}

/* Groups the users by quarters of those who are judged. */
static regatta_status group_users(regatta_ctx *ctx, rg_support *out,
                                  const rg_csr *by_user)
{
    regatta_status status = REGATTA_OK;
    uint32_t *sorted = NULL;
    int64_t n = 0;
    RG_NEW(ctx->mem, sorted, by_user->n_rows);
    for (int64_t u = 0; u < by_user->n_rows; u++)
        if (rg_csr_degree(by_user, u) >= RG_SUPPORT_ITEMS)
            sorted[n++] = (uint32_t)rg_csr_degree(by_user, u);
    rg_sort_u32(sorted, n);
    for (int64_t u = 0; u < by_user->n_rows; u++) {
        const int64_t degree = rg_csr_degree(by_user, u);
        int group = 0;
        for (int q = 1; q < RG_SUPPORT_USER_GROUPS && n > 0; q++)
            group += degree > sorted[(n - 1) * q / RG_SUPPORT_USER_GROUPS];
        out->user_group[u] = degree < RG_SUPPORT_ITEMS ? RG_SUPPORT_NONE : (uint8_t)group;
    }
done:
    rg_free(ctx->mem, sorted);
    return status;
}

/* Lists the items of each group. */
static void list_items(groups *to, const rg_support *s, int64_t n_items)
{
    int64_t at = 0;
    for (int g = 0; g < s->n_groups; g++) {
        to->first[g] = at;
        for (int64_t i = 0; i < n_items; i++)
            if (s->item_group[i] == g) to->item[at++] = (uint32_t)i;
    }
    to->first[s->n_groups] = at;
}

static void draw_halves(uint8_t *half, int64_t n_users, const uint32_t *root,
                        uint64_t seed)
{
    for (int64_t u = 0; u < n_users; u++)
        half[u] = (uint8_t)rg_random_below(seed, RG_STREAM_DENOISE_HALF,
                                           root != NULL ? root[u] : (uint64_t)u, HALVES);
}

/* Creates the rows of the users of a half. */
static regatta_status rows_of(const measuring *m, rg_csr **out, int half)
{
    const rg_csr *rows = m->rows;
    int64_t n_users = 0, n_edges = 0;
    for (int64_t u = 0; u < rows->n_rows; u++) {
        if (m->half[u] != half) continue;
        n_users++;
        n_edges += rg_csr_degree(rows, u);
    }
    const regatta_status status =
        rg_csr_create(m->ctx, out, n_users, rows->n_cols, n_edges, 0);
    if (status != REGATTA_OK) return status;
    int64_t to = 0, at = 0;
    for (int64_t u = 0; u < rows->n_rows; u++) {
        if (m->half[u] != half) continue;
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++)
            (*out)->target[at++] = rows->target[e];
        (*out)->offset[++to] = at;
    }
    return REGATTA_OK;
}

/* Returns the item of the control of edge e, REGATTA_NONE if the user has it. */
static uint32_t draw_control(const measuring *m, int64_t user, int64_t e)
{
    const int g = m->out->item_group[m->rows->target[e]];
    const int64_t first = m->groups->first[g], n = m->groups->first[g + 1] - first;
    const uint64_t at =
        rg_random_below(m->seed, RG_STREAM_DENOISE_CONTROL, (uint64_t)e, (uint64_t)n);
    const uint32_t item = m->groups->item[first + (int64_t)at];
    return rg_csr_find(m->rows, user, item) < 0 ? item : REGATTA_NONE;
}

/* Adds the weights from the history of a user to sum[n_items], or sets their sums to
 * 0. */
static void spread_history(float *sum, const measuring *m, const rg_csr *weights,
                           int64_t user, int clear)
{
    for (int64_t e = m->rows->offset[user]; e < m->rows->offset[user + 1]; e++) {
        const int64_t j = m->rows->target[e];
        for (int64_t k = weights->offset[j]; k < weights->offset[j + 1]; k++)
            sum[weights->target[k]] =
                clear ? 0.0f : sum[weights->target[k]] + weights->value[k];
    }
}

static void measure_user(float *sum, const measuring *m, const rg_csr *weights,
                         int64_t user)
{
    const int is_short = m->out->user_group[user] == RG_SUPPORT_NONE;
    spread_history(sum, m, weights, user, 0);
    for (int64_t e = m->rows->offset[user]; e < m->rows->offset[user + 1]; e++) {
        m->out->edge[e] = m->out->control[e] = NAN;
        if (is_short || m->out->item_group[m->rows->target[e]] == RG_SUPPORT_NONE)
            continue;
        const uint32_t control = draw_control(m, user, e);
        m->out->edge[e] = sum[m->rows->target[e]];
        if (control != REGATTA_NONE) m->out->control[e] = sum[control];
    }
    spread_history(sum, m, weights, user, 1);
}

/* Measures the users of a half by weights of the others. */
static regatta_status measure_half(const measuring *m, const rg_csr *weights, int half)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_items = m->rows->n_cols;
    const int64_t work = m->rows->n_edges * NEIGHBOURS;
    const int team = rg_threads_for(work * RG_SCALAR, m->ctx->threads);
    float *sum = NULL;
    RG_NEW(m->ctx->mem, sum, team * n_items);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t u = 0; u < m->rows->n_rows; u++)
        if (m->half[u] == half)
            measure_user(sum + omp_get_thread_num() * n_items, m, weights, u);
    rg_count_flops(m->ctx, (double)work);
done:
    rg_free(m->ctx->mem, sum);
    return status;
}

static regatta_status fit_and_measure(const measuring *m, int half)
{
    regatta_status status = REGATTA_OK;
    rg_item_attention_options o = rg_item_attention_defaults();
    rg_csr *others = NULL;
    rg_item_attention *fitted = NULL;
    o.neighbours = NEIGHBOURS;
    o.seed = m->seed;
    RG_TRY(rows_of(m, &others, 1 - half));
    RG_TRY(rg_item_attention_build(m->ctx, &fitted, others, &o));
    RG_TRY(measure_half(m, fitted->by_history, half));
done:
    rg_item_attention_free(fitted);
    rg_csr_free(others);
    return status;
}

regatta_status rg_support_measure(regatta_ctx *ctx, rg_support *out,
                                  const rg_csr *by_user, const uint32_t *root,
                                  uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    int64_t *degree = NULL;
    uint8_t *half = NULL;
    groups by_group = {.item = NULL};
    measuring m = {ctx, out, by_user, NULL, &by_group, seed};
    *out = (rg_support){.n_groups = 1};
    RG_NEW(ctx->mem, degree, by_user->n_cols);
    RG_NEW(ctx->mem, half, by_user->n_rows);
    RG_NEW(ctx->mem, by_group.item, by_user->n_cols);
    RG_NEW(ctx->mem, out->item_group, by_user->n_cols);
    RG_NEW(ctx->mem, out->user_group, by_user->n_rows);
    RG_NEW(ctx->mem, out->edge, by_user->n_edges);
    RG_NEW(ctx->mem, out->control, by_user->n_edges);
    group_items(out, by_user, degree);
    RG_TRY(group_users(ctx, out, by_user));
    list_items(&by_group, out, by_user->n_cols);
    draw_halves(half, by_user->n_rows, root, seed);
    m.half = half;
    for (int h = 0; h < HALVES; h++) RG_TRY(fit_and_measure(&m, h));
done:
    rg_free(ctx->mem, degree);
    rg_free(ctx->mem, half);
    rg_free(ctx->mem, by_group.item);
    return status;
}

void rg_support_free(rg_mem mem, rg_support *support)
{
    rg_free(mem, support->item_group);
    rg_free(mem, support->user_group);
    rg_free(mem, support->edge);
    rg_free(mem, support->control);
    *support = (rg_support){0};
}
