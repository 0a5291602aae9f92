#include "graph/features/feature_bins.h"
#include "base/text/number.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_NUMBERS = 256, NAME_BYTES = 256 };

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int by_low(const void *a, const void *b)
{
    return by_value(&((const rg_bin *)a)->low, &((const rg_bin *)b)->low);
}

/* Adds a bin from `low` on, if it is above the last one's. Returns 0 if there is no
 * room. */
static int begin_bin(rg_bins *bins, double low)
{
    if (bins->n > 0 && low <= bins->bin[bins->n - 1].low) return 1;
    if (bins->n == RG_BINS) return 0;
    bins->bin[bins->n++] = (rg_bin){low, low, 0};
    return 1;
}

/* One bin for each distinct value; returns 0 if there are more than RG_BINS. */
static int bin_values(rg_bins *bins, const double *sorted, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        if (!begin_bin(bins, sorted[k])) return 0;
    return 1;
}

static void bin_quantiles(rg_bins *bins, const double *sorted, int64_t n)
{
    bins->n = 0;
    for (int64_t k = 0; k < RG_BINS; k++) {
        const int64_t rank = n / RG_BINS * k + n % RG_BINS * k / RG_BINS;
        (void)begin_bin(bins, sorted[rank]);
    }
}

rg_bins rg_bins_of(double *value, int64_t n)
{
    rg_bins bins = {.n = 0};
    if (n == 0) return bins;
    for (int64_t k = 0; k < n; k++) value[k] += 0.0; /* -0 is 0 */
    qsort(value, (size_t)n, sizeof *value, by_value);
    if (!bin_values(&bins, value, n)) bin_quantiles(&bins, value, n);
    for (int k = 0; k < bins.n; k++) {
        bins.bin[k].is_closed = k == bins.n - 1;
        bins.bin[k].high = k < bins.n - 1 ? bins.bin[k + 1].low : value[n - 1];
    }
    return bins;
}

int rg_bins_find(const rg_bins *bins, double value)
{
    int k = bins->n - 1;
    while (k > 0 && value < bins->bin[k].low) k--;
    return k;
}

int rg_bins_name(char *text, int64_t size, const rg_bin *bin, const char *column)
{
    char low[RG_NUMBER_BYTES], high[RG_NUMBER_BYTES];
    rg_format_double(low, bin->low);
    rg_format_double(high, bin->high);
    const int n = snprintf(text, (size_t)size, "%s=[%s,%s%c", column, low, high,
                           bin->is_closed ? ']' : ')');
    return n < size ? n : -1;
}

/* Reads "column=[a,b)" or "column=[a,b]". */
static int read_bin(rg_bin *bin, const char *name, const char *column)
{
    const size_t n = strlen(column), length = strlen(name);
    if (strncmp(name, column, n) != 0 || strncmp(name + n, "=[", 2) != 0) return 0;
    const char *const from = name + n + 2, *const comma = strchr(from, ',');
    const char *const end = name + length - 1;
    if (comma == NULL || (*end != ')' && *end != ']')) return 0;
    bin->is_closed = *end == ']';
    return rg_parse_number(from, comma - from, &bin->low) &&
           rg_parse_number(comma + 1, end - comma - 1, &bin->high);
}

rg_bins rg_bins_known(const rg_idmap *known, const char *column)
{
    rg_bins bins = {.n = 0};
    for (uint32_t c = 0; known != NULL && c < known->n && bins.n < RG_BINS; c++)
        bins.n += read_bin(&bins.bin[bins.n], rg_idmap_name(known, c), column);
    qsort(bins.bin, (size_t)bins.n, sizeof *bins.bin, by_low);
    return bins;
}

regatta_status rg_numbers_add(rg_numbers *numbers, uint32_t node, double value)
{
    if (numbers->n == numbers->capacity) {
        const int64_t most =
            numbers->capacity == 0 ? FIRST_NUMBERS : numbers->capacity * 2;
        uint32_t *const nodes =
            rg_grow(numbers->mem, numbers->node, numbers->n, most, sizeof *nodes);
        if (nodes == NULL) return REGATTA_ENOMEM;
        numbers->node = nodes;
        double *const values =
            rg_grow(numbers->mem, numbers->value, numbers->n, most, sizeof *values);
        if (values == NULL) return REGATTA_ENOMEM;
        numbers->value = values;
        numbers->capacity = most;
    }
    numbers->node[numbers->n] = node;
    numbers->value[numbers->n++] = value;
    return REGATTA_OK;
}

regatta_status rg_numbers_close(regatta_ctx *ctx, rg_numbers *numbers,
                                rg_feature_pairs *pairs, rg_bins *bins,
                                const rg_idmap *known, const char *column)
{
    regatta_status status = REGATTA_OK;
    double *sorted = NULL;
    char name[NAME_BYTES];
    *bins = rg_bins_known(known, column);
    if (bins->n == 0) {
        RG_NEW(ctx->mem, sorted, numbers->n);
        if (numbers->n > 0)
            memcpy(sorted, numbers->value, (size_t)numbers->n * sizeof *sorted);
        *bins = rg_bins_of(sorted, numbers->n);
    }
    for (int64_t k = 0; k < numbers->n; k++) {
        const rg_bin *const bin = &bins->bin[rg_bins_find(bins, numbers->value[k])];
        const int n = rg_bins_name(name, NAME_BYTES, bin, column);
        RG_TRY(rg_feature_pairs_add(ctx, pairs, numbers->node[k], name, n, 1.0f));
    }
done:
    rg_free(ctx->mem, sorted);
    return status;
}

void rg_numbers_drop(rg_numbers *numbers)
{
    rg_free(numbers->mem, numbers->node);
    rg_free(numbers->mem, numbers->value);
    *numbers = (rg_numbers){.mem = numbers->mem};
}
