/* What the machine can do, measured in the same run as what is compared to it. */
#ifndef BENCH_LIMITS_H
#define BENCH_LIMITS_H
#include "measure.h"
#include <stdio.h>

typedef struct limits {
    double fma_one; /* GFLOP/s of one thread: multiply-adds from registers */
    double fma;     /* of all threads */
    double l2;      /* GB/s read by all threads, each from 384 KB of its own */
    double memory;  /* GB/s of a triad y = b + a x over 3 x 64 MB */
} limits;

limits measure_limits(FILE *csv, const timing *t);
#endif
