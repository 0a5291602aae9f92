/* Golden values: files of tests/golden, lists of `name count` lines, each followed by its
 * numbers. */
#ifndef TESTS_SUPPORT_GOLDEN_H
#define TESTS_SUPPORT_GOLDEN_H

enum { GOLDEN_PARTS = 96 };

typedef struct golden_part {
    char name[32];
    int n;
    double *value;
} golden_part;

typedef struct golden {
    int n;
    golden_part part[GOLDEN_PARTS];
} golden;

/* Reads tests/golden/NAME.txt. */
golden *golden_read(const char *name);
void golden_free(golden *g);
/* Returns the part called prefix followed by name; NULL: none. */
const golden_part *golden_find(const golden *g, const char *prefix, const char *name);
/* Largest difference over largest value: single elements may be near 0 by cancelling,
 * where float cannot be held to more than its rounding of the terms. */
double golden_distance(const float *x, const golden_part *want);
#endif
