/* A bipartite graph of any size: power-law degrees on both sides, planted communities.
 *
 *   degree of the user of rank r    edges / (2 sqrt(users r)), cut at items / 4
 *   a draw's item                   rank n x^2 for uniform x: degree ~ rank^(-1/2)
 *   where it is drawn from          the user's community 75%, a second one 15%, all 10%
 *
 * Both degree distributions fall with exponent 3. Communities are dealt out in turn, so
 * each has popular and rare items. A user's items are distinct; where draws meet nothing
 * new, the next free item after the draw is taken, so the number of edges is exact.
 * Numbers are functions of (seed, user, draw): the same arguments give the same bytes.
 * Memory: one bit an item and the widest row; time O(edges). */
#include "generate_args.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER = 1 << 20, NUMBER = 24, TRIES = 16 };

/* A bijection of 0..n-1 that hides ranks: k -> (k step + shift) mod n. */
typedef struct order {
    uint64_t n, step, shift;
} order;

typedef struct output {
    FILE *file;
    char *bytes;
    size_t n;
    int failed;
} output;

typedef struct generator {
    generate_args args;
    order users, items;
    double root_sum; /* sum over ranks of min(r^(-1/2), cut) */
    double cut;
    uint64_t *taken; /* one bit an item */
    uint32_t *row;
    output out;
} generator;

/* splitmix64's finaliser (Steele, Lea, Flood, OOPSLA 2014). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static uint64_t draw(uint64_t seed, uint64_t stream, uint64_t index)
{
    const uint64_t key = mix(seed + UINT64_C(0x9e3779b97f4a7c15) * (stream + 1));
    return mix(key + UINT64_C(0x9e3779b97f4a7c15) * (index + 1));
}

static double unit(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static order make_order(uint64_t n, uint64_t seed, uint64_t stream)
{
    /* Below 2^32, as n is, so that k * step does not overflow. */
    order o = {n, 1 + draw(seed, stream, 0) % n, draw(seed, stream, 1) % n};
    while (common_divisor(o.step, n) != 1) o.step = o.step % n + 1;
    return o;
}

static uint64_t place(order o, uint64_t k)
{
    return (k * o.step + o.shift) % o.n;
}

static double weight_of(const generator *g, uint64_t rank)
{
    return fmin(1.0 / sqrt((double)rank + 1.0), g->cut);
}

/* The cut leaves no user more than a quarter of the items. It depends on the sum and the
 * sum on it: some rounds settle both. */
static void settle_cut(generator *g)
{
    const double most = (double)g->args.items / 4.0;
    g->cut = 1.0;
    for (int round = 0; round < 8; round++) {
        g->root_sum = 0.0;
        for (uint64_t r = 0; r < g->args.users; r++) g->root_sum += weight_of(g, r);
        g->cut = fmin(1.0, most * g->root_sum / (double)g->args.edges);
    }
}

static void flush(output *out)
{
    if (fwrite(out->bytes, 1, out->n, out->file) != out->n) out->failed = 1;
    out->n = 0;
}

static void put_number(output *out, uint64_t x, char end)
{
    char digits[NUMBER];
    int n = 0;
    do {
        digits[n++] = (char)('0' + x % 10);
        x /= 10;
    } while (x > 0);
    if (out->n + NUMBER > BUFFER) flush(out);
    while (n > 0) out->bytes[out->n++] = digits[--n];
    out->bytes[out->n++] = end;
}

/* An item of community c, or of all for c = communities. Item k is the one of rank
 * k / communities in community k % communities. */
static uint64_t pick(const generator *g, uint64_t c, double x)
{
    const uint64_t n = g->args.items, k = g->args.communities;
    if (c == k) return (uint64_t)((double)n * x * x);
    const uint64_t size = (n - c + k - 1) / k;
    return (uint64_t)((double)size * x * x) * k + c;
}

static int take(generator *g, uint64_t item)
{
    uint64_t *word = &g->taken[item / 64];
    const uint64_t bit = UINT64_C(1) << item % 64;
    if (*word & bit) return 0;
    *word |= bit;
    return 1;
}

/* The item of one place of the user's row. */
static uint64_t next_item(generator *g, uint64_t user, uint64_t *n_draws)
{
    const uint64_t seed = g->args.seed, k = g->args.communities;
    uint64_t item = 0;
    for (int t = 0; t < TRIES; t++) {
        const double which = unit(draw(seed, user + 16, 2 * *n_draws));
        const double x = unit(draw(seed, user + 16, 2 * *n_draws + 1));
        ++*n_draws;
        const uint64_t own = draw(seed, 2, user) % k, other = draw(seed, 3, user) % k;
        item = pick(g, which < 0.75 ? own : which < 0.9 ? other : k, x);
        if (take(g, item)) return item;
    }
    do item = (item + 1) % g->args.items;
    while (!take(g, item));
    return item;
}

static void write_row(generator *g, uint64_t user, uint64_t n)
{
    output *out = &g->out;
    const uint64_t name = place(g->users, user);
    if (g->args.adjacency) put_number(out, name, n > 0 ? ' ' : '\n');
    for (uint64_t e = 0; e < n; e++) {
        if (!g->args.adjacency) put_number(out, name, '\t');
        const char end = g->args.adjacency && e + 1 < n ? ' ' : '\n';
        put_number(out, place(g->items, g->row[e]), end);
    }
}

/* User after user by rank: the k-th gets what the rounded sum of shares grows by. */
static void write_graph(generator *g)
{
    const double per_weight = (double)g->args.edges / g->root_sum;
    double sum = 0.0;
    uint64_t done = 0;
    static const char header[] = "user\titem\n";
    if (!g->args.adjacency) {
        memcpy(g->out.bytes, header, sizeof header - 1);
        g->out.n = sizeof header - 1;
    }
    for (uint64_t user = 0; user < g->args.users; user++) {
        sum += weight_of(g, user);
        uint64_t until = (uint64_t)(sum * per_weight + 0.5), n_draws = 0;
        if (user + 1 == g->args.users || until > g->args.edges) until = g->args.edges;
        const uint64_t n = until - done;
        for (uint64_t e = 0; e < n; e++)
            g->row[e] = (uint32_t)next_item(g, user, &n_draws);
        for (uint64_t e = 0; e < n; e++) g->taken[g->row[e] / 64] = 0;
        write_row(g, user, n);
        done = until;
    }
    flush(&g->out);
}

int main(int argc, char **argv)
{
    generator g = {.out.file = stdout};
    const int wrong = generate_args_read(&g.args, argc, argv);
    if (wrong != 0) return wrong < 0 ? 0 : 2;
    g.taken = calloc(g.args.items / 64 + 1, sizeof *g.taken);
    g.row = calloc(g.args.items, sizeof *g.row);
    g.out.bytes = malloc(BUFFER);
    if (g.args.output != NULL) g.out.file = fopen(g.args.output, "w");
    int failed = g.taken == NULL || g.row == NULL || g.out.bytes == NULL;
    if (g.out.file != NULL && !failed) {
        g.users = make_order(g.args.users, g.args.seed, 0);
        g.items = make_order(g.args.items, g.args.seed, 1);
        settle_cut(&g);
        write_graph(&g);
    }
    failed |= g.out.file == NULL || g.out.failed;
    if (g.out.file != NULL && fclose(g.out.file) != 0) failed = 1;
    if (failed) fputs("generate: cannot write the graph\n", stderr);
    free(g.taken);
    free(g.row);
    free(g.out.bytes);
    return failed;
}
