/* The local ridge of item attention, one system per item j over its neighbours N:
 *
 *   (G_NN + Lambda_N) w = G_Nj      G = R' D^-a R, Lambda_i = lambda gbar
 * (g_i/gbar)^theta
 *
 * or, in contexts, with the right-hand side K_Nj,
 * solved by conjugate gradients with the diagonal as preconditioner (Saad, Iterative
 * Methods, algorithm 9.1). G_NN is gathered, G is never stored for all pairs:
 *   both items hubs       from the dense table;
 *   at least one is not   from the users of the non-hubs in N, who are few: a list of
 *                         those of N's non-hubs that each such user has, then one pass
 *                         over the users of every item of N that adds into its row.
 * Time per item O(m^2 (steps + 1) + users of N). A thread owns an item. */
#include "ridge/local_ridge.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "base/ranks/ranks.h"
#include <math.h>
#include <omp.h>
#include <string.h>

typedef struct entry {
    int32_t place; /* of the non-hub in N's order */
    union {
        float raw;  /* R_ui */
        int32_t at; /* in contexts: its place in the sequence */
    };
} entry;

/* Scratch of one thread for a system. */
typedef struct workspace {
    float *gram;     /* [m][stride] */
    uint32_t *order; /* [m] slots of N: hubs first */
    uint32_t *index; /* [m] 0 .. m-1 */
    float *vector;   /* [6][stride] */
    int32_t *local;  /* [n_users] 1 + number among the non-hubs' users; 0 = none */
    int64_t *first;  /* [max_users + 2] list of each such user */
    uint32_t *user;  /* [max_users] their numbers */
    entry *list;     /* [max_users] */
    int64_t flops;
} workspace;

typedef struct problem {
    const rg_neighbours *n;
    const rg_cooccurrence *g;
    const rg_ridge_shape *shape; /* [n_shapes] */
    int n_shapes;
    const float *diagonal; /* [n_shapes][n_items] Lambda */
    int64_t m;             /* largest neighbourhood */
    int64_t n_rows;        /* items with neighbours */
    int64_t max_users;     /* largest sum of users of a neighbourhood's non-hubs */
} problem;

enum { TILE = 16 };

/* Rows begin at 64 bytes; what is past the last column stays zero. */
static int64_t stride_of(int64_t m)
{
    return (m + TILE - 1) / TILE * TILE;
}

void rg_ridge_diagonal(float *out, const rg_cooccurrence *g, double lambda, double theta)
{
    const double mean = g->mean_self;
    for (int64_t i = 0; i < g->n_items; i++)
        out[i] = g->self[i] > 0.0f
                     ? (float)(lambda * mean * pow((double)g->self[i] / mean, theta))
                     : 0.0f;
}

/* Hubs first, so that their part of the gram is one block. Returns how many. */
static int64_t order_neighbours(uint32_t *order, const rg_neighbours *n, int64_t j)
{
    const uint32_t *item = n->item + n->offset[j];
    const int64_t m = n->count[j];
    int64_t hubs = 0, rest = m;
    for (int64_t k = 0; k < m; k++)
        if (n->hub[item[k]] >= 0) order[hubs++] = (uint32_t)k;
    for (int64_t k = m - 1; k >= 0; k--)
        if (n->hub[item[k]] < 0) order[--rest] = (uint32_t)k;
    return hubs;
}

static void gather_hubs(const workspace *w, const rg_neighbours *n, const uint32_t *item,
                        int64_t hubs, int64_t stride)
{
    for (int64_t r = 0; r < hubs; r++) {
        const float *row = n->table + (int64_t)n->hub[item[w->order[r]]] * n->n_hubs;
        for (int64_t c = 0; c < r; c++)
            w->gram[r * stride + c] = row[n->hub[item[w->order[c]]]];
    }
}

/* Lists of the non-hubs' users: which of N's non-hubs each has. Returns their number. */
static int32_t list_users(workspace *w, const rg_cooccurrence *g, const uint32_t *item,
                          int64_t hubs, int64_t m)
{
    const rg_csr *t = g->by_item;
    int32_t n = 0;
    for (int64_t k = hubs; k < m; k++) {
        const int64_t i = item[w->order[k]];
        for (int64_t e = t->offset[i]; e < t->offset[i + 1]; e++) {
            const uint32_t u = t->target[e];
            if (w->local[u] == 0) {
                w->user[n] = u;
                w->local[u] = ++n;
                w->first[n + 1] = 0;
            }
            w->first[w->local[u] + 1]++;
        }
    }
    w->first[0] = w->first[1] = 0;
    for (int32_t l = 1; l <= n; l++) w->first[l + 1] += w->first[l];
    for (int64_t k = hubs; k < m; k++) {
        const int64_t i = item[w->order[k]];
        for (int64_t e = t->offset[i]; e < t->offset[i + 1]; e++) {
            entry *to = &w->list[w->first[w->local[t->target[e]]]++];
            to->place = (int32_t)k;
            if (g->context != NULL)
                to->at = g->place[e];
            else
                to->raw = g->raw != NULL ? g->raw[e] : 1.0f;
        }
    }
    return n; /* first[l - 1] .. first[l] is now the list of user l */
}

/* Adds edge e of by_item, whose user has list l, to a row of the gram. */
static void add_user(float *row, const workspace *w, const rg_cooccurrence *g, int64_t e,
                     int32_t l)
{
    const float value = g->by_item->value[e];
    const entry *first = w->list + w->first[l - 1], *end = w->list + w->first[l];
    if (g->context == NULL) {
        for (const entry *f = first; f < end; f++) row[f->place] += value * f->raw;
        return;
    }
    const int64_t n = rg_csr_degree(g->by_user, g->by_item->target[e]);
    for (const entry *f = first; f < end; f++)
        row[f->place] += value * rg_context_pair(g->context, g->place[e], f->at, n);
}

/* Rows of the gram at the columns of non-hubs, from the lists. */
static void gather_others(workspace *w, const rg_cooccurrence *g, const uint32_t *item,
                          int64_t hubs, int64_t m)
{
    const int64_t stride = stride_of(m);
    const rg_csr *t = g->by_item;
    const int32_t n = list_users(w, g, item, hubs, m);
    for (int64_t r = 0; r < m; r++) {
        const int64_t i = item[w->order[r]];
        float *row = w->gram + r * stride;
        memset(row + hubs, 0, (size_t)(m - hubs) * sizeof *row);
        for (int64_t e = t->offset[i]; e < t->offset[i + 1]; e++) {
            const int32_t l = w->local[t->target[e]];
            if (l == 0) continue;
            w->flops += 2 * (w->first[l] - w->first[l - 1]);
            add_user(row, w, g, e, l);
        }
    }
    for (int32_t l = 0; l < n; l++) w->local[w->user[l]] = 0;
}

/* Fills the upper triangle's hub columns and the lower one's others, so that the gram is
 * symmetric: hubs' pairs are below the diagonal, pairs with a non-hub in its column. */
static void mirror(float *gram, int64_t hubs, int64_t m)
{
    const int64_t stride = stride_of(m);
    for (int64_t r0 = 0; r0 < m; r0 += TILE)
        for (int64_t c0 = 0; c0 <= r0; c0 += TILE)
            for (int64_t r = r0; r < m && r < r0 + TILE; r++)
                for (int64_t c = c0; c < r && c < c0 + TILE; c++) {
                    if (r < hubs)
                        gram[c * stride + r] = gram[r * stride + c];
                    else
                        gram[r * stride + c] = gram[c * stride + r];
                }
}

static void gather_gram(workspace *w, const problem *p, const uint32_t *item,
                        int64_t hubs, int64_t m)
{
    const int64_t stride = stride_of(m);
    gather_hubs(w, p->n, item, hubs, stride);
    if (hubs < m) gather_others(w, p->g, item, hubs, m);
    mirror(w->gram, hubs, m);
    for (int64_t r = 0; r < m; r++)
        for (int64_t c = m; c < stride; c++) w->gram[r * stride + c] = 0.0f;
}

static void set_diagonal(workspace *w, const problem *p, int shape, const uint32_t *item,
                         int64_t m)
{
    const int64_t stride = stride_of(m);
    const float *diagonal = p->diagonal + shape * p->n->n_items;
    for (int64_t r = 0; r < m; r++) {
        const uint32_t i = item[w->order[r]];
        w->gram[r * stride + r] = p->g->self[i] + diagonal[i];
    }
}

/* x of gram x = b. A system that is singular or worse ends at the last sound step. */
static void conjugate_gradients(workspace *w, int64_t m, const rg_ridge_shape *shape)
{
    const int64_t stride = stride_of(m);
    float *x = w->vector, *r = x + stride, *p = r + stride, *q = p + stride,
          *z = q + stride, *inverse = z + stride;
    for (int64_t k = 0; k < m; k++) {
        const float d = w->gram[k * stride + k];
        inverse[k] = d > 0.0f ? 1.0f / d : 0.0f;
        x[k] = 0.0f;
        z[k] = p[k] = inverse[k] * r[k];
    }
    float rho = rg_vec_dot(r, z, m);
    const float enough = shape->tolerance * shape->tolerance * rho;
    for (int step = 0; step < shape->steps && rho > enough; step++) {
        rg_vec_gather(q, w->gram, stride, w->index, p, m);
        w->flops += 2 * m * m + 11 * m;
        const float curvature = rg_vec_dot(p, q, m);
        const float along = rho / curvature;
        if (!(curvature > 0.0f) || !isfinite(along)) return;
        rg_vec_axpy(x, along, p, m);
        rg_vec_axpy(r, -along, q, m);
        for (int64_t k = 0; k < m; k++) z[k] = inverse[k] * r[k];
        const float next = rg_vec_dot(r, z, m);
        const float turn = next / rho;
        for (int64_t k = 0; k < m; k++) p[k] = z[k] + turn * p[k];
        rho = next;
    }
}

static void solve_item(float *const *weight, workspace *w, const problem *p, int64_t j)
{
    const int64_t m = p->n->count[j], at = p->n->offset[j];
    if (m == 0) return;
    const uint32_t *item = p->n->item + at;
    const int64_t hubs = order_neighbours(w->order, p->n, j);
    gather_gram(w, p, item, hubs, m);
    float *b = w->vector + stride_of(m);
    for (int s = 0; s < p->n_shapes; s++) {
        set_diagonal(w, p, s, item, m);
        for (int64_t k = 0; k < m; k++) b[k] = p->n->value[at + w->order[k]];
        conjugate_gradients(w, m, &p->shape[s]);
        for (int64_t k = 0; k < m; k++) weight[s][at + w->order[k]] = w->vector[k];
    }
}

static void measure(problem *p)
{
    for (int64_t j = 0; j < p->n->n_items; j++) {
        int64_t users = 0;
        for (int64_t k = 0; k < p->n->count[j]; k++) {
            const uint32_t i = p->n->item[p->n->offset[j] + k];
            if (p->n->hub[i] < 0) users += rg_csr_degree(p->g->by_item, i);
        }
        if (users > p->max_users) p->max_users = users;
        if (p->n->count[j] > p->m) p->m = p->n->count[j];
        p->n_rows += p->n->count[j] > 0;
    }
}

static regatta_status create_workspace(regatta_ctx *ctx, workspace *w, const problem *p)
{
    regatta_status status = REGATTA_OK;
    const int64_t stride = stride_of(p->m);
    RG_NEW(ctx->mem, w->gram, p->m * stride);
    RG_NEW(ctx->mem, w->order, p->m);
    RG_NEW(ctx->mem, w->index, p->m);
    RG_NEW(ctx->mem, w->vector, 6 * stride);
    RG_NEW(ctx->mem, w->local, p->g->n_users);
    RG_NEW(ctx->mem, w->first, p->max_users + 2);
    RG_NEW(ctx->mem, w->user, p->max_users);
    RG_NEW(ctx->mem, w->list, p->max_users);
    for (int64_t k = 0; k < p->m; k++) w->index[k] = (uint32_t)k;
done:
    return status; /* the caller frees the allocated parts */
}

static void free_workspaces(rg_mem mem, workspace *w, int threads)
{
    for (int t = 0; w != NULL && t < threads; t++) {
        rg_free(mem, w[t].gram);
        rg_free(mem, w[t].order);
        rg_free(mem, w[t].index);
        rg_free(mem, w[t].vector);
        rg_free(mem, w[t].local);
        rg_free(mem, w[t].first);
        rg_free(mem, w[t].user);
        rg_free(mem, w[t].list);
    }
    rg_free(mem, w);
}

/* The cost of a system: its product for each step, about. */
static int64_t cost_of(const void *state, int64_t j)
{
    const problem *p = state;
    const int64_t m = p->n->count[j];
    return m * m;
}

/* Whole numbers: the sum does not depend on which thread had which item. */
static double flops_of(const workspace *w, int threads)
{
    int64_t sum = 0;
    for (int t = 0; t < threads; t++) sum += w[t].flops;
    return (double)sum;
}

regatta_status rg_local_ridge(regatta_ctx *ctx, float *const *weight,
                              const rg_neighbours *n, const rg_cooccurrence *g,
                              const rg_ridge_shape *shape, int n_shapes)
{
    regatta_status status = REGATTA_OK;
    workspace *w = NULL;
    float *diagonal = NULL;
    problem p = {.n = n, .g = g, .shape = shape, .n_shapes = n_shapes};
    const int threads = ctx->threads;
    measure(&p);
    RG_NEW(ctx->mem, diagonal, n_shapes * n->n_items);
    for (int s = 0; s < n_shapes; s++)
        rg_ridge_diagonal(diagonal + s * n->n_items, g, shape[s].lambda, shape[s].theta);
    p.diagonal = diagonal;
    RG_NEW(ctx->mem, w, threads);
    for (int t = 0; t < threads; t++) RG_TRY(create_workspace(ctx, &w[t], &p));
    rg_shares share;
    rg_shares_by_cost(&share, ctx, n->n_items, cost_of, &p);
    const int team = rg_threads_for(p.n_rows * p.m * p.m * p.m / 8, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 16)
    for (int64_t j = share.begin; j < share.end; j++)
        solve_item(weight, &w[omp_get_thread_num()], &p, j);
    for (int s = 0; s < n_shapes; s++)
        RG_TRY(rg_gather_pieces(ctx, weight[s], &share, n->offset, sizeof(float)));
    rg_count_flops(ctx, flops_of(w, threads));
done:
    free_workspaces(ctx->mem, w, threads);
    rg_free(ctx->mem, diagonal);
    return status;
}
