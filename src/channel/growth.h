/* The rows and columns of new items in the tables of channels: means of those of the
 * items nearest by content (rg_growth.near). A new item without any keeps zeros. */
#ifndef RG_CHANNEL_GROWTH_H
#define RG_CHANNEL_GROWTH_H
#include "model/model_copy.h"
#include "model/weights.h"

/* Writes x[dim] to row r of a table of a grown model, in the type of the table. */
void rg_growth_set(rg_rows *rows, int64_t r, const float *x);
/* Fills the last growth->n_items of the n rows that begin at row `first` of the table
 * with means; `unit` scales them to length 1. REGATTA_ENOMEM */
regatta_status rg_growth_rows(regatta_ctx *ctx, const rg_growth *growth, rg_rows *rows,
                              int64_t first, int64_t n, int unit);
/* The same for x[n]. */
void rg_growth_floats(const rg_growth *growth, const float *x, int64_t n);
/* Writes the places near[RG_NEAR] of the largest numbers above 0 of row[n], and their
 * shares of the sum of these; REGATTA_NONE and 0 where there are fewer. */
void rg_growth_near(uint32_t *near, float *share, const float *row, int64_t n);
/* Fills the last rows of sparse rows in a grown model, n in all, with those of `more`.
 * Weights that are stored in 8 bits become bfloat16. REGATTA_ENOMEM */
regatta_status rg_growth_sparse(regatta_model *model, rg_weights *rows,
                                const rg_csr *more, int64_t n);
enum { RG_NEAR_WEIGHTS = 300 };
/* Adds the columns of the new items to weights between items, and 1 to their scale: a
 * column is the mean of those of the nearest items times their scale, of which the
 * RG_NEAR_WEIGHTS largest stay. Codes of 8 bits become bfloat16.
 *   REGATTA_ENOMEM */
regatta_status rg_growth_columns(regatta_ctx *ctx, regatta_model *model,
                                 const rg_growth *growth, rg_weights *rows,
                                 const float *scale);
#endif
