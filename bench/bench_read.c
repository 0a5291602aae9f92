/* How fast a file of interactions is read through the public API, and how much memory it
 * takes. Prints one line: seconds, lines, lines a second, and in MB the peak of the
 * process; with --count also the graph and the peak of the library's own allocations, by
 * an allocator that counts (which costs time). bench/read.py runs it beside pandas.
 *
 *   bench_read FILE [--count] */
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* Counts the bytes of all blocks; each begins with its size. */
typedef struct counter {
    size_t now, peak;
} counter;

enum { HEAD = 64, MEGABYTE = 1000000 };

static void *count_alloc(void *state, size_t bytes)
{
    counter *c = state;
    char *block = malloc(bytes + HEAD);
    if (block == NULL) return NULL;
    *(size_t *)(void *)block = bytes;
    c->now += bytes;
    if (c->now > c->peak) c->peak = c->now;
    return block + HEAD;
}

static void count_release(void *state, void *block)
{
    counter *c = state;
    char *begin = (char *)block - HEAD;
    c->now -= *(size_t *)(void *)begin;
    free(begin);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double peak_of_process(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)use.ru_maxrss * 1024.0 / MEGABYTE;
}

int main(int argc, char **argv)
{
    counter count = {0, 0};
    regatta_ctx *ctx = NULL;
    regatta_graph *graph = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    regatta_read_report report = REGATTA_READ_REPORT_INIT;
    if (argc < 2) {
        fputs("usage: bench_read FILE [--count]\n", stderr);
        return 2;
    }
    const int counts = argc > 2 && strcmp(argv[2], "--count") == 0;
    if (counts)
        options.allocator = (regatta_allocator){count_alloc, count_release, &count};
    if (regatta_ctx_create(&ctx, &options) != REGATTA_OK) {
        fprintf(stderr, "bench_read: %s\n", regatta_last_error(NULL));
        return 1;
    }
    const size_t before = count.now;
    const double begin = now();
    if (regatta_graph_read(ctx, &graph, argv[1], NULL, &report) != REGATTA_OK) {
        fprintf(stderr, "bench_read: %s\n", regatta_last_error(ctx));
        regatta_ctx_free(ctx);
        return 1;
    }
    const double seconds = now() - begin;
    printf("%.3f %lld %.0f %.1f", seconds, (long long)report.n_lines,
           (double)report.n_lines / seconds, peak_of_process());
    if (counts)
        printf(" %.1f %.1f", (double)(count.now - before) / MEGABYTE,
               (double)count.peak / MEGABYTE);
    putchar('\n');
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
    return 0;
}
