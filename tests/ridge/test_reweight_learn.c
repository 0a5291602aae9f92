#include "base/rng.h"
#include "ridge/reweight_learn.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_ITEMS = 40, N_USERS = 300, DIM = 6, OFFERS = 12 };

/* Everything a call takes; users choose by the model itself with strengths beta. */
typedef struct world {
    regatta_ctx *ctx;
    rg_csr *prior, *history;
    float x[N_ITEMS * DIM], candidate[N_ITEMS];
    int64_t offset[N_USERS + 1];
    uint32_t item[N_USERS * OFFERS], user[N_USERS];
    float known[N_USERS * OFFERS];
    uint8_t label[N_USERS * OFFERS];
    rg_reweight_samples choices;
} world;

static double normal(uint64_t k)
{
    return rg_random_normal(12, RG_STREAM_TEST, k);
}

/* s of the edge (j, i): blocks of the cosine by their strengths. */
static double score_of(const world *w, int64_t j, int64_t i, int heads,
                       const double *beta)
{
    double length[2] = {0.0, 0.0}, sum = 0.0;
    const float *a = w->x + j * DIM, *b = w->x + i * DIM;
    for (int k = 0; k < DIM; k++) {
        length[0] += (double)a[k] * (double)a[k];
        length[1] += (double)b[k] * (double)b[k];
    }
    if (length[0] * length[1] == 0.0) return 0.0;
    for (int k = 0; k < DIM; k++)
        sum += beta[k * heads / DIM] * (double)a[k] * (double)b[k];
    return sum / sqrt(length[0] * length[1]);
}

/* x_uj, the slow way. */
static double sum_of(const world *w, int64_t u, int64_t j, int heads, const double *beta)
{
    double before = 0.0, after = 0.0, sum = 0.0;
    const rg_csr *p = w->prior;
    for (int64_t e = p->offset[j]; e < p->offset[j + 1]; e++) {
        const double raised =
            (double)p->value[e] * exp(score_of(w, j, p->target[e], heads, beta));
        const int64_t at = rg_csr_find(w->history, w->user[u], p->target[e]);
        before += (double)p->value[e];
        after += raised;
        if (at >= 0) sum += (double)w->history->value[at] * raised;
    }
    return after > 0.0 ? (double)w->candidate[j] * sum * before / after : 0.0;
}

/* The header's formula. at: a, g, strengths. */
static double loss_of(const world *w, int heads, const double *at)
{
    const double zero[RG_MAX_HEADS] = {0.0};
    double loss = 0.0, n = 0.0, pull = 0.0;
    for (int64_t u = 0; u < w->choices.n_users; u++) {
        double z[OFFERS], max = 0.0, total = 0.0, label = 0.0, own = 0.0;
        for (int k = 0; k < OFFERS; k++) {
            max = fmax(max, sum_of(w, u, w->item[u * OFFERS + k], heads, zero));
            label += w->label[u * OFFERS + k];
        }
        if (max == 0.0 || label == 0.0) continue;
        for (int k = 0; k < OFFERS; k++) {
            const int64_t o = u * OFFERS + k;
            z[k] = at[0] * (double)w->known[o] +
                   at[1] * sum_of(w, u, w->item[o], heads, at + 2) / max;
            total += exp(z[k]);
        }
        for (int k = 0; k < OFFERS; k++)
            if (w->label[u * OFFERS + k]) own += (log(total) - z[k]) / label;
        loss += own;
        n += 1.0;
    }
    for (int k = 0; k < 2 + heads; k++) pull += (at[k] - (k < 2)) * (at[k] - (k < 2));
    return loss / n + 0.5e-4 * pull;
}

/* Labels one sample, drawn by the softmax of 1 known + 6 x / x_max. */
static void choose(world *w, int64_t u, int heads, const double *beta)
{
    const double zero[RG_MAX_HEADS] = {0.0};
    double weight[OFFERS], max = 1e-9, total = 0.0;
    for (int k = 0; k < OFFERS; k++)
        max = fmax(max, sum_of(w, u, w->item[u * OFFERS + k], heads, zero));
    for (int k = 0; k < OFFERS; k++) {
        const int64_t o = u * OFFERS + k;
        weight[k] =
            exp((double)w->known[o] + 6.0 * sum_of(w, u, w->item[o], heads, beta) / max);
        total += weight[k];
    }
    double left = total * rg_random_unit(3, RG_STREAM_TEST, (uint64_t)u);
    int k = 0;
    while (k < OFFERS - 1 && left > weight[k]) left -= weight[k++];
    w->label[u * OFFERS + k] = 1;
}

static world *world_make(int threads, int64_t n_users, int heads, const double *beta)
{
    world *w = calloc(1, sizeof *w);
    w->ctx = context_of(threads);
    w->prior = random_rows(w->ctx, N_ITEMS, N_ITEMS, 1, 21);
    w->history = random_rows(w->ctx, N_USERS, N_ITEMS, 1, 22);
    for (uint64_t k = 0; k < N_ITEMS * DIM; k++) w->x[k] = (float)normal(k);
    memset(w->x + 3 * DIM, 0, DIM * sizeof *w->x); /* a zero vector scores 0 */
    for (int j = 0; j < N_ITEMS; j++) w->candidate[j] = 1.0f / (float)(1 + j % 3);
    for (int64_t u = 0; u < n_users; u++) {
        w->user[u] = (uint32_t)u;
        w->offset[u + 1] = (u + 1) * OFFERS;
        for (int k = 0; k < OFFERS; k++) {
            w->item[u * OFFERS + k] = (uint32_t)((u + 3 * k) % N_ITEMS);
            w->known[u * OFFERS + k] =
                0.5f * (float)normal((uint64_t)(9999 + u * 64 + k));
        }
        if (u % 10 != 9) choose(w, u, heads, beta); /* some take nothing */
    }
    w->choices = (rg_reweight_samples){.n_users = n_users,
                                       .offset = w->offset,
                                       .item = w->item,
                                       .known = w->known,
                                       .label = w->label,
                                       .user = w->user,
                                       .history = w->history,
                                       .candidate = w->candidate};
    return w;
}

static void world_free(world *w)
{
    rg_csr_free(w->prior);
    rg_csr_free(w->history);
    regatta_ctx_free(w->ctx);
    free(w);
}

static rg_learned learn(world *w, int heads)
{
    rg_learned out;
    CU_ASSERT_EQUAL(
        rg_attention_learn(w->ctx, &out, w->prior, w->x, DIM, heads, &w->choices),
        REGATTA_OK);
    return out;
}

/* What is returned is the minimum of the header's formula: its loss is the reported one,
 * and the formula's derivatives vanish there (to the square root of the least gain). */
static void test_reweight_learn__minimum(void)
{
    const double beta[3] = {2.0, -1.0, 3.0};
    for (int heads = 1; heads <= 3; heads++) {
        world *w = world_make(2, N_USERS, heads, beta);
        const rg_learned out = learn(w, heads);
        double at[2 + RG_MAX_HEADS] = {out.known, out.sum};
        for (int h = 0; h < heads; h++) at[2 + h] = (double)out.strength.beta[h];
        CU_ASSERT_DOUBLE_EQUAL(loss_of(w, heads, at), out.loss_after, 1e-5);
        CU_ASSERT(out.loss_after < out.loss_before && out.steps > 0);
        for (int k = 0; k < 2 + heads; k++) {
            const double kept = at[k], h = 1e-3;
            at[k] = kept + h;
            const double up = loss_of(w, heads, at);
            at[k] = kept - h;
            const double down = loss_of(w, heads, at);
            at[k] = kept;
            CU_ASSERT_DOUBLE_EQUAL((up - down) / (2.0 * h), 0.0, 1e-3);
            CU_ASSERT(up > out.loss_after - 1e-6 && down > out.loss_after - 1e-6);
        }
        world_free(w);
    }
}

/* Strengths that users chose by come back, each in its block; 0 where they had none. */
static void test_reweight_learn__finds_what_was_planted(void)
{
    const double strong[2] = {4.0, 0.0}, none[1] = {0.0};
    world *w = world_make(2, N_USERS, 2, strong);
    rg_learned out = learn(w, 2);
    CU_ASSERT(out.strength.heads == 2);
    CU_ASSERT(out.strength.beta[0] > 2.0f && out.strength.beta[0] < 6.0f);
    CU_ASSERT(fabsf(out.strength.beta[1]) < 1.5f);
    world_free(w);
    w = world_make(2, N_USERS, 1, none);
    out = learn(w, 1);
    CU_ASSERT(fabsf(out.strength.beta[0]) < 1.0f);
    world_free(w);
}

static void test_reweight_learn__nobody_teaches(void)
{
    const double beta[1] = {1.0};
    world *w = world_make(1, N_USERS, 1, beta);
    memset(w->label, 0, sizeof w->label);
    rg_learned out = learn(w, 2);
    CU_ASSERT_EQUAL(out.strength.beta[0], 0.0f);
    CU_ASSERT_EQUAL(out.loss_after, 0.0);
    w->choices.n_users = 0;
    out = learn(w, 2);
    CU_ASSERT_EQUAL(out.strength.heads, 2);
    CU_ASSERT_EQUAL(out.strength.beta[1], 0.0f);
    world_free(w);
}

static void test_reweight_learn__threads(void)
{
    const double beta[2] = {2.0, 1.0};
    const int threads[] = {1, 2, 3, 8};
    rg_learned first = {.steps = 0};
    for (int k = 0; k < 4; k++) {
        world *w = world_make(threads[k], N_USERS, 2, beta);
        const rg_learned out = learn(w, 2);
        if (k == 0) first = out;
        CU_ASSERT_EQUAL(out.strength.beta[0], first.strength.beta[0]);
        CU_ASSERT_EQUAL(out.strength.beta[1], first.strength.beta[1]);
        CU_ASSERT_EQUAL(out.loss_after, first.loss_after);
        CU_ASSERT_EQUAL(out.steps, first.steps);
        world_free(w);
    }
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const world *w = arg;
    rg_learned out;
    return rg_end(ctx,
                  rg_attention_learn(ctx, &out, w->prior, w->x, DIM, 1, &w->choices));
}

static void test_reweight_learn__memory(void)
{
    const double beta[1] = {1.0};
    world *w = world_make(1, 20, 1, beta);
    fault_sweep_memory(attempt, w);
    world_free(w);
}

int test_reweight_learn(void)
{
    const test_case cases[] = {
        {"minimum", test_reweight_learn__minimum},
        {"planted", test_reweight_learn__finds_what_was_planted},
        {"nobody teaches", test_reweight_learn__nobody_teaches},
        {"threads", test_reweight_learn__threads},
        {"memory", test_reweight_learn__memory},
    };
    return TEST_MAIN("attention_learn", cases);
}
