/* Repeating, timing and writing down: what every bench of regatta needs. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H
#include <stdint.h>
#include <stdio.h>

typedef struct measured {
    double best, median; /* seconds of one run */
    int runs;
} measured;

/* How long to run, and whether seconds are those of the clock or, for busy machines, of
 * the processor: the process's time over its `threads`. */
typedef struct timing {
    double seconds;
    int by_processor, threads;
} timing;

/* Runs run(arg) once to warm up, then for about t->seconds, at least 5 times. */
measured measure(void (*run)(void *arg), void *arg, const timing *t);

/* Zeroed, 64-byte aligned; ends the program when there is no memory. */
void *bench_alloc(int64_t n, size_t size);
void bench_free(void *p);

/* One line of the table on stdout and, when csv is not NULL, of the file:
 * date,machine,kernel,dim,threads,value,unit,fraction. `value` is the best run's,
 * `limit` in its unit (0 = it is a limit itself). */
typedef struct row {
    const char *kernel;
    int64_t dim; /* 0 = none */
    int threads;
    double value, median;
    const char *unit, *limit_name;
    double limit;
} row;
void report_head(void);
void report(FILE *csv, const row *r);
#endif
