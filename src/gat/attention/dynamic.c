/* Scores by side, degree, type and age of an edge.
 *
 *   forward    s' = f s + t,   f = exp(theta_0 + theta_1 z_v),
 *              t = theta_2 z_w + theta_3 [w is an item-graph neighbour] + theta_4 a_vw
 *   backward   ds = f ds',  dtheta_0 = sum ds' f s,  dtheta_1 = sum ds' f s z_v,
 *              dtheta_2 = sum ds' z_w,  dtheta_3 and dtheta_4 alike
 *
 * z = ln(D / 16), a = ln(1 + days); theta apart for rows of users and of items, the two
 * tasks. A term by type of edge as in Hu et al., "Heterogeneous Graph Transformer", WWW
 * 2020, eq. 3; time in the key as in Xu et al., "Inductive representation learning on
 * temporal graphs", ICLR 2020. theta = 0 changes nothing. O(edges heads) time. A thread
 * owns a block of rows; sums of theta are added block by block. */
#include "gat/attention/dynamic.h"
#include "base/parallel.h"
#include <math.h>
#include <string.h>

static const double USUAL_DEGREE = 16.0, DAY = 86400.0;

float rg_log_degree(double degree)
{
    return degree > 0.0 ? (float)log(degree / USUAL_DEGREE) : 0.0f;
}

float rg_log_age(int64_t seconds)
{
    return seconds > 0 ? (float)log1p((double)seconds / DAY) : 0.0f;
}

float rg_dynamic_factor(const float *theta, const rg_dynamic_edge *e)
{
    return expf(theta[RG_DYNAMIC_SCALE * 2 + e->side] +
                theta[RG_DYNAMIC_DEGREE * 2 + e->side] * e->log_degree[0]);
}

float rg_dynamic_term(const float *theta, const rg_dynamic_edge *e)
{
    return theta[RG_DYNAMIC_KEY * 2 + e->side] * e->log_degree[1] +
           theta[RG_DYNAMIC_TYPE * 2 + e->side] * e->typed +
           theta[RG_DYNAMIC_AGE * 2 + e->side] * e->age;
}

static rg_dynamic_edge edge_of(const rg_adjacency *adj, int64_t v, int64_t e)
{
    const int64_t w = adj->target[e];
    return (rg_dynamic_edge){.side = v >= adj->n_users,
                             .log_degree = {adj->log_degree[v], adj->log_degree[w]},
                             .typed =
                                 v >= adj->n_users && w >= adj->n_users ? 1.0f : 0.0f,
                             .age = adj->log_age != NULL ? adj->log_age[e] : 0.0f};
}

/* The factor of all scores of row v. */
static float row_factor(const float *theta, const rg_adjacency *adj, int64_t v)
{
    const rg_dynamic_edge row = {.side = v >= adj->n_users,
                                 .log_degree = {adj->log_degree[v], 0.0f}};
    return rg_dynamic_factor(theta, &row);
}

void rg_dynamic_forward(float *score, const float *theta, const rg_adjacency *adj,
                        int heads, int threads)
{
    const int team = rg_threads_for(4 * RG_SCALAR * adj->n_edges, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < adj->n_nodes; v++) {
        const float factor = row_factor(theta, adj, v);
        for (int64_t e = adj->offset[v]; e < adj->offset[v + 1]; e++) {
            const rg_dynamic_edge edge = edge_of(adj, v, e);
            const float term = rg_dynamic_term(theta, &edge);
            for (int h = 0; h < heads; h++) {
                float *s = score + h * adj->n_edges + e;
                *s = factor * *s + term;
            }
        }
    }
}

/* The gradients of an edge in all heads, given the factor of its row; adds to
 * sum[RG_N_DYNAMIC][2]. */
static void edge_backward(float *dscore, double *sum, const float *score, double factor,
                          const rg_dynamic_edge *edge, int64_t stride, int heads)
{
    double scaled = 0.0, plain = 0.0;
    for (int h = 0; h < heads; h++) {
        const double ds = (double)dscore[h * stride];
        scaled += ds * factor * (double)score[h * stride];
        plain += ds;
        dscore[h * stride] = (float)(ds * factor);
    }
    double *of = sum + edge->side;
    of[RG_DYNAMIC_SCALE * 2] += scaled;
    of[RG_DYNAMIC_DEGREE * 2] += scaled * (double)edge->log_degree[0];
    of[RG_DYNAMIC_KEY * 2] += plain * (double)edge->log_degree[1];
    of[RG_DYNAMIC_TYPE * 2] += plain * (double)edge->typed;
    of[RG_DYNAMIC_AGE * 2] += plain * (double)edge->age;
}

void rg_dynamic_backward(float *dscore, float *dtheta, double *part, const float *score,
                         const float *theta, const rg_adjacency *adj, int heads,
                         int threads)
{
    enum { N = RG_N_DYNAMIC * 2 };
    const int64_t n_blocks = (adj->n_nodes + RG_DYNAMIC_ROWS - 1) / RG_DYNAMIC_ROWS;
    const int team = rg_threads_for(8 * RG_SCALAR * adj->n_edges, threads);
    memset(part, 0, (size_t)(n_blocks * N) * sizeof *part);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t b = 0; b < n_blocks; b++) {
        const int64_t end = b + 1 < n_blocks ? (b + 1) * RG_DYNAMIC_ROWS : adj->n_nodes;
        for (int64_t v = b * RG_DYNAMIC_ROWS; v < end; v++) {
            const double factor = (double)row_factor(theta, adj, v);
            for (int64_t e = adj->offset[v]; e < adj->offset[v + 1]; e++) {
                const rg_dynamic_edge edge = edge_of(adj, v, e);
                edge_backward(dscore + e, part + b * N, score + e, factor, &edge,
                              adj->n_edges, heads);
            }
        }
    }
    for (int k = 0; k < N; k++) {
        double sum = 0.0;
        for (int64_t b = 0; b < n_blocks; b++) sum += part[b * N + k];
        dtheta[k] += (float)sum;
    }
}
