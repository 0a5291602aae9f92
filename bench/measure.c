#include "measure.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/kernels/vec.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_RUNS = 10000, LEAST_RUNS = 5 };

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double now(const timing *t)
{
    struct timespec at = {0, 0};
    if (!t->by_processor) return rg_clock();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return ((double)at.tv_sec + 1e-9 * (double)at.tv_nsec) / t->threads;
}

measured measure(void (*run)(void *arg), void *arg, const timing *t)
{
    static double taken[MAX_RUNS];
    int n = 0;
    run(arg);
    for (double total = 0.0; n < MAX_RUNS && (n < LEAST_RUNS || total < t->seconds);
         n++) {
        const double start = now(t);
        run(arg);
        taken[n] = now(t) - start;
        total += taken[n];
    }
    qsort(taken, (size_t)n, sizeof taken[0], by_size);
    return (measured){taken[0], taken[n / 2], n};
}

void *bench_alloc(int64_t n, size_t size)
{
    void *p = rg_alloc(rg_mem_default(), n, size);
    if (p != NULL) return p;
    fprintf(stderr, "bench: out of memory\n");
    exit(1);
}

void bench_free(void *p)
{
    rg_free(rg_mem_default(), p);
}

/* The processor's name, without what would break a CSV line. */
static void machine_name(char *out, size_t size)
{
    snprintf(out, size, "unknown");
    FILE *f = fopen("/proc/cpuinfo", "r");
    if (f == NULL) return;
    char line[256];
    while (fgets(line, (int)sizeof line, f) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || colon == NULL) continue;
        snprintf(out, size, "%s", colon + 1 + strspn(colon + 1, " \t"));
        break;
    }
    fclose(f);
    for (char *c = out; *c != '\0'; c++)
        if (*c == ',' || *c == '\n') *c = ' ';
    size_t n = strlen(out);
    while (n > 0 && out[n - 1] == ' ') out[--n] = '\0';
}

void report_head(void)
{
    char machine[128];
    machine_name(machine, sizeof machine);
    printf("%s, kernels for %s\n", machine, rg_vec_isa());
    printf("%-16s %5s %7s %10s %10s %-8s %9s  %s\n", "kernel", "dim", "threads", "best",
           "median", "unit", "fraction", "of");
}

void report(FILE *csv, const row *r)
{
    const double fraction = r->limit > 0.0 ? r->value / r->limit : 1.0;
    printf("%-16s %5lld %7d %10.2f %10.2f %-8s %9.2f  %s\n", r->kernel, (long long)r->dim,
           r->threads, r->value, r->median, r->unit, fraction, r->limit_name);
    fflush(stdout);
    if (csv == NULL) return;
    char machine[128], date[32] = "";
    machine_name(machine, sizeof machine);
    const time_t now = time(NULL);
    struct tm t;
    if (gmtime_r(&now, &t) != NULL) strftime(date, sizeof date, "%Y-%m-%d", &t);
    fprintf(csv, "%s,%s %s,%s,%lld,%d,%.3f,%s,%.3f\n", date, machine, rg_vec_isa(),
            r->kernel, (long long)r->dim, r->threads, r->value, r->unit, fraction);
}
