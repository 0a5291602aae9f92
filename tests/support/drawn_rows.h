/* Random rows, biases and queries for tests of searches. */
#ifndef TESTS_SUPPORT_DRAWN_ROWS_H
#define TESTS_SUPPORT_DRAWN_ROWS_H
#include "base/ctx.h"
#include "base/kernels/vec.h"

enum { DRAWN_ROWS = 1500, DRAWN_DIM = 128, DRAWN_QUERIES = 230 };

extern float drawn_values[DRAWN_ROWS * DRAWN_DIM];
extern float drawn_queries[DRAWN_QUERIES * DRAWN_DIM];
extern float drawn_bias[DRAWN_ROWS + RG_PANEL];

/* Fills all three. Values are on a grid of `steps` per unit, which makes ties; 0 = no
 * grid. */
void drawn_rows(double steps);

regatta_ctx *drawn_context(int threads);
#endif
