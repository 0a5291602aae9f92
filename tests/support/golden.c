#include "support/golden.h"
#include "support/suite.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

golden *golden_read(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/golden/%s.txt", REGATTA_TEST_DATA, name);
    FILE *f = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    golden *g = calloc(1, sizeof *g);
    golden_part *p = g->part;
    while (g->n < GOLDEN_PARTS && fscanf(f, "%31s %d", p->name, &p->n) == 2) {
        p->value = calloc((size_t)p->n, sizeof *p->value);
        for (int k = 0; k < p->n; k++) {
            const int read = fscanf(f, "%lf", &p->value[k]);
            CU_ASSERT_EQUAL_FATAL(read, 1);
        }
        g->n++;
        p++;
    }
    fclose(f);
    return g;
}

void golden_free(golden *g)
{
    for (int k = 0; k < g->n; k++) free(g->part[k].value);
    free(g);
}

const golden_part *golden_find(const golden *g, const char *prefix, const char *name)
{
    char full[64];
    snprintf(full, sizeof full, "%s%s", prefix, name);
    for (int k = 0; k < g->n; k++)
        if (strcmp(g->part[k].name, full) == 0) return &g->part[k];
    return NULL;
}

double golden_distance(const float *x, const golden_part *want)
{
    double most = 0.0, size = 0.0;
    for (int k = 0; k < want->n; k++) {
        if (!isfinite(x[k]) || !isfinite(want->value[k]))
            return HUGE_VAL; /* fmax would pass over a NaN */
        most = fmax(most, fabs((double)x[k] - want->value[k]));
        size = fmax(size, fabs(want->value[k]));
    }
    return most / size;
}
