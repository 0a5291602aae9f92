/* Fold-in: a user's row of every layer, from a history.
 *
 *   D_u = sum_e w_e,  q_e = w_e (D_u D_i)^-1/2,  i the item of edge e
 *   s_e = the kind's score of the row's own state x_l with X_l[i]
 *   a_e = edge softmax of s with edge weights q (kind NONE: q); with groups levels.c
 *         scales it
 *   x_{l+1} = sum_e a_e X_l[i],  y = sum_{l > 0} c_l x_l (+ c_0 user_x0)
 *
 * network.c's formulas for one row whose neighbours are known; the items' states are the
 * trained ones, so an unseen user changes no other row. Without a user x_0 is
 * sum_e q_e X_0[i], which only scores read. O(n dim) time per layer, with projections
 * O(n dim^2); the workspace holds the history's rows once or twice. One thread: callers
 * distribute users over threads. */
#include "gat/fold_in.h"
#include "base/kernels/vec.h"
#include "gat/attention/aggregate.h"
#include "gat/attention/attention.h"
#include "gat/attention/attention_gat.h"
#include "gat/attention/attention_gatv2.h"
#include "gat/attention/dynamic.h"
#include "gat/attention/edge_softmax.h"
#include "gat/attention/levels.h"
#include "gat/combine.h"
#include "gat/unit_rows.h"
#include <math.h>
#include <string.h>

/* The workspace's parts. Row 0 of a table is the user, row 1 + e the item of edge e. */
typedef struct fold_space {
    double degree;      /* D_u */
    float *edge_weight; /* [n] */
    float *own;         /* [dim] the user's x_0 */
    float *rows;        /* [PIECE or n][dim] what was fetched */
    float *state;       /* [dim] the user's row before the layer */
    float *next;        /* [dim] and after it */
    float *unit;        /* [n + 1][dim]; NULL for kind NONE, as the next */
    float *mapped;      /* [n + 1][dim] query of the user, keys of the items; gat: U */
    /* With groups; k <= n of them occur in the history. */
    uint32_t *pair;   /* [n] the place of the group of each item among them */
    uint32_t *occurs; /* [n] these groups */
    uint32_t *place;  /* [n_groups] the place of a group; undefined for the others */
    float *level;     /* [3][n] cosines, masses and factors of groups */
    float *share;     /* [heads][RG_N_LEVELS] of the levels of the layer */
    double keep;      /* the sum of the edge weights */
    float *head;      /* [dim] unit row of the state in each head */
    int64_t n_pairs;
} fold_space;

/* Rows that are fetched at once. */
enum { PIECE = 64 };

static int64_t piece_of(int64_t n)
{
    return n < PIECE ? n : PIECE;
}

int64_t rg_fold_in_floats(const rg_shape *shape, int64_t n)
{
    int64_t floats = n + (3 + piece_of(n)) * shape->dim;
    if (shape->n_groups > 0)
        floats += 5 * n + shape->n_groups + shape->dim + shape->heads * RG_N_LEVELS;
    if (shape->attention == REGATTA_ATTENTION_NONE) return floats;
    return floats + 2 * (n + 1) * shape->dim;
}

static fold_space divide(float *workspace, const rg_shape *shape, int64_t n)
{
    fold_space s = {.edge_weight = workspace};
    s.state = s.edge_weight + n;
    s.next = s.state + shape->dim;
    s.own = s.next + shape->dim;
    s.rows = s.own + shape->dim;
    float *next = s.rows + piece_of(n) * shape->dim;
    if (shape->n_groups > 0) {
        s.head = next;
        s.share = s.head + shape->dim;
        s.level = s.share + shape->heads * RG_N_LEVELS;
        s.pair = (uint32_t *)(s.level + 3 * n);
        s.occurs = s.pair + n;
        s.place = s.occurs + n;
        next = (float *)(s.place + shape->n_groups);
    }
    if (shape->attention == REGATTA_ATTENTION_NONE) return s;
    s.unit = next;
    s.mapped = s.unit + (n + 1) * shape->dim;
    return s;
}

/* Returns D_u. */
static double fill_edge_weights(float *edge_weight, const float *item_degree,
                                const uint32_t *item, const float *weight, int64_t n)
{
    double degree = 0.0;
    for (int64_t e = 0; e < n; e++) degree += weight != NULL ? (double)weight[e] : 1.0;
    for (int64_t e = 0; e < n; e++) {
        const double w = weight != NULL ? (double)weight[e] : 1.0;
        const double product = degree * (double)item_degree[item[e]];
        edge_weight[e] = product > 0.0 ? (float)(w / sqrt(product)) : 0.0f;
    }
    return degree;
}

/* Returns the state of an item before `layer`. */
static const float *item_row(fold_space *s, const rg_fold_tables *t, int layer,
                             const uint32_t *item)
{
    if (t->fetch == NULL)
        return t->item_state +
               ((int64_t)layer * t->shape.n_items + (int64_t)*item) * t->shape.dim;
    t->fetch(s->rows, t->fetch_from, layer, item, 1);
    return s->rows;
}

/* out = sum_e coef[h][e] X_layer[item[e]], head by head. */
static void aggregate(float *out, fold_space *s, const rg_fold_tables *t, int layer,
                      const float *coef, const uint32_t *item, int64_t n, int heads)
{
    const int64_t dim = t->shape.dim;
    uint32_t place[PIECE];
    if (t->fetch == NULL) {
        const float *table = t->item_state + (int64_t)layer * t->shape.n_items * dim;
        rg_aggregate_row(out, coef, n, table, item, n, dim, heads);
        return;
    }
    for (uint32_t k = 0; k < PIECE; k++) place[k] = k;
    memset(out, 0, (size_t)dim * sizeof *out);
    for (int64_t e = 0; e < n; e += PIECE) {
        const int64_t m = piece_of(n - e);
        t->fetch(s->rows, t->fetch_from, layer, item + e, m);
        rg_aggregate_row_add(out, coef + e, n, s->rows, place, m, dim, heads);
    }
}

static void fill_units(fold_space *s, const rg_fold_tables *t, int layer,
                       const uint32_t *item, int64_t n)
{
    const rg_shape *shape = &t->shape;
    const int parts = rg_attention_parts(shape);
    const int64_t dim = shape->dim, width = dim / parts;
    const float length = rg_attention_length(shape);
    for (int64_t r = 0; r <= n; r++) {
        const float *x = r == 0 ? s->state : item_row(s, t, layer, item + r - 1);
        for (int part = 0; part < parts; part++)
            rg_unit_row(s->unit + r * dim + part * width, x + part * width, length,
                        width);
    }
}

/* Queries and keys; the user is mapped by W_q, the items by W_k, or both by gat's W. */
static void fill_mapped(fold_space *s, const rg_fold_tables *t, int layer, int64_t n)
{
    const int64_t dim = t->shape.dim;
    const float *wq = t->params->wq[layer], *wk = t->params->wk[layer];
    if (wq == NULL) return;
    memset(s->mapped, 0, (size_t)((n + 1) * dim) * sizeof *s->mapped);
    rg_vec_mul_add(s->mapped, s->unit, dim, wq, 1, dim, dim);
    rg_vec_mul_add(s->mapped + dim, s->unit + dim, dim, wk != NULL ? wk : wq, n, dim,
                   dim);
}

/* The score of edge e in head h. */
static float score_of(const fold_space *s, const rg_fold_tables *t, int layer, int h,
                      int64_t e)
{
    const rg_params *p = t->params;
    const int64_t dim = t->shape.dim, width = dim / t->shape.heads, at = h * width;
    const int64_t row = (e + 1) * dim + at;
    switch (t->shape.attention) {
    case REGATTA_ATTENTION_NONE:
    case REGATTA_ATTENTION_AUTO: break; /* of options alone */
    case REGATTA_ATTENTION_COSINE:
        return p->beta[layer][h] * rg_vec_dot(s->unit + at, s->unit + row, width);
    case REGATTA_ATTENTION_DOT:
    case REGATTA_ATTENTION_SCALED_DOT:
        return rg_attention_factor(&t->shape) *
               rg_vec_dot(s->mapped + at, s->mapped + row, width);
    case REGATTA_ATTENTION_GAT:
        return rg_leaky(rg_vec_dot(p->a[layer] + at, s->mapped + at, width) +
                        rg_vec_dot(p->a[layer] + dim + at, s->mapped + row, width));
    case REGATTA_ATTENTION_GATV2:
        return rg_gatv2_score(s->mapped + at, s->mapped + row, p->a[layer] + at, width);
    }
    return 0.0f;
}

/* Numbers the groups of the history in the order of their first items. */
static void number_groups(fold_space *s, const uint32_t *group, const uint32_t *item,
                          int64_t n)
{
    s->n_pairs = 0;
    for (int64_t e = 0; e < n; e++) s->place[group[item[e]]] = REGATTA_NONE;
    for (int64_t e = 0; e < n; e++) {
        uint32_t *place = &s->place[group[item[e]]];
        if (*place == REGATTA_NONE) {
            s->occurs[s->n_pairs] = group[item[e]];
            *place = (uint32_t)s->n_pairs++;
        }
        s->pair[e] = *place;
    }
}

/* Scales the weights of head h by the levels. */
static void level_weights(float *head, fold_space *s, const rg_fold_tables *t, int layer,
                          int h, int64_t n)
{
    const int64_t dim = t->shape.dim, heads = t->shape.heads, width = dim / heads;
    const float *prototype = t->prototype + layer * t->shape.n_groups * dim + h * width;
    const float *score = t->params->group_score[layer];
    rg_unit_row(s->head, s->state + h * width, 1.0f, width);
    for (int64_t k = 0; k < s->n_pairs; k++)
        s->level[k] = rg_vec_dot(s->head, prototype + (int64_t)s->occurs[k] * dim, width);
    rg_level_row row = {.att = head,
                        .edge_weight = s->edge_weight,
                        .keep = s->keep,
                        .pair = s->pair,
                        .n = n,
                        .n_pairs = s->n_pairs,
                        .cosine = s->level,
                        .gamma = score[h],
                        .delta = score[heads + h],
                        .mass = s->level + n,
                        .factor = s->level + 2 * n};
    memcpy(row.level, s->share + h * RG_N_LEVELS, sizeof row.level);
    rg_level_row_weights(head, &row);
}

/* Scales the scores of head h, and adds the terms of the neighbours. */
static void dynamic_scores(float *head, const fold_space *s, const rg_fold_tables *t,
                           int layer, const rg_fold_history *history)
{
    const float *theta = t->params->dynamic[layer];
    rg_dynamic_edge edge = {.side = t->side,
                            .log_degree = {rg_log_degree(s->degree), 0.0f}};
    const float factor = rg_dynamic_factor(theta, &edge);
    for (int64_t e = 0; e < history->n; e++) {
        edge.log_degree[1] = rg_log_degree((double)t->item_degree[history->item[e]]);
        edge.age = history->log_age != NULL ? history->log_age[e] : 0.0f;
        head[e] = factor * head[e] + rg_dynamic_term(theta, &edge);
    }
}

/* coef [heads][n] of one layer. */
static void layer_weights(float *coef, fold_space *s, const rg_fold_tables *t, int layer,
                          const rg_fold_history *history)
{
    const int64_t n = history->n;
    const int scored = t->shape.attention != REGATTA_ATTENTION_NONE;
    if (scored) {
        fill_units(s, t, layer, history->item, n);
        fill_mapped(s, t, layer, n);
    }
    for (int h = 0; h < t->shape.heads && t->group != NULL; h++)
        rg_level_shares(s->share + h * RG_N_LEVELS, t->params->level[layer], h,
                        t->shape.heads);
    for (int h = 0; h < t->shape.heads; h++) {
        float *head = coef + h * n;
        if (!scored && t->shape.dynamic == 0)
            memcpy(head, s->edge_weight, (size_t)n * sizeof *head);
        for (int64_t e = 0; e < n && scored; e++) head[e] = score_of(s, t, layer, h, e);
        if (!scored && t->shape.dynamic > 0) memset(head, 0, (size_t)n * sizeof *head);
        if (t->shape.dynamic > 0) dynamic_scores(head, s, t, layer, history);
        if (scored || t->shape.dynamic > 0)
            rg_edge_softmax_row(head, head, s->edge_weight, n);
        if (t->group != NULL) level_weights(head, s, t, layer, h, n);
    }
}

void rg_fold_in(float *y, float *coef, const rg_fold_tables *t,
                const rg_fold_history *history, float *workspace)
{
    const rg_shape *shape = &t->shape;
    const uint32_t *item = history->item, user = history->user;
    const int64_t dim = shape->dim, n = history->n;
    const int known = user != REGATTA_NONE && t->user_x0 != NULL;
    fold_space s = divide(workspace, shape, n);
    const float *own = s.own;
    float c[RG_MAX_LAYERS + 1];
    if (known && t->fetch == NULL) own = t->user_x0 + (int64_t)user * dim;
    if (known && t->fetch != NULL) t->fetch(s.own, t->fetch_from, RG_FOLD_X0, &user, 1);
    rg_combine_weights(c, shape->combine, shape->layers);
    s.degree = fill_edge_weights(s.edge_weight, t->item_degree, item, history->weight, n);
    if (t->group != NULL) {
        number_groups(&s, t->group, item, n);
        s.keep = rg_level_keep(s.edge_weight, n);
    }
    memset(y, 0, (size_t)dim * sizeof *y);
    if (known) {
        memcpy(s.state, own, (size_t)dim * sizeof *s.state);
        rg_vec_axpy(y, c[0], own, dim);
    } else {
        aggregate(s.state, &s, t, 0, s.edge_weight, item, n, 1);
    }
    for (int l = 0; l < shape->layers; l++) {
        float *layer = coef + (int64_t)l * shape->heads * n;
        layer_weights(layer, &s, t, l, history);
        aggregate(s.next, &s, t, l, layer, item, n, shape->heads);
        if (c[l + 1] != 0.0f) rg_vec_axpy(y, c[l + 1], s.next, dim);
        memcpy(s.state, s.next, (size_t)dim * sizeof *s.state);
    }
}
