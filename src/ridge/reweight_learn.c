/* Learned strengths of attention over the item graph.
 *
 *   forward    s_e = sum_h beta_h f_eh,  f_eh = <u_i, u_j>_h;  w'_e = w_e exp(s_e) F_j
 *              x_uj = c_j sum_{i in history} R_ui w'_e,   z_uj = a known + g x_uj / x_max
 *   backward  dw'_e / dbeta_h = w'_e (f_eh - fbar_jh)
 *             fbar_jh = sum_e w'_e f_eh / sum_e w'_e
 *             dz_uj / dbeta_h = (g / x_max) c_j sum_i R_ui w'_e (f_eh - fbar_jh)
 *             dL = sum_uj (p_uj - t_uj) dz_uj / U,   H = sum_u Cov_p(dz_u) / U
 *
 * where a row keeps the sum of |w| instead of its sum (ridge/reweight.h), fbar is the
 * mean under |w'|. The derivative of such a softmax centres its features; H is
 * Fisher's matrix, which needs no second derivatives and is never indefinite.
 *
 * O(edges dim) once, then O((edges + pairs) heads) per step, with the edges of the rows
 * of samples, and the pairs of a sample and a history item with a weight for it. A thread
 * owns rows, then blocks of users; sums over blocks are taken in their order. */
#include "ridge/reweight_learn.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include <limits.h>
#include <math.h>
#include <omp.h>
#include <string.h>

enum {
    MOST = 2 + RG_MAX_HEADS,       /* a, g, strengths */
    PART = 2 + MOST + MOST * MOST, /* users, loss, gradient, H */
    USERS = 64,                    /* a block */
    MOST_STEPS = 30,
    MOST_HALVINGS = 12
};
static const double PULL = 1e-4; /* towards the start */
static const double START[MOST] = {1.0, 1.0};
static const double LEAST_GAIN = 1e-7; /* of a step, nats a user */

/* A history item with a weight for a sample. */
typedef struct pair {
    uint32_t edge; /* within the sample's row */
    float value;   /* R_ui */
} pair;

typedef struct learner {
    regatta_ctx *ctx;
    rg_mem mem;
    const rg_reweight_samples *choices;
    const rg_csr *ridge;
    int heads, threads;
    int64_t dim, n_rows, n_blocks, most_samples;
    uint32_t *row;   /* [n_rows] candidates in a sample, ascending */
    uint32_t *place; /* [n_items] their number in row */
    int64_t *first;  /* [n_rows + 1] their edges, one after another */
    float *unit;     /* [n_items][dim] */
    float *feature;  /* [edges][heads] */
    float *weight;   /* [edges] w' */
    float *mean;     /* [n_rows][heads] fbar */
    int64_t *pairs;  /* [n_samples + 1] */
    pair *pair;
    float *gain;     /* [n_users] 1 / x_max, 0 for users without effect */
    float *value;    /* [threads][n_items] R_ui of one user, 0 elsewhere */
    double *scratch; /* [threads][most_samples][MOST + 1] */
    double *part;    /* [n_blocks][PART] */
} learner;

typedef struct point {
    double x[MOST]; /* a, g, beta */
    double n, loss, gradient[MOST], hessian[MOST][MOST];
} point;

static int64_t row_edges(const learner *l, int64_t r)
{
    return l->first[r + 1] - l->first[r];
}

static regatta_status find_rows(regatta_ctx *ctx, learner *l)
{
    regatta_status status = REGATTA_OK;
    const rg_reweight_samples *c = l->choices;
    const int64_t n_items = l->ridge->n_rows, n_samples = c->offset[c->n_users];
    int64_t n = 0;
    RG_NEW(ctx->mem, l->place, n_items);
    for (int64_t o = 0; o < n_samples; o++) l->place[c->item[o]] = 1;
    for (int64_t j = 0; j < n_items; j++) l->n_rows += l->place[j] != 0;
    RG_NEW(ctx->mem, l->row, l->n_rows);
    RG_NEW(ctx->mem, l->first, l->n_rows + 1);
    for (int64_t j = 0; j < n_items; j++) {
        if (l->place[j] == 0) continue;
        l->row[n] = (uint32_t)j;
        l->place[j] = (uint32_t)n;
        l->first[n + 1] = l->first[n] + rg_csr_degree(l->ridge, j);
        n++;
    }
    for (int64_t u = 0; u < c->n_users; u++)
        if (c->offset[u + 1] - c->offset[u] > l->most_samples)
            l->most_samples = c->offset[u + 1] - c->offset[u];
done:
    return status;
}

static regatta_status make_tables(regatta_ctx *ctx, learner *l)
{
    regatta_status status = REGATTA_OK;
    const rg_reweight_samples *c = l->choices;
    const int64_t n_items = l->ridge->n_rows, n_edges = l->first[l->n_rows];
    const int64_t threads = l->threads;
    l->n_blocks = rg_block_count(c->n_users, USERS);
    RG_NEW(ctx->mem, l->unit, n_items * l->dim);
    RG_NEW(ctx->mem, l->feature, n_edges * l->heads);
    RG_NEW(ctx->mem, l->weight, n_edges);
    RG_NEW(ctx->mem, l->mean, l->n_rows * l->heads);
    RG_NEW(ctx->mem, l->pairs, c->offset[c->n_users] + 1);
    RG_NEW(ctx->mem, l->gain, c->n_users);
    RG_NEW(ctx->mem, l->value, threads * n_items);
    RG_NEW(ctx->mem, l->scratch, threads * l->most_samples * (MOST + 1));
    RG_NEW(ctx->mem, l->part, l->n_blocks * PART);
done:
    return status;
}

static void fill_features(learner *l, const float *x)
{
    rg_reweight_units(l->unit, x, l->ridge->n_rows, l->dim, l->threads);
    const int team = rg_threads_for(l->first[l->n_rows] * l->dim, l->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t r = 0; r < l->n_rows; r++) {
        const int64_t j = l->row[r];
        const uint32_t *target = l->ridge->target + l->ridge->offset[j];
        for (int64_t k = 0; k < row_edges(l, r); k++)
            for (int h = 0; h < l->heads; h++) {
                const int64_t at = rg_block_column(l->dim, l->heads, h);
                const int64_t end = rg_block_column(l->dim, l->heads, h + 1);
                l->feature[(l->first[r] + k) * l->heads + h] =
                    rg_vec_dot(l->unit + j * l->dim + at,
                               l->unit + (int64_t)target[k] * l->dim + at, end - at);
            }
    }
}

/* Returns the FLOPs of one evaluation: those of the weights of an edge, of the terms of a
 * pair, and of the derivatives of a sample. */
static double flops_of(const learner *l)
{
    const double heads = (double)l->heads, np = 2.0 + heads;
    const double samples = (double)l->choices->offset[l->choices->n_users];
    const double pairs = (double)l->pairs[l->choices->offset[l->choices->n_users]];
    return (double)l->first[l->n_rows] * (4.0 * heads + 7.0) +
           pairs * (2.0 + 3.0 * heads) + samples * (1.5 * np * (np + 1.0) + 5.0 * np);
}

/* Visits each user with the history expanded into `value`; counts the pairs or writes
 * them. */
static void walk_pairs(learner *l, int write)
{
    const rg_reweight_samples *c = l->choices;
    const rg_csr *history = c->history;
    const int team = rg_threads_for(
        c->offset[c->n_users] * l->first[l->n_rows] / (l->n_rows + 1), l->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, USERS)
    for (int64_t u = 0; u < c->n_users; u++) {
        float *value = l->value + (int64_t)omp_get_thread_num() * l->ridge->n_rows;
        const int64_t begin = history->offset[c->user[u]];
        const int64_t end = history->offset[c->user[u] + 1];
        for (int64_t e = begin; e < end; e++)
            value[history->target[e]] = history->value != NULL ? history->value[e] : 1.0f;
        for (int64_t o = c->offset[u]; o < c->offset[u + 1]; o++) {
            const int64_t first = l->ridge->offset[c->item[o]];
            int64_t n = 0;
            for (int64_t k = 0; k < rg_csr_degree(l->ridge, c->item[o]); k++) {
                const float r = value[l->ridge->target[first + k]];
                if (r == 0.0f) continue;
                if (write) l->pair[l->pairs[o] + n] = (pair){(uint32_t)k, r};
                n++;
            }
            if (!write) l->pairs[o + 1] = n;
        }
        for (int64_t e = begin; e < end; e++) value[history->target[e]] = 0.0f;
    }
}

static regatta_status find_pairs(regatta_ctx *ctx, learner *l)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_samples = l->choices->offset[l->choices->n_users];
    walk_pairs(l, 0);
    for (int64_t o = 0; o < n_samples; o++) l->pairs[o + 1] += l->pairs[o];
    RG_NEW(ctx->mem, l->pair, l->pairs[n_samples]);
    walk_pairs(l, 1);
done:
    return status;
}

/* Computes w' and fbar of the rows of samples. */
static void fill_weights(learner *l, const double *beta)
{
    const int team = rg_threads_for(RG_SCALAR * l->first[l->n_rows], l->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t r = 0; r < l->n_rows; r++) {
        const int64_t n = row_edges(l, r);
        const float *f = l->feature + l->first[r] * l->heads;
        float *w = l->weight + l->first[r];
        double sum = 0.0, mean[RG_MAX_HEADS] = {0.0};
        for (int64_t k = 0; k < n; k++) {
            double s = 0.0;
            for (int h = 0; h < l->heads; h++) s += beta[h] * (double)f[k * l->heads + h];
            w[k] = (float)s;
        }
        const int signed_sum =
            rg_reweight_row(w, l->ridge->value + l->ridge->offset[l->row[r]], w, n);
        for (int64_t k = 0; k < n; k++) {
            const double m = signed_sum ? (double)w[k] : fabs((double)w[k]);
            sum += m;
            for (int h = 0; h < l->heads; h++) mean[h] += m * (double)f[k * l->heads + h];
        }
        for (int h = 0; h < l->heads; h++)
            l->mean[r * l->heads + h] = sum != 0.0 ? (float)(mean[h] / sum) : 0.0f;
    }
}

/* Returns x of sample o without the gain, and its derivatives by beta if d is not
 * NULL. */
static double sample_sum(const learner *l, int64_t o, double *d)
{
    const uint32_t j = l->choices->item[o];
    const int64_t r = l->place[j];
    double x = 0.0, by[RG_MAX_HEADS] = {0.0};
    for (int64_t p = l->pairs[o]; p < l->pairs[o + 1]; p++) {
        const int64_t e = l->first[r] + l->pair[p].edge;
        const double w = (double)l->pair[p].value * (double)l->weight[e];
        x += w;
        for (int h = 0; h < l->heads; h++)
            by[h] +=
                w * (double)(l->feature[e * l->heads + h] - l->mean[r * l->heads + h]);
    }
    const double c = (double)l->choices->candidate[j];
    if (d != NULL)
        for (int h = 0; h < l->heads; h++) d[h] = c * by[h];
    return c * x;
}

/* Computes the gains from the ridge weights. */
static void fill_gains(learner *l)
{
    const rg_reweight_samples *c = l->choices;
    const double zero[RG_MAX_HEADS] = {0.0};
    fill_weights(l, zero);
    const int team =
        rg_threads_for(RG_SCALAR * l->pairs[c->offset[c->n_users]], l->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, USERS)
    for (int64_t u = 0; u < c->n_users; u++) {
        double max = 0.0;
        int has_positive = 0;
        for (int64_t o = c->offset[u]; o < c->offset[u + 1]; o++) {
            max = fmax(max, sample_sum(l, o, NULL));
            has_positive |= c->label[o];
        }
        l->gain[u] = has_positive && max > 0.0 ? (float)(1.0 / max) : 0.0f;
    }
}

/* One user's loss, gradient and Fisher matrix into part; z holds n rows of logit and dz.
 */
static void add_user(const learner *l, double *part, double (*z)[MOST + 1],
                     const double *at, int64_t u)
{
    const rg_reweight_samples *c = l->choices;
    const int64_t begin = c->offset[u], n = c->offset[u + 1] - begin;
    const int np = 2 + l->heads;
    double *gradient = part + 2, *hessian = part + 2 + MOST;
    double max = -(double)INFINITY, sum = 0.0, n_positive = 0.0, mean[MOST] = {0.0};
    const double gain = (double)l->gain[u];
    for (int64_t k = 0; k < n; k++) {
        double *d = z[k] + 1;
        d[0] = (double)c->known[begin + k];
        d[1] = gain * sample_sum(l, begin + k, d + 2);
        for (int h = 0; h < l->heads; h++) d[2 + h] *= at[1] * gain;
        z[k][0] = at[0] * d[0] + at[1] * d[1];
        max = fmax(max, z[k][0]);
        n_positive += c->label[begin + k];
    }
    for (int64_t k = 0; k < n; k++) sum += exp(z[k][0] - max);
    part[0] += 1.0;
    for (int64_t k = 0; k < n; k++) {
        const double p = exp(z[k][0] - max) / sum, t = c->label[begin + k] / n_positive;
        part[1] -= t > 0.0 ? t * (z[k][0] - max - log(sum)) : 0.0;
        for (int a = 0; a < np; a++) {
            gradient[a] += (p - t) * z[k][1 + a];
            mean[a] += p * z[k][1 + a];
            for (int b = 0; b <= a; b++)
                hessian[a * MOST + b] += p * z[k][1 + a] * z[k][1 + b];
        }
    }
    for (int a = 0; a < np; a++)
        for (int b = 0; b <= a; b++) hessian[a * MOST + b] -= mean[a] * mean[b];
}

/* Loss, gradient and H at p->x. */
static void evaluate(learner *l, point *p)
{
    const rg_reweight_samples *c = l->choices;
    const int np = 2 + l->heads;
    fill_weights(l, p->x + 2);
    memset(l->part, 0, (size_t)(l->n_blocks * PART) * sizeof *l->part);
    const int team =
        rg_threads_for(RG_SCALAR * np * l->pairs[c->offset[c->n_users]], l->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t b = 0; b < l->n_blocks; b++) {
        double(*z)[MOST + 1] =
            (double(*)[MOST + 1]) l->scratch + omp_get_thread_num() * l->most_samples;
        for (int64_t u = b * USERS; u < c->n_users && u < (b + 1) * USERS; u++)
            if (l->gain[u] > 0.0f) add_user(l, l->part + b * PART, z, p->x, u);
    }
    rg_count_flops(l->ctx, flops_of(l));
    double sum[PART] = {0.0};
    for (int64_t b = 0; b < l->n_blocks; b++)
        for (int k = 0; k < PART; k++) sum[k] += l->part[b * PART + k];
    p->n = sum[0];
    const double share = sum[0] > 0.0 ? 1.0 / sum[0] : 0.0;
    p->loss = share * sum[1];
    for (int a = 0; a < np; a++) {
        const double moved = p->x[a] - START[a];
        p->loss += 0.5 * PULL * moved * moved;
        p->gradient[a] = share * sum[2 + a] + PULL * moved;
        for (int b = 0; b <= a; b++)
            p->hessian[a][b] = share * sum[2 + MOST + a * MOST + b];
        p->hessian[a][a] += PULL;
    }
}

/* x = H^-1 x by Cholesky's method; H is lost. Returns 0 if H is not positive. */
static int solve(double h[MOST][MOST], double *x, int n)
{
    for (int a = 0; a < n; a++)
        for (int b = 0; b <= a; b++) {
            double sum = h[a][b];
            for (int k = 0; k < b; k++) sum -= h[a][k] * h[b][k];
            if (a == b && !(sum > 0.0)) return 0;
            h[a][b] = a == b ? sqrt(sum) : sum / h[b][b];
        }
    for (int a = 0; a < n; a++) {
        for (int k = 0; k < a; k++) x[a] -= h[a][k] * x[k];
        x[a] /= h[a][a];
    }
    for (int a = n - 1; a >= 0; a--) {
        for (int k = a + 1; k < n; k++) x[a] -= h[k][a] * x[k];
        x[a] /= h[a][a];
    }
    return 1;
}

/* Newton's method over the first n of a, g, beta; returns the steps taken. */
static int minimise(learner *l, point *p, int n)
{
    evaluate(l, p);
    for (int step = 0; step < MOST_STEPS; step++) {
        double move[MOST], length = 1.0;
        point next = *p, h = *p;
        memcpy(move, p->gradient, sizeof move);
        if (!solve(h.hessian, move, n)) return step;
        for (int k = 0; k < MOST_HALVINGS; k++, length *= 0.5) {
            for (int a = 0; a < n; a++) next.x[a] = p->x[a] - length * move[a];
            evaluate(l, &next);
            if (next.loss < p->loss) break;
        }
        if (!(next.loss < p->loss - LEAST_GAIN)) return step;
        *p = next;
    }
    return MOST_STEPS;
}

static void learner_free(learner *l)
{
    rg_free(l->mem, l->row);
    rg_free(l->mem, l->place);
    rg_free(l->mem, l->first);
    rg_free(l->mem, l->unit);
    rg_free(l->mem, l->feature);
    rg_free(l->mem, l->weight);
    rg_free(l->mem, l->mean);
    rg_free(l->mem, l->pairs);
    rg_free(l->mem, l->pair);
    rg_free(l->mem, l->gain);
    rg_free(l->mem, l->value);
    rg_free(l->mem, l->scratch);
    rg_free(l->mem, l->part);
}

regatta_status rg_attention_learn(regatta_ctx *ctx, rg_learned *out, const rg_csr *ridge,
                                  const float *x, int64_t dim, int heads,
                                  const rg_reweight_samples *choices)
{
    regatta_status status = REGATTA_OK;
    learner l = {.ctx = ctx,
                 .mem = ctx->mem,
                 .choices = choices,
                 .ridge = ridge,
                 .heads = heads,
                 .threads = ctx->threads,
                 .dim = dim};
    point p = {.n = 0.0};
    memcpy(p.x, START, sizeof p.x);
    *out = (rg_learned){.strength.heads = heads};
    RG_TRY(find_rows(ctx, &l));
    RG_TRY(make_tables(ctx, &l));
    RG_TRY(find_pairs(ctx, &l));
    fill_features(&l, x);
    rg_count_flops(ctx, (3.0 * (double)ridge->n_rows + 2.0 * (double)l.first[l.n_rows]) *
                            (double)dim);
    fill_gains(&l);
    out->steps = minimise(&l, &p, 2);
    out->loss_before = p.loss;
    if (p.n > 0.0) out->steps += minimise(&l, &p, 2 + heads);
    out->loss_after = p.loss;
    out->known = p.x[0];
    out->sum = p.x[1];
    for (int h = 0; h < heads; h++) out->strength.beta[h] = (float)p.x[2 + h];
done:
    learner_free(&l);
    return status;
}

regatta_status rg_learned_archive(rg_archive *archive, rg_learned *l)
{
    regatta_status status = REGATTA_OK;
    rg_reweight_strength *strength = &l->strength;
    double *const real[] = {&l->known, &l->sum, &l->loss_before, &l->loss_after};
    RG_TRY(rg_archive_number(archive, &strength->heads, 1, RG_MAX_HEADS));
    RG_TRY(rg_archive_floats(archive, strength->beta, strength->heads));
    RG_TRY(rg_archive_number(archive, &l->steps, 0, INT_MAX));
    for (size_t k = 0; k < sizeof real / sizeof *real; k++)
        RG_TRY(rg_archive_real(archive, real[k]));
done:
    return status;
}
