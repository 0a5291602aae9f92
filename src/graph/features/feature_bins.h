/* Numbers of a column as features: bins at quantiles. */
#ifndef RG_GRAPH_FEATURE_BINS_H
#define RG_GRAPH_FEATURE_BINS_H
#include "graph/features/feature_pairs.h"

enum { RG_BINS = 10 };

/* [low, high), or [low, high] */
typedef struct rg_bin {
    double low, high;
    int is_closed;
} rg_bin;
typedef struct rg_bins {
    int n; /* ascending */
    rg_bin bin[RG_BINS];
} rg_bins;

/* Up to RG_BINS bins of the n finite values, which are sorted: one for each distinct
 * value if there are no more, else with the lower edges at the quantiles 0, 1/10, ...
 * 9/10 (the value of rank floor(n k / 10) from 0), equal edges merged. */
rg_bins rg_bins_of(double *value, int64_t n);
/* Returns the last bin that begins at or below the value, else the first. */
int rg_bins_find(const rg_bins *bins, double value);
/* Writes "column=[a,b)"; returns its length, or -1 if it is longer than size - 1. */
int rg_bins_name(char *text, int64_t size, const rg_bin *bin, const char *column);
/* Returns the bins of `column` among the names of features of an earlier table; n = 0:
 * there are none. */
rg_bins rg_bins_known(const rg_idmap *known, const char *column);

/* The numbers of a column while its table is read. */
typedef struct rg_numbers {
    rg_mem mem;
    int64_t n, capacity;
    uint32_t *node;
    double *value;
} rg_numbers;

regatta_status rg_numbers_add(rg_numbers *numbers, uint32_t node, double value);
/* Adds a feature for each number to `pairs`; *bins are those of `known` (may be NULL),
 * else those of the numbers. */
regatta_status rg_numbers_close(regatta_ctx *ctx, rg_numbers *numbers,
                                rg_feature_pairs *pairs, rg_bins *bins,
                                const rg_idmap *known, const char *column);
void rg_numbers_drop(rg_numbers *numbers);
#endif
