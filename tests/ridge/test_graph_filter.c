#include "ridge/graph_filter.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

/* R of n users and n items, each user his own item, weight 4: the normalised graph is the
 * identity, so in . out = D_i^-1/2 D_i^1/4 = 4^-1/4 on the diagonal. */
static void test_graph_filter__identity(void)
{
    enum { N = 6 };
    float dense[N * N] = {0.0f};
    regatta_ctx *ctx = context_of(2);
    rg_graph_filter *f = NULL;
    for (int i = 0; i < N; i++) dense[i * N + i] = 4.0f;
    rg_csr *rows = dense_rows(ctx, dense, N, N, 1);
    CU_ASSERT_EQUAL_FATAL(rg_graph_filter_build(ctx, &f, rows, 100, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(f->rank, N); /* cut to what there is */
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0.0;
            for (int k = 0; k < N; k++)
                sum += (double)f->in[i * N + k] * (double)f->out[j * N + k];
            CU_ASSERT_DOUBLE_EQUAL(sum, i == j ? pow(4.0, -0.25) : 0.0, 1e-5);
        }
    rg_graph_filter_free(f);
    rg_csr_free(rows);
    regatta_ctx_free(ctx);
}

enum { U = 24, N = 10 };

/* B = A'A with A = D_u^-1/2 R D_i^-1/2, dense. */
static void normal_matrix(double b[N][N], double *degree, const float *dense)
{
    double a[U][N];
    memset(b, 0, N * sizeof b[0]);
    memset(degree, 0, N * sizeof *degree);
    for (int u = 0; u < U; u++)
        for (int i = 0; i < N; i++) degree[i] += (double)dense[u * N + i];
    for (int u = 0; u < U; u++) {
        double sum = 0.0;
        for (int i = 0; i < N; i++) sum += (double)dense[u * N + i];
        for (int i = 0; i < N; i++)
            a[u][i] = dense[u * N + i] == 0.0f
                          ? 0.0
                          : (double)dense[u * N + i] / sqrt(sum * degree[i]);
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) b[i][j] += a[u][i] * a[u][j];
    }
}

static void multiply(double out[N][N], double x[N][N], double y[N][N])
{
    double sum[N][N] = {{0.0}};
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            for (int j = 0; j < N; j++) sum[i][j] += x[i][k] * y[k][j];
    memcpy(out, sum, sizeof sum);
}

/* With the whole spectrum V S^1/2 V' is M = B^1/4: so (D_i^1/2 in out' D_j^-1/4)^4, which
 * takes no decomposition of the test's own, has to be B. */
static void test_graph_filter__fourth_power_is_the_graph(void)
{
    float dense[U * N] = {0.0f};
    double b[N][N], m[N][N], degree[N];
    regatta_ctx *ctx = context_of(2);
    for (int with_value = 0; with_value < 2; with_value++) {
        rg_graph_filter *f = NULL;
        rg_csr *rows = random_rows(ctx, U, N, with_value, 3);
        memset(dense, 0, sizeof dense);
        for (int64_t u = 0; u < U; u++)
            for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++)
                dense[u * N + rows->target[e]] = with_value ? rows->value[e] : 1.0f;
        normal_matrix(b, degree, dense);
        CU_ASSERT_EQUAL_FATAL(rg_graph_filter_build(ctx, &f, rows, N, 1), REGATTA_OK);
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                m[i][j] = 0.0;
                for (int k = 0; k < N && degree[j] > 0.0; k++)
                    m[i][j] += (double)f->in[i * N + k] * (double)f->out[j * N + k] *
                               sqrt(degree[i]) / sqrt(sqrt(degree[j]));
            }
        multiply(m, m, m);
        multiply(m, m, m);
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) CU_ASSERT_DOUBLE_EQUAL(m[i][j], b[i][j], 1e-4);
        for (int k = 0; k < N; k++) /* the last item has no edge */
            CU_ASSERT(f->in[(N - 1) * N + k] == 0.0f && f->out[(N - 1) * N + k] == 0.0f);
        rg_graph_filter_free(f);
        rg_csr_free(rows);
    }
    regatta_ctx_free(ctx);
}

static void test_graph_filter__same_bits(void)
{
    const int threads[] = {1, 2, 3, 8};
    rg_graph_filter *f[4] = {NULL};
    regatta_ctx *ctx = context_of(1);
    rg_csr *rows = random_rows(ctx, 120, 70, 1, 5);
    for (int t = 0; t < 4; t++) {
        regatta_ctx *wide = context_of(threads[t]);
        CU_ASSERT_EQUAL_FATAL(rg_graph_filter_build(wide, &f[t], rows, 8, 2), REGATTA_OK);
        CU_ASSERT_EQUAL(f[t]->rank, 8);
        CU_ASSERT_EQUAL(memcmp(f[t]->in, f[0]->in, 70 * 8 * sizeof(float)), 0);
        CU_ASSERT_EQUAL(memcmp(f[t]->out, f[0]->out, 70 * 8 * sizeof(float)), 0);
        regatta_ctx_free(wide);
    }
    for (int t = 0; t < 4; t++) rg_graph_filter_free(f[t]);
    rg_csr_free(rows);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_graph_filter *f = NULL;
    const regatta_status status = rg_graph_filter_build(ctx, &f, arg, 3, 1);
    CU_ASSERT_EQUAL(f == NULL, status != REGATTA_OK);
    rg_graph_filter_free(f);
    return rg_end(ctx, status);
}

static void test_graph_filter__memory(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *rows = random_rows(ctx, 8, 6, 1, 5);
    fault_sweep_memory(attempt, rows);
    rg_csr_free(rows);
    rg_graph_filter_free(NULL);
    regatta_ctx_free(ctx);
}

int test_graph_filter(void)
{
    static const test_case cases[] = {
        {"identity", test_graph_filter__identity},
        {"fourth power", test_graph_filter__fourth_power_is_the_graph},
        {"same bits", test_graph_filter__same_bits},
        {"memory", test_graph_filter__memory},
    };
    return TEST_MAIN("graph_filter", cases);
}
