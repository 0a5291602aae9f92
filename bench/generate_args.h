/* The arguments of generate. */
#ifndef BENCH_GENERATE_ARGS_H
#define BENCH_GENERATE_ARGS_H
#include <stdint.h>

typedef struct generate_args {
    uint64_t users, items, edges, communities, seed;
    int adjacency;      /* 1: `user item item ...`, 0: a TSV with a header */
    const char *output; /* NULL = standard output */
} generate_args;

/* 0 for a graph that can be made, -1 after --help, 1 with a line on stderr. */
int generate_args_read(generate_args *args, int argc, char **argv);
#endif
